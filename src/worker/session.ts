/**
 * A session: one account, logged in on one connection, shared by all tabs that belong to it. It begins with a login that succeeded and ends
 * once; what is called in between is sent, kept over outages, and settled.
 */
import {
  type AuthPayload,
  CODES,
  type EndReason,
  EVENT_OTHER_LOGIN,
  EVENT_PASSWORD_CHANGED,
  EVENT_READ_ELSEWHERE,
  type EventNotification,
  failure,
  type ListenerEvents,
  MESSAGES,
  type Message,
  type MethodRow,
  type Outcome,
  type StateSnapshot,
  SYNC_CHECK_INTERVAL_MS,
} from '../protocol/index.js';
import { ridOf } from '../protocol/rid.js';
import { readConversations } from './answers.js';
import type { Connection } from './connection.js';
import { EventLog, type EventName } from './event-log.js';
import { Inbox } from './inbox.js';
import { failed, type Outgoing, type Settled, settled } from './outcomes.js';
import type { Platform } from './platform.js';
import { parseNotification } from './pushes.js';
import { Requests } from './requests.js';
import type { Store } from './store/store.js';
import type { Tab } from './tab.js';
import { Uplink, type UplinkState } from './uplink.js';

/** How long a session outlives its last tab, so that a reload does not reconnect. */
const LINGER_MS = 15_000;
/** … and for how many times as long if something is still on its way. */
const MAX_LINGERS = 20;

export interface Account {
  /** Names the account among all: address, appkey, username. */
  readonly key: string;
  readonly address: string;
  readonly engine: 3 | 4;
  readonly appkey: string;
  readonly username: string;
  /** MD5 of the password, in memory only. */
  readonly digest: string;
}

export interface LoginAnswer {
  /** 0 where the server does not say. */
  uid: number;
  online_list: unknown[];
}

export interface SessionOptions {
  platform: Platform;
  account: Account;
  auth: AuthPayload | null;
  store: Store;
  /** What the server answered to the login. */
  login: LoginAnswer;
  /** The account's tabs outlived another worker: see {@link Inbox}. */
  restored: boolean;
  nextSeq(): number;
  log(text: string): void;
  /** @param lapsed nobody ended it: its last tab had gone */
  onEnded(session: Session, lapsed: boolean): void;
}

export class Session {
  readonly account: Account;
  readonly #platform: Platform;
  readonly #uplink: Uplink;
  readonly #requests: Requests;
  readonly #inbox: Inbox;
  readonly #events = new EventLog();
  readonly #tabs = new Set<Tab>();
  #link: UplinkState | { state: 'ended'; reason: EndReason } = { state: 'connecting' };
  #up = false;
  /** One `onDisconnect` for each outage. */
  #told = false;
  /** The last send of each conversation that is not yet answered. */
  readonly #lanes = new Map<string, Promise<unknown>>();
  #synced = false;
  #syncKey = 0;
  #timers = new AbortController();
  #waiters: (() => void)[] = [];
  #cancelLinger: () => void = () => undefined;

  constructor(private readonly options: SessionOptions) {
    const { platform, account, store } = options;
    this.account = account;
    this.#platform = platform;
    this.#requests = new Requests(platform.clock, options.restored);
    this.#inbox = new Inbox(store, account, options.restored, {
      acknowledgeMessage: ({ msg_id, msg_type, from_uid, from_gid }) =>
        this.#acknowledge('msg_recv_v2', { msg_id, msg_type, from_uid, from_gid }),
      acknowledgeSync: (sync_key) => {
        this.#syncKey = Math.max(this.#syncKey, sync_key);
        this.#acknowledge('sync_conversation_ack', { sync_key });
      },
      onMessage: (message, except) =>
        this.#publish('onMsgReceive', { ...message, messages: [message] }, except),
      onSync: (conversations) => this.#publish('onSyncConversation', conversations),
    });
    this.#uplink = new Uplink(platform, account, account, options.auth, {
      onState: (state) => this.#reflect(state),
      onUp: (connection) => this.#onUp(connection),
      onDown: () => this.#onDown(),
      onEvent: (event, payload) => this.#onEvent(event, payload),
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
      tabs: this.#tabs.size,
    };
  }

  /**
   * The tab belongs to this account from now on, and hears what happens.
   * One that has gone meanwhile, or has another account by now, does not: what was opened for it is then not kept for ever.
   * @param since the last event that it has had of this worker (0: of another one, which has died); null if it is new
   */
  join(tab: Tab, since: number | null): void {
    if (tab.gone || (tab.session && tab.session !== this)) {
      if (this.#tabs.size === 0) this.#linger(0);
      return;
    }
    this.#cancelLinger();
    this.#tabs.add(tab);
    tab.session = this;
    tab.ended = null;
    if (since === null && this.#synced) this.#giveHistory(tab);
    else this.#catchUp(tab, since);
    this.#announce();
  }

  /** The tab is gone. What it sent stays on its way. */
  leave(tab: Tab): void {
    if (!this.#tabs.delete(tab)) return;
    tab.session = null;
    this.#announce();
    if (this.#tabs.size === 0) this.#linger(0);
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
  async call(row: MethodRow, outgoing: Outgoing, tab: Tab): Promise<Outcome> {
    if (row.cache === 'conversations' && !this.#up) return this.#fromCache();
    const { callId, rid } = outgoing;
    const replied = this.#requests.send({
      ...outgoing,
      onAck: (data) => tab.tell({ kind: 'ack', callId, rid, data }),
    });
    const settling = replied.then((reply) =>
      reply.kind === 'dropped'
        ? failed(this.#endedFailure())
        : settled(row, outgoing, reply, { ...this.account, uid: this.options.login.uid }),
    );
    this.#tellOthers(outgoing, settling, tab);
    const outcome = await settling;
    if (outcome.kind !== 'success') return outcome;
    if (row.cache === 'conversations')
      void this.options.store.putConversations(readConversations(outcome.data));
    return { kind: 'success', data: outcome.data, second: outcome.second };
  }

  /** Answers may come late and crosswise: the other tabs see what was sent in a conversation in the order in which it was. */
  #tellOthers({ lane }: Outgoing, settling: Promise<Settled>, tab: Tab): void {
    if (lane === undefined) return;
    const told = Promise.all([settling, this.#lanes.get(lane)]).then(([outcome]) =>
      outcome.kind === 'success' && outcome.sent ? this.#inbox.sent(outcome.sent, tab.id) : undefined,
    );
    this.#lanes.set(lane, told);
    void told.then(() => {
      if (this.#lanes.get(lane) === told) this.#lanes.delete(lane);
    });
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
    if (!this.#told) this.#publish('onDisconnect', undefined, quiet?.id);
    this.#requests.drop();
    const last = this.snapshot();
    for (const tab of this.#tabs) {
      tab.session = null;
      tab.ended = tab === quiet ? null : { ...last, tabs: 0 };
      tab.reflect();
    }
    this.#tabs.clear();
    this.#release();
    void this.#inbox.idle().then(() => this.options.store.close());
    this.options.onEnded(this, lapsed);
  }

  #onUp(connection: Connection): void {
    this.#up = true;
    this.#told = false;
    this.#reflect({ state: 'syncing' });
    this.#release();
    this.#timers = new AbortController();
    const { signal } = this.#timers;
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
    this.#publish('onDisconnect', undefined);
  }

  /** "What did I miss", now and every 150 s. The conversations are asked for behind it: their answer shows that the pushes are through. */
  async #sync(connection: Connection, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const [check, conversations] = await Promise.all([
      this.#internal('sync_check', {
        sync_key: this.#syncKey,
        sync_type: connection.auth?.flag ? 1 : 0,
        sync_event_key: 0,
        msg_receipt_key: 0,
      }),
      this.#internal('get_conversations', {}),
    ]);
    if (signal.aborted) return;
    await this.#inbox.idle();
    if (signal.aborted) return;
    if (conversations.kind === 'answer' && conversations.answer.code === 0) {
      void this.options.store.putConversations(readConversations(conversations.answer));
    }
    const key = check.kind === 'answer' ? check.answer.sync_key : undefined;
    if (typeof key === 'number') this.#syncKey = Math.max(this.#syncKey, key);
    this.#synced = true;
    this.#reflect({ state: 'ready' });
    const cancel = this.#platform.clock.after(
      SYNC_CHECK_INTERVAL_MS,
      () => void this.#sync(connection, signal),
    );
    signal.addEventListener('abort', cancel);
  }

  #onEvent(event: string, payload: unknown): void {
    if (this.#requests.handle(event, payload)) return;
    if (event === 'msg_sync') this.#inbox.live(payload);
    else if (event === 'sync_conversation') this.#inbox.synced(payload);
    else if (event === 'event_notification') this.#onNotification(parseNotification(payload));
  }

  #onNotification(notification: EventNotification | undefined): void {
    if (!notification || notification.event_type === EVENT_READ_ELSEWHERE) return;
    const { event_id, event_type, from_uid = 0, gid = 0 } = notification;
    if (event_type === EVENT_OTHER_LOGIN) {
      this.#acknowledge('event_notification', { event_id, event_type, from_uid, gid });
    }
    this.#publish('onEventNotification', notification);
    if (event_type === EVENT_OTHER_LOGIN) this.end('other_login');
    if (event_type === EVENT_PASSWORD_CHANGED) this.end('password_changed');
  }

  #acknowledge(event: string, payload: object): void {
    if (this.#up) void this.#internal(event, payload);
  }

  #internal(event: string, payload: object) {
    return this.#requests.send({ event, payload, rid: ridOf(this.#platform.uuid()), ephemeral: true });
  }

  async #fromCache(): Promise<Outcome> {
    const conversations = await this.options.store.conversations();
    const data = { code: CODES.success, message: MESSAGES[0], conversations, from_cache: true };
    return { kind: 'success', data };
  }

  #publish<L extends EventName>(listener: L, data: ListenerEvents[L], except?: string): void {
    const { event } = this.#events.append(this.options.nextSeq(), listener, data, except);
    for (const tab of this.#tabs) if (tab.id !== except) tab.deliver([event]);
  }

  #catchUp(tab: Tab, since: number | null): void {
    const { events, complete } = this.#events.since(since ?? 0, tab.id);
    if (!complete) tab.tell({ kind: 'gap' });
    // An outage before its time is none of a new tab's business.
    tab.deliver(since === null ? events.filter(({ listener }) => listener !== 'onDisconnect') : events);
  }

  /** A tab that joins with roaming sees the same history as one that logged in. */
  #giveHistory(tab: Tab): void {
    if (!tab.roaming) return;
    const seq = this.options.nextSeq();
    this.#inbox.snapshot((conversations) => {
      const since = new Set<number>();
      for (const { listener, data } of this.#events.since(seq, '').events) {
        if (listener === 'onMsgReceive') since.add((data as Message).msg_id);
      }
      const history = conversations
        .map((one) => ({ ...one, msgs: one.msgs.filter(({ msg_id }) => !since.has(msg_id)) }))
        .filter(({ msgs }) => msgs.length > 0);
      if (history.length === 0 || tab.session !== this) return;
      tab.deliver([{ seq: this.options.nextSeq(), listener: 'onSyncConversation', data: history }]);
    });
  }

  #askForAuth(): boolean {
    for (const tab of this.#tabs) {
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
    this.#announce();
  }

  #announce(): void {
    for (const tab of this.#tabs) tab.reflect();
  }

  #release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve();
  }

  #linger(times: number): void {
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
