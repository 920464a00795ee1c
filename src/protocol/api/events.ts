/** Business events: a union over `event_type`. The constants are `EVENT` and `EVENT_EXTRA`. */
import type { EVENT } from './event-types.js';
import type { Group } from './groups.js';
import type { Json } from './json.js';
import type { AccountRef } from './messages.js';

type Types = typeof EVENT;

/** Fields of every event. */
export interface EventFields<T extends number> {
  /** Kind of event: one of `EVENT`. */
  event_type: T;
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

/** Event with a cause. */
export interface CausedEvent<T extends number> extends EventFields<T> {
  /** Username of the cause. */
  from_username: string;
  /** Application of the cause. */
  from_appkey: string;
}

/** 1, 2: the session has ended. Of 1, `extra` says why: 0 another login, 1 disabled, 2 deleted. */
export interface SessionEndEvent extends EventFields<Types['otherLogin'] | Types['passwordChanged']> {}

/** 5: a friend invitation (`extra` 1), or the answer to one (`extra` 2). */
export interface InvitationEvent extends CausedEvent<Types['invitation']> {
  /** 1 invitation, 2 answer. */
  extra: 1 | 2;
  /** Of an answer: 0 accepted, other codes declined. */
  return_code?: number;
  /** Text of the invitation, or reason of the refusal. */
  description?: string;
}

/** 6: a friendship has ended. */
export interface UnfriendedEvent extends CausedEvent<Types['unfriended']> {}

/** 7: the application's server has changed a friend. */
export interface FriendUpdatedEvent extends EventFields<Types['friendUpdated']> {}

export interface GroupEventFields<T extends number> extends CausedEvent<T> {
  /** The group. */
  gid: number;
  /** The group, again. */
  from_gid?: number;
  /** Name of the group. */
  group_name?: string;
  /** The group's avatar, or ''. */
  media_id?: string;
}

/** 8, 10, 11, 12: a group was created, got or lost members (`to_usernames`), or has changed. */
export interface GroupEvent
  extends GroupEventFields<
    Types['groupCreated'] | Types['membersAdded'] | Types['membersRemoved'] | Types['groupChanged']
  > {}

/** 9: a member has left. `extra` 69: the group was dissolved. */
export interface LeftEvent extends GroupEventFields<Types['left']> {
  /** The new owner, where the owner left. */
  new_owner?: EventUser;
}

/** 37, 39: no-disturb or shields of this account have changed. */
export interface SettingEvent extends EventFields<Types['noDisturb'] | Types['shield']> {
  /** The groups whose setting changed. */
  to_groups?: EventGroup[];
}

/** 38, 40: the blacklist or the profile of this account has changed. */
export interface SelfEvent extends EventFields<Types['blacklist'] | Types['profile']> {}

/** 55: messages were retracted. */
export interface RetractedEvent extends CausedEvent<Types['retracted']> {
  /** 0 between users, 1 in a group. */
  type: 0 | 1;
  /** The retracted messages. */
  msg_ids: number[];
  /** The same, under another name. */
  msgid_list?: number[];
  /** The group, or 0. */
  from_gid?: number;
}

/** 56: a request to join a group. Arguments of `addGroupMemberResp`. */
export interface JoinRequestEvent extends GroupEventFields<Types['joinRequest']> {
  /** true: the user asks. false: a member asks for others. */
  by_self: boolean;
  /** Reason, in words. */
  description?: string;
}

/** 57, 58: a request to join was refused; 58 goes to the other keepers. */
export interface JoinRefusedEvent
  extends GroupEventFields<Types['joinRefused'] | Types['joinRefusedByKeeper']> {
  /** Reason, in words. */
  description?: string;
}

/** 65, 80: members were silenced, or keepers appointed (`extra` 1); or no longer (`extra` 2). */
export interface RoleEvent extends GroupEventFields<Types['silence'] | Types['keepers']> {
  /** 1 set, 2 unset. */
  extra: 1 | 2;
}

/** 82: a group has a new owner. */
export interface OwnerEvent extends GroupEventFields<Types['owner']> {
  /** The new owner. */
  new_owner: EventUser;
}

/** 100: friends have changed on another device: `extra` 5 added, 6 removed, 7 memo. */
export interface FriendsElsewhereEvent extends EventFields<Types['friendsElsewhere']> {
  /** JSON text; with `extra` 7 an object. */
  description?: Json;
}

/**
 * 101, 102, 103: a list has changed on another device.
 *
 * `extra` of 101 and 103: 1 added, 2 removed. Of 102: 31 and 32 a user, 33 and 34 a group, 35 and 36 all; odd on, even off.
 */
export interface ListElsewhereEvent
  extends EventFields<Types['blacklistElsewhere'] | Types['noDisturbElsewhere'] | Types['shieldElsewhere']> {
  /** The groups whose setting changed. */
  to_groups?: EventGroup[];
}

/** 201: receipts were reported on another device. */
export interface ReportedElsewhereEvent extends EventFields<Types['reportedElsewhere']> {}

export interface EventUser extends AccountRef {
  /** Nickname. */
  nickname?: string;
}

export type EventGroup = Pick<Group, 'gid'> & Partial<Omit<Group, 'group_type'>>;

/** A business event: a union over `event_type`. Servers may add types: keep a default branch. */
export type EventNotification =
  | SessionEndEvent
  | InvitationEvent
  | UnfriendedEvent
  | FriendUpdatedEvent
  | GroupEvent
  | LeftEvent
  | SettingEvent
  | SelfEvent
  | RetractedEvent
  | JoinRequestEvent
  | JoinRefusedEvent
  | RoleEvent
  | OwnerEvent
  | FriendsElsewhereEvent
  | ListElsewhereEvent
  | ReportedElsewhereEvent;
