/**
 * A tab's link to its worker.
 *
 * The link has a host open the port, shakes hands, and keeps every call until it is answered. It starts the worker again when the worker dies
 * (its Web Lock is granted to the tab) or falls silent. A worker of another build may send the tab on to its successor. The next worker receives the tab's state and its open
 * calls under their `callId`s. The requests on the wire follow from those, so the server recognises requests that it has already served.
 */
import { type Remote, wrap } from 'comlink';
import {
  CALLS,
  type Call,
  CODES,
  EVENTS,
  laneOf,
  type Outcome,
  type Pong,
  type Port,
  PROTOCOL,
  type Settings,
  type TabMessage,
  type View,
  type Welcome,
  type WorkerAddress,
  type WorkerApi,
  type WorkerInspection,
} from '../../protocol/tab.js';
import type { Page } from '../page/page.js';
import type { Host } from './hosts/host.js';
import type { LinkHandlers } from './link-handlers.js';
import { holdLock, whenFree } from './locks.js';
import { isSend, OpenCalls, type ReachedWorker } from './open-calls.js';
import { ReceivedEvents } from './received-events.js';
import { SilenceWatch } from './silence-watch.js';

/** A worker that has not answered the handshake by then counts as not started. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
/** The worker of an older build has this long to close its sessions. */
const FLUSH_MS = 2_000;
const LATE = `no answer within ${HANDSHAKE_TIMEOUT_MS / 1_000} s`;
/** Waits before each further start; after the last one the link gives up … */
const RESTART_DELAYS_MS = [0, 500, 2_000] as const;
/** … and tries again when a call needs it, or after this time if there was a worker before. */
const RETRY_AFTER_MS = 30_000;
/** A link that has held this long starts counting afresh … */
const STABLE_MS = 60_000;
/** … or this long in the leader host, since leading tabs are closed all the time. */
const LED_MS = 2_000;

/** `away`: the page is in the back/forward cache or gone. `failed`: given up for now. `outdated`: for good. */
type Phase = 'closed' | 'opening' | 'open' | 'away' | 'failed' | 'outdated';

export class Link {
  #phase: Phase = 'closed';
  #api: Remote<WorkerApi> | undefined;
  /** Ends with the port that it opened: later messages on that port are ignored. */
  #scope = new AbortController();
  readonly #events = new ReceivedEvents(() => this.#reached());
  #watchesOutbox = false;
  #view: View = { visible: false, frozen: false, viewedAt: 0 };
  #restarts = 0;
  /** 0: not open. */
  #openedAt = 0;
  #everOpened = false;
  /** The index of the current host. */
  #at = 0;
  #openings = 0;
  readonly #silence: SilenceWatch;
  readonly #calls = new OpenCalls(
    () => this.#silence.heard(),
    () => this.#lost('the worker does not know this tab'),
  );
  /** The life lock of the last worker, and the release of one that was taken from a wedged worker. */
  #lifeLock: string | null = null;
  #letFollow: () => void = () => undefined;
  #instance = '';
  #hosts: readonly Host[];
  /** Leaves the host of an older build, when its worker has ended. */
  #leaveOld: () => void = () => undefined;
  readonly #undo: (() => void)[];

  constructor(
    private readonly own: readonly Host[],
    private readonly page: Page,
    private readonly tabId: string,
    private readonly settings: Settings,
    private readonly handlers: LinkHandlers,
  ) {
    this.#silence = new SilenceWatch({
      now: () => page.now(),
      ping: () =>
        this.#api?.ping().then(({ instance }) => {
          if (instance !== this.#instance) this.#lost('the worker was started again');
        }) ?? Promise.reject(),
      onSilent: () => this.#replace('the worker does not answer'),
    });
    this.#hosts = own;
    this.#undo = [
      page.on('hide', () => this.#leave()),
      page.on('show', () => this.#return()),
      page.on('wake', () => this.#wake()),
      page.on('view', () => this.#look(false)),
      page.on('freeze', () => this.#look(true)),
    ];
    this.#look(false);
    this.#open();
  }

  /** Always settles: with the worker's outcome, or with 889004 without a worker. A send that a worker has received waits for the next worker. */
  call(call: Call): Promise<Outcome> {
    const outcome = this.#calls.add(call, this.#reached());
    if (this.#phase === 'failed') this.#open();
    if (this.#phase === 'outdated') this.#calls.fail(() => true, CODES.superseded);
    return outcome;
  }

  /** Whether the worker is there. */
  isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** @returns null if no worker answers in time */
  inspect(): Promise<WorkerInspection | null> {
    const reached = this.#reached();
    if (!reached) return Promise.resolve(null);
    const nothing = () => null;
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), HANDSHAKE_TIMEOUT_MS));
    return Promise.race([reached.api.inspect().then((found) => found, nothing), late]);
  }

  /** Cancels a call's upload. */
  abort(callId: string): void {
    this.#tell((api) => api.abort(callId));
  }

  /** A new login has not received any message yet. */
  startAfresh(): void {
    this.#events.startAfresh();
  }

  /** From now on the application receives outbox changes. */
  watchOutbox(): void {
    if (this.#watchesOutbox) return;
    this.#watchesOutbox = true;
    this.#tell((api) => api.watchOutbox());
  }

  provideAuth(payload: unknown): void {
    this.#tell((api) => api.provideAuth(payload));
  }

  /** Replaces the worker, whatever it does. */
  restart(): void {
    if (this.#phase !== 'opening' && this.#phase !== 'open' && this.#phase !== 'failed') return;
    this.#restarts = 0;
    this.#replace('a restart was demanded', true);
  }

  /** Closes the link for good. Open calls settle with 889005; what they sent stays on its way. */
  close(): void {
    if (this.#phase === 'closed') return;
    for (const undo of this.#undo) undo();
    this.#tell((api) => api.bye(this.#events.handedSeq));
    this.#phase = 'closed';
    this.#teardown();
    this.#leaveHost();
    this.#calls.fail(() => true, CODES.destroyed);
  }

  /** The current host, or the host that is being tried. */
  get host(): Host {
    return this.#hosts[this.#at] as Host;
  }

  #reached(): ReachedWorker | undefined {
    return this.#phase === 'open' && this.#api ? { api: this.#api, signal: this.#scope.signal } : undefined;
  }

  #open(): void {
    this.#teardown();
    this.#phase = 'opening';
    this.#scope = new AbortController();
    const { signal } = this.#scope;
    this.#holdLock(signal)
      .then((lock) => (signal.aborted ? undefined : this.#shakeHands(lock, signal)))
      .then((welcome) => {
        if (welcome && !signal.aborted) this.#opened(welcome, signal);
      })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        // The worker is there, and wedged. A new one is better than another host.
        if (error === LATE && this.host.at && this.#restarts === 0) return this.#replace(LATE);
        // A leading tab may be slow or about to be replaced. No other host deserves a second wait.
        const mayCome = error === LATE && this.host.kind === 'leader';
        this.#lost(error instanceof Error ? error.message : String(error), !mayCome);
      });
  }

  /** Each opening has a lock of its own: a frozen worker may hold the lock of the last one. */
  #holdLock(signal: AbortSignal): Promise<string | null> {
    const { locks } = this.page;
    this.#openings += 1;
    const name = `jmessage:tab:${this.tabId}:${this.#openings}`;
    // Some browsers have locks and refuse them.
    return locks ? holdLock(locks, name, signal).catch(() => null) : Promise.resolve(null);
  }

  #shakeHands(lock: string | null, signal: AbortSignal): Promise<Welcome> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(LATE), HANDSHAKE_TIMEOUT_MS);
      signal.addEventListener('abort', () => clearTimeout(timer));
      const onError = (reason: string) => {
        reject(reason);
        if (this.#phase === 'open' && !signal.aborted) this.#lost(reason);
      };
      // Not `finally`: a page's own Promise may have none.
      this.#greet(lock, signal, onError).then(
        (welcome) => {
          clearTimeout(timer);
          if (welcome) resolve(welcome);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(error);
        },
      );
    });
  }

  #greet(
    lock: string | null,
    signal: AbortSignal,
    onError: (reason: string) => void,
  ): Promise<Welcome | undefined> {
    const connected = new Promise<Port>((resolve) => resolve(this.host.connect(onError, signal)));
    return connected.then((port) => {
      if (signal.aborted) return void port.close();
      signal.addEventListener('abort', () => port.close());
      const api = wrap<WorkerApi>(laneOf(port, CALLS));
      // A worker that answers too late must learn nothing with which it could open a session.
      return api.ping().then((pong) => {
        if (signal.aborted) return undefined;
        const { protocol, instance, at }: Partial<Pong> = pong;
        if (protocol !== undefined && protocol > PROTOCOL) return void this.#becomeOutdated();
        if (protocol !== PROTOCOL) throw new Error('its script is of an older build');
        this.#instance = instance ?? '';
        this.host.at = at ?? null;
        return this.#introduce(lock, signal, port, api);
      });
    });
  }

  #introduce(lock: string | null, signal: AbortSignal, port: Port, api: Remote<WorkerApi>): Promise<Welcome> {
    laneOf(port, EVENTS).addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
      if (!signal.aborted) this.#hear(data);
    });
    this.handlers.onOpened();
    this.#api = api;
    return api.hello({
      tabId: this.tabId,
      lock,
      settings: this.settings,
      last: this.#events.last,
      view: this.#view,
      watchesOutbox: this.#watchesOutbox,
      restore: this.handlers.restore(),
    });
  }

  #opened(welcome: Welcome, signal: AbortSignal): void {
    this.#phase = 'open';
    this.#openedAt = this.page.now();
    this.#everOpened = true;
    this.#lifeLock = welcome.lock;
    this.#letFollow();
    if (welcome.lock !== null && this.page.locks) {
      whenFree(this.page.locks, welcome.lock, signal, () => this.#lost('the worker died'));
    }
    this.#silence.watch();
    this.#events.opened(welcome.instance);
    const reached = this.#reached();
    if (reached) this.#calls.submitAll(reached);
  }

  #hear(message: TabMessage): void {
    this.#silence.heard();
    const { handlers } = this;
    switch (message.kind) {
      case 'events':
        return this.#events.receive(message.instance, message.events, handlers.onEvents);
      case 'mirror':
        return handlers.onMirror(message.mirror);
      case 'account':
        return handlers.onAccount(message.account);
      case 'ack':
        return handlers.onAck(message.callId, message.rid, message.data);
      case 'queued':
        return handlers.onQueued(message.callId, message.rid);
      case 'progress':
        return handlers.onProgress(message.callId, message.loaded, message.total);
      case 'uploaded':
        return this.#calls.uploaded(message.callId, message.media);
      case 'unread':
        return handlers.onUnread(message.counts);
      case 'gap':
        return handlers.onGap();
      case 'auth':
        return handlers.onAuth();
      case 'moved':
        return this.#move(message.to);
      case 'log':
        return handlers.onLog(message.level, message.text);
    }
  }

  /** @param isHopeless the host did not start: the next one is better */
  #lost(reason: string, isHopeless = false): void {
    const { host } = this;
    const wasStable =
      this.#openedAt > 0 && this.page.now() - this.#openedAt >= (host.kind === 'leader' ? LED_MS : STABLE_MS);
    if (wasStable) this.#restarts = 0;
    this.#openedAt = 0;
    this.#teardown();
    let delay: number | undefined = RESTART_DELAYS_MS[this.#restarts];
    this.#restarts += 1;
    if ((isHopeless || delay === undefined) && this.#at + 1 < this.#hosts.length) {
      host.leave?.();
      this.#at += 1;
      this.#restarts = delay = 0;
      this.handlers.onLog('warn', `without the ${host.name}: ${reason}`);
    }
    if (delay === undefined) return this.#giveUp(reason);
    this.#phase = 'opening';
    this.#openAfter(delay);
  }

  /** The other tabs follow: they wait for the worker's lock, which this tab takes until the next worker has answered. */
  #replace(reason: string, demanded = false): void {
    const lock = this.#lifeLock;
    const { at } = this.host;
    if (at?.host !== 'shared') {
      if (demanded) this.host.replace?.();
      return this.#lost(reason);
    }
    this.#lifeLock = null;
    if (lock !== null) {
      const held = () => new Promise<void>((resolve) => (this.#letFollow = resolve));
      this.page.locks?.request(lock, { steal: true }, held).catch(() => undefined);
    }
    this.#restarts += 1;
    this.#enter(this.handlers.hostOf(at, true));
  }

  #move(to: WorkerAddress): void {
    if (to.protocol !== PROTOCOL) return this.#becomeOutdated();
    const { host } = this;
    this.#tell((api) => api.bye(this.#events.handedSeq));
    // A leading tab's worker ends with its tab's part in that host, and needs a moment for its last writes.
    this.#leaveOld();
    const timer = setTimeout(() => this.#leaveOld(), FLUSH_MS);
    this.#leaveOld = () => {
      clearTimeout(timer);
      this.#leaveOld = () => undefined;
      host.leave?.();
    };
    this.#restarts = 0;
    this.#enter(this.handlers.hostOf(to, false));
  }

  #enter(host: Host): void {
    this.#hosts = [host].concat(this.own);
    this.#at = 0;
    this.#open();
  }

  #becomeOutdated(): void {
    this.#teardown();
    this.#leaveHost();
    this.#phase = 'outdated';
    this.handlers.onOutdated();
    this.#calls.fail(() => true, CODES.superseded);
  }

  #leaveHost(): void {
    this.#letFollow();
    this.#leaveOld();
    this.host.leave?.();
  }

  #giveUp(reason: string): void {
    const { host } = this;
    this.#leaveHost();
    this.#phase = 'failed';
    this.#restarts = this.#at = 0;
    const retryAt = this.#everOpened ? this.page.now() + RETRY_AFTER_MS : undefined;
    if (retryAt !== undefined) this.#openAfter(RETRY_AFTER_MS);
    this.handlers.onGivenUp(reason, retryAt);
    // A send that a worker has received may be in its outbox, and the next worker sends it: it has not failed.
    const isLost = (call: Call, handedOn: boolean) => !(handedOn && isSend(call.method));
    this.#calls.fail(isLost, CODES.hostUnavailable, `the ${host.name} cannot be reached: ${reason}`);
  }

  #openAfter(delayMs: number): void {
    const timer = setTimeout(() => this.#open(), delayMs);
    this.#scope = new AbortController();
    this.#scope.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  /** The page was shown, focused, hidden or frozen. */
  #look(frozen: boolean): void {
    const visible = this.page.visible() && !frozen;
    const view = { visible, frozen, viewedAt: visible ? this.page.now() : this.#view.viewedAt };
    this.#view = view;
    this.#tell((api) => api.view(view));
  }

  /** The page enters the back/forward cache or ends; the browser does not say which. A held lock would keep it out of the cache. */
  #leave(): void {
    if (this.#phase === 'closed' || this.#phase === 'outdated') return;
    this.#tell((api) => api.bye(this.#events.handedSeq));
    this.#teardown();
    this.#leaveHost();
    this.#phase = 'away';
  }

  #return(): void {
    if (this.#phase === 'away') this.#open();
  }

  #wake(): void {
    if (this.#phase === 'failed' && this.#everOpened) this.#open();
    if (this.#phase !== 'open') return;
    this.#tell((api) => api.wake());
    this.#silence.ask();
  }

  #tell(say: (api: Remote<WorkerApi>) => Promise<unknown>): void {
    const reached = this.#reached();
    // Lock or silence show a worker that has gone.
    if (reached) say(reached.api).catch(() => undefined);
  }

  #teardown(): void {
    this.#scope.abort();
    this.#silence.stop();
    this.#events.closed();
    this.#api = undefined;
  }
}
