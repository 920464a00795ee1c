/** The events of the protocol by what they are about, and the values of their `extra`. */
import { EVENT_OTHER_LOGIN, EVENT_PASSWORD_CHANGED, EVENT_READ_ELSEWHERE } from '../../src/protocol/index.js';

export const EVENT = {
  otherLogin: EVENT_OTHER_LOGIN,
  passwordChanged: EVENT_PASSWORD_CHANGED,
  invitation: 5,
  unfriended: 6,
  /** A friend was changed by the server API, not by its owner. */
  friendUpdated: 7,
  groupCreated: 8,
  left: 9,
  membersAdded: 10,
  membersRemoved: 11,
  groupChanged: 12,
  noDisturb: 37,
  blacklist: 38,
  shield: 39,
  /** The account's own profile. */
  profile: 40,
  retracted: 55,
  joinRequest: 56,
  joinRefused: 57,
  /** …as the other keepers are told. */
  joinRefusedByKeeper: 58,
  silence: 65,
  keepers: 80,
  owner: 82,
  /** The rest is for the account's other devices. */
  friendsElsewhere: 100,
  blacklistElsewhere: 101,
  noDisturbElsewhere: 102,
  shieldElsewhere: 103,
  readElsewhere: EVENT_READ_ELSEWHERE,
  /** Receipts were reported: messages that need no report from these devices any more. */
  reportedElsewhere: 201,
} as const;

/** `extra` of what is set or unset, added or removed. */
export const ON = 1;
export const OFF = 2;
/** `extra` of {@link EVENT.left} when the whole group was ended. */
export const DISSOLVED = 69;
/** `extra` of {@link EVENT.joinRequest}: an account asks for itself, or a member asks for it. */
export const BY_SELF = 59;
export const BY_MEMBER = 10;
