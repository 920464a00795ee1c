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
} from '../protocol/worker.js';
import { Backoff } from './backoff.js';
import { Connection } from './connection.js';
import { delay, type Platform } from './platform.js';

/** A signature this close to its end is not worth a try if a fresh one can be had. */
const SIGNATURE_MARGIN_MS = 30_000;
/** How long a page's `auth` function may take. */
const ASK_TIMEOUT_MS = 10_000;
/** How long a session that lacks nothing but a signature waits for the application to call `init` again. */
const AUTH_WAIT_MS = 60_000;

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

export interface UplinkState {
  state: Exclude<ConnectionState, 'idle' | 'ended'>;
  retryAt?: number;
  needsAuth?: true;
}

export interface UplinkHandlers {
  onState(state: UplinkState): void;
  /** Logged in on this connection. */
  onUp(connection: Connection): void;
  /** The connection that was up is lost. */
  onDown(): void;
  onEvent(event: string, payload: unknown): void;
  /** It does not come back by itself. */
  onOver(reason: EndReason): void;
  /** Asks a tab for a fresh signature. @returns whether there is one to ask */
  askForAuth(): boolean;
}

type Attempt = 'lost' | 'failed' | 'no signature' | 'over';

export class Uplink {
  #auth: AuthPayload | null;
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

  constructor(
    private readonly platform: Platform,
    private readonly server: { address: string; engine: 3 | 4 },
    private readonly login: { username: string; digest: string },
    auth: AuthPayload | null,
    private readonly handlers: UplinkHandlers,
  ) {
    this.#auth = auth;
    this.#backoff = new Backoff(platform.clock, platform.random);
  }

  /** @param loggedIn a connection that has the login already */
  start(loggedIn?: Connection): void {
    void this.#run(loggedIn);
  }

  /** A signature from a tab: one that was asked for, or a newer one that came by itself. Null: the page has none to give. */
  offerAuth(auth: AuthPayload | null): void {
    if (auth && auth.timestamp >= (this.#auth?.timestamp ?? 0)) this.#auth = auth;
    if (auth || this.#asked) this.#onAuth?.(auth);
    if (auth) this.wake();
  }

  /** The network may be back, or somebody wants it: the next try is due now. */
  wake(): void {
    this.#hurry.abort();
  }

  stop(): void {
    this.#stopped.abort();
    this.#hurry.abort();
    this.#onAuth?.(null);
    this.#connection?.close();
    this.#letGo?.();
  }

  async #run(loggedIn?: Connection): Promise<void> {
    const { signal } = this.#stopped;
    let result: Attempt = loggedIn ? await this.#hold(loggedIn) : await this.#attempt();
    let refusedSignatures = 0;
    while (!signal.aborted && result !== 'over') {
      refusedSignatures = result === 'no signature' ? refusedSignatures + 1 : 0;
      // A signature that was too old is replaced at once; one that is refused when fresh is not asked for in a loop.
      if (refusedSignatures !== 1) await this.#pause(this.#backoff.next());
      if (signal.aborted) return;
      result = await this.#attempt();
    }
  }

  async #attempt(): Promise<Attempt> {
    const auth = await this.#freshAuth();
    if (this.#stopped.signal.aborted) return 'over';
    if (!auth) return 'failed';
    this.handlers.onState({ state: 'connecting' });
    const { address, engine } = this.server;
    const connection = new Connection(this.platform, address, engine);
    this.#connection = connection;
    const result = await this.#establish(connection, auth);
    if (result !== 'up') {
      connection.close();
      return result;
    }
    return this.#hold(connection);
  }

  async #establish(connection: Connection, auth: AuthPayload): Promise<Attempt | 'up'> {
    if (!(await connection.opened())) return 'failed';
    this.handlers.onState({ state: 'initialising' });
    const init = await connection.init(auth);
    if (init.kind !== 'answer') return 'failed';
    if (init.answer.code !== 0) {
      if (!SIGNATURE_FAULTS.has(init.answer.code)) return 'failed';
      if (this.#auth === auth) this.#auth = null;
      return 'no signature';
    }
    this.handlers.onState({ state: 'authenticating' });
    const login = await connection.login(this.login.username, this.login.digest);
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
          if (!connection.closed) this.handlers.onEvent(event, payload);
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

  async #pause(ms: number): Promise<void> {
    this.handlers.onState({ state: 'waiting', retryAt: this.platform.clock.now() + ms });
    this.#hurry = new AbortController();
    await delay(this.platform.clock, ms, this.#hurry.signal);
  }

  /** The signature to try with, after asking for a newer one where that is needed and possible. */
  async #freshAuth(): Promise<AuthPayload | null> {
    const { clock } = this.platform;
    const auth = this.#auth;
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
