/**
 * Keeps a worker reachable for a tab.
 *
 * It has a host open the port and shakes hands. It starts the worker again when the worker dies (its Web Lock is granted to the tab) or falls
 * silent. A worker of another build may send the tab on to its successor. Without any worker it gives up, and tries again later.
 */
import type { Remote } from 'comlink';
import {
  type Call,
  type Hello,
  PROTOCOL,
  type TabMessage,
  type WorkerAddress,
  type WorkerApi,
} from '../../protocol/tab.js';
import type { Page } from '../page/page.js';
import { type GreetedWorker, holdTabLock, LATE, shakeHands } from './handshake.js';
import { HostSequence } from './host-sequence.js';
import type { Host } from './hosts/host.js';
import { LeftWorker } from './left-worker.js';
import { whenFree } from './locks.js';
import type { ReachedWorker } from './open-calls.js';
import { SilenceWatch } from './silence-watch.js';

/** After giving up the tab tries again when a call needs a worker, or after this time if there was a worker before. */
const RETRY_AFTER_MS = 30_000;
/** A worker that follows a dead one has this long to answer. Then another port is opened. */
const REVIVAL_MS = 1_000;
/** A tab that follows to another worker and finds the same one waits until that one has ended. */
const SAME_AGAIN_MS = 100;

/** `away`: the page is in the back/forward cache or gone. `failed`: given up for now. `outdated`: for good. */
type Phase = 'closed' | 'opening' | 'open' | 'away' | 'failed' | 'outdated';

/** The rest of the tab. */
export interface ConnectionParts {
  /** The tab's introduction to a worker, without its lock. */
  hello(): Omit<Hello, 'lock'>;
  /** The number of the last event that the application has received, for a farewell. */
  handedSeq(): number;
  /** A worker has been reached, before it receives the introduction. */
  onContact(): void;
  onOpen(instance: string, worker: ReachedWorker): void;
  onMessage(message: Exclude<TabMessage, { kind: 'moved' }>): void;
  /** @param retryAt time of the next try, ms since 1970; undefined: no worker has ever been reached */
  onGivenUp(reason: string, host: Host, retryAt: number | undefined): void;
  onOutdated(): void;
  /** The unanswered calls that another tab is to submit if the worker ends with this one. */
  callsToHandOn(): Call[];
  /** Another tab has left together with the worker, and these calls are its own. */
  onLeft(calls: readonly Call[]): void;
  onWarning(text: string): void;
  /** The host of another worker; `isWedged`: of the successor of that worker. */
  hostOf(at: WorkerAddress, isWedged: boolean): Host;
}

export class WorkerConnection {
  #phase: Phase = 'closed';
  #worker: GreetedWorker | undefined;
  /** Ends with the port that it opened, or with the wait for the next one: later messages on that port are ignored. */
  #scope = new AbortController();
  #openings = 0;
  readonly #silence: SilenceWatch;
  /** The life lock of the last worker. */
  #lifeLock: string | null = null;
  readonly #left = new LeftWorker();
  #instance = '';
  /** The last worker that handed this tab over. */
  #movedFrom: string | undefined;
  readonly #hosts: HostSequence;

  constructor(
    own: readonly Host[],
    private readonly page: Page,
    private readonly tabId: string,
    private readonly parts: ConnectionParts,
  ) {
    this.#silence = new SilenceWatch({
      now: () => page.now(),
      ping: () =>
        this.#worker?.api.ping().then(({ instance }) => {
          if (instance !== this.#instance) this.lost('the worker was started again');
        }) ?? Promise.reject(),
      onSilent: () => this.#replace('the worker does not answer'),
    });
    this.#hosts = new HostSequence(own, () => page.now());
  }

  /** The current host, or the host that is being tried. */
  get host(): Host {
    return this.#hosts.current;
  }

  /** The worker, if it is there. */
  get reached(): ReachedWorker | undefined {
    if (this.#phase !== 'open' || !this.#worker) return undefined;
    return Object.assign({ signal: this.#scope.signal }, this.#worker);
  }

  get isOutdated(): boolean {
    return this.#phase === 'outdated';
  }

  tell(say: (api: Remote<WorkerApi>) => Promise<unknown>): void {
    const { reached } = this;
    // Lock or silence show a worker that has gone.
    if (reached) say(reached.api).catch(() => undefined);
  }

  /** A call needs a worker. */
  demand(): void {
    if (this.#phase === 'failed') this.open();
  }

  /** The worker has answered: it is alive. */
  answered(): void {
    this.#silence.answered();
  }

  open(): void {
    this.#teardown();
    this.#phase = 'opening';
    const { signal } = this.#scope;
    this.#openings += 1;
    // WebKit starts a dead SharedWorker again by itself, and may lose a port that is opened meanwhile.
    if (this.#hosts.restarts === 1 && this.host.kind === 'shared') {
      this.#after(REVIVAL_MS, () => this.#phase === 'opening' && this.lost(LATE));
    }
    holdTabLock(this.page.locks, `${this.tabId}:${this.#openings}`, signal)
      .then((lock) => (signal.aborted ? undefined : this.#shakeHands(lock, signal)))
      .then((worker) => {
        if (worker && !signal.aborted) this.#opened(worker, signal);
      })
      .catch((error: unknown) => {
        if (signal.aborted) return;
        // The worker is there, and wedged. A new one is better than another host.
        if (error === LATE && this.host.at && this.#hosts.restarts === 0) return this.#replace(LATE);
        // A leading tab may be slow or about to be replaced. No other host deserves a second wait.
        const mayCome = error === LATE && this.host.kind === 'leader';
        this.lost(error instanceof Error ? error.message : String(error), !mayCome);
      });
  }

  #shakeHands(lock: string | null, signal: AbortSignal): Promise<GreetedWorker> {
    const { host, parts } = this;
    const onError = (reason: string) => this.#phase === 'open' && this.lost(reason);
    const own = {
      onLeft: parts.onLeft,
      onContact: (instance: string, at: WorkerAddress | null) => {
        this.#instance = instance;
        host.at = at;
        parts.onContact();
      },
      onOutdated: () => this.#becomeOutdated(),
      onMessage: (message: TabMessage) => this.#receive(message),
      hello: parts.hello,
    };
    return shakeHands(host, lock, signal, own, onError);
  }

  #opened(worker: GreetedWorker, signal: AbortSignal): void {
    const { welcome } = worker;
    this.#worker = worker;
    this.#phase = 'open';
    this.#hosts.opened();
    this.#lifeLock = welcome.lock;
    this.#left.releaseLock();
    if (welcome.lock !== null && this.page.locks) {
      whenFree(this.page.locks, welcome.lock, signal, () => this.lost('the worker died'));
    }
    this.#silence.watch();
    const { reached } = this;
    if (reached) this.parts.onOpen(welcome.instance, reached);
  }

  /** Replaces the worker, whatever it does. */
  restart(): void {
    if (this.#phase !== 'opening' && this.#phase !== 'open' && this.#phase !== 'failed') return;
    this.#hosts.reset();
    this.#replace('a restart was demanded', true);
  }

  /** Closes the connection for good. @returns whether it was open or on its way */
  close(): boolean {
    if (this.#phase === 'closed') return false;
    this.#sayBye();
    this.#phase = 'closed';
    this.#teardown();
    this.#leaveHost(this.parts.callsToHandOn());
    return true;
  }

  /** The page enters the back/forward cache or ends; the browser does not say which. A held lock would keep it out of the cache. */
  leave(): void {
    if (this.#phase === 'closed' || this.#phase === 'outdated') return;
    this.#sayBye();
    this.#teardown();
    this.#leaveHost(this.parts.callsToHandOn());
    this.#phase = 'away';
  }

  /** The page is back. */
  return(): void {
    if (this.#phase === 'away') this.open();
  }

  /** The page was woken, or the network is back. */
  wake(): void {
    if (this.#phase === 'failed' && this.#hosts.everOpened) this.open();
    if (this.#phase !== 'open') return;
    this.tell((api) => api.wake());
    this.#silence.ask();
  }

  #receive(message: TabMessage): void {
    this.#silence.answered();
    if (message.kind === 'moved') this.#move(message.to);
    else this.parts.onMessage(message);
  }

  /** @param isHopeless the host did not start: the next one is better */
  lost(reason: string, isHopeless = false): void {
    this.#teardown();
    const next = this.#hosts.next(isHopeless);
    if (!next) return this.#giveUp(reason);
    const { delayMs, left } = next;
    if (left) {
      left.leave?.();
      this.parts.onWarning(`without the ${left.name}: ${reason}`);
    }
    this.#phase = 'opening';
    this.#after(delayMs);
  }

  /** The other tabs follow: they wait for the worker's lock, which this tab takes until the next worker has answered. */
  #replace(reason: string, demanded = false): void {
    const lock = this.#lifeLock;
    const { at } = this.host;
    if (at?.host !== 'shared') {
      if (demanded) this.host.replace?.();
      return this.lost(reason);
    }
    this.#lifeLock = null;
    if (lock !== null) this.#left.takeLock(this.page.locks, lock);
    this.#hosts.enter(this.parts.hostOf(at, true), true);
    this.open();
  }

  #move(to: WorkerAddress): void {
    if (to.protocol !== PROTOCOL) return this.#becomeOutdated();
    const { host } = this;
    this.#sayBye();
    this.#left.leaveLater(host);
    this.#hosts.enter(this.parts.hostOf(to, false), false);
    const isSameAgain = this.#movedFrom === this.#instance;
    this.#movedFrom = this.#instance;
    if (!isSameAgain) return this.open();
    this.#teardown();
    this.#phase = 'opening';
    this.#after(SAME_AGAIN_MS);
  }

  #becomeOutdated(): void {
    this.#teardown();
    this.#leaveHost();
    this.#phase = 'outdated';
    this.parts.onOutdated();
  }

  #leaveHost(calls?: Call[]): void {
    this.#left.leave();
    this.host.leave?.(calls);
  }

  #giveUp(reason: string): void {
    const { host } = this;
    this.#leaveHost();
    this.#phase = 'failed';
    this.#hosts.rewind();
    const retryAt = this.#hosts.everOpened ? this.page.now() + RETRY_AFTER_MS : undefined;
    if (retryAt !== undefined) this.#after(RETRY_AFTER_MS);
    this.parts.onGivenUp(reason, host, retryAt);
  }

  /** Unless the present scope ends before. */
  #after(delayMs: number, fn: () => void = () => this.open()): void {
    const timer = setTimeout(fn, delayMs);
    this.#scope.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  #sayBye(): void {
    this.tell((api) => api.bye(this.parts.handedSeq()));
  }

  #teardown(): void {
    this.#scope.abort();
    this.#scope = new AbortController();
    this.#silence.stop();
    this.#worker = undefined;
  }
}
