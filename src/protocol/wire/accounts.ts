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
      /** The server decides how long it has to be. */
      random_str: shortText,
      /** Any text: the comparison refuses a wrong one as a signature. */
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
   * Returns without signature or password: the first request of a socket, in place of `c_init` and `login`. The answer is that of `login`, with
   * the next token. The presented token stays valid until the next one has been used. The refusal is 882004.
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
  /** Ends the session and its resume token. The server closes the socket. */
  log_out: loggedIn(v.object({})),
  /** The answer has `sessions[]`: those that are online or can return with a token. An addition of servers with `resume`. */
  get_sessions: loggedIn(v.object({})),
  /** Ends one of them by its `id`: its client gets event 1, and its token is revoked. The refusal is 880003 if there is none. */
  logout_session: loggedIn(v.object({ id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)) })),
  get_across_user_info: loggedIn(v.object({ username: name, appkey: optional(appkey) })),
  /** `avatar` is a media_id. */
  update_user_inf: loggedIn(v.object({ ...profile, avatar: optional(mediaId) })),
  update_user_pwd: loggedIn(v.object({ old_pwd: password, new_pwd: password, is_md5: optional(flag) })),
  get_conversations: loggedIn(v.object({})),
  get_resource: loggedIn(v.object({ media_id: mediaId })),
  get_upload_token: loggedIn(v.object({})),
} as const;
