/** Hashes of passwords wait in turns: many of one side never keep another side waiting. */
import { describe, expect, it } from 'vitest';
import { FairQueue, QueueFull } from '../src/util/fair-queue.js';

describe('hashes wait in turns', () => {
  /** Work that ends when it is let go. */
  function stage(limits = { atOnce: 1, waiting: 100, waitingOfLane: 50 }) {
    const queue = new FairQueue(limits);
    const begun: string[] = [];
    let go: () => void = () => undefined;
    const ask = (lane: string, isUrgent = false) =>
      queue.run(lane, isUrgent, () => {
        begun.push(lane);
        return new Promise<void>((resolve) => {
          go = resolve;
        });
      });
    const finish = async () => {
      go();
      await new Promise(setImmediate);
    };
    return { ask, begun, finish };
  }

  it('one of each side at a time: many of one keep the other waiting for one', async () => {
    const { ask, begun, finish } = stage();
    for (let count = 0; count < 20; count += 1) void ask('attacker');
    void ask('user');
    for (let count = 0; count < 3; count += 1) await finish();
    expect(begun).toEqual(['attacker', 'attacker', 'user', 'attacker']);
  });

  it('those of who has been here before first, and the others still have theirs', async () => {
    const { ask, begun, finish } = stage();
    for (let count = 0; count < 10; count += 1) void ask(`stranger ${count}`);
    for (let count = 0; count < 10; count += 1) void ask(`known ${count}`, true);
    for (let count = 0; count < 6; count += 1) await finish();
    expect(begun.filter((lane) => lane.startsWith('known')).length).toBe(4);
  });

  it('and what would wait too long is refused at once, of one side and of all', async () => {
    const { ask } = stage({ atOnce: 1, waiting: 5, waitingOfLane: 2 });
    void ask('first');
    for (let count = 0; count < 2; count += 1) void ask('attacker');
    await expect(ask('attacker')).rejects.toThrow(QueueFull);
    for (let count = 0; count < 3; count += 1) void ask(`another ${count}`);
    await expect(ask('one more')).rejects.toThrow(QueueFull);
    // Waiting strangers take no place of known ones.
    void ask('known', true);
  });

  it('a failure is the one’s whose work it was, and the next goes on', async () => {
    const queue = new FairQueue({ atOnce: 1, waiting: 5, waitingOfLane: 5 });
    const failing = queue.run('a', false, () => Promise.reject(new Error('failed')));
    const following = queue.run('b', false, async () => 'done');
    await expect(failing).rejects.toThrow('failed');
    expect(await following).toBe('done');
  });
});
