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
  type EndReason,
  failure,
  type JsonObject,
  type LocalName,
  MESSAGES,
  type MethodRow,
  type Outcome,
  type StateSnapshot,
} from '../protocol/worker.js';
import type { Account, LoginAnswer, SessionOptions } from './account.js';
import { readConversations, readCount } from './answers.js';
import { Audience } from './audience.js';
import { Calls } from './calls.js';
import type { Connection } from './connection.js';
import { Inbox } from './inbox.js';
import { Incoming } from './incoming.js';
import { failed, succeeded } from './outcomes.js';
import type { Platform } from './platform.js';
import { Requests } from './requests.js';
import { Rooms } from './rooms.js';
import { keepInSync } from './sync.js';
import type { Tab } from './tab.js';
import { Unread } from './unread.js';
import { Uplink, type UplinkState } from './uplink.js';

/** How long a session outlives its last tab, so that a reload does not reconnect. */
const LINGER_MS = 15_000;
/** … and for how many times as long if something is still on its way. */
const MAX_LINGERS = 20;

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
  #syncKey = 0;
  #uid: number;
  #timers = new AbortController();
  #waiters: (() => void)[] = [];
  #cancelLinger: () => void = () => undefined;

  constructor(private readonly options: SessionOptions) {
    const { platform, account, store } = options;
    this.account = account;
    this.#uid = options.login.uid;
    this.#platform = platform;
    this.#requests = new Requests(platform.clock, options.restored);
    this.#audience = new Audience(options.events, options.nextSeq);
    const acknowledge = (event: string, payload: object) => this.#acknowledge(event, payload);
    this.#unread = new Unread(platform.clock, {
      isOpen: (conversation) => this.#isOpen(conversation),
      onChange: (counts) => {
        for (const tab of this.#audience.tabs) tab.tell({ kind: 'unread', counts });
      },
      onRead: (conversation) => this.#reportRead(conversation),
    });
    this.#inbox = new Inbox(store, account, {
      acknowledgeMessage: ({ msg_id, msg_type, from_uid, from_gid }) =>
        acknowledge('msg_recv_v2', { msg_id, msg_type, from_uid, from_gid }),
      acknowledgeSync: (sync_key) => {
        this.#syncKey = Math.max(this.#syncKey, sync_key);
        acknowledge('sync_conversation_ack', { sync_key });
      },
      onMessage: (message, conversation, except) => {
        if (message.content.from_id !== account.username)
          this.#unread.received(conversation, message.ctime_ms);
        const hears = except === undefined ? undefined : (tabId: string) => tabId !== except;
        this.#audience.publish('onMsgReceive', { ...message, messages: [message] }, hears);
      },
      onSync: (conversations) => this.#audience.publish('onSyncConversation', conversations),
    });
    this.#incoming = new Incoming({
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
      onEnd: (reason) => this.end(reason),
    });
    this.#calls = new Calls({
      platform,
      account,
      uid: () => this.#uid,
      store,
      inbox: this.#inbox,
      rooms: this.#rooms,
      audience: this.#audience,
      send: (spec) => this.#requests.send(spec),
      ask: (event, payload) => this.#ask(event, payload, false),
      connected: () => this.#up,
      endedFailure: () => failed(this.#endedFailure()),
      onConversations: (answer) => this.#keepConversations(answer),
    });
    this.#uplink = new Uplink(platform, account, account, options.auth, {
      onState: (state) => this.#reflect(state),
      onUp: (connection) => this.#onUp(connection),
      onDown: () => this.#onDown(),
      onEvent: (event, payload) => {
        if (!this.#requests.handle(event, payload)) this.#incoming.handle(event, payload);
      },
      onOver: (reason) => this.end(reason),
      askForAuth: () => this.#askForAuth(),
    });
  }

  /** @param loggedIn a connection that has the login already; without it the session connects by itself */
  start(loggedIn?: Connection): void {
    this.#uplink.start(loggedIn);
  }

  get roaming(): boolean {
    return this.options.auth?.flag ?? false;
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
   * @param since the last event that it has had of this worker (0: of another one, which has died); null if it is new
   */
  join(tab: Tab, since: number | null): void {
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
    if (since !== null) this.#audience.comeBack(tab, since);
    else if (!this.#synced) this.#audience.begin(tab);
    else {
      const take = this.#audience.markFor(tab);
      if (tab.roaming) this.#inbox.snapshot(take);
      else take([]);
    }
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

  wake(): void {
    this.#uplink.wake();
  }

  /** Resolves when the session is connected or over, whichever comes first, or the signal says not to wait. */
  settledState(signal: AbortSignal): Promise<void> {
    if (this.#up || this.ended || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      signal.addEventListener('abort', () => resolve());
    });
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
    if (method === 'updateConversation' && params.extras) {
      void this.options.store.putExtras(conversation, params.extras);
    }
    return succeeded({});
  }

  abort(callId: string): void {
    this.#calls.abort(callId);
  }

  /** Over, for every tab; it does not come back by itself. @param quiet the tab that asked for it is not told of a disconnection */
  end(reason: EndReason, quiet?: Tab): void {
    this.#end(reason, quiet, false);
  }

  #end(reason: EndReason, quiet: Tab | undefined, lapsed: boolean): void {
    if (this.ended) return;
    this.#cancelLinger();
    this.#up = false;
    this.#link = { state: 'ended', reason };
    this.#timers.abort();
    this.#uplink.stop();
    this.#unread.close();
    this.#calls.close();
    if (!this.#told) this.#audience.publish('onDisconnect', undefined, (tabId) => tabId !== quiet?.id);
    this.#requests.drop();
    const last = this.snapshot();
    for (const tab of this.#audience.tabs) {
      tab.session = null;
      tab.ended = tab === quiet ? null : { ...last, tabs: 0 };
      tab.reflect();
    }
    this.#audience.tabs.clear();
    this.#release();
    void this.#inbox.idle().then(() => this.options.store.close());
    this.options.onEnded(lapsed);
  }

  #onUp(connection: Connection): void {
    this.#up = true;
    this.#told = false;
    this.#uid = connection.uid || this.#uid;
    this.#reflect({ state: 'syncing' });
    this.#release();
    this.#timers = new AbortController();
    const { signal } = this.#timers;
    this.#inbox.syncBegins();
    // What may have been stored already is answered before the server tells its history: so no tab meets its own message there.
    void this.#requests
      .attach((event, payload) => connection.emit(event, payload))
      .then(() => this.#sync(connection, signal));
  }

  #onDown(): void {
    this.#up = false;
    this.#timers.abort();
    this.#requests.detach();
    this.#told = true;
    this.#audience.publish('onDisconnect', undefined);
  }

  #sync(connection: Connection, signal: AbortSignal): Promise<void> {
    return keepInSync(
      {
        clock: this.#platform.clock,
        ask: (event, payload) => this.#ask(event, payload),
        keys: async () => {
          await this.#incoming.load();
          const roaming = connection.auth?.flag ? 1 : 0;
          return { sync_key: this.#syncKey, sync_type: roaming, ...this.#incoming.keys };
        },
        rooms: () => this.#rooms.entered(),
        idle: () => {
          this.#inbox.syncEnds();
          return this.#inbox.idle();
        },
        onSynced: (check, conversations) => {
          if (conversations) this.#keepConversations(conversations);
          if (check) {
            this.#syncKey = Math.max(this.#syncKey, readCount(check.sync_key, 0));
            this.#incoming.syncedTo(check);
          }
          this.#synced = true;
          this.#reflect({ state: 'ready' });
        },
      },
      signal,
    );
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
    const [kind, ...rest] = conversation.split('/');
    const [appkey, ...username] = rest;
    if (kind === 'g') void this.#ask('unread_group_count', { type: 4, gid: Number(rest[0]) }, false);
    else void this.#ask('unread_single_count', { type: 3, appkey, username: username.join('/') }, false);
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
    this.options.log(`${this.account.username}: ${state.state}`);
    this.#audience.announce();
  }

  #release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #linger(times: number): void {
    if (this.ended) return;
    this.#cancelLinger();
    this.#cancelLinger = this.#platform.clock.after(LINGER_MS, () => {
      if (this.#requests.size > 0 && times < MAX_LINGERS) this.#linger(times + 1);
      else this.#end('logged_out', undefined, true);
    });
  }

  #endedFailure() {
    const reason = this.#link.state === 'ended' ? this.#link.reason : undefined;
    if (reason === 'superseded') return failure(CODES.superseded);
    return failure(CODES.sessionEnded, `${MESSAGES[CODES.sessionEnded]}${reason ? ` (${reason})` : ''}`);
  }
}
