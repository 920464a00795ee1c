/** The account of a session, and the server's answer to its login. */

export interface ServerAddress {
  readonly address: string;
  /** The Engine.IO revision that the server speaks. */
  readonly engine: 3 | 4;
}

export interface Account extends ServerAddress {
  /** Names the account among all: address, appkey, username. */
  readonly key: string;
  readonly appkey: string;
  readonly username: string;
  /** MD5 of the password, in memory only; '' if this worker never received the password. */
  digest: string;
}

export interface LoginAnswer {
  /** 0 if the server does not state it. */
  uid: number;
  online_list: unknown[];
}
