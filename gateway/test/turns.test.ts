/** The order of service, and the slices of work that arrives at once. */
import { describe, expect, it } from 'vitest';
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
});
