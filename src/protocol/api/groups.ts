/** Area "Groups". */
import type { UserCard, UserRef } from './messages.js';
import type { Answer, CachedAnswer, JMessageRequest } from './request.js';

export interface GroupsApi {
  /**
   * Creates a group.
   * @guide 创建群组
   * @fails 880005 880210 880403 880404 880405 889011
   */
  createGroup(params: CreateGroupParams): JMessageRequest<CreatedGroup>;
  /**
   * Leaves a group. An owner who leaves hands the group to its longest member.
   * @guide 退出群组
   * @fails 880204 880205
   */
  exitGroup(params: GroupRef): JMessageRequest<LeftGroup>;
  /**
   * Adds members to a group.
   * @guide 增加群组成员
   * @fails 880203 880204 880207 880209 880602 880604 880607 880608 880609
   */
  addGroupMembers(params: GroupRef & UsersParams): JMessageRequest;
  /**
   * Removes members from a group. Owners and keepers may.
   * @guide 删除群组成员
   * @fails 880203 880204 880205 880602 880704 880705
   */
  delGroupMembers(params: GroupRef & UsersParams): JMessageRequest;
  /**
   * Lists one's own groups.
   * @guide 获取群组列表
   */
  getGroups(): JMessageRequest<GroupsAnswer>;
  /**
   * Gets a group.
   * @guide 获取群信息
   * @fails 880205 882002
   */
  getGroupInfo(params: GroupRef): JMessageRequest<GroupInfoAnswer>;
  /**
   * Changes name, description or avatar of a group. Owners and keepers may.
   * @guide 更新群信息
   * @fails 880005 880204 880205 880210 880404 880405 880614 889011
   */
  updateGroupInfo(params: UpdateGroupParams): JMessageRequest;
  /**
   * Lists the members of a group.
   * @guide 获取群成员
   * @fails 880204 880205
   */
  getGroupMembers(params: GroupRef): JMessageRequest<GroupMembersAnswer>;
  /**
   * Asks to join a public group. Owner and keepers get event 56.
   * @since 2.5
   * @fails 880204 880209 880608 880610 880611
   */
  joinGroup(params: JoinGroupParams): JMessageRequest;
  /**
   * Decides on a request to join.
   * @since 2.5
   * @fails 880203 880204 880205 880207 880209 880608 880609 880610 880612 880614
   */
  addGroupMemberResp(params: JoinDecisionParams): JMessageRequest;
  /**
   * Silences a member. Owners and keepers may.
   * @since 2.5
   * @fails 880203 880204 880205 880614
   */
  addGroupMemSilence(params: GroupRef & TargetUser): JMessageRequest;
  /**
   * Ends the silence of a member. Owners and keepers may.
   * @since 2.5
   * @fails 880203 880204 880205 880614
   */
  delGroupMemSilence(params: GroupRef & TargetUser): JMessageRequest;
  /**
   * Makes members keepers of the group. The owner may.
   * @since 2.6
   * @fails 880203 880204 880205 880602 880608 881701
   */
  addGroupKeeper(params: GroupRef & UsersParams): JMessageRequest;
  /**
   * Makes keepers members again. The owner may.
   * @since 2.6
   * @fails 880203 880204 880205 880602 881701
   */
  delGroupKeeper(params: GroupRef & UsersParams): JMessageRequest;
  /**
   * Hands the group to another member. The owner may.
   * @since 2.6
   * @fails 880203 880204 880205 881701
   */
  changeGroupAdmin(params: GroupRef & TargetUser): JMessageRequest;
  /**
   * Dissolves the group. The owner may.
   * @since 2.6
   * @fails 880204 880205 881701
   */
  dissolveGroup(params: GroupRef): JMessageRequest;
  /**
   * Lists a page of an application's public groups.
   * @since 2.6
   * @fails 880101
   */
  getAppkeyPublicGroups(params: ListPageParams): JMessageRequest<PublicGroupsAnswer>;
}

export interface GroupRef {
  /** The group. */
  gid: number | string;
}
export interface UpdateGroupParams extends GroupRef {
  /** Name of the group, at most 64 bytes. */
  group_name?: string | undefined;
  /** Description, at most 250 bytes. `''` clears it. */
  group_description?: string | undefined;
  /** An image, or a form with one. @since 2.4 */
  avatar?: FormData | Blob | undefined;
}
export interface CreateGroupParams extends Omit<UpdateGroupParams, 'gid'> {
  /** Name of the group, at most 64 bytes. */
  group_name: string;
  /** true: public, users may ask to join. @since 2.5 */
  is_limit?: boolean | undefined;
}
export interface UsersParams {
  /** The users, 1 to 500. */
  member_usernames: UserRef[];
}
export interface TargetUser {
  /** Username. */
  target_username: string;
  /** Default: one's own. */
  target_appkey?: string | undefined;
}
export interface JoinGroupParams extends GroupRef {
  /** Reason, in words. */
  reason?: string | undefined;
}
export interface JoinDecisionParams extends JoinGroupParams, TargetUser {
  /** `event_id` of event 56. */
  event_id: number | string;
  /** `from_username` of event 56: the user who asked. */
  from_username: string;
  /** Default: one's own. */
  from_appkey?: string | undefined;
  /** 0 accepts, other numbers refuse. */
  result: 0 | 1 | 2;
}
export interface ListPageParams {
  /** Place of the page's first entry in the list, from 0. */
  start: number | string;
  /** Default: one's own. */
  appkey?: string | undefined;
}

export interface Group {
  /** Id of the group. */
  gid: number;
  /** Name. */
  name: string;
  /** Description. */
  desc: string;
  /** Application of the group. */
  appkey: string;
  /** Time of creation, s. */
  ctime: number;
  /** Time of the last change, s. */
  mtime: number;
  /** Argument of `getResource`, or ''. */
  avatar: string;
  /** 2 public; 0 or 1 private. */
  group_type: number;
}
export interface GroupMember extends UserCard {
  /** 0 member, 1 owner, 2 keeper. */
  flag: number;
  /** The member is silenced. */
  keep_silence: boolean;
}

export interface CreatedGroup extends LeftGroup {
  /** The misprint of the V2 guide. */
  group_descriptin: string;
  /** Description. */
  group_description: string;
}
export interface GroupAnswer extends Answer {
  /** The group. */
  gid: number;
}
export interface LeftGroup extends GroupAnswer {
  /** Name of the group. */
  group_name: string;
}
export interface GroupsAnswer extends CachedAnswer {
  /** The groups. */
  group_list: Group[];
}
export interface GroupInfoAnswer extends CachedAnswer {
  /** The group. */
  group_info: Group;
}
export interface GroupMembersAnswer extends CachedAnswer {
  /** The members. */
  member_list: GroupMember[];
}
export interface ListPage {
  /** Entries of the list in all. */
  total: number;
  /** Place of the page's first entry. */
  start: number;
}
export interface PublicGroupsAnswer extends Answer {
  /** The page. */
  result: ListPage & {
    /** The groups. */
    groups: Group[];
  };
}
