/**
 * Everything of the outside world that the runtime uses, handed in: a test can run a day in a millisecond, or put any fault here.
 */

import type { PostForm } from '../methods/upload.js';
import type { Store } from '../store/store.js';
import type { OpenSocket } from './socket.js';

export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** @returns the undo */
  after(ms: number, fn: () => void): () => void;
}

/** A channel that all workers of the origin hear, this one excepted. */
export interface Broadcast {
  post(message: unknown): void;
  onMessage(fn: (message: unknown) => void): void;
}

export interface Platform {
  readonly clock: Clock;
  /** 0 … 1. */
  random(): number;
  uuid(): string;
  /** Hex, of the text's UTF-8. */
  md5(text: string): string;
  /** null where there are none: then nothing watches over tabs that crash. */
  readonly locks: Pick<LockManager, 'request'> | null;
  readonly broadcast: Broadcast;
  readonly openSocket: OpenSocket;
  readonly postForm: PostForm;
  /** Never fails: where no database can be had, the store is in memory. */
  openStore(account: string, onDegraded: (reason: string) => void): Promise<Store>;
}

/** Resolves after `ms`, or at once when the signal is aborted. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const cancel = clock.after(ms, resolve);
    signal?.addEventListener('abort', () => {
      cancel();
      resolve();
    });
  });
}
