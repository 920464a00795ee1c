/** Sessions and users: init, register, login, profiles, conversations, resources. */
import * as v from 'valibot';
import { appkey, flag, integer, isGiven, name, optional, profile, shortText, text } from '../checks.js';
import { file, password } from './fields.js';

const credentials = { username: name, password, is_md5: optional(flag, false) };

const mediaId = v.pipe(text, v.minLength(1));
/** The name in the documents' example ends with a blank, and applications have copied that. */
const resource = v.lazy((input): typeof RIGHT | typeof WITH_BLANK =>
  isGiven(input, 'media_id ') ? WITH_BLANK : RIGHT,
);
const RIGHT = v.object({ media_id: mediaId });
const WITH_BLANK = v.pipe(
  v.object({ 'media_id ': mediaId }),
  v.transform((params) => ({ media_id: params['media_id '] })),
);
/** The server judges the signed values. */
const signed = v.pipe(text, v.minLength(1));

export const ACCOUNT_METHODS = {
  init: {
    params: v.object({
      appkey,
      random_str: signed,
      signature: signed,
      timestamp: integer,
      flag: optional(flag, false),
    }),
    event: 'c_init',
    step: 'session',
  },
  register: {
    params: v.object({ ...credentials, ...profile, media_id: optional(shortText) }),
    event: 'register',
    step: 'session',
  },
  login: {
    params: v.object(credentials),
    event: 'login',
    step: 'session',
  },
  attach: {
    params: v.object({ appkey, username: name }),
    event: null,
    step: 'session',
  },
  loginOut: {
    params: v.object({ wipe: optional(flag, false) }),
    event: null,
    step: 'session',
  },
  getUserInfo: {
    params: v.object({ username: name, appkey: optional(appkey) }),
    event: 'get_across_user_info',
    step: 'ofApp',
    shape: 'users',
    cache: 'answer',
  },
  updateSelfInfo: {
    params: v.object(profile),
    event: 'update_user_inf',
  },
  updateSelfAvatar: {
    params: v.object({ avatar: file }),
    event: 'update_user_inf',
    step: 'avatar',
    upload: { field: 'avatar', type: 'image' },
  },
  updateSelfPwd: {
    params: v.object({ old_pwd: password, new_pwd: password, is_md5: optional(flag, false) }),
    event: 'update_user_pwd',
    step: 'password',
  },
  getSessions: {
    params: null,
    event: 'get_sessions',
  },
  logoutSession: {
    params: v.object({ id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)) }),
    event: 'logout_session',
  },
  getConversation: {
    params: null,
    event: 'get_conversations',
    shape: 'conversations',
    cache: 'conversations',
  },
  getResource: {
    params: resource,
    event: 'get_resource',
  },
} as const;
