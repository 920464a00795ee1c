/**
 * Everything of the outside world that the runtime uses, handed in: a test can run a day in a millisecond, or put any fault here.
 */

import type { WorkerAddress } from '../../protocol/worker.js';
import type { Store } from '../store/store.js';
import type { Clock } from '../util/clock.js';
import type { OpenSocket } from './socket.js';

/** Posts a form, and reports how much of it has gone out. */
export type PostForm = (request: {
  url: string;
  headers: Record<string, string>;
  form: FormData;
  onProgress(loaded: number, total: number): void;
  signal: AbortSignal;
}) => Promise<{ status: number; body: unknown }>;

/** No byte has moved for so long that a lost connection is not the only cause. */
export class Stalled extends Error {}

/** A channel that all workers of the origin hear, this one excepted. */
interface Broadcast {
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
  readonly locks: Pick<LockManager, 'request' | 'query'> | null;
  readonly broadcast: Broadcast;
  /** The address at which other tabs reach this worker; null in a page. */
  address(): WorkerAddress | null;
  readonly openSocket: OpenSocket;
  readonly postForm: PostForm;
  /** Never fails: where no database can be had, the store is in memory. */
  openStore(account: string, onDegraded: (reason: string) => void): Promise<Store>;
}
