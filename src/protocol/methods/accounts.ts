/** Sessions and users: init, register, login, profiles, conversations, resources. */
import * as v from 'valibot';
import { appkey, flag, integer, isGiven, name, optional, profile, shortText, text } from '../checks.js';
import type { Conversation, OnlineDevice, UserInfo, UserSession } from '../payloads.js';
import { file, password } from './fields.js';
import { typeOf } from './table.js';

const credentials = { username: name, password, is_md5: optional(flag, false) };

const mediaId = v.pipe(text, v.minLength(1));
/** The documents' example has the name with a blank behind it, and applications have copied that. */
const resource = v.lazy((input): typeof RIGHT | typeof WITH_BLANK =>
  isGiven(input, 'media_id ') ? WITH_BLANK : RIGHT,
);
const RIGHT = v.object({ media_id: mediaId });
const WITH_BLANK = v.pipe(
  v.object({ 'media_id ': mediaId }),
  v.transform((params) => ({ media_id: params['media_id '] })),
);
/** What is signed is for the server to judge. */
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
    needs: 'nothing',
    event: 'c_init',
    step: 'session',
    answer: typeOf(),
  },
  register: {
    params: v.object({ ...credentials, ...profile, media_id: optional(shortText) }),
    needs: 'init',
    event: 'register',
    step: 'session',
    answer: typeOf(),
  },
  login: {
    params: v.object(credentials),
    needs: 'init',
    event: 'login',
    step: 'session',
    answer: typeOf<{ username: string; appkey: string; online_list: OnlineDevice[] }>(),
  },
  attach: {
    params: v.object({ appkey, username: name }),
    needs: 'nothing',
    event: null,
    step: 'session',
    answer: typeOf<{ username: string; appkey: string }>(),
  },
  loginOut: {
    params: v.object({ wipe: optional(flag, false) }),
    needs: 'nothing',
    event: null,
    step: 'session',
    answer: typeOf(),
  },
  getUserInfo: {
    params: v.object({ username: name, appkey: optional(appkey) }),
    needs: 'login',
    event: 'get_across_user_info',
    step: 'ofApp',
    shape: 'users',
    cache: 'answer',
    answer: typeOf<{ user_info: UserInfo }>(),
  },
  updateSelfInfo: {
    params: v.object(profile),
    needs: 'login',
    event: 'update_user_inf',
    step: 'plain',
    answer: typeOf(),
  },
  updateSelfAvatar: {
    params: v.object({ avatar: file }),
    needs: 'login',
    event: 'update_user_inf',
    step: 'avatar',
    upload: { field: 'avatar', type: 'image' },
    answer: typeOf(),
  },
  updateSelfPwd: {
    params: v.object({ old_pwd: password, new_pwd: password, is_md5: optional(flag, false) }),
    needs: 'login',
    event: 'update_user_pwd',
    step: 'password',
    answer: typeOf(),
  },
  getSessions: {
    params: null,
    needs: 'login',
    event: 'get_sessions',
    step: 'plain',
    answer: typeOf<{ sessions: UserSession[] }>(),
  },
  logoutSession: {
    params: v.object({ id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)) }),
    needs: 'login',
    event: 'logout_session',
    step: 'plain',
    answer: typeOf(),
  },
  getConversation: {
    params: null,
    needs: 'login',
    event: 'get_conversations',
    shape: 'conversations',
    step: 'plain',
    cache: 'conversations',
    answer: typeOf<{ conversations: Conversation[] }>(),
  },
  getResource: {
    params: resource,
    needs: 'login',
    event: 'get_resource',
    step: 'plain',
    answer: typeOf<{ url: string }>(),
  },
} as const;
