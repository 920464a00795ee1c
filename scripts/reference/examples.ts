/** An example for each method and listener. The reference shows their text; the compiler checks it, and no program runs it. */
import type JMessage from '../../src/index.js';
import type { AuthPayload } from '../../src/protocol/index.js';

declare const JIM: JMessage;
declare const input: HTMLInputElement;
declare const auth: () => Promise<AuthPayload>;
declare const show: (...values: unknown[]) => void;

const [file] = input.files ?? [];
if (!file) throw new Error('no file');

export const EXAMPLES = {
  isInit: async () => {
    if (!JIM.isInit()) await JIM.init();
  },
  isLogin: () => {
    if (!JIM.isLogin()) location.assign('/login');
  },
  isConnect: () => {
    show(JIM.isConnect() ? 'online' : 'messages wait until the network returns');
  },
  isActive: () => {
    JIM.onMsgReceive(() => {
      if (JIM.isActive()) new Audio('/ding.mp3').play();
    });
  },
  inspect: async () => {
    const { host, worker } = await JIM.inspect();
    show(host, worker?.tabs.length, worker?.log.at(-1));
  },
  getState: () => {
    const { state, username, tabs } = JIM.getState();
    show(state, username, tabs);
  },
  addListener: () => {
    const remove = JIM.addListener('onStateChange', ({ state }) => show(state));
    window.addEventListener('pagehide', remove);
  },
  restart: () => {
    JIM.restart();
  },
  destroy: () => {
    JIM.destroy();
  },

  init: async () => {
    await JIM.init(await auth());
  },
  register: async () => {
    await JIM.register({ username: 'alice', password: 'secret', nickname: 'Alice' });
  },
  login: async () => {
    const { username, online_list } = await JIM.login({ username: 'alice', password: 'secret' });
    show(username, online_list.length);
  },
  attach: () => {
    JIM.attach({ appkey: 'my-app', username: 'alice' }).onFail(({ code }) => {
      if (code === 889007) show('no session: ask for the password');
    });
  },
  loginOut: async () => {
    await JIM.loginOut({ wipe: true });
  },
  getUserInfo: async () => {
    const { user_info } = await JIM.getUserInfo({ username: 'bob' });
    show(user_info.nickname, user_info.avatar);
  },
  updateSelfInfo: async () => {
    await JIM.updateSelfInfo({ nickname: 'Alice', gender: 2, extras: { team: 'blue' } });
  },
  updateSelfAvatar: () => {
    JIM.updateSelfAvatar({ avatar: file }).onProgress(({ loaded, total }) => show(loaded / total));
  },
  updateSelfPwd: async () => {
    await JIM.updateSelfPwd({ old_pwd: 'secret', new_pwd: 'another secret' });
  },
  getSessions: async () => {
    const { sessions } = await JIM.getSessions();
    for (const { platform, agent, is_current } of sessions) show(platform, agent, is_current);
  },
  logoutSession: async () => {
    const { sessions } = await JIM.getSessions();
    for (const { id, is_current } of sessions) if (!is_current) await JIM.logoutSession({ id });
  },
  getResource: async () => {
    const { url } = await JIM.getResource({ media_id: 'qiniu/image/a.png' });
    show(url);
  },

  getConversation: async () => {
    const { conversations, from_cache } = await JIM.getConversation();
    for (const { name, unread_msg_count } of conversations) show(name, unread_msg_count);
    if (from_cache) show('offline: from this device');
  },
  getHistory: async () => {
    const { messages, more } = await JIM.getHistory({ username: 'bob', limit: 50 });
    const [oldest] = messages;
    if (more && oldest) await JIM.getHistory({ username: 'bob', before: oldest });
  },
  updateConversation: () => {
    JIM.updateConversation({ username: 'bob', extras: { pinned: true } });
  },
  getUnreadMsgCnt: () => {
    show(JIM.getUnreadMsgCnt({ gid: 12345 }));
  },
  resetUnreadCount: () => {
    JIM.resetUnreadCount({ username: 'bob' });
  },
  closeConversation: () => {
    JIM.closeConversation({ username: 'bob' });
  },

  getFriendList: async () => {
    const { friend_list } = await JIM.getFriendList();
    for (const { username, memo_name } of friend_list) show(username, memo_name);
  },
  addFriend: async () => {
    await JIM.addFriend({ target_name: 'bob', why: 'We met yesterday.' });
  },
  acceptFriend: async () => {
    await JIM.acceptFriend({ target_name: 'bob' });
  },
  declineFriend: async () => {
    await JIM.declineFriend({ target_name: 'bob', why: 'I do not know you.' });
  },
  delFriend: async () => {
    await JIM.delFriend({ target_name: 'bob' });
  },
  updateFriendMemo: async () => {
    await JIM.updateFriendMemo({ target_name: 'bob', memo_name: 'Bob from work' });
  },

  createGroup: async () => {
    const { gid } = await JIM.createGroup({
      group_name: 'Hikers',
      group_description: 'Sundays',
      is_limit: true,
    });
    show(gid);
  },
  exitGroup: async () => {
    await JIM.exitGroup({ gid: 12345 });
  },
  addGroupMembers: async () => {
    await JIM.addGroupMembers({ gid: 12345, member_usernames: [{ username: 'bob' }, { username: 'carol' }] });
  },
  delGroupMembers: async () => {
    await JIM.delGroupMembers({ gid: 12345, member_usernames: [{ username: 'bob' }] });
  },
  getGroups: async () => {
    const { group_list } = await JIM.getGroups();
    for (const { gid, name } of group_list) show(gid, name);
  },
  getGroupInfo: async () => {
    const { group_info } = await JIM.getGroupInfo({ gid: 12345 });
    show(group_info.name, group_info.desc);
  },
  updateGroupInfo: async () => {
    await JIM.updateGroupInfo({ gid: 12345, group_name: 'Hikers and climbers' });
  },
  getGroupMembers: async () => {
    const { member_list } = await JIM.getGroupMembers({ gid: 12345 });
    const owner = member_list.find(({ flag }) => flag === 1);
    show(owner?.username);
  },
  joinGroup: async () => {
    await JIM.joinGroup({ gid: 12345, reason: 'I hike every Sunday.' });
  },
  addGroupMemberResp: () => {
    JIM.onEventNotification((event) => {
      if (event.event_type !== 56) return;
      const { gid, event_id, from_username, to_usernames = [] } = event;
      for (const { username } of to_usernames) {
        JIM.addGroupMemberResp({ gid, event_id, from_username, target_username: username, result: 0 });
      }
    });
  },
  addGroupMemSilence: async () => {
    await JIM.addGroupMemSilence({ gid: 12345, target_username: 'bob' });
  },
  delGroupMemSilence: async () => {
    await JIM.delGroupMemSilence({ gid: 12345, target_username: 'bob' });
  },
  addGroupKeeper: async () => {
    await JIM.addGroupKeeper({ gid: 12345, member_usernames: [{ username: 'bob' }] });
  },
  delGroupKeeper: async () => {
    await JIM.delGroupKeeper({ gid: 12345, member_usernames: [{ username: 'bob' }] });
  },
  changeGroupAdmin: async () => {
    await JIM.changeGroupAdmin({ gid: 12345, target_username: 'bob' });
  },
  dissolveGroup: async () => {
    await JIM.dissolveGroup({ gid: 12345 });
  },
  getAppkeyPublicGroups: async () => {
    const { result } = await JIM.getAppkeyPublicGroups({ start: 0 });
    show(result.total, result.groups.length);
  },

  onMsgReceive: () => {
    JIM.onMsgReceive(({ messages }) => {
      for (const { content, msg_id } of messages) show(msg_id, content.from_id, content.msg_type);
    });
  },
  onSyncConversation: () => {
    JIM.onSyncConversation((conversations) => {
      for (const { key, unread_msg_count, msgs } of conversations) show(key, unread_msg_count, msgs.length);
    });
  },
  onEventNotification: () => {
    JIM.onEventNotification((event) => {
      if (event.event_type === 5) show(`${event.from_username} sends an invitation or its answer`);
    });
  },
  onSyncEvent: () => {
    JIM.onSyncEvent((events) => show(events.length));
  },
  onUserInfUpdate: () => {
    JIM.onUserInfUpdate(({ username }) => show(`${username} has another profile`));
  },
  onMsgReceiptChange: () => {
    JIM.onMsgReceiptChange(({ receipt_msgs }) => {
      for (const { msg_id, unread_count } of receipt_msgs) show(msg_id, unread_count);
    });
  },
  onSyncMsgReceipt: () => {
    JIM.onSyncMsgReceipt((changes) => {
      for (const { receipt_msgs } of changes) show(receipt_msgs.length);
    });
  },
  onMutiUnreadMsgUpdate: () => {
    JIM.onMutiUnreadMsgUpdate((name) => show(name.type === 3 ? name.username : name.gid));
  },
  onTransMsgRec: () => {
    JIM.onTransMsgRec(({ from_username, cmd }) => show(from_username, cmd));
  },
  onRoomMsg: () => {
    JIM.onRoomMsg(({ room_id, content }) => show(room_id, content.from_id));
  },
  onDisconnect: () => {
    JIM.onDisconnect(() => show('the connection was lost'));
  },
  onStateChange: () => {
    JIM.onStateChange(({ state, retryAt, reason }) => show(state, retryAt, reason));
  },
  onOutboxChange: () => {
    JIM.onOutboxChange(({ id, state, message }) => show(id, state, message));
  },
  onUnreadChange: () => {
    JIM.onUnreadChange(({ type, unread_msg_count }) => show(type, unread_msg_count));
  },
  onActiveChange: () => {
    JIM.onActiveChange((active) => show(active ? 'this tab notifies' : 'another tab notifies'));
  },
  onOutdated: () => {
    JIM.onOutdated(() => location.reload());
  },
  onDegraded: () => {
    JIM.onDegraded(({ reason }) => show(`unsent messages are not kept: ${reason}`));
  },

  getNoDisturb: async () => {
    const { no_disturb } = await JIM.getNoDisturb();
    show(no_disturb.global === 1, no_disturb.users, no_disturb.groups);
  },
  addSingleNoDisturb: async () => {
    await JIM.addSingleNoDisturb({ target_name: 'bob' });
  },
  delSingleNoDisturb: async () => {
    await JIM.delSingleNoDisturb({ target_name: 'bob' });
  },
  addGroupNoDisturb: async () => {
    await JIM.addGroupNoDisturb({ gid: 12345 });
  },
  delGroupNoDisturb: async () => {
    await JIM.delGroupNoDisturb({ gid: 12345 });
  },
  addGlobalNoDisturb: async () => {
    await JIM.addGlobalNoDisturb();
  },
  delGlobalNoDisturb: async () => {
    await JIM.delGlobalNoDisturb();
  },
  addGroupShield: async () => {
    await JIM.addGroupShield({ gid: 12345 });
  },
  delGroupShield: async () => {
    await JIM.delGroupShield({ gid: 12345 });
  },
  groupShieldList: async () => {
    const { groups } = await JIM.groupShieldList();
    show(groups.map(({ name }) => name));
  },
  getBlacks: async () => {
    const { black_list } = await JIM.getBlacks();
    show(black_list.map(({ username }) => username));
  },
  addSingleBlacks: async () => {
    await JIM.addSingleBlacks({ member_usernames: [{ username: 'mallory' }] });
  },
  delSingleBlacks: async () => {
    await JIM.delSingleBlacks({ member_usernames: [{ username: 'mallory' }] });
  },

  getOutbox: async () => {
    const { entries } = await JIM.getOutbox();
    for (const { id, state, content } of entries) show(id, state, content.msg_type);
  },
  retrySend: async () => {
    const { entries } = await JIM.getOutbox();
    for (const { id, state } of entries) if (state === 'failed') await JIM.retrySend({ id });
  },
  cancelSend: () => {
    const request = JIM.sendSingleMsg({ target_username: 'bob', content: 'hi' });
    JIM.cancelSend({ id: request.id }).onFail(({ code }) => {
      if (code === 889012) show('too late: retract the message instead');
    });
  },

  msgRetract: async () => {
    const { msg_id } = await JIM.sendSingleMsg({ target_username: 'bob', content: 'hi' });
    await JIM.msgRetract({ msg_id });
  },
  msgUnreadList: async () => {
    const { msg_unread_list } = await JIM.msgUnreadList({ msg_id: 1700000000000000 });
    show(msg_unread_list.read_list.length, msg_unread_list.unread_list.length);
  },
  addSingleReceiptReport: () => {
    JIM.onMsgReceive(({ messages: [message] }) => {
      if (!message.need_receipt || message.msg_type !== 3) return;
      JIM.addSingleReceiptReport({ username: message.from_username, msg_ids: [message.msg_id] });
    });
  },
  addGroupReceiptReport: async () => {
    await JIM.addGroupReceiptReport({ gid: 12345, msg_ids: [1700000000000000] });
  },
  transSingleMsg: async () => {
    await JIM.transSingleMsg({ target_username: 'bob', cmd: 'typing' });
  },
  transGroupMsg: async () => {
    await JIM.transGroupMsg({ gid: 12345, cmd: 'typing' });
  },
  transPlatMsg: async () => {
    await JIM.transPlatMsg({ platform: 'all', cmd: 'theme=dark' });
  },

  getAppkeyChatrooms: async () => {
    const { result } = await JIM.getAppkeyChatrooms({ start: 0 });
    for (const { id, name } of result.rooms) show(id, name);
  },
  getSelfChatrooms: async () => {
    const { chat_rooms } = await JIM.getSelfChatrooms();
    show(chat_rooms.length);
  },
  getChatroomInfo: async () => {
    const { info } = await JIM.getChatroomInfo({ id: 77 });
    show(info.name, info.total_member_count);
  },
  enterChatroom: async () => {
    JIM.onRoomMsg(({ content }) => show(content.from_id));
    await JIM.enterChatroom({ id: 77 });
  },
  exitChatroom: async () => {
    await JIM.exitChatroom({ id: 77 });
  },
  sendChatroomMsg: async () => {
    await JIM.sendChatroomMsg({ target_rid: 77, content: 'hi, all' });
  },
  sendChatroomPic: async () => {
    await JIM.sendChatroomPic({ target_rid: 77, image: file });
  },
  sendChatroomFile: async () => {
    await JIM.sendChatroomFile({ target_rid: 77, file });
  },
  sendChatroomLocation: async () => {
    await JIM.sendChatroomLocation({
      target_rid: 77,
      latitude: 22.5,
      longitude: 113.9,
      scale: 15,
      label: 'Shenzhen',
    });
  },
  sendChatroomCustom: async () => {
    await JIM.sendChatroomCustom({ target_rid: 77, custom: { gift: 'rose' } });
  },

  sendSingleMsg: () => {
    JIM.sendSingleMsg({ target_username: 'bob', content: 'hi', need_receipt: true })
      .onSuccess(({ msg_id }, message) => show(msg_id, message.content))
      .onQueued(({ id }) => show(`${id} waits for a connection`))
      .onFail(({ code, message }) => show(code, message))
      .onTimeout(() => show('no answer'));
  },
  sendSinglePic: () => {
    JIM.sendSinglePic({ target_username: 'bob', image: file }).onProgress(({ loaded, total }) =>
      show(loaded / total),
    );
  },
  sendSingleFile: async () => {
    await JIM.sendSingleFile({ target_username: 'bob', file });
  },
  sendSingleLocation: async () => {
    await JIM.sendSingleLocation({
      target_username: 'bob',
      latitude: 22.5,
      longitude: 113.9,
      scale: 15,
      label: 'Shenzhen',
    });
  },
  sendSingleCustom: async () => {
    await JIM.sendSingleCustom({ target_username: 'bob', custom: { order: 4711 } });
  },
  sendGroupMsg: async () => {
    await JIM.sendGroupMsg({ target_gid: 12345, content: '@bob hi', at_list: [{ username: 'bob' }] });
  },
  sendGroupPic: async () => {
    await JIM.sendGroupPic({ target_gid: 12345, image: file });
  },
  sendGroupFile: async () => {
    await JIM.sendGroupFile({ target_gid: 12345, file });
  },
  sendGroupLocation: async () => {
    await JIM.sendGroupLocation({
      target_gid: 12345,
      latitude: 22.5,
      longitude: 113.9,
      scale: 15,
      label: 'Shenzhen',
    });
  },
  sendGroupCustom: async () => {
    await JIM.sendGroupCustom({ target_gid: 12345, custom: { poll: ['yes', 'no'] } });
  },
};
