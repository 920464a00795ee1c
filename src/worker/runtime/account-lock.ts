/**
 * One owner for an account's socket in a browser profile: the holder of its Web Lock. Two workers can want it when two builds of a site are
 * open side by side. The one that comes asks the other to stand down before it queues for the lock; an older build does not displace a newer.
 */
import { RUNTIME_VERSION } from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';

/** A holder that has not answered by then is frozen, and loses the account: it ends when it wakes up. */
const ANSWER_MS = 2_000;

interface StandDown {
  kind: 'stand-down';
  account: string;
  version: string;
}

/** To whoever asks: the holder lives, and either goes or is newer. */
interface Heard {
  kind: 'heard';
  account: string;
}

export class AccountLock {
  readonly #held = new Set<string>();
  /** Accounts that are waited for; to be called when the holder answers. */
  readonly #asked = new Map<string, () => void>();

  constructor(
    private readonly platform: Pick<Platform, 'locks' | 'broadcast' | 'clock'>,
    /** This worker's session of that account has to end. */
    private readonly onDisplaced: (account: string) => void,
  ) {
    const { broadcast } = platform;
    broadcast.onMessage((message) => {
      if (!isOurs(message)) return;
      const { account } = message;
      if (message.kind === 'heard') return this.#asked.get(account)?.();
      if (!this.#held.has(account)) return;
      broadcast.post({ kind: 'heard', account } satisfies Heard);
      if (!isOlder(message.version)) onDisplaced(account);
    });
  }

  /**
   * Waits for the account, as long as the signal allows.
   * @returns the release, or null when the signal came first
   */
  acquire(account: string, signal: AbortSignal): Promise<(() => void) | null> {
    const { locks, broadcast, clock } = this.platform;
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
        locks.request(`jmessage:account:${account}`, options, granted).catch(() => {
          // It was taken from a worker that was frozen until now.
          if (isGranted && isHeld) return this.onDisplaced(account);
          // Some browsers have locks and refuse them.
          if (!isGranted && !waiting.signal.aborted) resolve(() => undefined);
        });
      };
      const cancel = clock.after(ANSWER_MS, () => {
        waiting.abort();
        request({ steal: true });
      });
      this.#asked.set(account, cancel);
      signal.addEventListener('abort', () => {
        if (isHeld) return;
        done();
        waiting.abort();
        resolve(null);
      });
      broadcast.post({ kind: 'stand-down', account, version: RUNTIME_VERSION } satisfies StandDown);
      request({ signal: waiting.signal });
    });
  }
}

const isOurs = (message: unknown): message is StandDown | Heard =>
  typeof message === 'object' &&
  message !== null &&
  ['stand-down', 'heard'].includes((message as StandDown).kind);
/** Whether that version is older than this one. */
function isOlder(version: string): boolean {
  const theirs = version.split('.').map(Number);
  const ours = RUNTIME_VERSION.split('.').map(Number);
  const differing = ours.findIndex((part, place) => part !== theirs[place]);
  return differing >= 0 && (theirs[differing] ?? 0) < (ours[differing] ?? 0);
}
