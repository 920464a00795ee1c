/** Business events: a union over `event_type`. The constants are `EVENT` and `EVENT_EXTRA`. */
import type { EVENT } from './event-types.js';
import type { Group } from './groups.js';
import type { Json } from './json.js';
import type { AccountRef } from './messages.js';

export type EventTypeName = keyof typeof EVENT;

export interface EventFields<N extends EventTypeName> {
  /** Kind of event: one of `EVENT`. */
  event_type: (typeof EVENT)[N];
  /** Id of the event. */
  event_id: number;
  /** Time of the event, s. */
  ctime: number;
  /** Time of the event, ms. */
  ctime_ms?: number;
  /** User number of the cause. */
  from_uid?: number;
  /** Username of the cause. */
  from_username?: string;
  /** Application of the cause. */
  from_appkey?: string;
  /** Nickname of the cause. */
  from_nickname?: string;
  /** Users concerned. */
  to_usernames?: EventUser[];
  /** The group. */
  gid?: number;
  /** Detail of the event: see `EVENT_EXTRA`. */
  extra?: number;
  /** Answer: 0 accepted. */
  return_code?: number;
  /** Text of the event. */
  description?: Json;
}

export interface CausedEvent<N extends EventTypeName> extends EventFields<N> {
  /** Username of the cause. */
  from_username: string;
  /** Application of the cause. */
  from_appkey: string;
}

export interface SelfEvent
  extends EventFields<
    'otherLogin' | 'passwordChanged' | 'friendUpdated' | 'blacklist' | 'profile' | 'reportedElsewhere'
  > {}

export interface InvitationEvent extends CausedEvent<'invitation'> {
  /** 1 invitation, 2 answer. */
  extra: 1 | 2;
  /** Of an answer: 0 accepted, other codes declined. */
  return_code?: number;
  /** Text of the invitation, or reason of the refusal. */
  description?: string;
}

export interface UnfriendedEvent extends CausedEvent<'unfriended'> {}

export interface GroupEventFields<N extends EventTypeName> extends CausedEvent<N> {
  /** The group. */
  gid: number;
  /** The group, again. */
  from_gid?: number;
  /** Name of the group. */
  group_name?: string;
  /** The group's avatar, or ''. */
  media_id?: string;
}

export interface GroupEvent
  extends GroupEventFields<'groupCreated' | 'membersAdded' | 'membersRemoved' | 'groupChanged'> {}

export interface LeftEvent extends GroupEventFields<'left'> {
  /** The new owner, where the owner left. */
  new_owner?: EventUser;
}

/** `extra` of another device's no-disturb: 31 and 32 a user, 33 and 34 a group, 35 and 36 all; odd on, even off. */
export interface SettingEvent
  extends EventFields<
    'noDisturb' | 'shield' | 'blacklistElsewhere' | 'noDisturbElsewhere' | 'shieldElsewhere'
  > {
  /** The groups whose setting changed. */
  to_groups?: EventGroup[];
}

export interface RetractedEvent extends CausedEvent<'retracted'> {
  /** 0 between users, 1 in a group. */
  type: 0 | 1;
  /** The retracted messages. */
  msg_ids: number[];
  /** The same, under another name. */
  msgid_list?: number[];
  /** The group, or 0. */
  from_gid?: number;
}

/** Its fields are arguments of `addGroupMemberResp`. */
export interface JoinRequestEvent extends GroupEventFields<'joinRequest'> {
  /** true: the user asks. false: a member asks for others. */
  by_self: boolean;
  /** Reason, in words. */
  description?: string;
}

export interface JoinRefusedEvent extends GroupEventFields<'joinRefused' | 'joinRefusedByKeeper'> {
  /** Reason, in words. */
  description?: string;
}

export interface RoleEvent extends GroupEventFields<'silence' | 'keepers'> {
  /** 1 set, 2 unset. */
  extra: 1 | 2;
}

export interface OwnerEvent extends GroupEventFields<'owner'> {
  /** The new owner. */
  new_owner: EventUser;
}

export interface FriendsElsewhereEvent extends EventFields<'friendsElsewhere'> {
  /** JSON text; with `extra` 7 an object. */
  description?: Json;
}

export interface EventUser extends AccountRef {
  /** Nickname. */
  nickname?: string;
}

export type EventGroup = Pick<Group, 'gid'> & Partial<Omit<Group, 'group_type'>>;

/** A business event: a union over `event_type`. Servers may add types: keep a default branch. */
export type EventNotification =
  | SelfEvent
  | InvitationEvent
  | UnfriendedEvent
  | GroupEvent
  | LeftEvent
  | SettingEvent
  | RetractedEvent
  | JoinRequestEvent
  | JoinRefusedEvent
  | RoleEvent
  | OwnerEvent
  | FriendsElsewhereEvent;
