/** The part of the database in memory: read once, and never older than the last change. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadCache } from '../src/store/read-cache.js';

interface Row {
  version: number;
}

/** A table whose reads see it as it was when they began, and end when the test says so. */
class Table {
  readonly rows = new Map<number, Row>();
  readonly reads: { key: number; end(): void; fail(): void }[] = [];

  readonly read = (key: number): Promise<Row | undefined> => {
    const seen = this.rows.get(key);
    return new Promise((resolve, reject) => {
      this.reads.push({
        key,
        end: () => resolve(seen),
        fail: () => reject(new Error('the database is away')),
      });
    });
  };

  endAll(): void {
    for (const { end } of this.reads.splice(0)) end();
  }
}

function cached(max = 10): {
  table: Table;
  cache: ReadCache<number, Row>;
  get(key: number): Promise<unknown>;
} {
  const table = new Table();
  table.rows.set(1, { version: 1 });
  table.rows.set(2, { version: 2 });
  const cache = new ReadCache<number, Row>({ max, ttl: 0 }, table.read);
  const get = (key: number) => {
    const value = cache.get(key);
    table.endAll();
    return value;
  };
  return { table, cache, get };
}

describe('a cache of the database', () => {
  it('reads a value once', async () => {
    const { table, cache, get } = cached();
    await get(1);
    expect(await cache.get(1)).toEqual({ version: 1 });
    expect(table.reads).toEqual([]);
  });

  it('asks again for what the database did not have', async () => {
    const { table, get } = cached();
    expect(await get(3)).toBeUndefined();
    table.rows.set(3, { version: 3 });
    expect(await get(3)).toEqual({ version: 3 });
  });

  it('reads again what is forgotten, and nothing else', async () => {
    const { table, cache, get } = cached();
    await get(1);
    await get(2);
    cache.forget(1);
    void cache.get(1);
    void cache.get(2);
    expect(table.reads.map(({ key }) => key)).toEqual([1]);
  });

  it('reads everything again when all is forgotten', async () => {
    const { table, cache, get } = cached();
    await get(1);
    await get(2);
    cache.forgetAll();
    void cache.get(1);
    void cache.get(2);
    expect(table.reads.map(({ key }) => key)).toEqual([1, 2]);
  });

  it('keeps what was committed, though an older read ends after it', async () => {
    const { table, cache } = cached();
    const older = cache.get(1);
    cache.keep(1, { version: 9 });
    table.endAll();
    expect(await older).toEqual({ version: 1 });
    expect(await cache.get(1)).toEqual({ version: 9 });
  });

  it.each(['forget', 'forgetAll'] as const)('keeps no value whose read ran at a %s', async (change) => {
    const { table, cache } = cached();
    const older = cache.get(1);
    table.rows.set(1, { version: 9 });
    cache[change](1);
    table.endAll();
    await older;
    const newer = cache.get(1);
    table.endAll();
    expect(await newer).toEqual({ version: 9 });
  });

  it('keeps nothing of a read that failed, and reads again', async () => {
    const { table, cache, get } = cached();
    const failing = cache.get(1);
    for (const { fail } of table.reads.splice(0)) fail();
    await expect(failing).rejects.toThrow('away');
    expect(await get(1)).toEqual({ version: 1 });
  });

  it('keeps as many values as its limit says', async () => {
    const { table, cache, get } = cached(1);
    await get(1);
    await get(2);
    void cache.get(1);
    expect(table.reads.map(({ key }) => key)).toEqual([1]);
  });

  it('never answers with a value from before a change that ended before the question', async () => {
    const step = fc.record({
      kind: fc.constantFrom('get', 'end', 'forget', 'forgetAll', 'keep'),
      key: fc.integer({ min: 1, max: 3 }),
      place: fc.nat(5),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { table, cache } = cached();
        const answers: { atLeast: number; value: Promise<Row | undefined> }[] = [];
        const versionOf = (key: number) => table.rows.get(key)?.version ?? 0;
        for (const [index, { kind, key, place }] of steps.entries()) {
          if (kind === 'get') answers.push({ atLeast: versionOf(key), value: cache.get(key) });
          else if (kind === 'end') table.reads.splice(place, 1)[0]?.end();
          else {
            const row = { version: 10 + index };
            table.rows.set(key, row);
            if (kind === 'keep') cache.keep(key, row);
            else cache[kind](key);
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
        table.endAll();
        for (const { atLeast, value } of answers) {
          expect((await value)?.version ?? 0).toBeGreaterThanOrEqual(atLeast);
        }
      }),
    );
  });
});
