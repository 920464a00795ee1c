/**
 * One owner for an account's socket in a browser profile: the holder of its Web Lock. Two workers can want it when two builds of a site are
 * open side by side. The one that comes asks the other to stand down before it queues for the lock; an older build does not displace a newer.
 * Both name their addresses, so that the tabs of the one can go on in the other.
 */
import { RUNTIME_VERSION, type WorkerAddress } from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';
import { afterRunning, delay } from '../util/clock.js';

/** A holder that has not answered by then is frozen, and loses the account: it ends when it wakes up. */
const ANSWER_MS = 2_000;

/** Time for a request to stand down that waits in the queue of a worker that was frozen. */
const REQUEST_MS = 50;

const LOCK = 'jmessage:account:';

/**
 * - `stand-down`: a worker waits for the account
 * - `heard`: the owner's answer; it lives, and either goes or is newer
 * - `taken`: a worker that waited is the owner now; the others have to ask that one
 */
const KINDS = ['stand-down', 'heard', 'taken'] as const;

interface Message {
  kind: (typeof KINDS)[number];
  account: string;
  version: string;
  at: WorkerAddress | null;
}

/** An account that this worker owns. */
export interface HeldAccount {
  release(): void;
  /** Whether another worker has taken it, since this one was frozen. */
  isLost(): boolean;
  /** Called when another worker wants the account, at that address if it is known; also for one that has asked while the session was opened. */
  onAsked(fn: (to: WorkerAddress | null) => void): void;
}

/** A worker that waits for an account. */
interface Waiting {
  /** The owner has answered. */
  heard(answer: Message): void;
  /** Asks the owner. */
  ask(): void;
}

export class AccountLock {
  /** To be called when another worker wants an account of this one. */
  readonly #held = new Map<string, (to: WorkerAddress | null) => void>();
  readonly #waiting = new Map<string, Waiting>();

  constructor(
    private readonly platform: Pick<Platform, 'locks' | 'broadcast' | 'clock' | 'address'>,
    /** A newer worker has the account and keeps it. */
    private readonly onOutranked: (to: WorkerAddress) => void = () => undefined,
  ) {
    const { broadcast } = platform;
    broadcast.onMessage((message) => {
      if (!isOurs(message)) return;
      const { account, version, at } = message;
      if (message.kind === 'heard') return this.#waiting.get(account)?.heard(message);
      if (message.kind === 'taken') return this.#waiting.get(account)?.ask();
      const ask = this.#held.get(account);
      if (!ask) return;
      this.#post('heard', account);
      if (compare(version) >= 0) ask(at ?? null);
    });
  }

  /**
   * Waits for the account, as long as the signal allows.
   * @returns null when the signal came first
   */
  acquire(account: string, signal: AbortSignal): Promise<HeldAccount | null> {
    const { locks, clock } = this.platform;
    if (!locks) return Promise.resolve(this.#takeUnlocked(account));
    return new Promise((resolve) => {
      const waiting = new AbortController();
      let isHeld = false;
      let isLost = false;
      let cancel = (): void => undefined;
      const done = () => {
        cancel();
        this.#waiting.delete(account);
      };
      const hold = () => {
        done();
        if (signal.aborted) return resolve(null);
        isHeld = true;
        return new Promise<void>((end) => {
          const release = () => {
            isHeld = false;
            end();
          };
          resolve(this.#own(account, release, () => isLost));
          this.#post('taken', account);
        });
      };
      const request = (options: LockOptions) => {
        let isGranted = false;
        const granted = () => {
          isGranted = true;
          return hold();
        };
        locks.request(LOCK + account, options, granted).catch(() => {
          if (isGranted) {
            // It was taken from a worker that was frozen until now.
            isLost = true;
            if (isHeld) clock.after(REQUEST_MS, () => this.#held.get(account)?.(null));
          } else if (!waiting.signal.aborted) {
            // Some browsers have locks and refuse them.
            resolve(this.#takeUnlocked(account));
          }
        });
      };
      // Of several that wait for a frozen holder, one takes the account. The others have asked that one before they may take it too.
      const take = () =>
        void locks
          .request(`${LOCK}:${account}`, { ifAvailable: true }, (lock) => {
            if (waiting.signal.aborted) return;
            if (!lock) return ask();
            waiting.abort();
            request({ steal: true });
            return delay(clock, ANSWER_MS);
          })
          .catch(() => undefined);
      const ask = () => {
        cancel();
        // If this worker was frozen itself, it may have missed the answer.
        cancel = afterRunning(clock, ANSWER_MS, take, ask);
        this.#post('stand-down', account);
      };
      const giveUp = () => {
        if (isHeld) return;
        done();
        waiting.abort();
        resolve(null);
      };
      const heard = ({ version, at }: Message) => {
        cancel();
        if (compare(version) <= 0 || !at) return;
        this.onOutranked(at);
        giveUp();
      };
      this.#waiting.set(account, { heard, ask });
      signal.addEventListener('abort', giveUp);
      ask();
      request({ signal: waiting.signal });
    });
  }

  /** The accounts that other workers have, of those whose name begins so. */
  async elsewhere(prefix: string): Promise<string[]> {
    const { locks, address } = this.platform;
    // A page has its runtime for itself, and asks only for the account that it logs in.
    if (!locks || !address()) return [];
    const { held = [] }: LockManagerSnapshot = await locks.query().catch(() => ({}));
    return held.flatMap(({ name = '' }) => {
      const account = name.slice(LOCK.length);
      // A session of this worker that has just ended may still hold its lock.
      return name.startsWith(LOCK + prefix) && !this.#held.has(account) ? account : [];
    });
  }

  /** Without locks nothing is exclusive. The owner is asked all the same, and goes. */
  #takeUnlocked(account: string): HeldAccount {
    this.#post('stand-down', account);
    return this.#own(account);
  }

  #own(account: string, release = () => {}, isLost = () => false): HeldAccount {
    /** Set once another worker has asked. */
    let by: WorkerAddress | null | undefined;
    this.#held.set(account, (to) => {
      by = to;
    });
    return {
      release: () => {
        this.#held.delete(account);
        release();
      },
      isLost,
      onAsked: (fn) => {
        this.#held.set(account, fn);
        if (by !== undefined) fn(by);
      },
    };
  }

  #post(kind: Message['kind'], account: string): void {
    const { platform } = this;
    const message: Message = { kind, account, version: RUNTIME_VERSION, at: platform.address() };
    platform.broadcast.post(message);
  }
}

const isOurs = (message: unknown): message is Message => KINDS.includes(Object(message).kind);

/** @returns below 0 if that version is older than this one, above 0 if it is newer */
const compare = (version: string): number => version.localeCompare(RUNTIME_VERSION, 'en', { numeric: true });
