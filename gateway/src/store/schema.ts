/**
 * The tables as Kysely sees them; the files of `migrations/` create them. Texts named `…_json` hold JSON, which can carry what a text column cannot
 * (NUL).
 */
import type { Generated, Kysely } from 'kysely';
import type { AccessTables } from './access-tables.js';
import type { MediaTables } from './media-tables.js';
import type { RelationTables } from './relation-tables.js';

export interface Tables extends RelationTables, MediaTables, AccessTables {
  account: {
    uid: Generated<number>;
    appkey: string;
    username: string;
    password_hash: string;
    profile_json: string;
    /** Seconds since 1970: when the profile was last changed. */
    mtime: number;
  };
  /** A stored message. Its time is part of its id, see `MessageIds`. */
  message: {
    msg_id: number;
    sender: number;
    recipient: number;
    /** 0 within the application, 1 across. */
    msg_level: number;
    need_receipt: boolean;
    custom_notification_json: string | null;
    content_json: string;
    /** The group that it was sent to, `recipient` being 0 then; 0 for a single message. */
    gid: Generated<number>;
    /** For those only who were there when it was sent. */
    no_offline: Generated<boolean>;
    /** How many others it was sent to: 1, or the group's other members at that time. */
    receivers: Generated<number>;
  };
  /** The visibility of messages: a row for the sender and one for the recipient. */
  mailbox: {
    uid: number;
    /** The other side of the conversation. */
    peer: number;
    msg_id: number;
    /** Not yet acknowledged by a recipient. */
    pending: boolean;
    /** The row of its sender. */
    own: Generated<boolean>;
  };
  conversation: {
    uid: number;
    peer: number;
    last_msg_id: number;
  };
  event: {
    event_id: number;
    event_json: string;
    except_platform: string;
  };
  /** The accounts that an event concerns. */
  event_box: {
    uid: number;
    event_id: number;
  };
  /** Up to where an account has acknowledged its events. */
  event_mark: {
    uid: number;
    acked: number;
  };
  chat_group: {
    gid: Generated<number>;
    appkey: string;
    name: string;
    description: string;
    /** media_id, or ''. */
    avatar: string;
    is_public: boolean;
    /** Seconds. */
    ctime: number;
    mtime: number;
    /** Its newest message, 0 for none. */
    last_msg_id: number;
  };
  group_member: {
    gid: number;
    uid: number;
    /** As on the wire: 0 member, 1 owner, 2 keeper. */
    role: number;
    silenced: Generated<boolean>;
    /** Messages up to here are from before the membership. */
    joined_msg_id: number;
    /** The member has every message up to here. */
    acked_msg_id: number;
    /** Seconds. */
    mtime: number;
    /** Put in by somebody else, without having been asked. */
    added: Generated<boolean>;
  };
  /** Applications to join that wait for keepers, with an event 56 each. */
  join_request: {
    event_id: number;
    gid: number;
    /** The author of the application: the applicant or a member. */
    inviter: number;
    uid: number;
    processed: Generated<boolean>;
    /** It is the user who is asked, and not the keepers. */
    invitation: Generated<boolean>;
  };
  room: {
    id: Generated<number>;
    appkey: string;
    name: string;
    description: string;
    /** 0 for the application itself. */
    owner: number;
    max_member_count: number;
    ctime: number;
  };
  room_message: {
    msg_id: number;
    room_id: number;
    content_json: string;
  };
  room_ban: {
    room_id: number;
    uid: number;
  };
  /** Answered requests, so that a retry gets the first answer. */
  request: {
    key: string;
    answer_json: string;
    created_ms: number;
  };
  /** How much each account has stored. */
  stored_volume: {
    uid: number;
    /** Days since 1970. */
    day: number;
    /** Messages, and changes that others hear of. */
    items: number;
    bytes: number;
  };
}

export type Database = Kysely<Tables>;
