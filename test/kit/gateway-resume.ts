/** Clients that log in with a device, and resume their session with the token of that login. */
import type { Clients } from './gateway-in-process.js';
import { md5 } from './signing.js';
import { APPKEY, type Client, type Data, SECRET, sign, uniqueName } from './wire-socket.js';

export const DEVICE = 'device-of-the-user';
export const OTHER_DEVICE = 'device-of-another-user';
/** The answer to a token that is not valid. */
export const REFUSED = { code: 882004 };

type Owner = Client & { username: string; token: string };
/** A client with the answer to its login or resumption. */
type Answered = [client: Client, answer: Data];

export const resumption = (username: string, token: string, extra: object = {}) => ({
  appkey: APPKEY,
  username,
  device: DEVICE,
  token,
  flag: 1,
  ...extra,
});

export class ResumingClients {
  constructor(
    private readonly clients: Clients,
    private readonly now: () => number = Date.now,
  ) {}

  logIn(client: Client, username: string, extra: object = { device: DEVICE }): Promise<Data> {
    return client.ask('login', { username, password: md5('secret'), ...extra });
  }

  /** Another login of a registered account. */
  async enter(username: string, extra?: object, fromPlatForm?: string): Promise<Answered> {
    const client = await this.clients.connect();
    const platform = fromPlatForm && { fromPlatForm };
    await client.ask('c_init', { ...sign(APPKEY, SECRET, this.now()), ...platform });
    return [client, await this.logIn(client, username, extra)];
  }

  /** A new account with its first resume token. */
  async owner(): Promise<Owner> {
    const username = uniqueName('resuming');
    const client = await this.clients.connect();
    await client.init(undefined, undefined, this.now());
    await client.ask('register', { username, password: md5('secret') });
    const { resume_token } = await this.logIn(client, username);
    return Object.assign(client, { username, token: String(resume_token) });
  }

  /** Presents a token on a new socket. */
  async resume(username: string, token: string, extra: object = {}): Promise<Answered> {
    const client = await this.clients.connect();
    return [client, await client.ask('resume', resumption(username, token, extra))];
  }
}
