/**
 * The class `JMessage` of a tab. Its methods and listeners are declared in `protocol/api/` and made here from their names.
 *
 * `isInit`, `isLogin` and `isConnect` read the tab's mirror of the worker's state. The worker does the rest.
 */
import {
  type AccountName,
  type Call,
  CODES,
  type ConversationId,
  conversationId,
  conversationOf,
  failure,
  type HostKind,
  IDLE,
  type Inspection,
  type InstanceApi,
  type JMessageApi,
  type JMessageOptions,
  type JMessageRequest,
  LISTENER_NAMES,
  type ListenerEvents,
  type ListenerName,
  type LocalApi,
  type LocalName,
  METHOD_NAMES,
  type MethodName,
  type Mirror,
  type Outcome,
  type ParamsOf,
  RUNTIME_VERSION,
  type Settings,
  type StateSnapshot,
} from '../protocol/tab.js';
import { Dispatcher } from './events/dispatcher.js';
import { SeenMessages } from './events/seen-messages.js';
import { filesOf, settingsOf } from './options.js';
import { callSafely } from './page/call-safely.js';
import { copyOf } from './page/copy.js';
import { hide } from './page/hide.js';
import { browserPage, type Page } from './page/page.js';
import { inZone, outsideZones } from './page/zones.js';
import { type OpenRequest, PendingRequest } from './request.js';
import { ActiveTab } from './worker-link/active-tab.js';
import { hostOf, hostsFor } from './worker-link/hosts/choose.js';
import type { RuntimeFiles } from './worker-link/hosts/host.js';
import { Link } from './worker-link/link.js';

const NOTHING: Mirror = {
  version: 0,
  state: IDLE,
  initialised: false,
  active: null,
  restore: { auth: null, rooms: [], login: null },
};

/** A new login expects the whole history again. A logged-in tab joins the live session instead. */
const STARTS_AFRESH: ReadonlySet<MethodName> = new Set(['login', 'attach', 'loginOut']);

class Core implements LocalApi, InstanceApi {
  readonly #page: Page;
  readonly #tabId: string;
  readonly #dispatcher: Dispatcher;
  readonly #link: Link;
  readonly #activeTab: ActiveTab;
  readonly #open = new Map<string, OpenRequest<never, never>>();
  readonly #debug: boolean;
  readonly #auth: JMessageOptions['auth'];
  readonly #seen = new SeenMessages();
  readonly #unread = new Map<ConversationId, number>();
  /** The account of the events so far. */
  #joined: AccountName | undefined;
  /** The tab has logged out: it discards later events of that session, until it joins the next one. */
  #left = false;
  /** The number of log-outs without an answer. */
  #leaving = 0;
  /** The application has logged in or attached since its last log-out. */
  #joinsNext = false;
  #mirror = NOTHING;
  /** The version of the worker's latest mirror. */
  #mirrored = 0;
  #destroyed = false;

  constructor(options: JMessageOptions | null | undefined, bundled: RuntimeFiles) {
    const given = options ?? {};
    const settings = settingsOf(given);
    if (typeof document === 'undefined') {
      throw new Error(
        'JMessage works in a web page: importing it on a server is fine, `new JMessage()` has to wait for the browser.',
      );
    }
    this.#debug = settings.debug;
    this.#auth = inZone(given.auth);
    this.#page = browserPage();
    this.#tabId = this.#page.uuid();
    this.#dispatcher = new Dispatcher(this.#page.yield);
    const files = filesOf(given.worker, bundled);
    this.#activeTab = new ActiveTab(this.#page, (active) => this.#dispatcher.push('onActiveChange', active));
    this.#link = outsideZones(() => this.#linkTo(files, settings, given.host));
    hide(this);
  }

  #linkTo(files: RuntimeFiles, settings: Settings, forced: JMessageOptions['host']): Link {
    return new Link(hostsFor(files, this.#page, forced), this.#page, this.#tabId, settings, {
      onEvents: (events, handed) => {
        if (this.#left) return;
        for (const event of events) {
          const fresh = this.#seen.fresh(event);
          if (fresh) this.#dispatcher.push(fresh.listener, fresh.data);
        }
        this.#dispatcher.afterwards(handed);
      },
      onMirror: (mirror) => {
        if (!this.#leaving) this.#reflect(mirror);
      },
      onAccount: ({ appkey, username }) => {
        const before = this.#joined;
        const isOther = before && (before.appkey !== appkey || before.username !== username);
        // The worker joined the tab to this session before it received the log-out.
        if (this.#leaving && !(isOther && this.#joinsNext)) return;
        this.#left = false;
        this.#joined = { appkey, username };
        if (isOther) this.#startAfresh();
      },
      onAck: (callId, rid, data) => this.#open.get(callId)?.acknowledge({ rid, data }),
      onQueued: (callId, rid) => this.#open.get(callId)?.queue({ rid, id: callId }),
      onProgress: (callId, loaded, total) => this.#open.get(callId)?.progress({ loaded, total }),
      onUnread: (counts) => {
        if (this.#left) return;
        for (const [id, count] of counts) this.#setUnread(id, count);
      },
      onOpened: () => {
        this.#mirrored = 0;
      },
      onGap: () => this.#log('warn', 'events were missed while this page was away for long'),
      onAuth: () => this.#provideAuth(),
      onLog: (level, text) => this.#log(level, text),
      onGivenUp: (reason, retryAt) => this.#giveUp(reason, retryAt),
      onOutdated: () => {
        const { appkey, username } = this.#mirror.state;
        const ended = { state: 'ended', reason: 'superseded', appkey, username } as const;
        this.#reflect(Object.assign({}, NOTHING, { state: Object.assign({}, IDLE, ended) }));
        this.#dispatcher.push('onOutdated', undefined);
      },
      hostOf: (at, isWedged) => hostOf(at, files, this.#page, isWedged),
      restore: () => this.#mirror.restore,
    });
  }

  get host(): HostKind {
    return this.#link.host.kind;
  }

  isInit(): boolean {
    return this.#mirror.initialised;
  }

  isLogin(): boolean {
    const { state } = this.#mirror.state;
    return state !== 'idle' && state !== 'ended';
  }

  // V2 connects as it is made, and pages wait for that before they call `init`.
  isConnect(): boolean {
    if (this.isLogin()) return this.#mirror.state.connected;
    return !this.#leaving && this.#link.isOpen() && this.#page.online();
  }

  isActive(): boolean {
    return this.#activeTab.isActive;
  }

  inspect(): Promise<Inspection> {
    const seen = { host: this.host, build: RUNTIME_VERSION, tabId: this.#tabId };
    return outsideZones(() => this.#link.inspect()).then((worker) => Object.assign(seen, { worker }));
  }

  restart(): void {
    outsideZones(() => this.#link.restart());
  }

  getState(): StateSnapshot {
    return this.#mirror.state;
  }

  getUnreadMsgCnt(params: ParamsOf<'getUnreadMsgCnt'>): number {
    return this.#unread.get(this.#idOf(params) ?? '') ?? 0;
  }

  resetUnreadCount(params: ParamsOf<'resetUnreadCount'>): void {
    // Pages read the count right after this call, and expect zero.
    const id = this.#idOf(params);
    if (id !== undefined) this.#setUnread(id, 0);
    this.#local('resetUnreadCount', params);
  }

  closeConversation(params: ParamsOf<'closeConversation'>): void {
    this.#local('closeConversation', params);
  }

  updateConversation(params: ParamsOf<'updateConversation'>): void {
    this.#local('updateConversation', params);
  }

  addListener<L extends ListenerName>(name: L, fn: (data: ListenerEvents[L]) => void): () => void {
    this.#watchFor(name);
    return this.#dispatcher.add(name, fn);
  }

  destroy(): void {
    this.#destroyed = true;
    this.#dispatcher.close();
    this.#link.close();
    this.#activeTab.close();
    this.#mirror = NOTHING;
  }

  /** @internal The implementation of every `onX`. */
  listen<L extends ListenerName>(name: L, fn: (data: ListenerEvents[L]) => void): void {
    this.#watchFor(name);
    this.#dispatcher.set(name, fn);
  }

  /** @internal The implementation of every method that returns a request. */
  request(method: MethodName, params: unknown): JMessageRequest<unknown, unknown> {
    const callId = this.#page.uuid();
    const open = PendingRequest.open<never, never>(callId, () => this.#link.abort(callId));
    if (this.#destroyed) {
      open.settle({ kind: 'failure', error: failure(CODES.destroyed) });
      return open.request;
    }
    this.#open.set(callId, open);
    const leaves = method === 'loginOut';
    if (leaves) this.#leaving += 1;
    this.#call(callId, method, params, (outcome) => {
      this.#open.delete(callId);
      if (leaves) this.#leaving -= 1;
      if (outcome.kind === 'success') {
        if (outcome.ack) open.acknowledge(outcome.ack, true);
        if (outcome.mirror) this.#reflect(outcome.mirror);
        this.#seen.sent(outcome.data);
        if (method === 'exitChatroom') this.#seen.leftRoom((outcome.data as { id?: unknown }).id);
      }
      open.settle(outcome);
    });
    if (STARTS_AFRESH.has(method)) {
      this.#joinsNext = !leaves;
      if (leaves || !this.isLogin()) this.#startAfresh();
    }
    if (leaves) {
      this.#left = true;
      this.#dispatcher.forget();
      // V2's loginOut has no callbacks: pages read the state right after the call.
      this.#reflect(NOTHING);
    }
    return open.request;
  }

  /** Forgets the deliveries so far, so that the application receives everything again. */
  #startAfresh(): void {
    this.#seen.clear();
    this.#link.startAfresh();
    this.#unread.clear();
  }

  #account(): AccountName | undefined {
    const { appkey, username } = this.#mirror.state;
    return this.isLogin() && appkey && username ? { appkey, username } : undefined;
  }

  /** The worker delivers some events only to tabs that ask for them. */
  #watchFor(name: ListenerName): void {
    if (name === 'onOutboxChange') this.#link.watchOutbox();
  }

  #setUnread(id: ConversationId, unread_msg_count: number): void {
    if ((this.#unread.get(id) ?? 0) === unread_msg_count) return;
    this.#unread.set(id, unread_msg_count);
    this.#dispatcher.push('onUnreadChange', Object.assign(conversationOf(id), { unread_msg_count }));
  }

  /** @returns undefined if the parameters name no conversation, since pages pass anything */
  #idOf(params: ParamsOf<'getUnreadMsgCnt'>): ConversationId | undefined {
    try {
      return conversationId(params, this.#mirror.state.appkey ?? '');
    } catch {
      return undefined;
    }
  }

  #local(method: LocalName, params: unknown): void {
    if (this.#destroyed) return;
    this.#call(this.#page.uuid(), method, params, (outcome) => {
      if (outcome.kind === 'failure') this.#log('warn', `${method}: ${outcome.error.message}`);
    });
  }

  #call(callId: string, method: Call['method'], params: unknown, settle: (outcome: Outcome) => void): void {
    let copy: unknown;
    try {
      copy = copyOf(params);
    } catch {
      queueMicrotask(() => settle({ kind: 'failure', error: failure(CODES.cannotBeCloned) }));
      return;
    }
    const account = this.#account();
    const call = { callId, method, params: copy, madeAt: this.#page.now(), account };
    outsideZones(() => void this.#link.call(call).then(settle));
  }

  /** @param mirror of version 0 if it is the tab's own: that one always counts */
  #reflect(mirror: Mirror): void {
    if (mirror.version > 0 && mirror.version <= this.#mirrored) return;
    this.#mirrored = Math.max(this.#mirrored, mirror.version);
    const before = JSON.stringify(this.#mirror.state);
    this.#mirror = mirror;
    this.#activeTab.choose(mirror.active);
    if (JSON.stringify(mirror.state) !== before) this.#dispatcher.push('onStateChange', mirror.state);
  }

  #provideAuth(): void {
    const auth = this.#auth;
    if (!auth) return this.#link.provideAuth(null);
    Promise.resolve()
      .then(auth)
      .then(
        (payload) => this.#link.provideAuth(payload),
        (error: unknown) => {
          this.#log('warn', `the auth function failed: ${error}`);
          this.#link.provideAuth(null);
        },
      );
  }

  /** Without a worker there is no connection: a logged-in account waits, as for a network. */
  #giveUp(reason: string, retryAt: number | undefined): void {
    const { state } = this.#mirror;
    if (this.isLogin()) {
      const waiting = { state: 'waiting', connected: false, synced: false, retryAt } as const;
      this.#reflect(
        Object.assign({}, this.#mirror, { version: 0, state: Object.assign({}, state, waiting) }),
      );
      if (state.connected) this.#dispatcher.push('onDisconnect', undefined);
    }
    this.#log('warn', `gave up on the worker: ${reason}`);
  }

  #log(level: 'debug' | 'warn', text: string): void {
    if (this.#debug || level === 'warn') callSafely(() => console[level](`[JMessage] ${text}`));
  }
}

for (const name of METHOD_NAMES) {
  Object.defineProperty(Core.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Core, params: unknown) {
      return this.request(name, params);
    },
  });
}
for (const name of LISTENER_NAMES) {
  Object.defineProperty(Core.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Core, fn: (data: unknown) => void) {
      this.listen(name, fn);
    },
  });
}

/** The class without its worker: an entry adds where that comes from. */
export const JMessageCore = Core as unknown as new (
  options: JMessageOptions | null | undefined,
  bundled: RuntimeFiles,
) => JMessageApi;
