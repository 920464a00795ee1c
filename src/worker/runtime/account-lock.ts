/**
 * One owner for an account's socket in a browser profile: the holder of its Web Lock. Two workers can want it when two builds of a site are
 * open side by side. The one that comes asks the other to stand down before it queues for the lock; an older build does not displace a newer.
 * Both name their addresses, so that the tabs of the one can go on in the other.
 */
import { RUNTIME_VERSION, type WorkerAddress } from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';

/** A holder that has not answered by then is frozen, and loses the account: it ends when it wakes up. */
const ANSWER_MS = 2_000;

/** Time for a request to stand down that waits in the queue of a worker that was frozen. */
const REQUEST_MS = 50;

const LOCK = 'jmessage:account:';

interface Message {
  /** `heard` is the answer: the owner lives, and either goes or is newer. */
  kind: 'stand-down' | 'heard';
  account: string;
  version: string;
  at: WorkerAddress | null;
}

export class AccountLock {
  readonly #held = new Set<string>();
  /** Accounts that are waited for; to be called when the holder answers. */
  readonly #asked = new Map<string, (answer: Message) => void>();

  constructor(
    private readonly platform: Pick<Platform, 'locks' | 'broadcast' | 'clock' | 'address'>,
    /** This worker's session of that account has to end. Another worker has taken it over, at that address if it is known. */
    private readonly onDisplaced: (account: string, to: WorkerAddress | null) => void,
    /** A newer worker has the account and keeps it. */
    private readonly onOutranked: (to: WorkerAddress) => void = () => undefined,
  ) {
    const { broadcast } = platform;
    broadcast.onMessage((message) => {
      if (!isOurs(message)) return;
      const { account, version, at } = message;
      if (message.kind === 'heard') return this.#asked.get(account)?.(message);
      if (!this.#held.has(account)) return;
      this.#post('heard', account);
      if (compare(version) >= 0) onDisplaced(account, at ?? null);
    });
  }

  /**
   * Waits for the account, as long as the signal allows.
   * @returns the release, or null when the signal came first
   */
  acquire(account: string, signal: AbortSignal): Promise<(() => void) | null> {
    const { locks, clock } = this.platform;
    if (!locks) return Promise.resolve(() => undefined);
    return new Promise((resolve) => {
      const waiting = new AbortController();
      let isHeld = false;
      const done = () => {
        cancel();
        this.#asked.delete(account);
      };
      const hold = () => {
        done();
        if (signal.aborted) return resolve(null);
        isHeld = true;
        this.#held.add(account);
        return new Promise<void>((release) => {
          resolve(() => {
            isHeld = false;
            this.#held.delete(account);
            release();
          });
        });
      };
      const request = (options: LockOptions) => {
        let isGranted = false;
        const granted = () => {
          isGranted = true;
          return hold();
        };
        locks.request(LOCK + account, options, granted).catch(() => {
          // It was taken from a worker that was frozen until now.
          if (isGranted && isHeld) {
            this.platform.clock.after(REQUEST_MS, () => isHeld && this.onDisplaced(account, null));
            return;
          }
          // Some browsers have locks and refuse them.
          if (!isGranted && !waiting.signal.aborted) resolve(() => undefined);
        });
      };
      const cancel = clock.after(ANSWER_MS, () => {
        waiting.abort();
        request({ steal: true });
      });
      const giveUp = () => {
        if (isHeld) return;
        done();
        waiting.abort();
        resolve(null);
      };
      this.#asked.set(account, ({ version, at }) => {
        cancel();
        if (compare(version) <= 0 || !at) return;
        this.onOutranked(at);
        giveUp();
      });
      signal.addEventListener('abort', giveUp);
      this.#post('stand-down', account);
      request({ signal: waiting.signal });
    });
  }

  /** The accounts that other workers have, of those whose name begins so. This worker must have none of them. */
  async elsewhere(prefix: string): Promise<string[]> {
    const { locks, address } = this.platform;
    // A page has its runtime for itself, and asks only for the account that it logs in.
    if (!locks || !address()) return [];
    const { held = [] } = await locks.query().catch(() => ({ held: [] }));
    return held.flatMap(({ name = '' }) => (name.startsWith(LOCK + prefix) ? [name.slice(LOCK.length)] : []));
  }

  #post(kind: Message['kind'], account: string): void {
    const { broadcast, address } = this.platform;
    broadcast.post({ kind, account, version: RUNTIME_VERSION, at: address() } satisfies Message);
  }
}

const isOurs = (message: unknown): message is Message =>
  typeof message === 'object' &&
  message !== null &&
  ['stand-down', 'heard'].includes((message as Message).kind);
/** @returns below 0 if that version is older than this one, above 0 if it is newer */
function compare(version: string): number {
  const theirs = version.split('.').map(Number);
  const ours = RUNTIME_VERSION.split('.').map(Number);
  const differing = ours.findIndex((part, place) => part !== theirs[place]);
  return differing < 0 ? 0 : (theirs[differing] ?? 0) - (ours[differing] ?? 0);
}
