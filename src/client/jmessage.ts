/**
 * The class `JMessage` of a tab. Its methods and listeners are declared in `protocol/api/` and made here from their names.
 *
 * `isInit`, `isLogin` and `isConnect` read the tab's mirror of the worker's state. The worker does the rest.
 */
import {
  type AccountName,
  type HostKind,
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
import { askForAuth } from './auth-function.js';
import { Calls } from './calls.js';
import { Dispatcher } from './events/dispatcher.js';
import { SeenMessages } from './events/seen-messages.js';
import { Membership } from './membership.js';
import { filesOf, settingsOf } from './options.js';
import { leaving, NOTHING, outdated, waiting } from './own-mirrors.js';
import { callSafely } from './page/call-safely.js';
import { hide } from './page/hide.js';
import { browserPage, type Page } from './page/page.js';
import { inZone, outsideZones } from './page/zones.js';
import { UnreadCounts } from './unread-counts.js';
import { ActiveTab } from './worker-link/active-tab.js';
import { hostOf, hostsFor } from './worker-link/hosts/choose.js';
import type { RuntimeFiles } from './worker-link/hosts/host.js';
import { Link } from './worker-link/link.js';

class Core implements LocalApi, InstanceApi {
  readonly #page: Page;
  readonly #tabId: string;
  readonly #dispatcher: Dispatcher;
  readonly #link: Link;
  readonly #activeTab: ActiveTab;
  readonly #calls: Calls;
  readonly #debug: boolean;
  readonly #auth: JMessageOptions['auth'];
  readonly #seen = new SeenMessages();
  readonly #unread = new UnreadCounts(
    () => this.#mirror.state.appkey,
    (change) => this.#dispatcher.push('onUnreadChange', change),
  );
  readonly #membership = new Membership();
  #mirror = NOTHING;
  /** The version of the worker's latest mirror. */
  #mirrored = 0;

  constructor(options: JMessageOptions | null | undefined, bundled: RuntimeFiles, page = browserPage()) {
    const given = options ?? {};
    const settings = settingsOf(given);
    this.#debug = settings.debug;
    this.#auth = inZone(given.auth);
    this.#page = page;
    this.#tabId = this.#page.uuid();
    this.#calls = new Calls(
      this.#page,
      () => this.#link,
      () => this.#account(),
      (provide) => this.#askForAuth(provide),
    );
    this.#dispatcher = new Dispatcher(this.#page.yield);
    const files = filesOf(given.worker, bundled);
    this.#activeTab = new ActiveTab(this.#page, (active) => this.#dispatcher.push('onActiveChange', active));
    this.#link = outsideZones(() => this.#linkTo(files, settings, given.host));
    hide(this);
  }

  #linkTo(files: RuntimeFiles, settings: Settings, forced: JMessageOptions['host']): Link {
    return new Link(hostsFor(files, this.#page, forced), this.#page, this.#tabId, settings, {
      onEvents: (events, handed) => {
        if (this.#membership.hasLeft) return;
        for (const event of events) {
          const fresh = this.#seen.fresh(event);
          if (fresh) this.#dispatcher.enqueue(fresh.listener, fresh.data);
        }
        this.#dispatcher.afterwards(handed);
      },
      mirror: ({ mirror }) => {
        if (this.#membership.takesMirrors) this.#reflect(mirror);
      },
      account: ({ account, logouts }) => {
        if (this.#membership.joined(account, logouts)) this.#startAfresh();
      },
      ack: ({ callId, rid, data }) => this.#calls.open(callId)?.acknowledge({ rid, data }),
      queued: ({ callId, rid }) => this.#calls.open(callId)?.queue({ rid, id: callId }),
      progress: ({ callId, loaded, total }) => this.#calls.open(callId)?.progress({ loaded, total }),
      unread: ({ counts }) => {
        if (this.#membership.hasLeft) return;
        for (const [id, count] of counts) this.#unread.set(id, count);
      },
      onOpened: () => {
        this.#membership.reached();
        this.#mirrored = 0;
      },
      gap: () => this.#log('warn', 'events were missed while this page was away for long'),
      auth: () => this.#askForAuth((payload) => this.#link.provideAuth(payload)),
      log: ({ level, text }) => this.#log(level, text),
      onGivenUp: (reason, retryAt) => this.#giveUp(reason, retryAt),
      onOutdated: () => {
        this.#reflect(outdated(this.#mirror));
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
    return !this.#membership.isLeaving && this.#link.isOpen() && this.#page.online();
  }

  isActive(): boolean {
    return this.#activeTab.isActive;
  }

  inspect(): Promise<Inspection> {
    const seen = { host: this.host, build: RUNTIME_VERSION, tabId: this.#tabId };
    return outsideZones(() => this.#link.inspect()).then((worker) => Object.assign(seen, { worker }));
  }

  connectNow(): void {
    outsideZones(() => this.#link.wake());
  }

  restart(): void {
    outsideZones(() => this.#link.restart());
  }

  getState(): StateSnapshot {
    return this.#mirror.state;
  }

  getUnreadMsgCnt(params: ParamsOf<'getUnreadMsgCnt'>): number {
    return this.#unread.of(params);
  }

  resetUnreadCount(params: ParamsOf<'resetUnreadCount'>): void {
    this.#unread.reset(params);
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
    this.#calls.close();
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
    const isAfresh = this.#membership.called(method, this.isLogin());
    if (isAfresh) this.#startAfresh();
    const request = this.#calls.request(method, params, (outcome) => this.#answered(method, outcome));
    if (method === 'loginOut') {
      this.#dispatcher.forget();
      // V2's loginOut has no callbacks: pages read the state right after the call.
      this.#reflect(leaving(this.#mirror));
    }
    return request;
  }

  #answered(method: MethodName, outcome: Outcome): void {
    if (method === 'loginOut') {
      this.#membership.loggedOut();
      // If it has failed, a later worker must not restore the account for this tab.
      if (this.#mirror.restore.login && !this.isLogin()) this.#reflect(NOTHING);
    }
    if (outcome.kind !== 'success') return;
    if (outcome.mirror) this.#reflect(outcome.mirror);
    this.#seen.sent(outcome.data);
    if (method === 'exitChatroom') this.#seen.leftRoom((outcome.data as { id?: unknown }).id);
  }

  /** Forgets the deliveries so far, so that the application receives everything again. */
  #startAfresh(): void {
    this.#seen.clear();
    this.#link.startAfresh();
    this.#unread.clear();
  }

  /** The worker delivers some events only to tabs that ask for them. */
  #watchFor(name: ListenerName): void {
    if (name === 'onOutboxChange') this.#link.watchOutbox();
  }

  #account(): AccountName | undefined {
    const { appkey, username } = this.#mirror.state;
    return this.isLogin() && appkey && username ? { appkey, username } : undefined;
  }

  #askForAuth(provide: (payload: unknown) => void): void {
    askForAuth(this.#auth, provide, (message) => this.#log('warn', message));
  }

  #local(method: LocalName, params: unknown): void {
    this.#calls.local(method, params, (message) => this.#log('warn', message));
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

  /** Without a worker there is no connection: a logged-in account waits, as for a network. */
  #giveUp(reason: string, retryAt: number | undefined): void {
    const { state } = this.#mirror;
    if (this.isLogin()) {
      this.#reflect(waiting(this.#mirror, retryAt));
      if (state.connected) this.#dispatcher.push('onDisconnect', undefined);
    }
    this.#log('warn', `gave up on the worker: ${reason}`);
  }

  #log(level: 'debug' | 'warn', text: string): void {
    if (this.#debug || level === 'warn') callSafely(() => console[level](`[JMessage] ${text}`));
  }
}

function implement<Name extends string>(
  names: readonly Name[],
  call: (core: Core, name: Name, argument: never) => unknown,
): void {
  for (const name of names) {
    Object.defineProperty(Core.prototype, name, {
      configurable: true,
      writable: true,
      value(this: Core, argument: never) {
        return call(this, name, argument);
      },
    });
  }
}
implement(METHOD_NAMES, (core, name, params) => core.request(name, params));
implement(LISTENER_NAMES, (core, name, fn) => core.listen(name, fn));

/** The class without its worker: an entry adds where that comes from. */
export const JMessageCore = Core as unknown as new (
  options: JMessageOptions | null | undefined,
  bundled: RuntimeFiles,
  page?: Page,
) => JMessageApi;
