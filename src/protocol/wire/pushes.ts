/** Shapes on the wire that the API has in another form, or not at all: types only. */

import type { EventGroup, EventUser } from '../api/events.js';
import type { Json, JsonObject } from '../api/json.js';
import type { MessageContent } from '../api/messages.js';

/** A stored message, as the server pushes it in `msg_sync` and inside `sync_conversation`. */
export interface WireMessage {
  msg_id: number;
  /** 3 single, 4 group. */
  msg_type: 3 | 4;
  from_uid: number;
  from_gid: number;
  ctime_ms: number;
  /** 0 within the application, 1 across. */
  msg_level: 0 | 1;
  need_receipt: boolean;
  custom_notification?: JsonObject | undefined;
  content: WireContent;
}

/** A content with the fields that stay on the wire. */
export type WireContent = MessageContent & {
  /** Time of the last change of the sender's profile, s. */
  sui_mtime?: number;
};

/** A pushed event. Only its id and type are certain: servers leave out the fields of other types. */
export interface WireEvent {
  event_id: number;
  event_type: number;
  from_uid?: number | undefined;
  gid?: number | undefined;
  from_gid?: number | undefined;
  from_username?: string | undefined;
  from_appkey?: string | undefined;
  ctime?: number | undefined;
  ctime_ms?: number | undefined;
  to_groups?: EventGroup[] | undefined;
  to_usernames?: EventUser[] | undefined;
  extra?: number | undefined;
  description?: Json | undefined;
  msg_ids?: unknown;
  /** The API adds these two. */
  by_self?: boolean;
  type?: 0 | 1;
}

/** An uploaded file, as its message body names it. Images have width, height and format, files hash and fname. */
export interface UploadedMedia {
  media_id: string;
  media_crc32: number;
  fsize: number;
  width?: number;
  height?: number;
  format?: string;
  hash?: string;
  fname?: string;
}
