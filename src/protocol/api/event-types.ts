/** Business events by their `event_type`, and the values of their `extra`. */

/** The `event_type` of each event. */
export const EVENT = {
  /** The session ends. `extra`: 0 another login, 1 account disabled, 2 deleted. */
  otherLogin: 1,
  /** The session ends: the password has changed. */
  passwordChanged: 2,
  /** A friend invitation, or the answer to one: `extra` 1 or 2. */
  invitation: 5,
  /** A friendship has ended. */
  unfriended: 6,
  /** The application's server has changed a friend. */
  friendUpdated: 7,
  /** A group was created. */
  groupCreated: 8,
  /** A member has left. `extra` 69: the group was dissolved. */
  left: 9,
  /** Members were added: `to_usernames`. */
  membersAdded: 10,
  /** Members were removed: `to_usernames`. */
  membersRemoved: 11,
  /** The group has changed. */
  groupChanged: 12,
  /** No-disturb has changed. */
  noDisturb: 37,
  /** The blacklist has changed. */
  blacklist: 38,
  /** Shields have changed. */
  shield: 39,
  /** One's own profile has changed. */
  profile: 40,
  /** Messages were retracted. */
  retracted: 55,
  /** A request to join. */
  joinRequest: 56,
  /** A request to join was refused. */
  joinRefused: 57,
  /** Another keeper has refused a request to join. */
  joinRefusedByKeeper: 58,
  /** Members were silenced (`extra` 1), or no longer (2). */
  silence: 65,
  /** Keepers were appointed (`extra` 1), or no longer (2). */
  keepers: 80,
  /** A group has a new owner. */
  owner: 82,
  /** Friends have changed on another device: `extra` 5 added, 6 removed, 7 memo. */
  friendsElsewhere: 100,
  /** The blacklist has changed on another device: `EVENT_EXTRA.on` or `off`. */
  blacklistElsewhere: 101,
  /** No-disturb has changed on another device. */
  noDisturbElsewhere: 102,
  /** Shields have changed on another device, likewise. */
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
