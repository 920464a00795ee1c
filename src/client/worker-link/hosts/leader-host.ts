/**
 * The leader host, for browsers with workers but without SharedWorker. One tab starts a worker, and every tab speaks with that worker over a
 * BroadcastChannel, the leading tab included.
 *
 * Each tab queues for a Web Lock. The tab that is granted the lock leads until it closes, so a successor follows at once. Browsers freeze
 * hidden pages. So a leading tab that has been hidden for a while yields to a visible tab, and hidden tabs queue behind visible ones. One that is
 * frozen yields to any tab: its worker is frozen too, and Chromium still hands it the messages of other tabs. A leading tab without a sign of
 * life loses the lock to another tab.
 *
 * The worker is terminated when its tab stops leading, so a worker that starts late serves no tab. A leading tab that leaves hands its unanswered
 * sends to the other tabs, since its worker may not have written them. It hands them its log-out too, which its worker may not have read.
 * Only browsers that need this file load it.
 */
import type { Call, LeaderMessage, Port } from '../../../protocol/tab.js';
import type { Page } from '../../page/page.js';
import { LATE } from '../handshake.js';
import { afterLogOuts } from './after-log-outs.js';
import { dedicatedWorker } from './dedicated-worker.js';
import { type Host, leadershipOf, type RuntimeFiles } from './host.js';
import { whyNot } from './why-not.js';

/** A leading tab that has been hidden for this long yields. */
const HIDDEN_MS = 5_000;
/** A leading tab that has not answered by then counts as frozen. */
const ANSWER_MS = 2_000;
/** A worker that does not listen by then counts as failed. */
const START_MS = 5_000;

type Timer = ReturnType<typeof setTimeout> | undefined;

export class LeaderHost implements Pick<Host, 'connect' | 'leave'> {
  readonly #leadership: string;
  #channel: BroadcastChannel | undefined;
  /** The channel on which this tab waits for the worker. */
  #waiting: string | undefined;
  /** The workers that this tab has asked for that channel. There are two while a tab does not know yet that it lost the lead. */
  readonly #asked = new Set<string>();
  #onError: (reason: string) => void = () => undefined;
  #onLeft: (calls: readonly Call[]) => void = () => undefined;
  /** Set while this tab leads. */
  #worker: Worker | undefined;
  /** The worker that serves this tab. */
  #servedBy: string | undefined;
  /** Its answer to other tabs while it leads: to any but the first it yields. */
  #sign: 'alive' | 'hidden' | 'frozen' = 'alive';
  #isFrozen = false;
  #answering: Timer;
  #starting: Timer;
  #hiding: Timer;
  /** Leaves the queue, or stops leading. */
  #stop: () => void = () => undefined;
  #undo: (() => void)[] = [];

  constructor(
    private readonly files: RuntimeFiles,
    private readonly page: Page,
  ) {
    this.#leadership = leadershipOf(files);
  }

  connect(
    onError: (reason: string) => void,
    signal: AbortSignal,
    onLeft: (calls: readonly Call[]) => void,
  ): Promise<Port> {
    this.#onError = onError;
    this.#onLeft = onLeft;
    if (!this.#channel) this.#enter();
    // A second request means that the first worker was lost.
    else if (this.#servedBy !== undefined && this.#worker) this.#start();
    else this.#check();
    this.#servedBy = undefined;
    const id = `${this.#leadership}:${this.page.uuid()}`;
    const port = new BroadcastChannel(id);
    this.#waiting = id;
    this.#asked.clear();
    if (!this.#worker) this.#answering = setTimeout(() => this.#queue(true), ANSWER_MS);
    this.#say({ connect: id });
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        clearTimeout(this.#answering);
        this.#waiting = undefined;
        port.close();
      });
      port.onmessage = ({ data }: MessageEvent<{ up: string }>) => {
        port.onmessage = null;
        this.#waiting = undefined;
        this.#servedBy = data.up;
        clearTimeout(this.#answering);
        resolve(port);
      };
    });
  }

  /** This tab takes the lead, and so ends the worker of the last leading tab. */
  replace(): void {
    this.#queue(true);
  }

  leave(left: readonly Call[] = []): void {
    if (this.#worker && left.length > 0) this.#say({ left });
    this.#stop();
    for (const undo of this.#undo) undo();
    clearTimeout(this.#answering);
    this.#channel?.close();
    this.#channel = undefined;
  }

  #enter(): void {
    const channel = new BroadcastChannel(this.#leadership);
    this.#channel = channel;
    channel.onmessage = ({ data }: MessageEvent<LeaderMessage>) => this.#hear(data);
    this.#isFrozen = false;
    this.#undo = [
      this.page.on('view', () => {
        if (this.#isFrozen) this.#thaw();
        this.#look(HIDDEN_MS);
      }),
      this.page.on('freeze', () => this.#freeze()),
    ];
    this.#queue();
  }

  #say(message: LeaderMessage): void {
    this.#channel?.postMessage(message);
  }

  #hear(message: LeaderMessage): void {
    const { page } = this;
    if (message === 'take') {
      if (this.#worker ? this.#sign !== 'alive' : !page.visible()) this.#queue();
    } else if (message === 'frozen') {
      if (!this.#worker) this.#say('take');
    } else if (typeof message !== 'object') {
      clearTimeout(this.#answering);
      if (message === 'hidden') this.#ask();
    } else if ('up' in message) {
      clearTimeout(this.#answering);
      this.#expected();
      // The leading tab asks for another sign of life each time, so a second request would go around without end.
      if (this.#waiting !== undefined) {
        if (!this.#asked.has(message.up)) this.#say({ connect: this.#waiting });
        this.#asked.add(message.up);
        // Another worker has come up, perhaps during the handshake with the one before. The link tries this host again.
      } else if (message.up !== this.#servedBy) this.#onError(LATE);
    } else if ('left' in message) {
      this.#onLeft(message.left);
    } else if (this.#worker) {
      this.#say(this.#sign);
      this.#check();
    }
  }

  /** A tab that connects may have lost the worker: the leading tab asks it for a sign of life. */
  #check(): void {
    if (this.#worker && this.#starting === undefined) this.#expect(ANSWER_MS, () => this.#start());
  }

  /** A visible tab asks the hidden ones to let it pass. */
  #ask(): void {
    if (!this.#worker && this.page.visible()) this.#say('take');
  }

  #look(patienceMs: number): void {
    clearTimeout(this.#hiding);
    this.#sign = 'alive';
    if (this.page.visible()) return this.#ask();
    if (!this.#worker) return this.#queue();
    this.#hiding = setTimeout(() => this.#yield('hidden'), patienceMs);
  }

  /** A frozen tab is not in the queue: its worker would not start. */
  #freeze(): void {
    this.#isFrozen = true;
    if (this.#worker) this.#yield('frozen');
    else this.#stop();
  }

  #thaw(): void {
    this.#isFrozen = false;
    if (!this.#worker) this.#queue();
  }

  #yield(sign: 'hidden' | 'frozen'): void {
    this.#sign = sign;
    this.#say(sign);
  }

  /** Goes to the end of the queue. A leading tab thereby stops leading. */
  #queue(steal = false): void {
    this.#stop();
    if (this.#isFrozen) return;
    const waiting = new AbortController();
    let release: () => void = () => waiting.abort();
    let ended = false;
    const stop = () => {
      if (ended) return;
      ended = true;
      release();
      this.#end();
    };
    this.#stop = stop;
    this.page.locks
      ?.request(this.#leadership, steal ? { steal } : { signal: waiting.signal }, () => {
        if (ended) return;
        return new Promise<void>((resolve) => {
          release = resolve;
          clearTimeout(this.#answering);
          void afterLogOuts(this.files, () => ended || this.#lead());
        });
      })
      .catch((error: unknown) => {
        if (ended) return;
        // Another tab has stolen the lock while this one was frozen.
        if (this.#worker) this.#queue();
        else this.#onError(String(error));
      });
  }

  #lead(): void {
    this.#start();
    // A hidden tab would queue for the lead, and have it again at once.
    if (!this.#worker) return;
    this.#say('alive');
    this.#look(0);
  }

  #start(): void {
    this.#end();
    this.#servedBy = undefined;
    try {
      const worker = dedicatedWorker(this.files);
      if ('port' in worker) throw new TypeError('a SharedWorker is no Worker');
      worker.onerror = (event) => {
        // A worker that listens already reports its own errors.
        if (this.#starting === undefined) return;
        void whyNot(this.files.url, event).then((reason) => this.#worker === worker && this.#onError(reason));
      };
      this.#worker = worker;
      this.#expect(START_MS, () => this.#onError(`no sign of life within ${START_MS / 1_000} s`));
    } catch (error) {
      this.#onError(String(error));
    }
  }

  /** Asks the worker for a sign of life. */
  #expect(ms: number, onSilence: () => void): void {
    this.#expected();
    this.#starting = setTimeout(onSilence, ms);
    this.#worker?.postMessage(this.#leadership);
  }

  #expected(): void {
    clearTimeout(this.#starting);
    this.#starting = undefined;
  }

  #end(): void {
    this.#expected();
    clearTimeout(this.#hiding);
    this.#sign = 'alive';
    this.#worker?.terminate();
    this.#worker = undefined;
  }
}
