/** Reads of what a cache lacks: few queries for many names, and each name asked for before its query begins. */
import { describe, expect, it } from 'vitest';
import { readTogether } from '../src/store/read-together.js';

describe('reads of many names', () => {
  it('take few queries, and each gets its own answer', async () => {
    const queries: (readonly number[])[] = [];
    const read = readTogether(async (names: readonly number[]) => {
      queries.push(names);
      await new Promise((resolve) => setImmediate(resolve));
      return names.map((name) => (name % 2 === 0 ? name * 10 : undefined));
    });
    const names = Array.from({ length: 400 }, (_, index) => index);
    const answers = await Promise.all(names.map(read));
    expect(answers).toEqual(names.map((name) => (name % 2 === 0 ? name * 10 : undefined)));
    expect(queries.flat()).toEqual(names);
    expect(queries.length).toBeLessThanOrEqual(5);
  });

  it('never join a query that has begun, since its view may be older', async () => {
    const ends: (() => void)[] = [];
    const read = readTogether((names: readonly string[]) => {
      const number = ends.length + 1;
      return new Promise<number[]>((resolve) => {
        ends.push(() => resolve(names.map(() => number)));
      });
    });
    const both = [read('a'), read('a')];
    for (const end of ends) end();
    expect(await Promise.all(both)).toEqual([1, 2]);
  });

  it('fail with their query, and the next ones are read', async () => {
    let isAway = true;
    const read = readTogether(async (names: readonly string[]) => {
      if (isAway) throw new Error('the database is away');
      return names;
    });
    const outcomes = await Promise.allSettled(['a', 'b'].map(read));
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    expect(await read('c')).toBe('c');
  });

  it('go on beside a query that hangs', async () => {
    const read = readTogether((names: readonly string[]) =>
      names.includes('hangs') ? new Promise<never>(() => {}) : Promise.resolve(names),
    );
    void read('hangs');
    expect(await read('other')).toBe('other');
  });
});
