/** Area "Lists": no-disturb, shields, blacklist. */
import type { UserInfo } from './accounts.js';
import type { TargetName } from './friends.js';
import type { Group, GroupRef, UsersParams } from './groups.js';
import type { UserName } from './messages.js';
import type { CachedAnswer, JMessageRequest } from './request.js';

export interface ListsApi {
  /**
   * Gets the no-disturb settings.
   * @guide 获取免打扰
   */
  getNoDisturb(): JMessageRequest<NoDisturbAnswer>;
  /**
   * Adds a user to no-disturb.
   * @guide 添加用户免打扰
   * @fails 880103 880608 881101
   */
  addSingleNoDisturb(params: TargetName): JMessageRequest;
  /**
   * Removes a user from no-disturb.
   * @guide 关闭用户免打扰
   * @fails 880103 881102
   */
  delSingleNoDisturb(params: TargetName): JMessageRequest;
  /**
   * Adds a group to no-disturb.
   * @guide 添加群组免打扰
   * @fails 880204 880205 880608 881105
   */
  addGroupNoDisturb(params: GroupRef): JMessageRequest;
  /**
   * Removes a group from no-disturb.
   * @guide 关闭群组免打扰
   * @fails 880204 880205 881106
   */
  delGroupNoDisturb(params: GroupRef): JMessageRequest;
  /**
   * Turns global no-disturb on.
   * @guide 添加全局免打扰
   * @fails 881107
   */
  addGlobalNoDisturb(): JMessageRequest;
  /**
   * Turns global no-disturb off.
   * @guide 关闭全局免打扰
   * @fails 881108
   */
  delGlobalNoDisturb(): JMessageRequest;
  /**
   * Shields a group: its messages are not delivered.
   * @guide 添加群屏蔽
   * @fails 880204 880205 881203
   */
  addGroupShield(params: GroupRef): JMessageRequest;
  /**
   * Ends the shield of a group.
   * @guide 关闭群屏蔽
   * @fails 880204 880205 881204
   */
  delGroupShield(params: GroupRef): JMessageRequest;
  /**
   * Lists the shielded groups.
   * @since 2.3
   */
  groupShieldList(): JMessageRequest<ShieldsAnswer>;
  /**
   * Lists the users who may not write.
   * @guide 获取黑名单
   */
  getBlacks(): JMessageRequest<BlacklistAnswer>;
  /**
   * Adds users to the blacklist: their messages fail with 880207.
   * @guide 添加黑名单
   * @fails 880103 880602 880608 880903 880904
   */
  addSingleBlacks(params: UsersParams): JMessageRequest;
  /**
   * Removes users from the blacklist.
   * @guide 删除黑名单
   * @fails 880103 880602
   */
  delSingleBlacks(params: UsersParams): JMessageRequest;
}

export interface NoDisturb {
  /** 1: no message notifies. */
  global: number;
  /** Users whose messages do not notify. */
  users: UserName[];
  /** Groups whose messages do not notify. */
  groups: Pick<Group, 'gid' | 'name' | 'appkey' | 'desc'>[];
}
export interface NoDisturbAnswer extends CachedAnswer {
  /** The settings. */
  no_disturb: NoDisturb;
}
export interface ShieldsAnswer extends CachedAnswer {
  /** The groups. */
  group_list: Group[];
  /** The same, under the name of V2's service. */
  groups: Group[];
}
export interface BlacklistAnswer extends CachedAnswer {
  /** The users. */
  black_list: UserInfo[];
}
