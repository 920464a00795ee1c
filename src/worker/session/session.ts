/**
 * A session: one account, logged in on one connection, for all of its tabs. It begins with a successful login and ends once; its calls
 * outlive outages and are settled.
 */
import {
  type AccountInspection,
  type AuthPayload,
  CODES,
  type EndReason,
  type Failure,
  failure,
  PROTOCOL,
  type ResumeToken,
  type StateSnapshot,
  type WorkerAddress,
} from '../../protocol/worker.js';
import type { Account, LoginAnswer } from '../connection/account.js';
import type { Connection } from '../connection/connection.js';
import { Reconnector, type ReconnectorState } from '../connection/reconnector.js';
import type { SendQueue } from '../outbox/send-queue.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import type { Tab, TabSession } from '../tabs/tab.js';
import type { Calls } from './calls.js';
import { IdleTimeout } from './idle-timeout.js';
import { OutageNotice } from './outage-notice.js';
import { PeriodicSync } from './periodic-sync.js';
import type { SessionOptions } from './session-options.js';
import { type SessionParts, sessionParts } from './session-parts.js';
import { SessionState } from './session-state.js';
import { catchUp, type TabPosition } from './tab-catch-up.js';

/** Ends in which the connection is lost for good. */
const LOST: ReadonlySet<EndReason> = new Set(['login_refused', 'signature_expired']);

/** A tab as the runtime knows it, with the session it belongs to. */
export type SessionTab = Tab<Session>;

export class Session implements TabSession {
  readonly account: Account;
  readonly state: SessionState;
  readonly calls: Calls;
  readonly sends: SendQueue;
  readonly tabs: SessionTabs;
  readonly #parts: SessionParts;
  readonly #sync: PeriodicSync;
  readonly #reconnector: Reconnector;
  readonly #idle: IdleTimeout;
  readonly #outage: OutageNotice;
  #degraded: string | undefined;

  constructor(private readonly options: SessionOptions) {
    const { platform, account, credentials, requests } = options;
    const parts = sessionParts(options, {
      onFull: () => this.#lapse(),
      onEnd: (reason) => void this.end(reason),
    });
    this.#parts = parts;
    this.account = account;
    this.tabs = parts.tabs;
    this.sends = parts.sends;
    this.calls = parts.calls;
    this.state = new SessionState(parts.channel);
    this.#outage = new OutageNotice(platform.clock, this.tabs);
    this.#idle = new IdleTimeout(
      platform.clock,
      () => requests.size > 0 || this.sends.isBusy,
      () => this.#lapse(),
    );
    this.#sync = new PeriodicSync(platform.clock, {
      ...parts,
      onReady: () => this.#changeState({ state: 'ready' }),
    });
    this.#reconnector = new Reconnector(platform, credentials, requests, parts.pushes, {
      onState: (state) => this.#changeState(state),
      onUp: (connection) => this.#onUp(connection),
      onDown: () => this.#onDown(),
      onEnd: (reason) => void this.end(reason),
      onSlept: () => this.wake(0),
      askForAuth: () => this.tabs.askForAuth(),
    });
  }

  /** @param loggedIn a connection that has the login already; without it the session connects by itself */
  start(loggedIn?: Connection): void {
    this.#reconnector.start(loggedIn);
  }

  get roaming(): boolean {
    return this.options.credentials.roaming;
  }

  /** Its tabs keep the token in their memory, to restore the session. */
  get token(): ResumeToken | null {
    return this.options.credentials.token;
  }

  get loginAnswer(): LoginAnswer {
    return this.options.login;
  }

  get ended(): boolean {
    return this.state.ended;
  }

  get connected(): boolean {
    return this.#parts.channel.connected;
  }

  snapshot(): StateSnapshot {
    const { appkey, username } = this.account;
    return { ...this.state.snapshot(), appkey, username, tabs: this.tabs.size };
  }

  /**
   * The tab belongs to this account from now on, and gets its events. A tab that has gone meanwhile, or joined another account, does not
   * join, so that a session opened for it is not kept for ever. No tab joins a session that has ended.
   * @param position the latest that the tab has of the account; null if it is new
   */
  join(tab: SessionTab, position: TabPosition | null): void {
    const { tabs } = this.tabs;
    if (this.ended || tab.gone || (tab.session && tab.session !== this)) return void this.unattended();
    this.#idle.cancel();
    tabs.add(tab);
    tab.join(this);
    const { appkey, username } = this.account;
    tab.post({ kind: 'account', account: { appkey, username }, logouts: tab.logouts });
    tab.updateUnread(this.#parts.read.unread.all());
    catchUp(tab, position, { ...this.#parts, sync: this.#sync, state: this.state });
    if (this.#degraded !== undefined) this.tabs.deliverTo(tab, 'onDegraded', { reason: this.#degraded });
    this.tabs.updateMirrors();
  }

  /** The chat rooms that the tab is in. */
  roomsOf(tabId: string): number[] {
    return this.#parts.rooms.of(tabId);
  }

  /** The tab was in these rooms in an earlier worker. The account enters them again with the next sync. */
  restoreRooms(tab: Tab, rooms: readonly number[]): void {
    for (const room of rooms) this.#parts.rooms.opened(room, tab.id);
  }

  /** For people: no contents, no secrets. */
  async inspect(): Promise<AccountInspection> {
    const { address, engine } = this.account;
    return {
      address,
      engine,
      state: this.snapshot(),
      openRequests: this.options.requests.inspect(),
      unsent: this.sends.size,
      cacheBytes: await this.options.store.cacheBytes(),
      degraded: this.#degraded ?? null,
    };
  }

  activeLockOf(tabId: string): string | null {
    return this.tabs.active?.id === tabId ? `jmessage:active:${this.account.key}` : null;
  }

  /** The tab has gone. Its sends go on. */
  leave(tab: SessionTab): void {
    if (!this.tabs.tabs.has(tab)) return;
    this.tabs.left(tab);
    tab.leave(null);
    this.calls.tabLeft(tab);
    this.tabs.updateMirrors();
    this.unattended();
  }

  offerAuth(auth: AuthPayload | null): void {
    this.#reconnector.offerAuth(auth);
  }

  /** Reconnects at once if the connection is lost, and probes one that looks open. */
  wake(probeAtMostEveryMs?: number): void {
    this.#reconnector.wake();
    if (this.connected) this.#sync.probe(probeAtMostEveryMs);
  }

  /** The storage has failed. */
  degraded(reason: string): void {
    this.#degraded = reason;
    for (const tab of this.tabs.tabs) this.tabs.deliverTo(tab, 'onDegraded', { reason });
  }

  /**
   * Asks the server whether this is the account's password, which this worker never received.
   * @returns the reason if it is not
   */
  async verify(digest: string): Promise<Failure | undefined> {
    const payload = { username: this.account.username, password: digest, is_md5: true };
    const reply = await this.#parts.channel.ask('login', payload);
    if (reply.kind === 'timeout') return failure(CODES.timeout);
    if (reply.kind === 'dropped') return reply.error;
    if (reply.answer.code !== CODES.success) return reply.answer;
    this.account.digest = digest;
    return undefined;
  }

  /**
   * Ends the session for every tab. It does not reconnect.
   * @param quiet the tab that asked for it, which gets no event of the end
   * @returns when the last write is done
   */
  end(reason: EndReason, quiet?: Tab, wipe = false): Promise<void> {
    return this.#end(reason, false, quiet, wipe);
  }

  /** It waits for a tab, unless one has joined. */
  unattended(): this {
    if (this.tabs.size === 0 && !this.ended) this.#idle.begin();
    return this;
  }

  /** Another worker takes the account over. The tabs follow it if they speak its protocol, and the sends stay for it. */
  handOver(to: WorkerAddress | null): void {
    // A page that has its runtime for itself could reach no worker.
    const next = this.options.platform.address() && to;
    if (next && !this.ended) for (const tab of this.tabs.tabs) tab.post({ kind: 'moved', to: next });
    const isLapsed = next?.protocol === PROTOCOL;
    if (isLapsed) this.state.movedTo = next;
    void this.#end('superseded', isLapsed);
  }

  /** The session has no tab any more. Its sends and its token stay for the account's next one. */
  #lapse(): void {
    void this.#end('logged_out', true);
  }

  /** @param isLapsed another session of the account goes on with what is stored */
  async #end(reason: EndReason, isLapsed: boolean, quiet?: Tab, wipe?: boolean): Promise<void> {
    if (this.ended) return;
    this.#idle.cancel();
    if (reason === 'logged_out' && !isLapsed) this.#parts.channel.logOut();
    this.state.change({ state: 'ended', reason });
    const disconnected = this.#reconnector.stop();
    this.#sync.stop();
    this.#parts.read.unread.close();
    if (LOST.has(reason)) this.#outage.giveUp();
    else this.#outage.cancel();
    this.calls.close();
    const closed = this.sends.close(this.state.failure(), isLapsed);
    this.#parts.channel.close(this.state.failure());
    const { tabs } = this.tabs;
    const present = [...tabs];
    tabs.clear();
    const last = this.snapshot();
    for (const tab of present) {
      tab.leave(tab === quiet ? null : last);
      // As in V2, the next login needs an init, and so a fresh signature. An init since the login has brought one.
      if (reason !== 'superseded' && !tab.hasFreshAuth) tab.auth = null;
      if (tab === quiet) tab.discard();
      tab.postMirror();
    }
    this.options.onEnded(isLapsed);
    await closed;
    await this.#parts.inbox.idle();
    const { store, credentials } = this.options;
    if (wipe) await store.wipe();
    else if (!isLapsed && reason !== 'superseded') await credentials.forgetToken();
    store.close();
    await disconnected;
    this.options.onClosed();
  }

  #onUp(connection: Connection): void {
    this.#outage.cancel();
    this.#sync.start(connection);
    this.#changeState({ state: 'syncing' });
    this.sends.connected();
  }

  #onDown(): void {
    this.#parts.channel.detach();
    this.#sync.stop();
    this.#parts.history.disconnected();
    this.sends.disconnected();
    this.#outage.down();
  }

  #changeState(state: ReconnectorState): void {
    if (this.ended) return;
    this.state.change(state);
    this.options.log(`${this.account.username}: ${state.state}`);
    this.tabs.updateMirrors();
  }
}
