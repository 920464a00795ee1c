/** The tables as Kysely sees them; `migrations.ts` makes them. Texts named `…_json` hold JSON, which can carry what a text column cannot (NUL). */
import type { Generated, Kysely } from 'kysely';

export interface Tables {
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
  };
  /** Who sees which message: a row for its sender and one for its recipient. */
  mailbox: {
    uid: number;
    /** The other side of the conversation. */
    peer: number;
    msg_id: number;
    /** Not yet acknowledged by a recipient. */
    pending: boolean;
  };
  conversation: {
    uid: number;
    peer: number;
    last_msg_id: number;
  };
  /** Answered requests, so that a retry gets the first answer. */
  request: {
    key: string;
    answer_json: string;
    created_ms: number;
  };
}

export type Database = Kysely<Tables>;
