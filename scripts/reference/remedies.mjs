/** The remedy for each error code, in both languages. A code's message names the fault, so these say what to do about it. */

/** @type {Readonly<Record<number, {en: string, zh: string}>>} */
export const REMEDIES = {
  880001: {
    en: 'The server failed in a way that it does not explain. Try again; look into the log of the gateway.',
    zh: '服务器内部出错且未说明原因。稍后重试，并查看网关日志。',
  },
  880002: {
    en: 'A parameter is missing, and the message names it. Compare the call with its declaration.',
    zh: '缺少参数，message 会指出是哪一个。对照方法声明检查。',
  },
  880003: {
    en: 'A value is outside of its range. The message names it.',
    zh: '参数值超出范围，message 会指出是哪一个。',
  },
  880004: {
    en: 'A value has the wrong type. Numbers may be text of digits, and nothing else is converted.',
    zh: '参数类型错误。数字可以写成数字字符串，其他类型不会转换。',
  },
  880005: {
    en: 'The `media_id` is unknown, or its file has expired (30 days without a request). Upload it again.',
    zh: '`media_id` 不存在，或文件已过期（30 天无人访问）。重新上传。',
  },
  880006: { en: 'Call `loginOut` before `register`.', zh: '先 `loginOut`，再 `register`。' },
  880008: {
    en: 'Only messages that were sent with `need_receipt` have readers to list.',
    zh: '只有发送时带 `need_receipt` 的消息才有已读列表。',
  },
  880101: {
    en: 'The server does not know the appkey. Check `address`, and the applications of the gateway.',
    zh: '服务器不认识这个 appkey。检查 `address` 和网关配置的应用。',
  },
  880102: {
    en: 'The signature was made with another masterSecret or in another order: [signing](recipes/signing.md).',
    zh: '签名所用的 masterSecret 不对，或拼接顺序不对：见[服务端签名](recipes/signing.md)。',
  },
  880103: {
    en: 'Check the username, and the `appkey` of a user of another application.',
    zh: '检查用户名；跨应用时检查对方的 `appkey`。',
  },
  880104: {
    en: 'Ask for the password again. In a further tab the session is live under another password; use `attach`.',
    zh: '请用户重新输入密码。若在另一个标签页出现，说明会话使用的密码不同，可改用 `attach`。',
  },
  880106: {
    en: 'The payload is older than 10 minutes. Fetch a fresh one, never a cached one, and check the clock of your server.',
    zh: '鉴权数据超过 10 分钟。重新获取，不要缓存，并校准服务器时钟。',
  },
  880107: {
    en: 'Call `loginOut` first, or use another `new JMessage()`.',
    zh: '先 `loginOut`，或另建一个 `new JMessage()`。',
  },
  880109: {
    en: 'The same socket was initialised twice. Only a stock client meets this.',
    zh: '同一连接初始化了两次，只有原版客户端会遇到。',
  },
  880111: {
    en: 'Your server has disabled the account. It can enable it again.',
    zh: '账号已被你的服务端停用，可由服务端重新启用。',
  },
  880203: {
    en: 'Check `target_username`, and `appkey` for another application.',
    zh: '检查 `target_username`；跨应用时检查 `appkey`。',
  },
  880204: {
    en: 'The group was dissolved, or belongs to another application.',
    zh: '群已解散，或属于其他应用。',
  },
  880205: {
    en: 'Join the group first, or remove it from the list: the account was removed.',
    zh: '需先入群；若账号已被移出，请从列表中去掉该群。',
  },
  880206: {
    en: 'A text has at most 8 KB of UTF-8, a request 60 KB. Send the rest as a file.',
    zh: '文本最多 8 KB（UTF-8），整个请求最多 60 KB。更长的内容请用文件发送。',
  },
  880207: {
    en: 'The recipient does not want messages of this account. A retry is useless.',
    zh: '对方已将此账号拉黑，重试无用。',
  },
  880208: {
    en: 'The server refused the words. Ask the user for others.',
    zh: '内容被服务器拒绝，请用户修改。',
  },
  880209: {
    en: 'Wait, and call less often. Passwords: 10 wrong ones a minute for an account from one address.',
    zh: '稍候再试并降低频率。密码错误：每分钟同一地址对同一账号最多 10 次。',
  },
  880210: { en: 'An upload has at most 10 MB.', zh: '上传文件最大 10 MB。' },
  880212: { en: 'Owner or keepers of the group have silenced the account.', zh: '已被群主或管理员禁言。' },
  880402: { en: 'The service does not allow this account to create groups.', zh: '服务端不允许此账号建群。' },
  880403: {
    en: 'Leave or dissolve a group first: an account has at most 500.',
    zh: '每个账号最多 500 个群，请先退出或解散一个。',
  },
  880404: { en: 'A name has at most 64 bytes.', zh: '群名最多 64 字节。' },
  880405: { en: 'A description has at most 250 bytes.', zh: '群描述最多 250 字节。' },
  880602: { en: 'Give at least one user.', zh: '至少要有一个用户。' },
  880604: {
    en: 'In a public group only owner and keepers add members.',
    zh: '公开群只有群主和管理员能加人。',
  },
  880606: { en: 'The service does not allow this user in the group.', zh: '服务端不允许此用户入群。' },
  880607: { en: 'The user is a member already; nothing has to be done.', zh: '该用户已是成员，无需处理。' },
  880608: {
    en: 'A list or group is full, or a call names too many users. The message names the limit.',
    zh: '列表或群已满，或一次传入的用户过多，message 会说明上限。',
  },
  880609: { en: 'The user has to leave a group first.', zh: '对方的群已满，需先退出一个。' },
  880610: { en: 'The user is a member already.', zh: '该用户已在群里。' },
  880611: { en: 'Only public groups take requests to join.', zh: '只有公开群可以申请加入。' },
  880612: {
    en: 'Another keeper has answered first. Remove the request from the list.',
    zh: '其他管理员已处理，请从列表中移除。',
  },
  880614: {
    en: 'Owner or keeper has to do this, or your server if pages may not register.',
    zh: '需由群主或管理员操作；若为注册，则只允许服务端创建账号。',
  },
  880704: { en: 'Only owner and keepers remove members.', zh: '只有群主和管理员能移除成员。' },
  880705: {
    en: 'The owner cannot be removed, and a keeper only by the owner.',
    zh: '群主不能被移除，管理员只能由群主移除。',
  },
  880903: { en: 'Leave the own account out of the list.', zh: '不能把自己加入黑名单。' },
  880904: { en: 'The user is on the blacklist already.', zh: '该用户已在黑名单中。' },
  881101: { en: 'Nothing has to be done.', zh: '已是该状态，无需处理。' },
  881102: { en: 'Nothing has to be done.', zh: '已是该状态，无需处理。' },
  881105: { en: 'Nothing has to be done.', zh: '已是该状态，无需处理。' },
  881106: { en: 'Nothing has to be done.', zh: '已是该状态，无需处理。' },
  881107: { en: 'Nothing has to be done.', zh: '已是该状态，无需处理。' },
  881108: { en: 'Nothing has to be done.', zh: '已是该状态，无需处理。' },
  881203: { en: 'Nothing has to be done.', zh: '已是该状态，无需处理。' },
  881204: { en: 'Nothing has to be done.', zh: '已是该状态，无需处理。' },
  881302: { en: 'Nothing has to be done.', zh: '已是好友，无需处理。' },
  881303: { en: 'Invite the user first.', zh: '请先添加对方为好友。' },
  881304: { en: 'A memo has at most 250 bytes.', zh: '备注最多 250 字节。' },
  881305: {
    en: 'The invitation is older than 15 days or was answered. Invite again.',
    zh: '邀请超过 15 天或已被处理，请重新邀请。',
  },
  881401: { en: 'A message can be retracted for 3 minutes.', zh: '消息只能在 3 分钟内撤回。' },
  881402: {
    en: 'Only the sender retracts a message, and sees its readers.',
    zh: '只有发送者可以撤回消息、查看已读。',
  },
  881403: {
    en: 'The message has expired (15 days), or the id is wrong.',
    zh: '消息已过期（15 天），或 id 有误。',
  },
  881404: { en: 'Nothing has to be done.', zh: '消息已撤回，无需处理。' },
  881501: { en: 'Call `enterChatroom` first.', zh: '先调用 `enterChatroom`。' },
  881502: { en: 'Your server has banned the user in this room.', zh: '该用户已被服务端在此聊天室禁言。' },
  881503: { en: 'Check the id. Your server creates rooms.', zh: '检查 id；聊天室由服务端创建。' },
  881504: { en: 'A text in a chat room has at most 4 KB.', zh: '聊天室文本最多 4 KB。' },
  881507: { en: 'Nothing has to be done.', zh: '已在聊天室中，无需处理。' },
  881508: {
    en: 'Wait until somebody leaves, or raise `roomMembers` of the gateway.',
    zh: '等待有人离开，或调高网关的 `roomMembers`。',
  },
  881509: {
    en: 'The message is not in the form of the protocol. Only a stock client meets this.',
    zh: '消息格式不符合协议，只有原版客户端会遇到。',
  },
  881602: {
    en: 'Transparent messages reach online users only. Send a message instead.',
    zh: '透传消息只能送达在线用户，请改发普通消息。',
  },
  881604: { en: 'A command has at most 8 KB.', zh: '透传内容最多 8 KB。' },
  881701: { en: 'Only the owner of the group may do this.', zh: '只有群主可以操作。' },
  882001: {
    en: 'A fault of the server. Try again; look into its log.',
    zh: '服务器内部错误。稍后重试，并查看日志。',
  },
  882002: {
    en: '`register`: choose another name. `getUserInfo` and `getGroupInfo`: check the name or the id.',
    zh: '`register`：换一个用户名。`getUserInfo`、`getGroupInfo`：检查用户名或群 id。',
  },
  882003: {
    en: 'The server does not know the request or its form. Compare the versions of both ends.',
    zh: '服务器不认识这个请求或其格式，请核对两端版本。',
  },
  882004: {
    en: 'The token of this device is not valid any longer. Log in again.',
    zh: '本设备的令牌已失效，请重新登录。',
  },
  882005: {
    en: 'The server is overloaded, or its Redis is away. Try again after a moment.',
    zh: '服务器过载，或其 Redis 不可用。稍后重试。',
  },
  889001: { en: 'Call `init` first, and wait for it.', zh: '先调用 `init` 并等待成功。' },
  889002: {
    en: 'Call `login` or `attach` first, and wait for it.',
    zh: '先调用 `login` 或 `attach` 并等待成功。',
  },
  889003: {
    en: 'Show the log-in page. `reason` of `getState()` says why the session ended.',
    zh: '显示登录页。`getState()` 的 `reason` 说明会话为何结束。',
  },
  889004: {
    en: 'No worker can be started. Check the address of the worker in the console, or call `restart()`.',
    zh: '无法启动 worker。查看控制台中的 worker 地址，或调用 `restart()`。',
  },
  889005: {
    en: 'The page itself has called `destroy()`. Make a new instance.',
    zh: '页面自己调用了 `destroy()`，请新建实例。',
  },
  889006: {
    en: 'Reload the page: a newer build of the site is running. `onOutdated` announces it.',
    zh: '刷新页面：站点的新版本已接管连接，`onOutdated` 会通知。',
  },
  889007: {
    en: 'No session was left on this device. Call `init` and `login`.',
    zh: '本设备没有遗留的会话，请调用 `init` 和 `login`。',
  },
  889008: {
    en: 'Functions, DOM nodes and class instances cannot. Pass plain data, `Blob` or `FormData`.',
    zh: '参数里含有函数、DOM 节点或类实例。只能传普通数据、`Blob` 或 `FormData`。',
  },
  889009: {
    en: 'An awaited call has timed out: five tries without an answer. Try again when `isConnect()` is true.',
    zh: '等待的调用已超时：五次尝试都没有应答。待 `isConnect()` 为 true 时重试。',
  },
  889010: {
    en: '`abort()` or `cancelSend` has ended the call, as was asked.',
    zh: '调用被 `abort()` 或 `cancelSend` 取消，属于预期。',
  },
  889011: {
    en: 'Check the network, `upload_file`, and the size that your proxy allows.',
    zh: '检查网络、`upload_file`，以及代理允许的请求大小。',
  },
  889012: {
    en: 'The server may have the message. Wait for its answer, then retract it.',
    zh: '消息可能已到达服务器。等待应答后再撤回。',
  },
  889013: {
    en: 'The entry was sent or cancelled meanwhile. Read `getOutbox` again.',
    zh: '该条目已发出或已取消。重新读取 `getOutbox`。',
  },
  889014: {
    en: 'Call in a browser only. On a server the instance is inert.',
    zh: '只能在浏览器中调用；在服务端，实例不起任何作用。',
  },
};
