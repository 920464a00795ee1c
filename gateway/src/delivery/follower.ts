/**
 * A node's place in an order of commits: all up to it has been handed to the sessions here. Commits of this node bring their rows along. Of the others
 * a hint says where they lie and whom they concern. Hints may be lost, late or doubled: each names the id that it follows, so a gap is seen, and
 * is read from the database. Rows are handed on in the order of ids, and each once.
 */
import type { Logger } from 'pino';
import type { Committed, SharedOrder } from '../store/order.js';

/** The accounts and groups here that hints name; undefined for all that are here. */
export interface Concerned {
  uids: Set<number>;
  gids: Set<number>;
}

export interface Source<R> {
  /** The rows in between that concern sessions here, in the order of ids; perhaps not up to the end. */
  read(after: number, upTo: number, concerned: Concerned | undefined): Promise<{ rows: R[]; upTo: number }>;
  idOf(row: R): number;
  deliver(rows: readonly R[]): Promise<void>;
}

interface Due<R> extends Committed {
  /** Of this node's own commit. */
  rows?: readonly R[];
  concerned?: Concerned;
}

interface Step<R> {
  upTo: number;
  rows?: readonly R[];
  /** 'all' for a gap, which may concern anybody. */
  read: 'all' | 'none' | Concerned;
}

const RETRY_MS = 500;
/** From one look at other nodes' commits to the next: under load one query then serves several commits. */
const READ_GAP_MS = 10;
/**
 * Before a gap is read. Mostly it is a commit of this node, whose answer is on its way from the database. A node that commits next can be faster with
 * its note.
 */
const PATIENCE_MS = 10;

export class Follower<R> {
  #position = 0;
  #due: Due<R>[] = [];
  #isBusy = false;
  #readAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(
    private readonly order: Pick<SharedOrder, 'highest'>,
    private readonly source: Source<R>,
    private readonly log: Logger,
  ) {}

  /** Begins at what is committed now: nobody is here yet. */
  async start(): Promise<void> {
    this.#position = await this.order.highest();
  }

  get position(): number {
    return this.#position;
  }

  /** How many commits wait to be handed on. */
  get waiting(): number {
    return this.#due.length;
  }

  committed(committed: Committed, rows: readonly R[]): void {
    this.#add({ ...committed, rows });
  }

  /** @param concerned those of the accounts and groups that are here */
  hinted(committed: Committed, concerned: Concerned): void {
    this.#add({ ...committed, concerned });
  }

  /** Finds what no hint has said. */
  async sweep(): Promise<void> {
    const highest = await this.order.highest();
    this.#add({ prev: highest, last: highest });
  }

  close(): void {
    this.#isClosed = true;
    this.#due = [];
  }

  #add(due: Due<R>): void {
    if (due.last <= this.#position || this.#isClosed) return;
    this.#due.push(due);
    if (!this.#isBusy) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isBusy = true;
    while (this.#due.length > 0) {
      if (this.#due.some(({ rows }) => !rows)) await this.#readGap();
      if (this.#hasGap()) await new Promise((resolve) => setTimeout(resolve, PATIENCE_MS));
      const taken = this.#due.splice(0);
      try {
        for (const step of this.#plan(taken)) await this.#take(step);
      } catch (error) {
        if (this.#isClosed) break;
        this.log.warn({ err: error }, 'what other nodes have stored could not be read: tried again');
        this.#due.unshift(...taken);
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    this.#isBusy = false;
  }

  /** Something lies between what was handed on and what is due. */
  #hasGap(): boolean {
    let end = this.#position;
    return this.#due
      .toSorted((one, other) => one.last - other.last)
      .some(({ prev, last }) => {
        const isBeyond = prev > end;
        end = Math.max(end, last);
        return isBeyond;
      });
  }

  async #readGap(): Promise<void> {
    const leftMs = this.#readAt + READ_GAP_MS - performance.now();
    if (leftMs > 0) await new Promise((resolve) => setTimeout(resolve, leftMs));
  }

  /** Neighbouring commits of other nodes are read in one query. */
  #plan(taken: Due<R>[]): Step<R>[] {
    const steps: Step<R>[] = [];
    let end = this.#position;
    const add = (step: Step<R>): void => {
      const last = steps.at(-1);
      if (last && !last.rows && !step.rows) {
        last.upTo = step.upTo;
        last.read = both(last.read, step.read);
      } else steps.push(step);
      end = step.upTo;
    };
    for (const { prev, last, rows, concerned } of taken.sort((one, other) => one.last - other.last)) {
      if (last <= end) continue;
      if (prev > end) add({ upTo: prev, read: 'all' });
      if (last > end) add({ upTo: last, read: concernedOf(concerned), ...(rows && { rows }) });
    }
    return steps;
  }

  async #take({ upTo, rows, read }: Step<R>): Promise<void> {
    if (rows) {
      // A sweep may have found them already.
      const due = rows.filter((row) => this.source.idOf(row) > this.#position);
      if (due.length > 0) await this.source.deliver(due);
      this.#position = upTo;
      return;
    }
    if (read !== 'none') this.#readAt = performance.now();
    while (read !== 'none' && this.#position < upTo && !this.#isClosed) {
      const piece = await this.source.read(this.#position, upTo, read === 'all' ? undefined : read);
      if (piece.rows.length > 0) await this.source.deliver(piece.rows);
      this.#position = piece.upTo;
    }
    this.#position = Math.max(this.#position, upTo);
  }
}

const concernedOf = (concerned: Concerned | undefined): 'none' | Concerned =>
  concerned && concerned.uids.size + concerned.gids.size > 0 ? concerned : 'none';

function both<R>(one: Step<R>['read'], other: Step<R>['read']): Step<R>['read'] {
  if (one === 'none') return other;
  if (other === 'none') return one;
  if (one === 'all' || other === 'all') return 'all';
  return {
    uids: new Set([...one.uids, ...other.uids]),
    gids: new Set([...one.gids, ...other.gids]),
  };
}
