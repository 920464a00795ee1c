/**
 * One owner for an account's socket in a browser profile: the holder of its Web Lock. Two workers can want it when two builds of a site are
 * open side by side. The one that comes asks the other to stand down before it queues for the lock; an older build does not displace a newer.
 */
import { RUNTIME_VERSION } from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';

interface StandDown {
  kind: 'stand-down';
  account: string;
  version: string;
}

export class AccountLock {
  constructor(
    private readonly platform: Pick<Platform, 'locks' | 'broadcast'>,
    /** This worker's session of that account has to end. */
    onDisplaced: (account: string) => void,
  ) {
    platform.broadcast.onMessage((message) => {
      if (isStandDown(message) && !isOlder(message.version)) onDisplaced(message.account);
    });
  }

  /**
   * Waits for the account, as long as the signal allows.
   * @returns the release, or null when the signal came first
   */
  acquire(account: string, signal: AbortSignal): Promise<(() => void) | null> {
    const { locks, broadcast } = this.platform;
    if (!locks) return Promise.resolve(() => undefined);
    const request: StandDown = { kind: 'stand-down', account, version: RUNTIME_VERSION };
    broadcast.post(request);
    return new Promise((resolve) => {
      locks
        .request(`jmessage:account:${account}`, { signal }, () => {
          if (signal.aborted) return resolve(null);
          return new Promise<void>((release) => resolve(release));
        })
        .catch(() => resolve(null));
    });
  }
}

function isStandDown(message: unknown): message is StandDown {
  return typeof message === 'object' && message !== null && (message as StandDown).kind === 'stand-down';
}

/** Whether that version is older than this one. */
function isOlder(version: string): boolean {
  const theirs = version.split('.').map(Number);
  const ours = RUNTIME_VERSION.split('.').map(Number);
  const differing = ours.findIndex((part, place) => part !== theirs[place]);
  return differing >= 0 && (theirs[differing] ?? 0) < (ours[differing] ?? 0);
}
