/** A node's place among the commits of all nodes, however hints come or fail to come. */
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { until } from '../../../test/kit/until.js';
import { Follower, type Source } from '../../src/delivery/follower.js';
import type { Committed } from '../../src/store/order.js';

const log = pino({ level: 'silent' });

/** A table of commits, some of which are this node's own. */
class Table implements Source<number> {
  readonly rows: number[] = [];
  readonly given: number[] = [];
  reads = 0;
  /** How many of the next reads fail. */
  failures = 0;
  /** Rows of one read. */
  page = 1_000;
  #last = 0;

  /** @param count ids that are taken; @param kept of which so many get a row, as a retry gets none */
  commit(count: number, kept = count): { committed: Committed; rows: number[] } {
    const prev = this.#last;
    // Between the ids of two commits lies time.
    const first = prev + 1 + (count % 3);
    const rows = Array.from({ length: kept }, (_, index) => first + index);
    this.#last = first + count - 1;
    this.rows.push(...rows);
    return { committed: { prev, last: this.#last }, rows };
  }

  highest(): Promise<number> {
    return Promise.resolve(this.rows.at(-1) ?? 0);
  }

  async read(after: number, upTo: number) {
    this.reads += 1;
    if (this.failures > 0) {
      this.failures -= 1;
      throw new Error('the database is away');
    }
    const all = this.rows.filter((id) => id > after && id <= upTo);
    const rows = all.slice(0, this.page);
    return { rows, upTo: all.length > this.page ? (rows.at(-1) ?? upTo) : upTo };
  }

  idOf(row: number): number {
    return row;
  }

  async deliver(rows: readonly number[]): Promise<void> {
    await Promise.resolve();
    this.given.push(...rows);
  }
}

const EVERYBODY = { uids: new Set([1]), gids: new Set<number>() };
const NOBODY = { uids: new Set<number>(), gids: new Set<number>() };

async function begin(): Promise<{ table: Table; follower: Follower<number> }> {
  const table = new Table();
  const follower = new Follower(table, table, log);
  await follower.start();
  return { table, follower };
}

const allGiven = (table: Table) =>
  until('everything to be handed on', () => table.given.length >= table.rows.length);

describe('a follower', () => {
  it('hands on its own commits without reading them', async () => {
    const { table, follower } = await begin();
    for (let round = 0; round < 5; round += 1) {
      const { committed, rows } = table.commit(3);
      follower.committed(committed, rows);
    }
    await allGiven(table);
    expect(table.given).toEqual(table.rows);
    expect(table.reads).toBe(0);
  });

  it('reads nothing of commits that concern nobody here', async () => {
    const { table, follower } = await begin();
    const { committed } = table.commit(2);
    follower.hinted(committed, NOBODY);
    await until('its place', () => follower.position === committed.last);
    expect(table.reads).toBe(0);
  });

  it('hands on what lies before its own commit first, though no hint of it has come', async () => {
    const { table, follower } = await begin();
    table.commit(2);
    const own = table.commit(2);
    follower.committed(own.committed, own.rows);
    await allGiven(table);
    expect(table.given).toEqual(table.rows);
  });

  it('reads nothing when the note of the next commit is faster than its own', async () => {
    const { table, follower } = await begin();
    const own = table.commit(2);
    follower.hinted(table.commit(2).committed, NOBODY);
    await new Promise((resolve) => setImmediate(resolve));
    follower.committed(own.committed, own.rows);
    await until('its own rows', () => table.given.length === own.rows.length);
    expect(table.given).toEqual(own.rows);
    expect(table.reads).toBe(0);
  });

  it('finds by a sweep what no hint has said, and hands on nothing twice', async () => {
    const { table, follower } = await begin();
    const lost = table.commit(4, 2);
    await follower.sweep();
    await allGiven(table);
    follower.hinted(lost.committed, EVERYBODY);
    follower.committed(lost.committed, lost.rows);
    await until('its place', () => follower.position === lost.committed.last);
    expect(table.given).toEqual(table.rows);
  });

  it('reads on after the database was away', async () => {
    const { table, follower } = await begin();
    table.failures = 2;
    follower.hinted(table.commit(3).committed, EVERYBODY);
    follower.hinted(table.commit(3).committed, EVERYBODY);
    await allGiven(table);
    expect(table.given).toEqual(table.rows);
  });

  it('hands on each row once and in order: 200 random walks of lost, late and doubled hints', async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = randomOf(seed);
      const { table, follower } = await begin();
      table.page = 1 + random(5);
      const late: (() => void)[] = [];
      for (let step = 0; step < 30; step += 1) {
        const count = 1 + random(4);
        const { committed, rows } = table.commit(count, Math.min(count, 1 + random(4)));
        const kind = random(5);
        if (kind === 0) follower.committed(committed, rows);
        else if (kind === 1) late.push(() => follower.committed(committed, rows));
        else if (kind === 2) follower.hinted(committed, EVERYBODY);
        else if (kind === 3) {
          for (let times = 0; times < 2; times += 1) late.push(() => follower.hinted(committed, EVERYBODY));
        }
        if (random(6) === 0) await follower.sweep();
        if (random(4) === 0) late.splice(random(late.length + 1), 1)[0]?.();
      }
      for (const hint of late.reverse()) hint();
      await follower.sweep();
      await allGiven(table);
      expect(table.given, `seed ${seed}`).toEqual(table.rows);
    }
  });
});

/** @returns a random number below a limit, the same ones for the same seed */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
