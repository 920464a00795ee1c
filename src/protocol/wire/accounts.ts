/** Sessions and users on the wire. */
import * as v from 'valibot';
import { appkey, flag, integer, md5Hex, name, optional, profile, shortText, text } from '../checks.js';
import { loggedIn, request } from './request-row.js';

const password = md5Hex;
const deviceId = v.pipe(v.string(), v.minLength(16), v.maxLength(64));
const mediaId = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

export const ACCOUNT_REQUESTS = {
  c_init: request({
    needs: 'nothing',
    payload: v.object({
      appkey,
      /** How long it has to be is the server's to say. */
      random_str: shortText,
      /** Whatever it looks like: what does not match fails as a signature. */
      signature: v.pipe(text, v.minLength(1)),
      timestamp: v.pipe(integer, v.minValue(0)),
      flag: optional(flag, false),
      fromPlatForm: optional(shortText),
    }),
  }),
  register: request({
    needs: 'init',
    payload: v.object({
      username: name,
      password,
      is_md5: optional(flag),
      ...profile,
      media_id: optional(mediaId),
    }),
  }),
  login: request({
    needs: 'init',
    payload: v.object({
      username: name,
      password,
      is_md5: optional(flag),
      version: optional(shortText),
      /** Names the client's storage. A login that has it is answered with a `resume_token` for that device. */
      device: optional(deviceId),
    }),
  }),
  /**
   * Comes back without signature or password: the first request of a socket, in place of `c_init` and `login`. Answered as `login` is, with the
   * next token. The one presented stays good until the next one has been used. Refused with 882004.
   */
  resume: request({
    needs: 'nothing',
    payload: v.object({
      appkey,
      username: name,
      device: deviceId,
      token: v.pipe(v.string(), v.minLength(16), v.maxLength(256)),
      /** Roaming, as in `c_init`. */
      flag: optional(flag, false),
      fromPlatForm: optional(shortText),
      version: optional(shortText),
    }),
  }),
  /** The session ends for good: its resume token with it. The server closes the socket. */
  log_out: loggedIn(v.object({})),
  /** Answered with `sessions[]`: those that are here or can come back with a token. An addition, of servers that can `resume`. */
  get_sessions: loggedIn(v.object({})),
  /** Ends one of them by its `id`: its client gets event 1, its token is worth nothing any more. 880003 when there is none. */
  logout_session: loggedIn(v.object({ id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)) })),
  get_across_user_info: loggedIn(v.object({ username: name, appkey: optional(appkey) })),
  /** `avatar` is a media_id. */
  update_user_inf: loggedIn(v.object({ ...profile, avatar: optional(mediaId) })),
  update_user_pwd: loggedIn(v.object({ old_pwd: password, new_pwd: password, is_md5: optional(flag) })),
  get_conversations: loggedIn(v.object({})),
  get_resource: loggedIn(v.object({ media_id: mediaId })),
  get_upload_token: loggedIn(v.object({})),
} as const;
