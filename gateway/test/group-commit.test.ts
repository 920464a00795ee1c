/** Lots of work that is committed together. */
import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../src/util/group-commit.js';

describe('a lot', () => {
  /** The lots in which these items are committed. The first letter of an item is its key, and its length its cost. */
  async function lotsOf(items: readonly string[], maxLot: number, maxCost: number): Promise<string[][]> {
    const lots: string[][] = [];
    const commits = new GroupCommit<string, true>(
      async (lot) => {
        lots.push([...lot]);
        return lot.map(() => true);
      },
      maxLot,
      { shares: { keyOf: (item) => item[0], costOf: (item) => item.length, maxCost } },
    );
    await Promise.all(items.map((item) => commits.add(item)));
    return lots;
  }

  it('has something of each when not all find room, and each one’s own in order', async () => {
    const lots = await lotsOf(['a1', 'a2', 'a3', 'a4', 'b1', 'c1'], 3, 1_000);
    expect(lots).toEqual([
      ['a1', 'b1', 'c1'],
      ['a2', 'a3', 'a4'],
    ]);
  });

  it('of one key with much to do is followed by a lot of the others', async () => {
    const lots = await lotsOf(['axxxxx1', 'axxxxx2', 'axxxxx3', 'b1', 'c1'], 100, 5);
    expect(lots).toEqual([['axxxxx1'], ['b1', 'c1'], ['axxxxx2'], ['axxxxx3']]);
  });

  it('is no dearer than it may be, but for a single item', async () => {
    const lots = await lotsOf(['axxxxxxxxx', 'b1', 'b2', 'b3'], 100, 6);
    expect(lots).toEqual([['axxxxxxxxx'], ['b1', 'b2', 'b3']]);
  });

  it('begins while the lot before is at its end, one ahead at most, and the ends keep their order', async () => {
    const steps: string[] = [];
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const commits = new GroupCommit<string, true>(async (items) => {
      steps.push(`begins ${items}`);
      return async () => {
        if (items[0] === 'a') await held;
        steps.push(`ends ${items}`);
        return items.map(() => true);
      };
    }, 1);
    const all = Promise.all(['a', 'b', 'c'].map((item) => commits.add(item)));
    await expect.poll(() => steps).toEqual(['begins a', 'begins b']);
    release();
    await all;
    const ends = steps.filter((step) => step.startsWith('ends'));
    expect(ends).toEqual(['ends a', 'ends b', 'ends c']);
    expect(steps.indexOf('begins c')).toBeGreaterThan(steps.indexOf('ends a'));
  });

  it('begins no sooner after the one before than the gap, unless it is full', async () => {
    const gapMs = 60;
    const begun: { atMs: number; items: string[] }[] = [];
    const commits = new GroupCommit<string, true>(
      async (lot) => {
        begun.push({ atMs: performance.now(), items: [...lot] });
        return lot.map(() => true);
      },
      2,
      { gapMs: () => gapMs },
    );
    await commits.add('a');
    await Promise.all(['b', 'c', 'd'].map((item) => commits.add(item)));
    expect(begun.map(({ items }) => items)).toEqual([['a'], ['b', 'c'], ['d']]);
    const [, full, last] = begun.map(({ atMs }) => atMs);
    // Timers of Node may be a millisecond early.
    expect((last ?? 0) - (full ?? 0)).toBeGreaterThan(gapMs - 2);
  });

  it('begins at once after a single item: the sender of one after the other never waits for a gap', async () => {
    const commits = new GroupCommit<string, true>(async (lot) => lot.map(() => true), 2, {
      gapMs: () => 60_000,
    });
    for (const item of ['a', 'b', 'c']) await commits.add(item);
  });

  it('whose end fails fails alone', async () => {
    const commits = new GroupCommit<string, true>(
      async (items) => async () => {
        if (items[0] === 'a') throw new Error('no end');
        return items.map(() => true);
      },
      1,
    );
    const [first, second] = await Promise.allSettled(['a', 'b'].map((item) => commits.add(item)));
    expect(first).toMatchObject({ status: 'rejected' });
    expect(second).toEqual({ status: 'fulfilled', value: true });
  });
});
