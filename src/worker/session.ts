/**
 * A session: one account, logged in on one connection, shared by all tabs that belong to it. It begins with a login that succeeded and ends
 * once; what is called in between is sent, kept over outages, and settled.
 */

import { ridOf } from '../protocol/rid.js';
import {
  type AuthPayload,
  type Call,
  CODES,
  type ConversationId,
  conversationId,
  conversationOf,
  type EndReason,
  type Failure,
  failure,
  type JsonObject,
  type LocalName,
  MESSAGES,
  type MethodRow,
  type Outcome,
  type ResumeToken,
  type StateSnapshot,
} from '../protocol/worker.js';
import type { Account, LoginAnswer, SessionOptions } from './account.js';
import { readConversations } from './answers.js';
import { Audience } from './audience.js';
import { Calls } from './calls.js';
import type { Connection } from './connection.js';
import { History } from './history.js';
import { Inbox } from './inbox.js';
import { Incoming } from './incoming.js';
import { failed, succeeded } from './outcomes.js';
import type { Platform } from './platform.js';
import { type RequestSpec, Requests } from './requests.js';
import { Rooms } from './rooms.js';
import { keepInSync } from './sync.js';
import type { Tab } from './tab.js';
import { Unread } from './unread.js';
import { Uplink, type UplinkState } from './uplink.js';

/** How long a session outlives its last tab, so that a reload does not reconnect. */
const LINGER_MS = 15_000;
/** … and for how many times as long if something is still on its way. */
const MAX_LINGERS = 20;
/** After a wake-up a server that does not acknowledge within this time counts as gone … */
const PROBE_TIMEOUT_MS = 5_000;
/** … and is not asked more often than this. */
const PROBE_INTERVAL_MS = 10_000;

export class Session {
  readonly account: Account;
  readonly #platform: Platform;
  readonly #uplink: Uplink;
  readonly #requests: Requests;
  readonly #audience: Audience;
  readonly #inbox: Inbox;
  readonly #incoming: Incoming;
  readonly #calls: Calls;
  readonly #rooms = new Rooms();
  readonly #unread: Unread;
  #link: UplinkState | { state: 'ended'; reason: EndReason } = { state: 'connecting' };
  #up = false;
  /** One `onDisconnect` for each outage. */
  #told = false;
  #synced = false;
  #connection: Connection | undefined;
  #probedAt = 0;
  #degraded: string | undefined;
  #uid: number;
  #timers = new AbortController();
  #waiters: (() => void)[] = [];
  /** Who waits for a sync to be through or for an attempt to have failed. */
  #onRest: (() => void)[] = [];
  #cancelLinger: () => void = () => undefined;

  constructor(private readonly options: SessionOptions) {
    const { platform, account, store } = options;
    this.account = account;
    this.#uid = options.login.uid;
    this.#platform = platform;
    this.#requests = new Requests(platform.clock);
    this.#audience = new Audience(options.events, options.nextSeq);
    const acknowledge = (event: string, payload: object) => this.#acknowledge(event, payload);
    this.#unread = new Unread(platform.clock, {
      isOpen: (conversation) => this.#isOpen(conversation),
      onChange: (counts) => {
        for (const tab of this.#audience.tabs) tab.tell({ kind: 'unread', counts });
      },
      onRead: (conversation) => this.#reportRead(conversation),
    });
    this.#inbox = new Inbox(
      store,
      account,
      {
        acknowledgeMessage: ({ msg_id, msg_type, from_uid, from_gid }) =>
          acknowledge('msg_recv_v2', { msg_id, msg_type, from_uid, from_gid }),
        acknowledgeSync: (sync_key) => {
          this.#incoming.syncedTo({ sync_key }, this.#isWhole);
          acknowledge('sync_conversation_ack', { sync_key });
        },
        onMessage: (message, conversation, told, except) => {
          if (!told && message.content.from_id !== account.username)
            this.#unread.received(conversation, message.ctime_ms);
          this.#audience.publishMessage(message, except);
        },
        onSync: (conversations) => this.#audience.publishSync(conversations),
      },
      options.keptUpTo,
    );
    this.#incoming = new Incoming(
      {
        self: account,
        audience: this.#audience,
        inbox: this.#inbox,
        rooms: this.#rooms,
        store,
        acknowledge,
        onReadElsewhere: (read) => {
          const ref = read.gid ? { gid: read.gid } : { username: read.username ?? '', appkey: read.appkey };
          this.#unread.read(conversationId(ref, account.appkey), false);
        },
        onEnd: (reason) => void this.end(reason),
      },
      options.progress,
    );
    const history = new History({
      account,
      store,
      ask: (event, payload) => this.#ask(event, payload, false),
      canAsk: () => this.#up && this.#connection?.can('history') === true,
    });
    const parts = {
      platform,
      account,
      uid: () => this.#uid,
      store,
      inbox: this.#inbox,
      rooms: this.#rooms,
      audience: this.#audience,
      history,
      send: (spec: RequestSpec) => this.#requests.send(spec),
      ask: (event: string, payload: object) => this.#ask(event, payload, false),
      connected: () => this.#up,
      endedFailure: () => failed(this.#endedFailure()),
      onConversations: (answer: object) => this.#keepConversations(answer),
    };
    this.#calls = new Calls(parts, options.outbox);
    this.#uplink = new Uplink(platform, options.credentials, {
      onState: (state) => this.#reflect(state),
      onUp: (connection) => this.#onUp(connection),
      onDown: () => this.#onDown(),
      onEvent: (event, payload) => {
        if (!this.#requests.handle(event, payload)) this.#incoming.handle(event, payload);
      },
      onOver: (reason) => void this.end(reason),
      onSlept: () => this.wake(0),
      askForAuth: () => this.#askForAuth(),
    });
  }

  /** @param loggedIn a connection that has the login already; without it the session connects by itself */
  start(loggedIn?: Connection): void {
    this.#uplink.start(loggedIn);
  }

  get roaming(): boolean {
    return this.options.credentials.roaming;
  }

  /** What its tabs keep in their memory, to bring it back. */
  get token(): ResumeToken | null {
    return this.options.credentials.token;
  }

  get loginAnswer(): LoginAnswer {
    return this.options.login;
  }

  get ended(): boolean {
    return this.#link.state === 'ended';
  }

  get connected(): boolean {
    return this.#up;
  }

  snapshot(): StateSnapshot {
    const { appkey, username } = this.account;
    return {
      ...this.#link,
      connected: this.#up,
      synced: this.#up && this.#link.state === 'ready',
      appkey,
      username,
      tabs: this.#audience.size,
    };
  }

  /**
   * The tab belongs to this account from now on, and hears what happens.
   * One that has gone meanwhile, or has another account by now, does not: what was opened for it is then not kept for ever. Nor does any
   * to a session that has ended.
   * @param since the last event that it has had of this worker; null if it is new. `newestMs`: it comes from a worker that has died, with what
   * it had been told up to then
   */
  join(tab: Tab, since: { seq: number; newestMs: number } | null): void {
    const { tabs } = this.#audience;
    if (this.ended || tab.gone || (tab.session && tab.session !== this)) {
      if (tabs.size === 0) this.#linger(0);
      return;
    }
    this.#cancelLinger();
    tabs.add(tab);
    tab.session = this;
    tab.ended = null;
    tab.tell({ kind: 'unread', counts: this.#unread.all() });
    if (since?.seq) {
      this.#audience.comeBack(tab, since.seq);
    } else if (since) {
      this.#audience.returned(tab);
      const take = this.#audience.markFor(tab, this.#audience.soFar(tab));
      if (since.newestMs > 0) this.#inbox.since(since.newestMs, take);
      else if (tab.roaming) this.#inbox.snapshot(take);
      else take([]);
    } else {
      // Before the first sync all that the session has heard is news to it, but for an outage before its time.
      const earlier = this.#synced ? [] : this.#audience.soFar(tab);
      const take = this.#audience.markFor(
        tab,
        earlier.filter(({ listener }) => listener !== 'onDisconnect'),
      );
      tab.joinedMs = this.#inbox.newestMs;
      const isToldByTheServer = !this.#synced && this.#incoming.keys.sync_key === 0;
      if (!tab.roaming || isToldByTheServer) take([]);
      // What is missed goes in between: so the history waits for it, unless it cannot come.
      else void this.#caughtUp().then(() => this.#inbox.snapshot(take));
    }
    if (this.#degraded !== undefined) this.#tellDegraded(tab, this.#degraded);
    this.#audience.announce();
  }

  /** The chat rooms that the tab is in. */
  roomsOf(tab: Tab): number[] {
    return this.#rooms.of(tab.id);
  }

  /** A tab that another worker had in these rooms: the account enters them again with the next sync. */
  restoreRooms(tab: Tab, rooms: readonly number[]): void {
    for (const room of rooms) this.#rooms.opened(room, tab.id);
  }

  /** The tab is gone. What it sent stays on its way. */
  leave(tab: Tab): void {
    if (!this.#audience.tabs.delete(tab)) return;
    tab.session = null;
    this.#calls.tabLeft(tab);
    this.#audience.announce();
    if (this.#audience.size === 0) this.#linger(0);
  }

  offerAuth(auth: AuthPayload | null): void {
    this.#uplink.offerAuth(auth);
  }

  /** Now rather than later: what is lost is tried again, what looks open is asked. */
  wake(atMostEvery = PROBE_INTERVAL_MS): void {
    this.#uplink.wake();
    const { clock } = this.#platform;
    if (!this.#up || clock.now() - this.#probedAt < atMostEvery) return;
    this.#probedAt = clock.now();
    const cancel = clock.after(PROBE_TIMEOUT_MS, () => this.#uplink.drop('no answer after waking'));
    const ask = { event: 'sync_check', payload: this.#syncKeys(), rid: ridOf(this.#platform.uuid()) };
    void this.#requests.send({ ...ask, ephemeral: true, onAck: cancel }).then(cancel);
  }

  /** The storage has failed. */
  degraded(reason: string): void {
    this.#degraded = reason;
    for (const tab of this.#audience.tabs) this.#tellDegraded(tab, reason);
  }

  /**
   * Whether this is the account's password, which this worker was never told: asks the server.
   * @returns what the server has against it
   */
  async verify(digest: string): Promise<Failure | undefined> {
    const payload = { username: this.account.username, password: digest, is_md5: true };
    const reply = await this.#ask('login', payload, false);
    if (reply.kind === 'timeout') return failure(CODES.timeout);
    if (reply.kind === 'dropped') return this.#endedFailure();
    if (reply.answer.code !== CODES.success) return reply.answer;
    this.account.digest = digest;
    return undefined;
  }

  /** Resolves when the session is connected or over, whichever comes first, or the signal says not to wait. */
  settledState(signal: AbortSignal): Promise<void> {
    if (this.#up || this.ended || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      signal.addEventListener('abort', () => resolve());
    });
  }

  /** Resolves when a sync is through, or will not be just now. */
  #caughtUp(): Promise<void> {
    const { state } = this.#link;
    if (state === 'ready' || state === 'waiting' || state === 'ended') return Promise.resolve();
    return new Promise((resolve) => this.#onRest.push(resolve));
  }

  /** Resolves when the session is connected or over, or is known not to be reachable just now. */
  async firstTry(): Promise<void> {
    if (this.#link.state === 'waiting') return;
    const tried = new AbortController();
    this.#onRest.push(() => tried.abort());
    await this.settledState(tried.signal);
  }

  /** Sends a checked call and settles it. */
  call(tab: Tab, call: Call, row: MethodRow, params: Record<string, unknown>): Promise<Outcome> {
    return this.#calls.run(tab, call, row, params);
  }

  /** What needs no answer from the server. */
  local(
    tab: Tab,
    method: LocalName,
    params: { extras?: JsonObject } & Parameters<typeof conversationId>[0],
  ): Outcome {
    const conversation = conversationId(params, this.account.appkey);
    if (method === 'resetUnreadCount') {
      tab.open = conversation;
      this.#unread.read(conversation, true);
    }
    if (method === 'closeConversation' && tab.open === conversation) tab.open = null;
    if (method === 'updateConversation' && params.extras) {
      void this.options.store.putExtras(conversation, params.extras);
    }
    return succeeded({});
  }

  /** A send that is reported as failed elsewhere. */
  disown(callId: string, error: Failure): Promise<void> {
    return this.#calls.disown(callId, error);
  }

  abort(callId: string): void {
    this.#calls.abort(callId);
  }

  /**
   * Over, for every tab; it does not come back by itself.
   * @param quiet the tab that asked for it is not told of a disconnection
   * @returns when nothing of it is left to be written
   */
  end(reason: EndReason, quiet?: Tab, wipe = false): Promise<void> {
    return this.#end(reason, quiet, { lapsed: false, wipe });
  }

  async #end(
    reason: EndReason,
    quiet: Tab | undefined,
    { lapsed, wipe }: { lapsed: boolean; wipe: boolean },
  ): Promise<void> {
    if (this.ended) return;
    this.#cancelLinger();
    if (reason === 'logged_out' && !lapsed) this.#logOut();
    this.#up = false;
    this.#link = { state: 'ended', reason };
    this.#timers.abort();
    this.#uplink.stop();
    this.#unread.close();
    if (!this.#told) this.#audience.publish('onDisconnect', undefined, (tabId) => tabId !== quiet?.id);
    const closed = this.#calls.close(lapsed ? undefined : this.#endedFailure());
    this.#requests.drop();
    const last = this.snapshot();
    for (const tab of this.#audience.tabs) {
      tab.session = null;
      tab.ended = tab === quiet ? null : { ...last, tabs: 0 };
      tab.reflect();
    }
    this.#audience.tabs.clear();
    this.#release();
    this.#rest();
    this.options.onEnded(lapsed);
    await closed;
    await this.#inbox.idle();
    const { store, credentials } = this.options;
    if (wipe) await store.wipe();
    else if (!lapsed && reason !== 'superseded') await credentials.forgetToken();
    store.close();
    this.options.onClosed();
  }

  /** A server that gave a token is told that it is over; others see the socket close. */
  #logOut(): void {
    if (!this.#connection?.can('resume')) return;
    this.#connection.emit('log_out', { rid: ridOf(this.#platform.uuid()) });
  }

  #onUp(connection: Connection): void {
    this.#up = true;
    this.#told = false;
    this.#connection = connection;
    this.#uid = connection.uid || this.#uid;
    this.#reflect({ state: 'syncing' });
    this.#release();
    this.#timers = new AbortController();
    const { signal } = this.#timers;
    this.#inbox.syncBegins();
    // What may have been stored already is answered before the server tells its history: so no tab meets its own message there.
    const sure = this.#requests.attach((event, payload) => connection.emit(event, payload));
    this.#calls.connected();
    void sure.then(() => this.#sync(signal));
  }

  #onDown(): void {
    this.#up = false;
    this.#timers.abort();
    this.#requests.detach();
    this.#calls.disconnected();
    this.#told = true;
    this.#audience.publish('onDisconnect', undefined);
  }

  #sync(signal: AbortSignal): Promise<void> {
    return keepInSync(
      {
        clock: this.#platform.clock,
        ask: (event, payload) => this.#ask(event, payload),
        keys: () => this.#syncKeys(),
        rooms: () => this.#rooms.entered(),
        idle: () => {
          this.#inbox.syncEnds();
          return this.#inbox.idle();
        },
        isWhole: () => this.#isWhole,
        onSynced: (check, wasWhole, conversations) => {
          if (conversations) this.#keepConversations(conversations);
          if (check) this.#incoming.syncedTo(check, wasWhole);
          this.#synced = true;
          this.#reflect({ state: 'ready' });
        },
      },
      signal,
    );
  }

  get #isRoaming(): boolean {
    return this.#connection?.roaming ?? false;
  }

  /** All that the server has told is here: what was sent from here and is not answered has a place that is not known. */
  get #isWhole(): boolean {
    return this.#isRoaming && !this.#calls.isBusy;
  }

  #syncKeys(): object {
    const { sync_key, ...keys } = this.#incoming.keys;
    const roaming = this.#isRoaming;
    return { ...keys, sync_key: roaming ? sync_key : 0, sync_type: roaming ? 1 : 0 };
  }

  #tellDegraded(tab: Tab, reason: string): void {
    this.#audience.deliverTo(tab, 'onDegraded', { reason });
  }

  #keepConversations(answer: object): void {
    const conversations = readConversations(answer);
    this.#unread.reset(conversations, this.account.appkey);
    void this.options.store.putConversations(conversations);
  }

  /** Somebody is looking at it. */
  #isOpen(conversation: ConversationId): boolean {
    for (const tab of this.#audience.tabs) if (tab.visible && tab.open === conversation) return true;
    return false;
  }

  #reportRead(conversation: ConversationId): void {
    const ref = conversationOf(conversation);
    void this.#ask(ref.type === 4 ? 'unread_group_count' : 'unread_single_count', ref, false);
  }

  #acknowledge(event: string, payload: object): void {
    if (this.#up) void this.#ask(event, payload);
  }

  /** @param ephemeral means nothing on another connection */
  #ask(event: string, payload: object, ephemeral = true) {
    return this.#requests.send({ event, payload, rid: ridOf(this.#platform.uuid()), ephemeral });
  }

  #askForAuth(): boolean {
    for (const tab of this.#audience.tabs) {
      if (!tab.settings.canAuth) continue;
      tab.tell({ kind: 'auth' });
      return true;
    }
    return false;
  }

  #reflect(state: UplinkState): void {
    if (this.ended) return;
    this.#link = state;
    if (state.state === 'waiting' || state.state === 'ready') this.#rest();
    this.options.log(`${this.account.username}: ${state.state}`);
    this.#audience.announce();
  }

  #rest(): void {
    for (const resolve of this.#onRest.splice(0)) resolve();
  }

  #release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #linger(times: number): void {
    if (this.ended) return;
    this.#cancelLinger();
    this.#cancelLinger = this.#platform.clock.after(LINGER_MS, () => {
      const isBusy = this.#requests.size > 0 || this.#calls.isBusy;
      if (isBusy && times < MAX_LINGERS) this.#linger(times + 1);
      else void this.#end('logged_out', undefined, { lapsed: true, wipe: false });
    });
  }

  #endedFailure() {
    const reason = this.#link.state === 'ended' ? this.#link.reason : undefined;
    if (reason === 'superseded') return failure(CODES.superseded);
    return failure(CODES.sessionEnded, `${MESSAGES[CODES.sessionEnded]}${reason ? ` (${reason})` : ''}`);
  }
}
