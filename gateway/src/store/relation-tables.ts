/** The tables of what an account thinks of others and has read. */
import type { Generated } from 'kysely';

/**
 * - `black`        users who may not write
 * - `quiet_user`   no-disturb: users
 * - `quiet_group`  no-disturb: groups
 * - `quiet_all`    … everybody (the target is 0)
 * - `shield`       groups whose messages are not pushed
 */
export type List = 'black' | 'quiet_user' | 'quiet_group' | 'quiet_all' | 'shield';

export interface RelationTables {
  /** A friendship is two rows, one for each side, with what that side calls the other. */
  friend: {
    uid: number;
    friend: number;
    memo_json: string;
  };
  /** Asked and not yet answered. */
  invitation: {
    inviter: number;
    invitee: number;
    created_ms: number;
    /** The event that announced it; 0 if it is not known. */
    event_id: Generated<number>;
  };
  listed: {
    uid: number;
    list: List;
    /** uid or gid. */
    target: number;
  };
  /** A message that its sender took back: nothing else of it is kept. */
  retracted: {
    msg_id: number;
    sender: number;
  };
  /** Up to where an account has read its conversation with a user (type 3) or in a group (4). */
  read_mark: {
    uid: number;
    type: number;
    /** uid or gid. */
    key: number;
    msg_id: number;
  };
  /** The accounts that have reported a message as read. */
  reader: {
    msg_id: number;
    uid: number;
  };
  /** A message that somebody has reported as read. */
  receipt: {
    msg_id: number;
    sender: number;
    unread_count: number;
    /** Of its last change. Increasing, and the time is part of it: see `MessageIds`. */
    change_id: number;
  };
  /** Up to where a sender has acknowledged the changes of receipts. */
  receipt_mark: {
    uid: number;
    acked: number;
  };
}
