/** Area "Accounts": sessions, profiles and resources. */
import type { Extras } from './json.js';
import type { AccountRef, UserCard, UserRef } from './messages.js';
import type { Answer, CachedAnswer, JMessageRequest } from './request.js';

export interface AccountsApi {
  /**
   * Presents the signed payload that admits this page. First call of every page. Default: the payload of the option `auth`.
   * @guide 初始化
   * @fails 880101 880102 880106 880107 880109
   */
  init(params?: InitParams): JMessageRequest;
  /**
   * Creates an account. Needs `init`.
   * @guide 注册
   * @fails 880006 880209 880614 882002 882005
   */
  register(params: RegisterParams): JMessageRequest;
  /**
   * Logs in, or joins the session of another tab with the same credentials. Needs `init`.
   * @guide 登录
   * @fails 880103 880104 880107 880111 880209 882005
   */
  login(params: LoginParams): JMessageRequest<LoginAnswer>;
  /**
   * Joins an account's session without its password: same origin, same browser profile.
   *
   * The session is live in another tab, or was left without a log-out. Without a network it still reads what this device keeps.
   * @fails 880107 889007
   * @addition
   */
  attach(params: AccountRef): JMessageRequest<AccountAnswer>;
  /**
   * Ends the account's session in every tab.
   * @guide 登出
   */
  loginOut(params?: LogOutParams): JMessageRequest;
  /**
   * Gets a user's profile.
   * @guide 获取用户信息
   * @fails 882002
   */
  getUserInfo(params: UserRef): JMessageRequest<UserInfoAnswer>;
  /**
   * Changes fields of one's own profile.
   * @guide 更新个人信息
   */
  updateSelfInfo(params?: ProfileParams): JMessageRequest;
  /**
   * Changes one's own picture, after its upload.
   * @guide 更新个人头像
   * @fails 880005 880210 889011
   */
  updateSelfAvatar(params: AvatarParams): JMessageRequest;
  /**
   * Changes one's own password. Every session of the account ends with event 2.
   * @guide 更新个人密码
   * @fails 880104 880209 882005
   */
  updateSelfPwd(params: PasswordParams): JMessageRequest;
  /**
   * Lists the account's sessions: connected ones, and those that can return without a password.
   * @addition
   */
  getSessions(): JMessageRequest<SessionsAnswer>;
  /**
   * Ends another session of the account. Its client gets event 1 and needs the password again.
   * @addition
   */
  logoutSession(params: LogoutSessionParams): JMessageRequest;
  /**
   * Gets a temporary address of an uploaded file.
   * @guide 获取资源访问路径
   * @fails 880005
   */
  getResource(params: ResourceParams): JMessageRequest<ResourceAnswer>;
}

export interface InitParams {
  /** The application. */
  appkey: string;
  /** Random text of the signature, 20 to 36 characters. */
  random_str: string;
  /** Signature of the application's server, good for 10 minutes. */
  signature: string;
  /** Time of signing, ms since 1970. */
  timestamp: number | string;
  /** Roaming: the recent history comes at login. */
  flag?: boolean | 0 | 1 | undefined;
}

export type Optional<T> = { [K in keyof T]?: T[K] | undefined };

/** `''` clears a field. */
export interface ProfileParams
  extends Optional<Pick<UserInfo, 'nickname' | 'signature' | 'region' | 'address' | 'extras'>> {
  /** Free text. */
  birthday?: string | number | undefined;
  /** 0 unknown, 1 male, 2 female. */
  gender?: 0 | 1 | 2 | undefined;
}

export interface LoginParams {
  /** Username, at most 128 bytes. */
  username: string;
  /** The password, or its MD5 with `is_md5`. */
  password: string;
  /** true: the password is an MD5 already. */
  is_md5?: boolean | undefined;
}
export interface RegisterParams extends LoginParams, ProfileParams {
  /** Uploaded picture. @since 2.4 */
  media_id?: string | undefined;
}
export interface LogOutParams {
  /** true: deletes the account's data on this device as well. @addition */
  wipe?: boolean | undefined;
}
export interface AvatarParams {
  /** An image, or a form with one; at most 10 MB. */
  avatar: FormData | Blob;
}
export interface PasswordParams {
  /** The password until now. */
  old_pwd: string;
  /** The password from now on. */
  new_pwd: string;
  /** true: both are MD5 already. */
  is_md5?: boolean | undefined;
}
export interface LogoutSessionParams {
  /** Id of the session, as in `getSessions`. */
  id: string;
}
export interface ResourceParams {
  /** The uploaded file. */
  media_id: string;
}

export interface OnlineDevice {
  /** 'web', 'android', 'ios' or 'pc'. */
  platform: string;
  /** Time of the last change, s. */
  mtime: number;
  /** The device is connected. */
  isOnline: boolean;
  /** The device is logged in. */
  isLogin: boolean;
  /** Flag of the service. */
  flag: number;
}

/** A profile. Unset texts are ''. */
export interface UserInfo extends UserCard {
  /** Free text. */
  birthday: string;
  /** 0 unknown, 1 male, 2 female. */
  gender: number;
  /** A line about the user. */
  signature: string;
  /** Free text. */
  region: string;
  /** Free text. */
  address: string;
  /** Time of the last change, s. */
  mtime: number;
  /** Data of the application. @since 2.4 */
  extras: Extras;
}

export interface UserSession {
  /** Argument of `logoutSession`. */
  id: string;
  /** 'web', 'android', 'ios' or 'pc'. */
  platform: string;
  /** `User-Agent` of its client. */
  agent: string;
  /** Address of its last use, or the network of one. */
  address: string;
  /** ms. */
  login_time: number;
  /** ms */
  active_time: number;
  /** The session is connected. */
  is_online: boolean;
  /** The session that asks. */
  is_current: boolean;
}

export interface AccountAnswer extends AccountRef, Answer {}
export interface LoginAnswer extends AccountAnswer {
  /** Devices of the account. @since 2.6 */
  online_list: OnlineDevice[];
}
export interface UserInfoAnswer extends CachedAnswer {
  /** The profile. */
  user_info: UserInfo;
}
export interface SessionsAnswer extends Answer {
  /** The sessions. */
  sessions: UserSession[];
}
export interface ResourceAnswer extends Answer {
  /** Address of the file, good for a while. */
  url: string;
}
