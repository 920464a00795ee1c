/** Area "Friends". */
import type { UserInfo } from './accounts.js';
import type { InvitationEvent, JoinRequestEvent } from './events.js';
import type { CachedAnswer, JMessageRequest } from './request.js';

export interface FriendsApi {
  /**
   * Lists one's own friends.
   * @guide 好友列表
   */
  getFriendList(): JMessageRequest<FriendsAnswer>;
  /**
   * Lists the invitations and requests to join that wait for an answer, whichever device received them.
   * @fails 882003
   * @addition
   */
  getInvitations(): JMessageRequest<InvitationsAnswer>;
  /**
   * Invites a user, or answers an invitation. The other side gets event 5.
   * @guide 添加好友&好友请求应答
   * @fails 880103 880207 880608 881302 881305
   */
  addFriend(params: AddFriendParams): JMessageRequest;
  /**
   * Accepts an invitation.
   * @since 2.3
   * @fails 880103 880608 881302 881305
   */
  acceptFriend(params: TargetName): JMessageRequest;
  /**
   * Declines an invitation.
   * @since 2.3
   * @fails 880103 881302 881305
   */
  declineFriend(params: DeclineFriendParams): JMessageRequest;
  /**
   * Ends a friendship. The other side gets event 6.
   * @guide 删除好友
   * @fails 880103 881303
   */
  delFriend(params: TargetName): JMessageRequest;
  /**
   * Sets one's own memo of a friend.
   * @guide 更新好友备注
   * @fails 880103 881303 881304
   */
  updateFriendMemo(params: FriendMemoParams): JMessageRequest;
}

export interface TargetName {
  /** Username. */
  target_name: string;
  /** Default: one's own. */
  appkey?: string | undefined;
}
export interface AddFriendParams extends TargetName {
  /** 1 invites, 2 answers an invitation. Default: 1. */
  from_type?: 1 | 2 | undefined;
  /** Text of the invitation. In an answer: empty accepts, any other text declines and is the reason. */
  why?: string | undefined;
}
export interface DeclineFriendParams extends TargetName {
  /** Reason, in words. */
  why?: string | undefined;
}
export interface FriendMemoParams extends TargetName {
  /** Own name for the friend. */
  memo_name: string;
  /** Further notes. `''` clears them. */
  memo_others?: string | undefined;
}

export interface InvitationsAnswer {
  /** Events 5 and 56, the oldest first. */
  events: (InvitationEvent | JoinRequestEvent)[];
}

export interface Friend extends UserInfo {
  /** Own name for the friend, or ''. */
  memo_name: string;
  /** The misprint of the V2 guide. */
  memo_nam: string;
  /** Further notes, or ''. */
  memo_others: string;
}
export interface FriendsAnswer extends CachedAnswer {
  /** The friends. */
  friend_list: Friend[];
}
