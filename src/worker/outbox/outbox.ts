/**
 * The records of unanswered sends, and of ended ones whose calls may be submitted again. They are in memory, and on the disk before anything
 * depends on them. Records that change during a write share the next one. Delivered sends are deleted late, since a server recognises them.
 */
import type { Outcome } from '../../protocol/worker.js';
import type { OutboxRecord, Sent, Store } from '../store/store.js';
import type { Clock } from '../util/clock.js';
import { isHidden, isKeptOnceSent, isTerminal, untoldOf } from './record.js';

/** How long a terminal record is kept after its expiry. */
const TERMINAL_AGE_MS = 7 * 24 * 3_600_000;
/** Of a tab that lost its worker, hardly more calls are open. */
const KEPT_OUTCOMES = 200;
/** The number of kept records of each terminal state. */
const KEPT_TERMINAL = 200;
const FORGET_AFTER_MS = 500;
/** A send on an open connection is written if it has no answer by then: later than most answers come. */
const WRITE_AFTER_MS = 100;

export class Outbox {
  /** In the order of acceptance. */
  readonly #records = new Map<string, OutboxRecord>();
  /** Of the latest answered sends. */
  readonly #outcomes = new Map<string, Outcome>();
  readonly #unwritten = new Set<OutboxRecord>();
  /** Of those, the records of which the disk has no earlier form. */
  readonly #fresh = new Set<OutboxRecord>();
  #forgotten: number[] = [];
  #cancelForgetting: (() => void) | undefined;
  #cancelWriting: (() => void) | undefined;
  #written: Promise<void> = Promise.resolve();
  #nextWrite: Promise<void> | undefined;
  #lastId = 0;
  #isClosed = false;

  /** @param kept the records of the store */
  constructor(
    private readonly store: Store,
    private readonly clock: Clock,
    private readonly shared: boolean,
    kept: readonly OutboxRecord[],
  ) {
    for (const record of kept) {
      this.#lastId = Math.max(this.#lastId, record.id);
      this.#keep(record);
    }
    this.#shed(isTerminal);
  }

  get(callId: string): OutboxRecord | undefined {
    return this.#records.get(callId);
  }

  all(): OutboxRecord[] {
    return [...this.#records.values()];
  }

  /** The next place in the order of acceptance. */
  nextId(): number {
    this.#lastId += 1;
    return this.#lastId;
  }

  /** Replaces the call's earlier record, which loses its place if the ids differ. @returns when it is on the disk */
  put(record: OutboxRecord): Promise<void> {
    this.#keep(record);
    this.#unwritten.add(record);
    if (record.state.is === 'sent') this.#shed(isHidden);
    return this.#write();
  }

  /** The record of a new send on an open connection. It is written soon, unless its answer is faster. */
  putSoon(record: OutboxRecord): void {
    // The disk has an earlier record of the call, or the worker may end at any time.
    if (!this.shared || this.#records.has(record.callId)) return void this.put(record);
    this.#keep(record);
    this.#unwritten.add(record);
    this.#fresh.add(record);
    this.#cancelWriting ??= this.clock.after(WRITE_AFTER_MS, () => this.flush());
  }

  /** Writes the records that wait for their answers. */
  flush(): void {
    if (this.#unwritten.size > 0) void this.#write();
  }

  /** The outcome of a call that was answered lately. A tab that did not get it submits the call again. */
  outcomeOf(callId: string): Outcome | undefined {
    return this.#outcomes.get(callId);
  }

  /**
   * The server has stored the message.
   * @param untold the message, if the account's other tabs do not have it yet: the next worker tells them if this one dies
   * @returns when that message is on the disk
   */
  answered(record: OutboxRecord, outcome: Outcome, untold: Sent | undefined): Promise<void> | undefined {
    this.#outcomes.set(record.callId, outcome);
    const [oldest] = this.#outcomes.keys();
    if (this.#outcomes.size > KEPT_OUTCOMES && oldest !== undefined) this.#outcomes.delete(oldest);
    if (untold) return this.put({ ...record, state: { is: 'sent', outcome, untold } });
    this.told(record, outcome);
    return undefined;
  }

  /** The account's other tabs have the message. */
  told(record: OutboxRecord, outcome: Outcome): void {
    if (isKeptOnceSent(record)) void this.put({ ...record, state: { is: 'sent', outcome } });
    else this.forget(record.callId);
  }

  /** No tab is left that would get those messages. */
  forgetUntold(): void {
    for (const record of this.all()) if (untoldOf(record)) this.forget(record.callId);
  }

  forget(callId: string): void {
    const record = this.#records.get(callId);
    if (!record) return;
    this.#records.delete(callId);
    this.#unwritten.delete(record);
    if (!this.#fresh.delete(record)) this.#forgetLater(record.id);
  }

  /** Resolves when every change is written. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelForgetting?.();
    await this.#write();
    await this.#forgetNow();
  }

  #keep(record: OutboxRecord): void {
    const before = this.#records.get(record.callId);
    if (before && before.id !== record.id) this.forget(before.callId);
    else if (before) {
      this.#unwritten.delete(before);
      if (this.#fresh.delete(before)) this.#fresh.add(record);
    }
    this.#records.set(record.callId, record);
  }

  /** Forgets terminal records that are too old or too many. */
  #shed(may: (record: OutboxRecord) => boolean): void {
    const oldest = this.clock.now() - TERMINAL_AGE_MS;
    const kept = new Map<string, number>();
    for (const record of this.all().reverse()) {
      if (!may(record) || untoldOf(record)) continue;
      const { is } = record.state;
      const count = (kept.get(is) ?? 0) + 1;
      kept.set(is, count);
      if (count > KEPT_TERMINAL || record.expiresAt < oldest) this.forget(record.callId);
    }
  }

  #write(): Promise<void> {
    this.#cancelWriting?.();
    this.#cancelWriting = undefined;
    this.#nextWrite ??= this.#written.then(async () => {
      this.#nextWrite = undefined;
      const records = [...this.#unwritten];
      this.#unwritten.clear();
      this.#fresh.clear();
      if (records.length > 0) await this.store.putOutbox(records);
    });
    this.#written = this.#nextWrite;
    return this.#nextWrite;
  }

  #forgetLater(id: number): void {
    this.#forgotten.push(id);
    if (!this.#isClosed)
      this.#cancelForgetting ??= this.clock.after(FORGET_AFTER_MS, () => void this.#forgetNow());
  }

  async #forgetNow(): Promise<void> {
    this.#cancelForgetting = undefined;
    const ids = this.#forgotten;
    this.#forgotten = [];
    // The records that take their place are written first.
    await this.#written;
    if (ids.length > 0) await this.store.forgetOutbox(ids);
  }
}
