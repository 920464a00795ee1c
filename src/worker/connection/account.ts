/** Who a session is for, and what the server said when it let them in. */

export interface Account {
  /** Names the account among all: address, appkey, username. */
  readonly key: string;
  readonly address: string;
  readonly engine: 3 | 4;
  readonly appkey: string;
  readonly username: string;
  /** MD5 of the password, in memory only; '' where this worker has never been told the password. */
  digest: string;
}

export interface LoginAnswer {
  /** 0 where the server does not say. */
  uid: number;
  online_list: unknown[];
}
