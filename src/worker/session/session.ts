/**
 * A session: one account, logged in on one connection, shared by all tabs that belong to it. It begins with a login that succeeded and ends
 * once; what is called in between is sent, kept over outages, and settled.
 */

import {
  type AuthPayload,
  type Call,
  CODES,
  conversationId,
  type EndReason,
  type Extras,
  type Failure,
  failure,
  type LocalName,
  MESSAGES,
  type MethodName,
  type MethodRow,
  type Outcome,
  type ResumeToken,
  type StateSnapshot,
} from '../../protocol/worker.js';
import type { Account, LoginAnswer } from '../connection/account.js';
import type { Connection } from '../connection/connection.js';
import type { OnAck, RequestSpec } from '../connection/open-requests.js';
import { Reconnector, type ReconnectorState } from '../connection/reconnector.js';
import { RequestChannel } from '../connection/request-channel.js';
import { ChatRooms } from '../inbox/chat-rooms.js';
import { toldOf } from '../inbox/events.js';
import { History } from '../inbox/history.js';
import { Inbox } from '../inbox/inbox.js';
import { PushRouter } from '../inbox/push-router.js';
import { ReadState } from '../inbox/read-state.js';
import { failed, succeeded } from '../methods/outcome.js';
import { SessionTabs } from '../tabs/session-tabs.js';
import type { Tab, TabSession } from '../tabs/tab.js';
import { Calls } from './calls.js';
import { IdleTimeout } from './idle-timeout.js';
import { OutageNotice } from './outage-notice.js';
import { eventOfChange } from './own-changes.js';
import type { SessionOptions } from './session-options.js';
import { SessionState } from './session-state.js';
import { catchUp, type Heard } from './tab-catch-up.js';

/** Ends in which the connection was lost and could not be had back. */
const LOST: ReadonlySet<EndReason> = new Set(['login_refused', 'signature_expired']);

/** A tab as the runtime knows it, with the session it belongs to. */
export type SessionTab = Tab<Session>;

export class Session implements TabSession {
  readonly account: Account;
  readonly #uplink: Reconnector;
  readonly #exchange: RequestChannel;
  readonly #audience: SessionTabs;
  readonly #inbox: Inbox;
  readonly #incoming: PushRouter;
  readonly #calls: Calls;
  readonly #rooms = new ChatRooms();
  readonly #read: ReadState;
  readonly #standing = new SessionState();
  readonly #linger: IdleTimeout;
  readonly #outage: OutageNotice;
  #synced = false;
  #degraded: string | undefined;
  #uid: number;

  constructor(private readonly options: SessionOptions) {
    const { platform, account, store } = options;
    this.account = account;
    this.#uid = options.login.uid;
    this.#exchange = new RequestChannel(platform, {
      keys: () => this.#incoming.keys,
      rooms: () => this.#rooms.entered(),
      isBusy: () => this.#calls.isBusy,
      idle: () => {
        this.#inbox.syncEnds();
        return this.#inbox.idle();
      },
      onSynced: (check, wasWhole, conversations) => {
        if (conversations) this.#read.listed(conversations);
        if (check) this.#incoming.syncedTo(check, wasWhole);
        this.#synced = true;
        this.#reflect({ state: 'ready' });
      },
      onSilence: (reason) => this.#uplink.drop(reason),
    });
    this.#linger = new IdleTimeout(
      platform.clock,
      () => this.#exchange.size > 0 || this.#calls.isBusy,
      () => this.#lapse(),
    );
    this.#audience = new SessionTabs(options.events, options.nextSeq, {
      now: () => platform.clock.now(),
      asSynced: (messages) => this.#inbox.asSynced(messages),
      onFull: () => this.#lapse(),
    });
    this.#outage = new OutageNotice(platform.clock, this.#audience);
    const ask = (event: string, payload: object, onAck?: OnAck) =>
      this.#exchange.ask(event, payload, false, onAck);
    this.#read = new ReadState({ clock: platform.clock, account, store, audience: this.#audience, ask });
    const { deliveries } = this.#audience;
    const acknowledge = (event: string, payload: object) => this.#acknowledge(event, payload);
    this.#inbox = new Inbox(
      store,
      account,
      {
        acknowledgeMessage: ({ msg_id, msg_type, from_uid, from_gid }) =>
          deliveries.afterwards(() => acknowledge('msg_recv_v2', { msg_id, msg_type, from_uid, from_gid })),
        acknowledgeSync: (sync_key) => {
          const isWhole = this.#exchange.isWhole();
          deliveries.afterwards(() => {
            this.#incoming.syncedTo({ sync_key }, isWhole);
            acknowledge('sync_conversation_ack', { sync_key });
          });
        },
        onMessage: (message, conversation, told, except) => {
          this.#read.received(message, conversation, told);
          this.#audience.publishMessage(message, except);
        },
        onSync: (missed) => this.#audience.publishSync(missed.map((one) => this.#read.counted(one))),
        unreadOf: (conversation) => this.#read.unread.of(conversation),
        receiptsOf: (messages) => this.#read.receipts.of(messages),
      },
      options.keptUpTo,
    );
    this.#incoming = new PushRouter(
      {
        self: account,
        audience: this.#audience,
        inbox: this.#inbox,
        rooms: this.#rooms,
        receipts: this.#read.receipts,
        store,
        acknowledge,
        onReadElsewhere: (read) => this.#read.readElsewhere(read),
        onEnd: (reason) => void this.end(reason),
      },
      options.progress,
    );
    const history = new History({
      account,
      store,
      ask,
      canAsk: () => this.connected && this.#exchange.can('history'),
    });
    const parts = {
      platform,
      account,
      uid: () => this.#uid,
      store,
      inbox: this.#inbox,
      rooms: this.#rooms,
      receipts: this.#read.receipts,
      audience: this.#audience,
      history,
      send: (spec: RequestSpec) => this.#exchange.send(spec),
      ask,
      connected: () => this.connected,
      outages: () => this.#standing.outages,
      endedFailure: () => failed(this.#endedFailure()),
      onConversations: (answer: object) => this.#read.listed(answer),
    };
    this.#calls = new Calls(parts, options.outbox);
    this.#uplink = new Reconnector(platform, options.credentials, {
      onState: (state) => this.#reflect(state),
      onUp: (connection) => this.#onUp(connection),
      onDown: () => this.#onDown(),
      onEvent: (event, payload) => {
        if (this.#exchange.handle(event, payload)) this.#incoming.answered(event, payload);
        else this.#incoming.handle(event, payload);
      },
      onOver: (reason) => void this.end(reason),
      onSlept: () => this.wake(0),
      askForAuth: () => this.#audience.askForAuth(),
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
    return this.#standing.ended;
  }

  get connected(): boolean {
    return this.#standing.connected;
  }

  snapshot(): StateSnapshot {
    const { appkey, username } = this.account;
    return { ...this.#standing.snapshot(), appkey, username, tabs: this.#audience.size };
  }

  /**
   * The tab belongs to this account from now on, and hears what happens.
   * One that has gone meanwhile, or has another account by now, does not: what was opened for it is then not kept for ever. Nor does any
   * to a session that has ended.
   * @param heard up to where it has been told everything; null if it is new
   */
  join(tab: SessionTab, heard: Heard | null): void {
    const { tabs } = this.#audience;
    if (this.ended || tab.gone || (tab.session && tab.session !== this)) {
      if (tabs.size === 0 && !this.ended) this.#linger.begin();
      return;
    }
    this.#linger.cancel();
    tabs.add(tab);
    tab.join(this);
    const { appkey, username } = this.account;
    tab.tell({ kind: 'account', account: { appkey, username } });
    tab.tellUnread(this.#read.unread.all());
    catchUp(tab, heard, {
      audience: this.#audience,
      inbox: this.#inbox,
      hasSynced: this.#synced,
      isToldByTheServer: this.#incoming.keys.sync_key === 0,
      caughtUp: () => this.#standing.caughtUp(),
    });
    if (this.#degraded !== undefined) this.#tellDegraded(tab, this.#degraded);
    this.#audience.announce();
  }

  /** The chat rooms that the tab is in. */
  roomsOf(tabId: string): number[] {
    return this.#rooms.of(tabId);
  }

  /** A tab that another worker had in these rooms: the account enters them again with the next sync. */
  restoreRooms(tab: Tab, rooms: readonly number[]): void {
    for (const room of rooms) this.#rooms.opened(room, tab.id);
  }

  /** The tab has handed its application everything up to that `seq`. */
  confirm(tab: Tab, upTo: number): void {
    this.#audience.deliveries.confirm(tab.id, upTo);
  }

  /** The tab is gone. What it sent stays on its way. */
  leave(tab: Tab): void {
    if (!this.#audience.tabs.has(tab)) return;
    this.#audience.left(tab);
    tab.leave(null);
    this.#calls.tabLeft(tab);
    this.#audience.announce();
    if (this.#audience.size === 0) this.#linger.begin();
  }

  offerAuth(auth: AuthPayload | null): void {
    this.#uplink.offerAuth(auth);
  }

  /** Now rather than later: what is lost is tried again, what looks open is asked. */
  wake(probeAtMostEvery?: number): void {
    this.#uplink.wake();
    if (this.connected) this.#exchange.probe(probeAtMostEvery);
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
    const reply = await this.#exchange.ask('login', payload, false);
    if (reply.kind === 'timeout') return failure(CODES.timeout);
    if (reply.kind === 'dropped') return this.#endedFailure();
    if (reply.answer.code !== CODES.success) return reply.answer;
    this.account.digest = digest;
    return undefined;
  }

  /** Resolves when the session is connected or over, whichever comes first, or the signal says not to wait. */
  settledState(signal: AbortSignal): Promise<void> {
    return this.#standing.settled(signal);
  }

  /** Resolves when the session is connected or over, or is known not to be reachable just now. */
  firstTry(): Promise<void> {
    return this.#standing.firstTry();
  }

  /** Sends a checked call and settles it. */
  async call(tab: Tab, call: Call, row: MethodRow, params: Record<string, unknown>): Promise<Outcome> {
    const outcome = await this.#calls.run(tab, call, row, params);
    if (outcome.kind === 'success') this.#shareChange(tab, call.method as MethodName, params);
    return outcome;
  }

  /** What needs no answer from the server. */
  local(
    tab: Tab,
    method: LocalName,
    params: { extras?: Extras } & Parameters<typeof conversationId>[0],
  ): Outcome {
    const conversation = conversationId(params, this.account.appkey);
    if (method === 'resetUnreadCount') this.#read.readIn(tab, conversation);
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
   * @param quiet the tab that asked for it hears nothing of it any more
   * @returns when nothing of it is left to be written
   */
  end(reason: EndReason, quiet?: Tab, wipe = false): Promise<void> {
    return this.#end(reason, quiet, { lapsed: false, wipe });
  }

  /** Nobody ended it, and nobody needs it. */
  #lapse(): void {
    void this.#end('logged_out', undefined, { lapsed: true, wipe: false });
  }

  async #end(
    reason: EndReason,
    quiet: Tab | undefined,
    { lapsed, wipe }: { lapsed: boolean; wipe: boolean },
  ): Promise<void> {
    if (this.ended) return;
    this.#linger.cancel();
    if (reason === 'logged_out' && !lapsed) this.#exchange.logOut();
    this.#standing.end(reason);
    const gone = this.#uplink.stop();
    this.#read.unread.close();
    if (LOST.has(reason)) this.#outage.giveUp();
    else this.#outage.cancel();
    const closed = this.#calls.close(lapsed ? undefined : this.#endedFailure());
    this.#exchange.close();
    const last = this.snapshot();
    for (const tab of this.#audience.tabs) {
      tab.leave(tab === quiet ? null : { ...last, tabs: 0 });
      // As in V2, the next login needs an init, and so a fresh signature.
      if (reason !== 'superseded') tab.auth = null;
      if (tab === quiet) tab.discard();
      tab.reflect();
    }
    this.#audience.tabs.clear();
    this.options.onEnded(lapsed);
    await closed;
    await this.#inbox.idle();
    const { store, credentials } = this.options;
    if (wipe) await store.wipe();
    else if (!lapsed && reason !== 'superseded') await credentials.forgetToken();
    store.close();
    await gone;
    this.options.onClosed();
  }

  #onUp(connection: Connection): void {
    this.#standing.up();
    this.#outage.cancel();
    this.#uid = connection.uid || this.#uid;
    this.#reflect({ state: 'syncing' });
    this.#inbox.syncBegins();
    this.#exchange.attach(connection);
    this.#calls.connected();
  }

  #onDown(): void {
    this.#standing.down();
    this.#exchange.detach();
    this.#calls.disconnected();
    this.#outage.down();
  }

  #tellDegraded(tab: Tab, reason: string): void {
    this.#audience.deliverTo(tab, 'onDegraded', { reason });
  }

  /** The account's other tabs hear of it as its other devices do. */
  #shareChange({ id }: Tab, method: MethodName, params: Record<string, unknown>): void {
    const nowMs = this.options.platform.clock.now();
    const event = eventOfChange({ method, params, self: this.account, nowMs });
    const told = event && toldOf(event);
    if (told) this.#audience.publish(told.listener, told.data, (tab) => tab !== id);
  }

  #acknowledge(event: string, payload: object): void {
    if (this.connected) void this.#exchange.ask(event, payload, true);
  }

  #reflect(state: ReconnectorState): void {
    if (this.ended) return;
    this.#standing.change(state);
    this.options.log(`${this.account.username}: ${state.state}`);
    this.#audience.announce();
  }

  #endedFailure() {
    const reason = this.#standing.endReason;
    if (reason === 'superseded') return failure(CODES.superseded);
    return failure(CODES.sessionEnded, `${MESSAGES[CODES.sessionEnded]}${reason ? ` (${reason})` : ''}`);
  }
}
