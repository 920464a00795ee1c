/** The tab that acts for an account: a Web Lock makes the worker's choice exclusive. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ActiveTab } from '../../../../src/client/worker-link/active-tab.js';
import { FakePage } from '../../fakes/host.js';
import { FakeLocks } from '../../fakes/locks.js';

const STEAL_MS = 2_000;
const LOSS_MS = 100;

let locks: FakeLocks;
beforeEach(() => {
  vi.useFakeTimers();
  locks = new FakeLocks();
});
afterEach(() => {
  vi.useRealTimers();
});

function open(name: string, given: FakeLocks | null = locks) {
  const page = new FakePage(given, name);
  const received: boolean[] = [];
  const tab = new ActiveTab(page, (active) => received.push(active));
  return { page, tab, received };
}
const turn = () => vi.advanceTimersByTimeAsync(0);

test('two tabs that two workers have chosen are not active at once', async () => {
  const [one, two] = [open('one'), open('two')];
  one.tab.choose('alice');
  two.tab.choose('alice');
  await turn();
  expect([one.tab.isActive, two.tab.isActive]).toEqual([true, false]);
  one.tab.choose(null);
  await turn();
  expect([one.tab.isActive, two.tab.isActive]).toEqual([false, true]);
  expect([one.received, two.received]).toEqual([[true, false], [true]]);
});

test('a page that is frozen or leaves passes it on, and gets it again only from the worker', async () => {
  const [one, two] = [open('one'), open('two')];
  for (const event of ['freeze', 'hide'] as const) {
    one.tab.choose('alice');
    await turn();
    expect(one.tab.isActive).toBe(true);
    one.page.fire(event);
    two.tab.choose('alice');
    await turn();
    expect([one.tab.isActive, two.tab.isActive]).toEqual([false, true]);
    one.page.fire(event === 'freeze' ? 'view' : 'show');
    await turn();
    expect(one.tab.isActive).toBe(false);
    two.tab.choose(null);
    await turn();
    expect(one.tab.isActive).toBe(true);
  }
});

test('a tab that does not give it up loses it after two seconds, and knows', async () => {
  const [one, two] = [open('one'), open('two')];
  one.tab.choose('alice');
  await turn();
  two.tab.choose('alice');
  await vi.advanceTimersByTimeAsync(STEAL_MS + LOSS_MS);
  expect([one.tab.isActive, two.tab.isActive]).toEqual([false, true]);
  one.tab.choose(null);
  one.tab.choose('alice');
  await vi.advanceTimersByTimeAsync(STEAL_MS + LOSS_MS);
  expect([one.tab.isActive, two.tab.isActive]).toEqual([true, false]);
});

test('a tab that learns late of its loss is not active together with the one that took the lock', async () => {
  const clock = {
    after(ms: number, fn: () => void) {
      const timer = setTimeout(fn, ms);
      return () => clearTimeout(timer);
    },
  };
  const late = new FakeLocks(undefined, { clock, random: { below: (max) => max - 1 } });
  late.lossLateMs = LOSS_MS - 1;
  const [one, two] = [open('one', late), open('two', late)];
  one.tab.choose('alice');
  two.tab.choose('alice');
  const seen = new Set<string>();
  for (let ms = 0; ms < STEAL_MS + 2 * LOSS_MS; ms += 1) {
    await vi.advanceTimersByTimeAsync(1);
    seen.add(`${one.tab.isActive} ${two.tab.isActive}`);
  }
  expect([...seen]).toEqual(['true false', 'false false', 'false true']);
});

test('a tab that takes the lock and is closed before it acts never acts', async () => {
  const [one, two] = [open('one'), open('two')];
  one.tab.choose('alice');
  two.tab.choose('alice');
  await vi.advanceTimersByTimeAsync(STEAL_MS);
  two.tab.close();
  await vi.advanceTimersByTimeAsync(LOSS_MS);
  expect([one.tab.isActive, two.received]).toEqual([true, []]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a tab that was robbed of it acts again as soon as the thief gives it up', async () => {
  const [one, two] = [open('one'), open('two')];
  one.tab.choose('alice');
  two.tab.choose('alice');
  await vi.advanceTimersByTimeAsync(STEAL_MS + LOSS_MS);
  expect([one.tab.isActive, two.tab.isActive]).toEqual([false, true]);
  // It waits for the worker's word, however long that takes.
  await vi.advanceTimersByTimeAsync(10 * STEAL_MS);
  expect([one.tab.isActive, two.tab.isActive]).toEqual([false, true]);
  two.tab.choose(null);
  await turn();
  expect([one.tab.isActive, two.tab.isActive]).toEqual([true, false]);
});

test('the worker decides alone where there are no locks, or none are allowed', async () => {
  const none = open('none', null);
  none.tab.choose('alice');
  expect(none.tab.isActive).toBe(true);
  const refused = open('refused');
  Object.assign(refused.page, { locks: { request: () => Promise.reject(new Error('not here')) } });
  refused.tab.choose('alice');
  await turn();
  expect(refused.tab.isActive).toBe(true);
});

test('a closed tab leaves neither a lock nor a timer', async () => {
  const [one, two] = [open('one'), open('two')];
  one.tab.choose('alice');
  two.tab.choose('alice');
  await turn();
  two.tab.close();
  one.tab.close();
  expect(vi.getTimerCount()).toBe(0);
  const third = open('third');
  third.tab.choose('alice');
  await turn();
  expect(third.tab.isActive).toBe(true);
});
