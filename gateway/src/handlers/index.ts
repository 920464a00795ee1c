/** Routing: every event of the protocol's table has one handler, which is not reached by what does not satisfy the table. */
import {
  CODES,
  check,
  REQUESTS,
  type RequestEvent,
  type RequestPayload,
} from '../../../src/protocol/index.js';
import { refuse } from '../answers.js';
import type { Connection } from '../connection/connection.js';
import { isRequestEvent, type Reply, type Request } from '../connection/request.js';
import type { Services } from '../services/services.js';
import type { Turn } from '../util/turns.js';
import { addBlackList, delBlackList, getBlackList } from './blacklist.js';
import { addFriend, delFriend, getFriendList, updateFriendMemo } from './friends.js';
import { addMembers, answerJoinRequest, applyJoinGroup, removeMembers } from './group-members.js';
import { sendGroup } from './group-messages.js';
import { addKeepers, changeOwner, removeKeepers, silenceMember } from './group-roles.js';
import {
  createGroup,
  dissolveGroup,
  exitGroup,
  getGroupInfo,
  getGroupMembers,
  getGroups,
  getPublicGroups,
  updateGroupInfo,
} from './groups.js';
import { getHistory } from './history.js';
import { init, login, register } from './login.js';
import { getResource, getUploadToken } from './media.js';
import { getConversations, sendSingle } from './messages.js';
import {
  addGlobalNoDisturb,
  addGroupNoDisturb,
  addUserNoDisturb,
  delGlobalNoDisturb,
  delGroupNoDisturb,
  delUserNoDisturb,
  getNoDisturb,
} from './no-disturb.js';
import { getUserInfo, updatePassword, updateUserInfo } from './profiles.js';
import { listReaders, reportReceipts, resetUnread } from './reading.js';
import { logOut, resume } from './resume.js';
import { retractMessage } from './retract.js';
import { enterRoom, exitRoom, listOwnRooms, listRooms, roomInfo, sendRoom } from './rooms.js';
import { getSessions, logOutSession } from './sessions.js';
import { addShield, delShield, listShields } from './shields.js';
import {
  acknowledge,
  acknowledgeAll,
  acknowledgeConversations,
  acknowledgeEvent,
  acknowledgeEvents,
  acknowledgeReceipts,
  syncCheck,
  takePushes,
} from './sync.js';
import { transGroup, transPlatform, transSingle } from './transparent.js';
import type { Handler } from './types.js';
import { getInvitations } from './waiting.js';

const HANDLERS: { [E in RequestEvent]: Handler<E> } = {
  c_init: init,
  register,
  login,
  resume,
  log_out: logOut,
  get_sessions: getSessions,
  logout_session: logOutSession,
  get_across_user_info: getUserInfo,
  update_user_inf: updateUserInfo,
  update_user_pwd: updatePassword,
  get_friend_list: getFriendList,
  get_invitations: getInvitations,
  add_friend: addFriend,
  del_friend: delFriend,
  update_friend_memo: updateFriendMemo,
  get_black_list: getBlackList,
  add_black_list: addBlackList,
  del_black_list: delBlackList,
  no_disturb: getNoDisturb,
  add_msg_no_disturb_single: addUserNoDisturb,
  delete_msg_no_disturb_single: delUserNoDisturb,
  add_msg_no_disturb_group: addGroupNoDisturb,
  delete_msg_no_disturb_group: delGroupNoDisturb,
  add_msg_no_disturb_global: addGlobalNoDisturb,
  delete_msg_no_disturb_global: delGlobalNoDisturb,
  list_shield_group: listShields,
  add_msg_shield_group: addShield,
  del_msg_shield_group: delShield,
  get_conversations: getConversations,
  get_resource: getResource,
  get_upload_token: getUploadToken,
  s_across_single_text: sendSingle,
  send_group_msg: sendGroup,
  create_group: createGroup,
  exit_group: exitGroup,
  add_across_group_member: addMembers,
  del_across_group_member: removeMembers,
  get_groups_list: getGroups,
  get_group_info: getGroupInfo,
  update_group_info: updateGroupInfo,
  get_group_members: getGroupMembers,
  apply_join_group: applyJoinGroup,
  admin_add_group_member: answerJoinRequest,
  group_mem_silence: silenceMember,
  add_group_keeper: addKeepers,
  del_group_keeper: removeKeepers,
  change_group_admin: changeOwner,
  dissolve_group: dissolveGroup,
  public_group_list: getPublicGroups,
  room_list: listRooms,
  room_list_self: listOwnRooms,
  room_info: roomInfo,
  join_room: enterRoom,
  exit_room: exitRoom,
  send_room_msg: sendRoom,
  get_history: getHistory,
  msg_retract: retractMessage,
  msg_unread_list: listReaders,
  receipt_report: reportReceipts,
  unread_single_count: resetUnread,
  unread_group_count: resetUnread,
  trans_msg_single: transSingle,
  trans_msg_group: transGroup,
  trans_msg_platform: transPlatform,
  sync_check: syncCheck,
  msg_recv_v2: acknowledge,
  msg_recv: acknowledgeAll,
  sync_conversation_ack: acknowledgeConversations,
  sync_taken: takePushes,
  sync_event_ack: acknowledgeEvents,
  sync_receipt_ack: acknowledgeReceipts,
  event_notification: acknowledgeEvent,
};

const UNKNOWN: Reply = {
  answer: refuse(CODES.wireInvalidParameter, 'this gateway does not know the event'),
};

export async function serve(
  services: Services,
  connection: Connection,
  request: Request,
  turn: Turn,
): Promise<Reply> {
  const { event } = request;
  if (!isRequestEvent(event)) return UNKNOWN;
  return serveKnown(services, connection, request, turn, event);
}

async function serveKnown<E extends RequestEvent>(
  services: Services,
  connection: Connection,
  request: Request,
  turn: Turn,
  event: E,
): Promise<Reply> {
  const { needs, payload } = REQUESTS[event];
  if (needs !== 'nothing' && !connection.init) {
    return { answer: refuse(CODES.authFail, `${event}: this socket has not been initialised`) };
  }
  if (needs === 'login' && !connection.session) {
    return { answer: refuse(CODES.authFail, `${event}: this socket is not logged in`) };
  }
  const checked = check(payload, request.payload, event);
  if (!checked.ok) return { answer: checked.error };
  const handler: Handler<E> = HANDLERS[event];
  return handler({ services, connection, request, turn, payload: checked.value as RequestPayload<E> });
}
