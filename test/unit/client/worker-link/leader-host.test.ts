/** Tabs that lead one another: whoever comes, goes, crashes, hides or freezes, there is one worker, and every tab finds it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LATE } from '../../../../src/client/worker-link/handshake.js';
import { serveTabs } from '../../../../src/worker/platform/listen.js';
import { LedTabs, pass } from '../../fakes/led-tabs.js';
import { FakeRandom } from '../../fakes/random.js';

const HIDDEN_MS = 5_000;
const ANSWER_MS = 2_000;
const START_MS = 5_000;

let tabs: LedTabs;
beforeEach(() => {
  tabs = new LedTabs();
});
afterEach(() => tabs.close());

test('the first tab leads, and all find its worker', async () => {
  const [first] = [tabs.open('a'), tabs.open('b'), tabs.open('c')];
  await pass(0);
  expect(first?.leads).toBe(true);
  expect(tabs.workers).toHaveLength(1);
  expect(tabs.all.map(({ by }) => by)).toEqual([tabs.workers[0], tabs.workers[0], tabs.workers[0]]);
});

test.each(['leave', 'crash'] as const)('the next one leads when it goes (%s)', async (how) => {
  const [first, second, third] = [tabs.open('a'), tabs.open('b'), tabs.open('c')];
  await pass(0);
  first?.[how]();
  await pass(0);
  expect(second?.leads).toBe(true);
  expect(tabs.alive()).toHaveLength(1);
  expect([second?.by, third?.by]).toEqual([tabs.workers[1], tabs.workers[1]]);
});

test('a worker that comes up beside the one that serves a tab is reported as silence, after which a link tries this host again', async () => {
  const tab = tabs.open('a');
  await pass(0);
  tabs.broadcasts.as('elsewhere', () => serveTabs(tabs.leadership, () => undefined)());
  await pass(0);
  expect(tab.errors).toEqual([LATE]);
});

test('nothing is left of the last one', async () => {
  const tab = tabs.open('a');
  await pass(0);
  tab.leave();
  await pass(0);
  expect(tabs.alive()).toEqual([]);
  expect([...tabs.locks.held, ...tabs.locks.awaited]).toEqual([]);
  expect(tabs.broadcasts.open).toBe(0);
  expect(tab.page.listeners).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('a worker that does not come up is reported in time, and nobody waits for it', async () => {
  const tab = tabs.open('a', { starts: false });
  await pass(START_MS);
  expect(tab.errors).toHaveLength(1);
  tab.leave();
  expect(tabs.alive()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a hidden tab that can make no worker reports it once, and keeps trying in no loop', async () => {
  const tab = tabs.open('a', { visible: false, failures: 50 });
  await pass(0);
  expect(tab.errors).toEqual(['TypeError: blocked']);
  expect(tab.made).toBe(1);
  tab.leave();
  await pass(0);
  expect([...tabs.locks.held, ...tabs.locks.awaited]).toEqual([]);
});

describe('a leading tab that nobody sees', () => {
  test('gives way after a while to one that is seen, past those that are not', async () => {
    const [first, second, third] = [tabs.open('a'), tabs.open('b', { visible: false }), tabs.open('c')];
    await pass(0);
    first?.show(false);
    await pass(HIDDEN_MS - 1);
    expect(first?.leads).toBe(true);
    await pass(1);
    expect(third?.leads).toBe(true);
    expect(tabs.alive()).toHaveLength(1);
    expect(tabs.all.map(({ by }) => by)).toEqual([
      tabs.workers.at(-1),
      tabs.workers.at(-1),
      tabs.workers.at(-1),
    ]);
    expect(second?.leads).toBe(false);
  });

  test('gives way at once to one that is seen later', async () => {
    const [first, second] = [tabs.open('a'), tabs.open('b', { visible: false })];
    await pass(0);
    first?.show(false);
    await pass(HIDDEN_MS * 2);
    expect(first?.leads).toBe(true);
    second?.show(true);
    await pass(0);
    expect(second?.leads).toBe(true);
  });

  test('keeps the lead when it is seen again in time', async () => {
    const [first] = [tabs.open('a'), tabs.open('b')];
    await pass(0);
    first?.show(false);
    await pass(HIDDEN_MS - 1);
    first?.show(true);
    await pass(HIDDEN_MS * 2);
    expect(first?.leads).toBe(true);
    expect(tabs.workers).toHaveLength(1);
  });
});

test('a leading tab that is frozen loses the lead to whoever asks, and follows when it wakes up', async () => {
  const [first, second] = [tabs.open('a'), tabs.open('b')];
  await pass(0);
  first?.freeze();
  second?.connect();
  await pass(ANSWER_MS);
  expect(second?.leads).toBe(true);
  expect(second?.by).toBe(tabs.workers[1]);
  tabs.broadcasts.thaw('a');
  await pass(ANSWER_MS);
  expect(tabs.alive()).toEqual([tabs.workers[1]]);
  expect(first?.by).toBe(tabs.workers[1]);
});

describe('a leading tab that announces that it will be frozen, and hears the others in that state', () => {
  test.each([true, false])('gives way at once (to a visible tab: %s)', async (visible) => {
    const [first, second] = [tabs.open('a'), tabs.open('b', { visible })];
    await pass(0);
    first?.suspend();
    await pass(0);
    expect(second?.leads).toBe(true);
    expect(tabs.alive()).toHaveLength(1);
    expect([first?.by, second?.by]).toEqual([tabs.workers.at(-1), tabs.workers.at(-1)]);
  });

  test('does not lead again before it is seen', async () => {
    const [first, second] = [tabs.open('a'), tabs.open('b')];
    await pass(0);
    first?.suspend();
    await pass(0);
    second?.leave();
    await pass(0);
    expect(tabs.alive()).toEqual([]);
    first?.show(true);
    await pass(0);
    expect(first?.leads).toBe(true);
  });

  test('gives way to one that comes later', async () => {
    const first = tabs.open('a');
    await pass(0);
    first.suspend();
    await pass(ANSWER_MS);
    expect(first.leads).toBe(true);
    const second = tabs.open('b', { visible: false });
    await pass(0);
    expect(second.leads).toBe(true);
  });
});

test('a worker that does not answer any more is replaced by its tab when somebody asks for it', async () => {
  const [first, second] = [tabs.open('a'), tabs.open('b')];
  await pass(0);
  tabs.workers[0]?.wedge();
  second?.connect();
  await pass(ANSWER_MS);
  expect(first?.leads).toBe(true);
  expect(tabs.alive()).toEqual([tabs.workers[1]]);
  expect(tabs.all.map(({ by }) => by)).toEqual([tabs.workers[1], tabs.workers[1]]);
});

test('a waiting tab asks each worker once, however often the worker gives a sign of life', async () => {
  tabs.open('a', { starts: false });
  const { Channel } = tabs.broadcasts;
  const worker = new (Channel as unknown as typeof BroadcastChannel)(tabs.leadership);
  const asked: unknown[] = [];
  worker.onmessage = ({ data }) => typeof data === 'object' && asked.push(data);
  for (const up of ['first', 'first', 'second', 'second']) worker.postMessage({ up });
  await pass(0);
  expect(asked).toHaveLength(2);
});

describe('under random faults', () => {
  test.each(Array.from({ length: 25 }, (_, seed) => seed + 1))(
    'there is one worker, and every tab finds it (seed %i)',
    async (seed) => {
      const random = new FakeRandom(seed);
      let names = 0;
      for (let step = 0; step < 120; step += 1) {
        const tab = random.pick(tabs.present());
        const roll = random.below(100);
        if (!tab || (roll < 15 && tabs.present().length < 5)) {
          names += 1;
          tabs.open(`tab ${names}`, { visible: random.chance(0.6) });
        } else if (roll < 25) tab.leave();
        else if (roll < 32) tab.crash();
        else if (roll < 55) tab.show(random.chance(0.5));
        else if (roll < 60) tabs.alive()[0]?.terminate();
        else if (roll < 64) tabs.alive()[0]?.wedge();
        else if (roll < 68) tab.connect();
        await pass(random.chance(0.3) ? random.below(7_000) : random.below(3));
        expect(tabs.peak, `step ${step}`).toBeLessThanOrEqual(1);
      }
      for (const tab of tabs.present()) if (tab.by?.wedged) tab.connect();
      await pass(START_MS + ANSWER_MS + HIDDEN_MS * 2);
      const [worker, ...others] = tabs.alive();
      expect(others).toEqual([]);
      for (const tab of tabs.present()) expect(tab.by, tab.name).toBe(worker);
      const leading = tabs.present().find(({ leads }) => leads);
      if (tabs.present().some(({ page }) => page.isVisible)) expect(leading?.page.isVisible).toBe(true);
    },
  );
});
