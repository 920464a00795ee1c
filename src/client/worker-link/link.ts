/**
 * A tab's link to its worker.
 *
 * The link has a host open the port, shakes hands, and keeps every call until it is answered. It starts the worker again when the worker dies
 * (its Web Lock is granted to the tab) or falls silent. A worker of another build may send the tab on to its successor. The next worker receives
 * the tab's state and its open calls under their `callId`s. The requests on the wire follow from those, so the server recognises requests that it
 * has already served.
 */
import type { Remote } from 'comlink';
import {
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
import { dispatch, type LinkHandlers } from './handlers.js';
import { contact, HANDSHAKE_TIMEOUT_MS, holdTabLock, inTime, LATE } from './handshake.js';
import { HostSequence } from './host-sequence.js';
import type { Host } from './hosts/host.js';
import { LeftWorker } from './left-worker.js';
import { whenFree } from './locks.js';
import { isSend, OpenCalls, type ReachedWorker } from './open-calls.js';
import { ReceivedEvents } from './received-events.js';
import { SilenceWatch } from './silence-watch.js';

/** After giving up the link tries again when a call needs it, or after this time if there was a worker before. */
const RETRY_AFTER_MS = 30_000;

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
  #openings = 0;
  readonly #silence: SilenceWatch;
  readonly #calls = new OpenCalls(
    () => this.#silence.answered(),
    () => this.#lost('the worker does not know this tab'),
  );
  /** The life lock of the last worker. */
  #lifeLock: string | null = null;
  readonly #left = new LeftWorker();
  #instance = '';
  readonly #hosts: HostSequence;
  readonly #undo: (() => void)[];

  constructor(
    own: readonly Host[],
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
    this.#hosts = new HostSequence(own, () => page.now());
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
    this.#hosts.reset();
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
    return this.#hosts.current;
  }

  #reached(): ReachedWorker | undefined {
    return this.#phase === 'open' && this.#api ? { api: this.#api, signal: this.#scope.signal } : undefined;
  }

  #open(): void {
    this.#teardown();
    this.#phase = 'opening';
    this.#scope = new AbortController();
    const { signal } = this.#scope;
    this.#openings += 1;
    holdTabLock(this.page.locks, `${this.tabId}:${this.#openings}`, signal)
      .then((lock) => (signal.aborted ? undefined : this.#shakeHands(lock, signal)))
      .then((welcome) => {
        if (welcome && !signal.aborted) this.#opened(welcome, signal);
      })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        // The worker is there, and wedged. A new one is better than another host.
        if (error === LATE && this.host.at && this.#hosts.isFirstTry) return this.#replace(LATE);
        // A leading tab may be slow or about to be replaced. No other host deserves a second wait.
        const mayCome = error === LATE && this.host.kind === 'leader';
        this.#lost(error instanceof Error ? error.message : String(error), !mayCome);
      });
  }

  #shakeHands(lock: string | null, signal: AbortSignal): Promise<Welcome> {
    return inTime(signal, (fail) => {
      const onError = (reason: string) => {
        fail(reason);
        if (this.#phase === 'open' && !signal.aborted) this.#lost(reason);
      };
      return contact(this.host, signal, onError).then((contacted) => {
        if (!contacted) return undefined;
        const { port, api, pong } = contacted;
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
    this.#hosts.opened();
    this.#lifeLock = welcome.lock;
    this.#left.releaseLock();
    if (welcome.lock !== null && this.page.locks) {
      whenFree(this.page.locks, welcome.lock, signal, () => this.#lost('the worker died'));
    }
    this.#silence.watch();
    this.#events.opened(welcome.instance);
    const reached = this.#reached();
    if (reached) this.#calls.submitAll(reached);
  }

  #hear(message: TabMessage): void {
    this.#silence.answered();
    switch (message.kind) {
      case 'events':
        return this.#events.receive(message, this.handlers.onEvents);
      case 'uploaded':
        return this.#calls.uploaded(message.callId, message.media);
      case 'moved':
        return this.#move(message.to);
      default:
        return dispatch(message, this.handlers);
    }
  }

  /** @param isHopeless the host did not start: the next one is better */
  #lost(reason: string, isHopeless = false): void {
    this.#teardown();
    const next = this.#hosts.next(isHopeless);
    if (!next) return this.#giveUp(reason);
    const { delayMs, left } = next;
    if (left) {
      left.leave?.();
      this.handlers.onLog('warn', `without the ${left.name}: ${reason}`);
    }
    this.#phase = 'opening';
    this.#openAfter(delayMs);
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
    if (lock !== null) this.#left.takeLock(this.page.locks, lock);
    this.#hosts.enter(this.handlers.hostOf(at, true), true);
    this.#open();
  }

  #move(to: WorkerAddress): void {
    if (to.protocol !== PROTOCOL) return this.#becomeOutdated();
    const { host } = this;
    this.#tell((api) => api.bye(this.#events.handedSeq));
    this.#left.leaveLater(host);
    this.#hosts.enter(this.handlers.hostOf(to, false), false);
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
    this.#left.leave();
    this.host.leave?.();
  }

  #giveUp(reason: string): void {
    const { host } = this;
    this.#leaveHost();
    this.#phase = 'failed';
    this.#hosts.rewind();
    const retryAt = this.#hosts.everOpened ? this.page.now() + RETRY_AFTER_MS : undefined;
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
    if (this.#phase === 'failed' && this.#hosts.everOpened) this.#open();
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
