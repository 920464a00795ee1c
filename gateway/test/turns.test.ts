/** The order of service, and the slices of work that arrives at once. */
import { describe, expect, it } from 'vitest';
import { GroupCommit } from '../src/util/group-commit.js';
import { TokenBucket, TokenBuckets } from '../src/util/token-bucket.js';
import { LoopTurn, noUsage, Slices, Turns } from '../src/util/turns.js';

/** Work that the test ends. */
function held(): { work: () => Promise<void>; end: () => void } {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { work: () => ended, end };
}

describe('turns', () => {
  it('go to whoever has taken the least of late', async () => {
    let nowMs = 0;
    const turns = new Turns(1, () => nowMs);
    const heavy = noUsage();
    const light = noUsage();
    await turns.run(heavy, async () => {
      nowMs += 1_000;
    });
    const first = held();
    const done: string[] = [];
    const running = turns.run(noUsage(), first.work);
    const all = [
      turns.run(heavy, async () => void done.push('heavy')),
      turns.run(heavy, async () => void done.push('heavy')),
      turns.run(light, async () => void done.push('light')),
    ];
    first.end();
    await Promise.all([running, ...all]);
    expect(done).toEqual(['light', 'heavy', 'heavy']);
  });

  it('come to everybody in the end', async () => {
    let nowMs = 0;
    const turns = new Turns(1, () => nowMs);
    const heavy = noUsage();
    await turns.run(heavy, async () => {
      nowMs += 10_000;
    });
    const first = held();
    const done: string[] = [];
    const running = turns.run(noUsage(), first.work);
    const all = [turns.run(heavy, async () => void done.push('heavy'))];
    for (let count = 0; count < 50; count += 1) {
      all.push(turns.run(noUsage(), async () => void done.push('light')));
    }
    first.end();
    await Promise.all([running, ...all]);
    expect(done.indexOf('heavy')).toBeLessThan(20);
  });

  it('go to others while one waits for something else', async () => {
    const turns = new Turns(1);
    const outside = held();
    const done: string[] = [];
    const waiting = turns.run(noUsage(), async (turn) => {
      await turn.aside(outside.work);
      done.push('waited');
    });
    await turns.run(noUsage(), async () => void done.push('other'));
    outside.end();
    await waiting;
    expect(done).toEqual(['other', 'waited']);
    expect(await turns.run(noUsage(), async () => 'free again')).toBe('free again');
  });

  it('are so many at a time, also when work fails', async () => {
    const turns = new Turns(2);
    const one = held();
    const two = held();
    const open = [turns.run(noUsage(), one.work), turns.run(noUsage(), two.work)];
    let isDone = false;
    const failing = turns.run(noUsage(), async () => {
      isDone = true;
      throw new Error('no');
    });
    await Promise.resolve();
    expect(isDone).toBe(false);
    one.end();
    await expect(failing).rejects.toThrow('no');
    two.end();
    await Promise.all(open);
    expect(await turns.run(noUsage(), async () => 'goes on')).toBe('goes on');
  });
});

describe('turns with keys', () => {
  it('are never taken at the same time by two with a key in common, and at once by others', async () => {
    const turns = new Turns(4);
    const [one, two] = [held(), held()];
    const done: string[] = [];
    const first = turns.run(noUsage(), one.work, ['a', 'b']).then(() => done.push('a and b'));
    const second = turns.run(noUsage(), async () => void done.push('b'), ['b']);
    const third = turns.run(noUsage(), two.work, ['c']).then(() => done.push('c'));
    await turns.run(noUsage(), async () => void done.push('d'), ['d']);
    two.end();
    await third;
    expect(done).toEqual(['d', 'c']);
    one.end();
    await Promise.all([first, second]);
    expect(done).toEqual(['d', 'c', 'a and b', 'b']);
  });

  it('are not overtaken by others that want one of their keys', async () => {
    const turns = new Turns(4);
    const outer = held();
    const done: string[] = [];
    const running = turns.run(noUsage(), outer.work, ['a']);
    const both = turns.run(noUsage(), async () => void done.push('a and b'), ['a', 'b']);
    const late = turns.run(noUsage(), async () => void done.push('b'), ['b']);
    await turns.run(noUsage(), async () => void done.push('c'), ['c']);
    outer.end();
    await Promise.all([running, both, late]);
    expect(done).toEqual(['c', 'a and b', 'b']);
  });
});

describe('a turn of the event loop', () => {
  it('ends after a slice of work, and the network and timers come first', async () => {
    let nowMs = 0;
    const turn = new LoopTurn(() => nowMs);
    const done: string[] = [];
    setImmediate(() => done.push('network'));
    for (const piece of ['1', '2', '3']) {
      await turn.breathe();
      done.push(piece);
      nowMs += 3;
    }
    expect(done).toEqual(['1', '2', 'network', '3']);
  });
});

describe('work that breathes', () => {
  it('goes on after each turn, whatever else uses up the time', async () => {
    let nowMs = 0;
    const turn = new LoopTurn(() => nowMs);
    let isDone = false;
    let pieces = 0;
    const busy = (async () => {
      while (!isDone) {
        await turn.breathe();
        pieces += 1;
        nowMs += 10;
      }
    })();
    for (let piece = 0; piece < 20; piece += 1) await turn.breathe();
    isDone = true;
    await busy;
    // Two at most for each of the others.
    expect(pieces).toBeLessThanOrEqual(2 * 20 + 1);
  });
});

describe('slices', () => {
  it('take up at once what comes alone, and in turn what comes beyond a slice', async () => {
    let nowMs = 0;
    const slices = new Slices<string>(() => nowMs);
    const done: string[] = [];
    const add = (key: string, name: string): void =>
      slices.add(key, () => {
        done.push(name);
        nowMs += 3;
      });
    for (const name of ['a1', 'a2', 'a3', 'a4']) add('a', name);
    add('b', 'b1');
    expect(done).toEqual(['a1', 'a2']);
    while (done.length < 5) await new Promise(setImmediate);
    expect(done).toEqual(['a1', 'a2', 'a3', 'b1', 'a4']);
  });

  it('forget who has gone', async () => {
    let nowMs = 0;
    const slices = new Slices<string>(() => nowMs);
    const done: string[] = [];
    for (let count = 0; count < 5; count += 1) {
      slices.add('a', () => {
        done.push('a');
        nowMs += 5;
      });
    }
    slices.add('b', () => done.push('b'));
    slices.forget('a');
    while (!done.includes('b')) await new Promise(setImmediate);
    expect(done).toEqual(['a', 'b']);
  });
});

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
      { keyOf: (item) => item[0], costOf: (item) => item.length, maxCost },
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
      undefined,
      () => gapMs,
    );
    await commits.add('a');
    await Promise.all(['b', 'c', 'd'].map((item) => commits.add(item)));
    expect(begun.map(({ items }) => items)).toEqual([['a'], ['b', 'c'], ['d']]);
    const [, full, last] = begun.map(({ atMs }) => atMs);
    // Timers of Node may be a millisecond early.
    expect((last ?? 0) - (full ?? 0)).toBeGreaterThan(gapMs - 2);
  });

  it('begins at once after a single item: the sender of one after the other never waits for a gap', async () => {
    const commits = new GroupCommit<string, true>(
      async (lot) => lot.map(() => true),
      2,
      undefined,
      () => 60_000,
    );
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

describe('a bucket', () => {
  it('grants what is dearer than it can ever hold when it is full, and then owes', () => {
    let nowMs = 0;
    const bucket = new TokenBucket(5, 1, () => nowMs);
    expect(bucket.take(20)).toBe(true);
    expect(bucket.take()).toBe(false);
    nowMs += 16_000;
    expect(bucket.take()).toBe(true);
  });

  it('is forgotten when too many others were asked for since', () => {
    const buckets = new TokenBuckets(() => new TokenBucket(1, 0, () => 0));
    expect(buckets.of('first').take()).toBe(true);
    expect(buckets.of('first').take()).toBe(false);
    for (let count = 0; count < 50_000; count += 1) buckets.of(`${count}`);
    expect(buckets.of('first').take()).toBe(true);
  });
});
