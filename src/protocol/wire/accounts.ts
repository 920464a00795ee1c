/** Sessions and users on the wire. */
import * as v from 'valibot';
import { appkey, flag, integer, md5Hex, name, profile, shortText } from '../checks.js';
import { loggedIn, request } from './request.js';

const password = md5Hex;
const mediaId = v.pipe(v.string(), v.minLength(1), v.maxLength(256));

export const ACCOUNT_REQUESTS = {
  c_init: request({
    needs: 'nothing',
    payload: v.object({
      appkey,
      random_str: v.pipe(v.string(), v.minLength(20), v.maxLength(36)),
      signature: md5Hex,
      timestamp: v.pipe(integer, v.minValue(0)),
      flag: v.optional(flag, false),
      fromPlatForm: v.optional(shortText),
    }),
  }),
  register: request({
    needs: 'init',
    payload: v.object({
      username: name,
      password,
      is_md5: v.optional(flag),
      ...profile,
      media_id: v.optional(mediaId),
    }),
  }),
  login: request({
    needs: 'init',
    payload: v.object({
      username: name,
      password,
      is_md5: v.optional(flag),
      version: v.optional(shortText),
    }),
  }),
  get_across_user_info: loggedIn(v.object({ username: name, appkey: v.optional(appkey) })),
  /** `avatar` is a media_id. */
  update_user_inf: loggedIn(v.object({ ...profile, avatar: v.optional(mediaId) })),
  update_user_pwd: loggedIn(v.object({ old_pwd: password, new_pwd: password, is_md5: v.optional(flag) })),
  get_conversations: loggedIn(v.object({})),
  get_resource: loggedIn(v.object({ media_id: mediaId })),
  get_upload_token: loggedIn(v.object({})),
} as const;
