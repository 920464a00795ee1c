/**
 * An account's way to the server: it connects, presents signature and login, and when the connection is lost comes back by itself, until it is
 * stopped or the server says that it must not.
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
import { isObject, readCount } from '../util/read-answer.js';
import { Backoff } from './backoff.js';
import { Connection } from './connection.js';
import type { Credentials } from './credentials.js';

/** A signature this close to its end is not worth a try if a fresh one can be had. */
const SIGNATURE_MARGIN_MS = 30_000;
/** How long a page's `auth` function may take. */
const ASK_TIMEOUT_MS = 10_000;
/** How long a session that lacks nothing but a signature waits for the application to call `init` again. */
const AUTH_WAIT_MS = 60_000;

/** How often the clock is looked at … */
const TICK_MS = 5_000;
/** … and by how much it must be later than expected for the machine to have slept. */
const SLEPT_MS = 10_000;
/** The longest time that a server that shuts down may ask for. */
const MAX_SPREAD_MS = 300_000;

/** Answers to a login that no repetition will change. */
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

export interface ReconnectorHandlers {
  onState(state: ReconnectorState): void;
  /** Logged in on this connection. */
  onUp(connection: Connection): void;
  /** The connection that was up is lost. */
  onDown(): void;
  onEvent(event: string, payload: unknown): void;
  /** It does not come back by itself. */
  onOver(reason: EndReason): void;
  /** Time has passed without this worker: what seems to be open may not be. */
  onSlept(): void;
  /** Asks a tab for a fresh signature. @returns whether there is one to ask */
  askForAuth(): boolean;
}

/** `refused`: what was presented is no longer good, and something else may be. */
type Attempt = 'lost' | 'failed' | 'refused' | 'over';

export class Reconnector {
  #connection: Connection | undefined;
  readonly #backoff: Backoff;
  readonly #stopped = new AbortController();
  /** Ends the current wait. */
  #hurry = new AbortController();
  /** Who waits for a fresh signature. */
  #onAuth: ((auth: AuthPayload | null) => void) | undefined;
  /** … from a page that was asked, and may answer that it has none. */
  #asked = false;
  /** Ends the hold on the connection that is up. */
  #letGo: (() => void) | undefined;
  /** The server has asked its clients to come back spread over this time. */
  #spreadMs = 0;

  constructor(
    private readonly platform: Platform,
    private readonly credentials: Credentials,
    private readonly handlers: ReconnectorHandlers,
  ) {
    this.#backoff = new Backoff(platform.clock, platform.random);
  }

  /** @param loggedIn a connection that has the login already */
  start(loggedIn?: Connection): void {
    this.#watchClock(this.platform.clock.now());
    void this.#run(loggedIn);
  }

  /** A signature from a tab: one that was asked for, or a newer one that came by itself. Null: the page has none to give. */
  offerAuth(auth: AuthPayload | null): void {
    const { credentials } = this;
    if (auth && auth.timestamp >= (credentials.auth?.timestamp ?? 0)) credentials.auth = auth;
    if (auth || this.#asked) this.#onAuth?.(auth);
    if (auth) this.wake();
  }

  /** The network may be back, or somebody wants it: the next try is due now. */
  wake(): void {
    this.#hurry.abort();
  }

  /** The connection looks open and is not. */
  drop(reason: string): void {
    this.#connection?.fail(reason);
  }

  /** @returns resolves when the server has seen the end of the connection, within a limit */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#hurry.abort();
    this.#onAuth?.(null);
    const closed = this.#connection?.close();
    this.#letGo?.();
    await closed;
  }

  async #run(loggedIn?: Connection): Promise<void> {
    const { signal } = this.#stopped;
    let result: Attempt = loggedIn ? await this.#hold(loggedIn) : await this.#attempt();
    let refusals = 0;
    while (!signal.aborted && result !== 'over') {
      refusals = result === 'refused' ? refusals + 1 : 0;
      // What was too old is replaced at once; what is refused when fresh is not presented in a loop.
      if (refusals !== 1) await this.#pause(this.#delay());
      if (signal.aborted) return;
      result = await this.#attempt();
    }
  }

  async #attempt(): Promise<Attempt> {
    const { credentials } = this;
    await this.#connection?.close();
    const auth = credentials.token ? null : await this.#freshAuth();
    if (this.#stopped.signal.aborted) return 'over';
    if (!auth && !credentials.token) return 'failed';
    this.handlers.onState({ state: 'connecting' });
    const { address, engine } = credentials.account;
    const connection = new Connection(this.platform, address, engine);
    this.#connection = connection;
    const result = await (auth ? this.#establish(connection, auth) : this.#resume(connection));
    if (result !== 'up') {
      void connection.close();
      return result;
    }
    return this.#hold(connection);
  }

  async #resume(connection: Connection): Promise<Attempt | 'up'> {
    const { credentials } = this;
    if (!(await connection.opened())) return 'failed';
    this.handlers.onState({ state: 'authenticating' });
    const resumed = await credentials.resume(connection);
    if (resumed.kind !== 'answer') return 'failed';
    if (resumed.answer.code === 0) return 'up';
    if (resumed.answer.code !== RECOGNISED_CODES.authFail && !REFUSALS.has(resumed.answer.code))
      return 'failed';
    await credentials.forgetToken();
    // Whoever still knows the password comes in with that.
    if (credentials.account.digest) return 'refused';
    this.handlers.onOver('login_refused');
    return 'over';
  }

  async #establish(connection: Connection, auth: AuthPayload): Promise<Attempt | 'up'> {
    const { credentials } = this;
    if (!(await connection.opened())) return 'failed';
    this.handlers.onState({ state: 'initialising' });
    const init = await connection.init(auth);
    if (init.kind !== 'answer') return 'failed';
    if (init.answer.code !== 0) {
      if (!SIGNATURE_FAULTS.has(init.answer.code)) return 'failed';
      if (credentials.auth === auth) credentials.auth = null;
      return 'refused';
    }
    this.handlers.onState({ state: 'authenticating' });
    const login = await credentials.login(connection);
    if (login.kind !== 'answer') return 'failed';
    if (login.answer.code === 0) return 'up';
    if (!REFUSALS.has(login.answer.code)) return 'failed';
    this.handlers.onOver('login_refused');
    return 'over';
  }

  /** From login to loss. */
  #hold(connection: Connection): Promise<Attempt> {
    this.#connection = connection;
    return new Promise((resolve) => {
      const lost = () => {
        this.handlers.onDown();
        resolve('lost');
      };
      connection.listen(
        (event, payload) => {
          if (connection.closed) return;
          if (event === 'going_away' && isObject(payload)) {
            this.#spreadMs = Math.min(readCount(payload.retry_after, 0), MAX_SPREAD_MS);
          } else this.handlers.onEvent(event, payload);
        },
        () => {
          if (!this.#stopped.signal.aborted) lost();
        },
      );
      this.#letGo = () => resolve('over');
      if (connection.closed) return lost();
      this.#backoff.up();
      this.handlers.onUp(connection);
    });
  }

  #delay(): number {
    const spread = this.platform.random() * this.#spreadMs;
    this.#spreadMs = 0;
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

  async #pause(ms: number): Promise<void> {
    this.handlers.onState({ state: 'waiting', retryAt: this.platform.clock.now() + ms });
    this.#hurry = new AbortController();
    await delay(this.platform.clock, ms, this.#hurry.signal);
  }

  /** The signature to try with, after asking for a newer one where that is needed and possible. */
  async #freshAuth(): Promise<AuthPayload | null> {
    const { clock } = this.platform;
    const { auth } = this.credentials;
    const goodUntil = auth ? auth.timestamp + SIGNATURE_LIFETIME_MS - SIGNATURE_MARGIN_MS : 0;
    if (auth && clock.now() < goodUntil) return auth;
    this.#asked = this.handlers.askForAuth();
    if (this.#asked) {
      this.handlers.onState({ state: 'waiting' });
      return (await this.#awaitAuth(ASK_TIMEOUT_MS)) ?? auth;
    }
    // The server's clock is the one that counts: an old signature is tried as long as it has not been refused.
    if (auth) return auth;
    this.handlers.onState({ state: 'waiting', needsAuth: true });
    const given = await this.#awaitAuth(AUTH_WAIT_MS);
    if (!given && !this.#stopped.signal.aborted) this.handlers.onOver('signature_expired');
    return given;
  }

  #awaitAuth(ms: number): Promise<AuthPayload | null> {
    return new Promise((resolve) => {
      const done = (auth: AuthPayload | null) => {
        cancel();
        this.#onAuth = undefined;
        resolve(auth);
      };
      const cancel = this.platform.clock.after(ms, () => done(null));
      this.#onAuth = done;
    });
  }
}
