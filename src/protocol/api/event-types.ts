/** Business events by their `event_type`, and the values of their `extra`. */

/** The `event_type` of each event. */
export const EVENT = {
  /** The session ends: another login, or the account is disabled. */
  otherLogin: 1,
  /** The session ends: the password has changed. */
  passwordChanged: 2,
  /** A friend invitation, or the answer to one. */
  invitation: 5,
  /** A friendship has ended. */
  unfriended: 6,
  /** The application's server has changed a friend. */
  friendUpdated: 7,
  groupCreated: 8,
  /** A member has left, or the group was dissolved. */
  left: 9,
  membersAdded: 10,
  membersRemoved: 11,
  groupChanged: 12,
  noDisturb: 37,
  blacklist: 38,
  shield: 39,
  /** One's own profile has changed. */
  profile: 40,
  retracted: 55,
  joinRequest: 56,
  /** A request to join was refused. */
  joinRefused: 57,
  /** Another keeper has refused a request to join. */
  joinRefusedByKeeper: 58,
  silence: 65,
  keepers: 80,
  owner: 82,
  /** Friends have changed on another device. */
  friendsElsewhere: 100,
  blacklistElsewhere: 101,
  noDisturbElsewhere: 102,
  shieldElsewhere: 103,
  /** A conversation was read on another device. `onMutiUnreadMsgUpdate` delivers it. */
  readElsewhere: 200,
  /** Receipts were reported on another device. */
  reportedElsewhere: 201,
} as const;

/** Values of `extra`. */
export const EVENT_EXTRA = {
  /** Added or set. */
  on: 1,
  /** Removed or unset. */
  off: 2,
  /** `invitation`: an invitation. */
  invites: 1,
  /** `invitation`: an answer. */
  answers: 2,
  /** `left`: the group was dissolved. */
  dissolved: 69,
  /** `joinRequest`: a user asks to join. */
  bySelf: 59,
  /** `joinRequest`: a member asks for others. */
  byMember: 10,
  /** `friendsElsewhere`: a memo. */
  memo: 7,
} as const;
