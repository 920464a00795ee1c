/**
 * What the reference says of each method: the specification's heading for it (or the version that added it), and one sentence. Apart from the
 * method table, which pages and workers load.
 */

import type { LocalName } from './index.js';
import type { MethodName } from './names.js';

export interface MethodDoc {
  readonly section: string;
  readonly summary: string;
}

export const METHOD_DOCS: Readonly<Record<MethodName | LocalName, MethodDoc>> = {
  init: {
    section: '初始化',
    summary: 'Presents the signed payload that allows this page to use the application.',
  },
  register: {
    section: '注册',
    summary: 'Creates an account in the application.',
  },
  login: {
    section: '登录',
    summary: 'Logs in, or joins the session that another tab has with the same credentials.',
  },
  attach: {
    section: '—',
    summary:
      'Joins the session of an account without its password: same origin, same browser profile. It may be live in another tab, or have been left by an earlier run of the browser without a log-out; then it comes back by itself, and is there for reading also while there is no network. An addition to V2.',
  },
  loginOut: {
    section: '登出',
    summary:
      "Ends the account's session in every tab. `wipe: true` (an addition to V2) also deletes what is kept of the account on this device.",
  },
  getUserInfo: {
    section: '获取用户信息',
    summary: 'The profile of a user.',
  },
  updateSelfInfo: {
    section: '更新个人信息',
    summary: "Changes fields of one's own profile.",
  },
  updateSelfAvatar: {
    section: '更新个人头像',
    summary: "Changes one's own picture.",
  },
  updateSelfPwd: {
    section: '更新个人密码',
    summary: "Changes one's own password; every session of the account ends with event 2.",
  },
  getSessions: {
    section: '—',
    summary:
      "The account's sessions: those that are connected, and those that can come back without a password. Of servers that give resume tokens. An addition to V2.",
  },
  logoutSession: {
    section: '—',
    summary:
      'Ends one of the account’s sessions, wherever it is: its client is told as after a login elsewhere (event 1) and cannot come back without the password. An addition to V2.',
  },
  getConversation: {
    section: '获取会话列表',
    summary: "The account's conversations, the latest first; from the cache while there is no connection.",
  },
  getResource: {
    section: '获取资源访问路径',
    summary: 'A URL, good for a while, under which an uploaded file can be had.',
  },
  sendSingleMsg: {
    section: '发送单聊文本',
    summary: 'Sends a text to a user.',
  },
  sendSinglePic: {
    section: '发送单聊图片',
    summary: 'Sends an image to a user.',
  },
  sendSingleFile: {
    section: '发送单聊文件',
    summary: 'Sends a file to a user.',
  },
  sendSingleLocation: {
    section: '发送单聊位置',
    summary: 'Sends a place to a user.',
  },
  sendSingleCustom: {
    section: '发送单聊自定义消息',
    summary: "Sends an object of the application's own to a user.",
  },
  sendGroupMsg: {
    section: '发送群聊文本',
    summary: 'Sends a text to a group; `at_list` addresses members, empty all of them.',
  },
  sendGroupPic: {
    section: '发送群聊图片',
    summary: 'Sends an image to a group.',
  },
  sendGroupFile: {
    section: '发送群聊文件',
    summary: 'Sends a file to a group.',
  },
  sendGroupLocation: {
    section: '发送群聊位置',
    summary: 'Sends a place to a group.',
  },
  sendGroupCustom: {
    section: '发送群聊自定义消息',
    summary: "Sends an object of the application's own to a group.",
  },
  sendChatroomMsg: {
    section: 'since 2.5',
    summary: 'Sends a text to a chat room.',
  },
  sendChatroomPic: {
    section: 'since 2.5',
    summary: 'Sends an image to a chat room.',
  },
  sendChatroomFile: {
    section: 'since 2.5',
    summary: 'Sends a file to a chat room.',
  },
  sendChatroomLocation: {
    section: 'since 2.5',
    summary: 'Sends a place to a chat room.',
  },
  sendChatroomCustom: {
    section: 'since 2.5',
    summary: "Sends an object of the application's own to a chat room.",
  },
  msgRetract: {
    section: 'since 2.3',
    summary: "Takes one's own message back; both sides get event 55.",
  },
  msgUnreadList: {
    section: 'since 2.4',
    summary: 'Who has and who has not read a message that was sent with `need_receipt`.',
  },
  addSingleReceiptReport: {
    section: 'since 2.4',
    summary: "Reports a user's messages as read; reports are gathered for two seconds or fifty ids.",
  },
  addGroupReceiptReport: {
    section: 'since 2.4',
    summary: "Reports a group's messages as read; reports are gathered for two seconds or fifty ids.",
  },
  transSingleMsg: {
    section: 'since 2.4',
    summary: 'Hands a command to a user who is on line now.',
  },
  transGroupMsg: {
    section: 'since 2.4',
    summary: 'Hands a command to the members of a group who are on line now.',
  },
  transPlatMsg: {
    section: 'since 2.6',
    summary: "Hands a command to one's own other platforms.",
  },
  createGroup: {
    section: '创建群组',
    summary: 'Creates a group; `is_limit: true` makes it public.',
  },
  exitGroup: {
    section: '退出群组',
    summary: 'Leaves a group. An owner who leaves hands it to the member who has been in it longest.',
  },
  addGroupMembers: {
    section: '增加群组成员',
    summary: 'Adds members to a group.',
  },
  delGroupMembers: {
    section: '删除群组成员',
    summary: 'Removes members from a group.',
  },
  getGroups: {
    section: '获取群组列表',
    summary: 'The groups one is a member of.',
  },
  getGroupInfo: {
    section: '获取群信息',
    summary: 'What a group is.',
  },
  updateGroupInfo: {
    section: '更新群信息',
    summary: 'Changes name, description or avatar of a group: any of them.',
  },
  getGroupMembers: {
    section: '获取群成员',
    summary: 'The members of a group.',
  },
  joinGroup: {
    section: 'since 2.5',
    summary: 'Asks to be let into a public group.',
  },
  addGroupMemberResp: {
    section: 'since 2.5',
    summary: 'Answers a join request: `result` 0 accepts, 1 refuses.',
  },
  addGroupMemSilence: {
    section: 'since 2.5',
    summary: 'Silences a member.',
  },
  delGroupMemSilence: {
    section: 'since 2.5',
    summary: 'Lets a silenced member speak again.',
  },
  addGroupKeeper: {
    section: 'since 2.6',
    summary: 'Makes members keepers of the group.',
  },
  delGroupKeeper: {
    section: 'since 2.6',
    summary: 'Makes keepers members again.',
  },
  changeGroupAdmin: {
    section: 'since 2.6',
    summary: 'Hands the group over to another member.',
  },
  dissolveGroup: {
    section: 'since 2.6',
    summary: 'Ends the group.',
  },
  getAppkeyPublicGroups: {
    section: 'since 2.6',
    summary: "A page of an application's public groups.",
  },
  getNoDisturb: {
    section: '获取免打扰',
    summary: 'Who and what may not disturb.',
  },
  addSingleNoDisturb: {
    section: '添加用户免打扰',
    summary: 'A user may not disturb.',
  },
  delSingleNoDisturb: {
    section: '关闭用户免打扰',
    summary: 'A user may disturb again.',
  },
  addGroupNoDisturb: {
    section: '添加群组免打扰',
    summary: 'A group may not disturb.',
  },
  delGroupNoDisturb: {
    section: '关闭群组免打扰',
    summary: 'A group may disturb again.',
  },
  addGlobalNoDisturb: {
    section: '添加全局免打扰',
    summary: 'Nobody may disturb.',
  },
  delGlobalNoDisturb: {
    section: '关闭全局免打扰',
    summary: 'Everybody may disturb again.',
  },
  addGroupShield: {
    section: '添加群屏蔽',
    summary: "A group's messages are not pushed.",
  },
  delGroupShield: {
    section: '关闭群屏蔽',
    summary: "A group's messages are pushed again.",
  },
  groupShieldList: {
    section: 'since 2.3',
    summary: 'The groups whose messages are not pushed.',
  },
  getBlacks: {
    section: '获取黑名单',
    summary: 'Who may not write.',
  },
  addSingleBlacks: {
    section: '添加黑名单',
    summary: 'Users may not write: their messages fail with 880207.',
  },
  delSingleBlacks: {
    section: '删除黑名单',
    summary: 'Users may write again.',
  },
  getFriendList: {
    section: '好友列表',
    summary: "One's friends.",
  },
  addFriend: {
    section: '添加好友&好友请求应答',
    summary:
      'Invites a user (`from_type` 1), or answers an invitation (2): an empty `why` accepts, any other declines.',
  },
  acceptFriend: {
    section: 'since 2.3',
    summary: 'Accepts an invitation.',
  },
  declineFriend: {
    section: 'since 2.3',
    summary: 'Declines an invitation.',
  },
  delFriend: {
    section: '删除好友',
    summary: 'Ends a friendship.',
  },
  updateFriendMemo: {
    section: '更新好友备注',
    summary: 'What one calls a friend.',
  },
  getAppkeyChatrooms: {
    section: 'since 2.5',
    summary: "A page of an application's chat rooms.",
  },
  getSelfChatrooms: {
    section: 'since 2.5',
    summary: 'The chat rooms one is in.',
  },
  getChatroomInfo: {
    section: 'since 2.5',
    summary: 'What a chat room is.',
  },
  enterChatroom: {
    section: 'since 2.5',
    summary: 'Enters a chat room; its last fifty messages come through `onRoomMsg`.',
  },
  exitChatroom: {
    section: 'since 2.5',
    summary: 'Leaves a chat room.',
  },
  updateConversation: {
    section: 'since 2.4',
    summary: 'Replaces the extras that getConversation shows.',
  },
  getUnreadMsgCnt: {
    section: 'since 2.4',
    summary: 'How many messages of a conversation have not been read, the same in every tab.',
  },
  resetUnreadCount: {
    section: 'since 2.4',
    summary:
      'The conversation has been read up to its end, here and on other devices. It stays open in this tab until another is, and does not count up while the tab is visible.',
  },
  closeConversation: {
    section: '—',
    summary:
      'Nobody reads the conversation in this tab any longer: what arrives counts as unread again. An addition to V2.',
  },
  getHistory: {
    section: '—',
    summary:
      'A page of a conversation, oldest first, from this device where it has it, else from the server: the latest `limit` messages (20), or those `before` one. `more` says whether there are earlier ones. An addition to V2.',
  },
  getOutbox: {
    section: '—',
    summary:
      'The sends that are not delivered: waiting, on their way or failed; of all tabs, and of pages that have gone. An addition to V2.',
  },
  retrySend: {
    section: '—',
    summary:
      'Sends a failed entry of the outbox again, and is answered as the send would be. An addition to V2.',
  },
  cancelSend: {
    section: '—',
    summary:
      'Takes an entry out of the outbox before it goes out, or after it has failed. Its request fails with 889010. One that may have reached the server is refused with 889012. An addition to V2.',
  },
};
