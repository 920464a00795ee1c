/**
 * The sends that are not delivered, and what else must be known when a call is submitted again: in memory as they are, on the disk before anything depends on it. What is written while a write is under
 * way goes together with the next one; what has been delivered is forgotten at leisure, since a server recognises it.
 */

import type { OutboxRecord, Store } from '../store/store.js';
import type { Clock } from '../util/clock.js';
import { isHidden, isOver } from './record.js';

/** How long what is over is kept, from when it would have been too old. */
const FINISHED_AGE_MS = 7 * 24 * 3_600_000;
/** … and how many of each kind. */
const KEPT_FINISHED = 200;
const FORGET_AFTER_MS = 500;

export class Outbox {
  /** In the order of acceptance. */
  readonly #records = new Map<string, OutboxRecord>();
  readonly #unwritten = new Set<OutboxRecord>();
  #gone: number[] = [];
  #cancelForgetting: (() => void) | undefined;
  #written: Promise<void> = Promise.resolve();
  #nextWrite: Promise<void> | undefined;
  #lastId = 0;

  /** @param kept what the store has */
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    kept: readonly OutboxRecord[],
  ) {
    for (const record of kept) {
      this.#lastId = Math.max(this.#lastId, record.id);
      this.#keep(record);
    }
    this.#shed(isOver);
  }

  get(callId: string): OutboxRecord | undefined {
    return this.#records.get(callId);
  }

  all(): OutboxRecord[] {
    return [...this.#records.values()];
  }

  /** A place behind all others. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** @returns when it is on the disk. An earlier record of that call is replaced, and loses its place if the ids differ. */
  put(record: OutboxRecord): Promise<void> {
    this.#keep(record);
    this.#unwritten.add(record);
    if (record.state.is === 'sent') this.#shed(isHidden);
    return this.#write();
  }

  forget(record: OutboxRecord): void {
    this.#records.delete(record.callId);
    this.#unwritten.delete(record);
    this.#forgetLater(record.id);
  }

  /** Resolves when all that was put or forgotten is written. */
  async close(): Promise<void> {
    this.#cancelForgetting?.();
    await this.#write();
    await this.#forgetNow();
  }

  #keep(record: OutboxRecord): void {
    const before = this.#records.get(record.callId);
    if (before && before.id !== record.id) this.forget(before);
    else if (before) this.#unwritten.delete(before);
    this.#records.set(record.callId, record);
  }

  /** What has been over for long, and what there is too much of. */
  #shed(may: (record: OutboxRecord) => boolean): void {
    const oldest = this.clock.now() - FINISHED_AGE_MS;
    const kept = new Map<string, number>();
    for (const record of this.all().reverse()) {
      if (!may(record)) continue;
      const { is } = record.state;
      const count = (kept.get(is) ?? 0) + 1;
      kept.set(is, count);
      if (count > KEPT_FINISHED || record.expiresAt < oldest) this.forget(record);
    }
  }

  #write(): Promise<void> {
    this.#nextWrite ??= this.#written.then(async () => {
      this.#nextWrite = undefined;
      const records = [...this.#unwritten];
      this.#unwritten.clear();
      if (records.length > 0) await this.store.putOutbox(records);
    });
    this.#written = this.#nextWrite;
    return this.#nextWrite;
  }

  #forgetLater(id: number): void {
    this.#gone.push(id);
    this.#cancelForgetting ??= this.clock.after(FORGET_AFTER_MS, () => void this.#forgetNow());
  }

  async #forgetNow(): Promise<void> {
    this.#cancelForgetting = undefined;
    const gone = this.#gone;
    this.#gone = [];
    // Not before what takes their place.
    await this.#written;
    if (gone.length > 0) await this.store.forgetOutbox(gone);
  }
}
