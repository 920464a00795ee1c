/**
 * Keeps an account connected: it connects, presents signature and login, and reconnects after a loss, until it is stopped or the server
 * refuses the account.
 */
import {
  type AuthPayload,
  CODES,
  type ConnectionState,
  type EndReason,
  RECOGNISED_CODES,
  SIGNATURE_LIFETIME_MS,
} from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';
import { delay } from '../util/clock.js';
import { Backoff } from './backoff.js';
import { Connection, type PushReceiver } from './connection.js';
import type { Credentials } from './credentials.js';
import type { OpenRequests } from './open-requests.js';

/** A signature this close to its end is not presented if a tab can give a fresh one. */
const SIGNATURE_MARGIN_MS = 30_000;
/** How long a page's `auth` function may take. */
const AUTH_ANSWER_TIMEOUT_MS = 10_000;
/** How long a session without a signature waits for the application to call `init` again. */
const AUTH_WAIT_MS = 60_000;

/** The interval at which the clock is read. */
const TICK_MS = 5_000;
/** The delay of a tick that shows that the machine slept. */
const SLEPT_MS = 10_000;
/** The longest time over which a server that shuts down may spread its clients. */
const MAX_SPREAD_MS = 300_000;

/** Answers to a login that no retry will change. */
const REFUSALS: ReadonlySet<number> = new Set([
  RECOGNISED_CODES.userNotExist,
  CODES.invalidPassword,
  RECOGNISED_CODES.userDisabled,
]);
const SIGNATURE_FAULTS: ReadonlySet<number> = new Set([
  RECOGNISED_CODES.signatureExpired,
  RECOGNISED_CODES.signatureFail,
]);

export interface ReconnectorState {
  state: Exclude<ConnectionState, 'idle' | 'ended'>;
  retryAt?: number;
  needsAuth?: true;
}

interface ReconnectorHandlers {
  onState(state: ReconnectorState): void;
  /** The account is logged in on this connection. */
  onUp(connection: Connection): void;
  /** The logged-in connection is lost. */
  onDown(): void;
  /** The server refuses the account, or no signature can be had. */
  onEnd(reason: EndReason): void;
  /** The machine slept, so a connection that looks open may be lost. */
  onSlept(): void;
  /** Asks a tab for a fresh signature. @returns whether there is a tab to ask */
  askForAuth(): boolean;
}

/** `refused`: the server refuses the present credentials, and there may be others. */
type Attempt = 'lost' | 'failed' | 'refused' | 'ended';

export class Reconnector {
  #connection: Connection | undefined;
  readonly #backoff: Backoff;
  readonly #stopped = new AbortController();
  /** Ends the pause, or the next one if an attempt is running: that attempt may belong to the network before. */
  #pause = new AbortController();
  /** Set while a fresh signature is awaited; a page that was asked for it may answer that it has none. */
  #awaitedAuth: { settle(auth: AuthPayload | null): void; wasAsked: boolean } | undefined;
  /** Set while a connection is up: ends the attempt that holds it. */
  #release: (() => void) | undefined;

  /** @param requests the session's table, which every connection uses */
  constructor(
    private readonly platform: Platform,
    private readonly credentials: Credentials,
    private readonly requests: OpenRequests,
    private readonly pushes: PushReceiver,
    private readonly handlers: ReconnectorHandlers,
  ) {
    this.#backoff = new Backoff(platform.clock, platform.random);
  }

  /** @param loggedIn a connection that has the login already */
  start(loggedIn?: Connection): void {
    this.#watchClock(this.platform.clock.now());
    void this.#run(loggedIn);
  }

  /** A signature from a tab, on request or by an `init`. Null: the page has none to give. */
  offerAuth(auth: AuthPayload | null): void {
    const { credentials } = this;
    if (auth && auth.timestamp >= (credentials.auth?.timestamp ?? 0)) credentials.auth = auth;
    const { settle, wasAsked } = this.#awaitedAuth ?? {};
    // The attempt that waits for the signature goes on. Fresh ones that are refused must not be presented in a loop.
    if (settle && (auth || wasAsked)) settle(auth);
    else if (auth) this.wake();
  }

  /** The network may have returned, or a tab needs the connection. */
  wake(): void {
    this.#pause.abort();
  }

  /** @returns resolves when the server has seen the close of the connection, within a limit */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#pause.abort();
    this.#awaitedAuth?.settle(null);
    const closed = this.#connection?.close();
    this.#release?.();
    await closed;
  }

  async #run(loggedIn?: Connection): Promise<void> {
    const { signal } = this.#stopped;
    let result: Attempt = loggedIn ? await this.#hold(loggedIn) : await this.#attempt();
    let refusals = 0;
    while (!signal.aborted && result !== 'ended') {
      refusals = result === 'refused' ? refusals + 1 : 0;
      // Expired credentials are replaced at once; fresh ones that are refused must not be presented in a loop.
      if (refusals !== 1) await this.#wait(this.#delayMs());
      if (signal.aborted) return;
      result = await this.#attempt();
    }
  }

  async #attempt(): Promise<Attempt> {
    const { credentials, handlers } = this;
    this.#pause = new AbortController();
    await this.#connection?.close();
    const auth = credentials.token ? null : await this.#freshAuth();
    if (this.#stopped.signal.aborted) return 'ended';
    if (!auth && !credentials.token) return 'failed';
    handlers.onState({ state: 'connecting' });
    const connection = new Connection(this.platform, credentials.account, this.requests);
    this.#connection = connection;
    const result = await (auth ? this.#logIn(connection, auth) : this.#resume(connection));
    if (result !== 'up') {
      void connection.close();
      return result;
    }
    return this.#hold(connection);
  }

  async #resume(connection: Connection): Promise<Attempt | 'up'> {
    const { credentials, handlers } = this;
    if (!(await connection.opened())) return 'failed';
    handlers.onState({ state: 'authenticating' });
    const resumed = await credentials.resume(connection);
    if (resumed.kind !== 'answer') return 'failed';
    const { code } = resumed.answer;
    if (code === 0) return 'up';
    if (code !== RECOGNISED_CODES.authFail && !REFUSALS.has(code)) return 'failed';
    await credentials.forgetToken();
    // The password, if this worker has it, is the other way.
    if (credentials.account.digest) return 'refused';
    handlers.onEnd('login_refused');
    return 'ended';
  }

  async #logIn(connection: Connection, auth: AuthPayload): Promise<Attempt | 'up'> {
    const { credentials, handlers } = this;
    if (!(await connection.opened())) return 'failed';
    handlers.onState({ state: 'initialising' });
    const init = await connection.init(auth);
    if (init.kind !== 'answer') return 'failed';
    if (init.answer.code !== 0) {
      if (!SIGNATURE_FAULTS.has(init.answer.code)) return 'failed';
      if (credentials.auth === auth) credentials.auth = null;
      return 'refused';
    }
    handlers.onState({ state: 'authenticating' });
    const login = await credentials.login(connection);
    if (login.kind !== 'answer') return 'failed';
    if (login.answer.code === 0) return 'up';
    if (!REFUSALS.has(login.answer.code)) return 'failed';
    handlers.onEnd('login_refused');
    return 'ended';
  }

  /** From the login to the loss of the connection. */
  #hold(connection: Connection): Promise<Attempt> {
    this.#connection = connection;
    return new Promise((resolve) => {
      const lost = () => {
        // Those that were woken while connected wait as all others do, or a server that restarts would meet them all at once.
        this.#pause = new AbortController();
        this.handlers.onDown();
        resolve('lost');
      };
      connection.attach(this.pushes, () => {
        if (!this.#stopped.signal.aborted) lost();
      });
      this.#release = () => resolve('ended');
      if (connection.closed) return lost();
      this.#backoff.up();
      this.handlers.onUp(connection);
    });
  }

  #delayMs(): number {
    const spreadMs = Math.min(this.#connection?.spreadMs ?? 0, MAX_SPREAD_MS);
    const spread = this.platform.random() * spreadMs;
    return Math.max(this.#backoff.next(), spread);
  }

  #watchClock(last: number): void {
    const { clock } = this.platform;
    const cancel = clock.after(TICK_MS, () => {
      signal.removeEventListener('abort', cancel);
      const now = clock.now();
      if (now - last > TICK_MS + SLEPT_MS) this.handlers.onSlept();
      this.#watchClock(now);
    });
    const { signal } = this.#stopped;
    signal.addEventListener('abort', cancel);
  }

  async #wait(ms: number): Promise<void> {
    const { clock } = this.platform;
    this.handlers.onState({ state: 'waiting', retryAt: clock.now() + ms });
    await delay(clock, ms, this.#pause.signal);
  }

  /** The signature to present, after a tab was asked for a fresher one if that is needed and possible. */
  async #freshAuth(): Promise<AuthPayload | null> {
    const { clock } = this.platform;
    const { auth } = this.credentials;
    const goodUntil = auth ? auth.timestamp + SIGNATURE_LIFETIME_MS - SIGNATURE_MARGIN_MS : 0;
    if (auth && clock.now() < goodUntil) return auth;
    if (this.handlers.askForAuth()) {
      this.handlers.onState({ state: 'waiting' });
      return (await this.#awaitAuth(AUTH_ANSWER_TIMEOUT_MS, true)) ?? auth;
    }
    // The server's clock decides: an old signature is presented until the server refuses it.
    if (auth) return auth;
    this.handlers.onState({ state: 'waiting', needsAuth: true });
    const given = await this.#awaitAuth(AUTH_WAIT_MS, false);
    if (!given && !this.#stopped.signal.aborted) this.handlers.onEnd('signature_expired');
    return given;
  }

  #awaitAuth(ms: number, wasAsked: boolean): Promise<AuthPayload | null> {
    return new Promise((resolve) => {
      const settle = (auth: AuthPayload | null) => {
        cancel();
        this.#awaitedAuth = undefined;
        resolve(auth);
      };
      const cancel = this.platform.clock.after(ms, () => settle(null));
      this.#awaitedAuth = { settle, wasAsked };
    });
  }
}
