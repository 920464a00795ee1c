/** Tabs that lead one another: whoever comes, goes, crashes, hides or freezes, there is one worker, and every tab finds it. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RuntimeFiles } from '../../../../src/client/worker-link/hosts/host.js';
import { LeaderHost } from '../../../../src/client/worker-link/hosts/leader-host.js';
import { serveTabs } from '../../../../src/worker/platform/listen.js';
import { FakeBroadcasts } from '../../fakes/broadcast.js';
import { settle } from '../../fakes/clock.js';
import { FakePage } from '../../fakes/host.js';
import { FakeLocks } from '../../fakes/locks.js';
import { FakeRandom } from '../../fakes/random.js';

const HIDDEN_MS = 5_000;
const ANSWER_MS = 2_000;
const START_MS = 5_000;
const HANDSHAKE_MS = 5_000;

let locks: FakeLocks;
let broadcasts: FakeBroadcasts;
let workers: FakeLeaderWorker[];
let tabs: LedTab[];
let most: number;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  locks = new FakeLocks();
  broadcasts = new FakeBroadcasts();
  vi.stubGlobal('BroadcastChannel', broadcasts.Channel);
  workers = [];
  tabs = [];
  most = 0;
});
afterEach(() => {
  for (const tab of tabs) tab.leave();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const alive = () => workers.filter((worker) => !worker.gone);

/** A worker as its leading tab has it. It serves whoever asks, until it is ended or wedged. */
class FakeLeaderWorker {
  onerror: unknown = null;
  gone = false;
  wedged = false;
  readonly served: string[] = [];
  #up: (() => void) | undefined;

  constructor(
    readonly owner: string,
    private readonly starts: boolean,
  ) {
    workers.push(this);
    most = Math.max(most, alive().filter(({ owner: tab }) => !tabOf(tab)?.frozen).length);
  }

  get name(): string {
    return `worker ${workers.indexOf(this)}`;
  }

  postMessage(leadership: string): void {
    if (!this.starts || this.gone || this.wedged) return;
    broadcasts.as(this.name, () => {
      this.#up ??= serveTabs(leadership, () => undefined);
      this.#up();
    });
  }

  wedge(): void {
    this.wedged = true;
    broadcasts.crash(this.name);
  }

  terminate(): void {
    if (this.gone) return;
    this.gone = true;
    broadcasts.crash(this.name);
    // A tab's link does this when the worker's lock is free.
    for (const tab of tabs) tab.lost(this);
  }
}

const tabOf = (name: string) => tabs.find((tab) => tab.name === name);

/** A tab's link, as a host sees it. */
class LedTab {
  readonly page: FakePage;
  readonly errors: string[] = [];
  readonly #host: LeaderHost;
  frozen = false;
  gone = false;
  by: FakeLeaderWorker | undefined;
  #scope = new AbortController();

  constructor(
    readonly name: string,
    visible = true,
    starts = true,
  ) {
    tabs.push(this);
    this.page = new FakePage(locks, name);
    this.page.isVisible = visible;
    const never = () => {
      throw new Error('not asked for');
    };
    const files: RuntimeFiles = {
      scope: 'files',
      worker: () => new FakeLeaderWorker(name, starts) as unknown as Worker,
      fallback: never,
      page: never,
    };
    this.#host = new LeaderHost(files, this.page);
    this.connect();
  }

  get leads(): boolean {
    return alive().some(({ owner }) => owner === this.name);
  }

  connect(): void {
    this.#scope.abort();
    const scope = new AbortController();
    this.#scope = scope;
    this.by = undefined;
    // No handshake by then: the link tries again.
    const late = setTimeout(() => !this.by && this.connect(), HANDSHAKE_MS);
    scope.signal.addEventListener('abort', () => clearTimeout(late));
    const onError = (reason: string) => {
      this.errors.push(reason);
      if (!scope.signal.aborted && this.by) this.connect();
    };
    void broadcasts
      .as(this.name, () => this.#host.connect(onError, scope.signal))
      .then(() => {
        if (!scope.signal.aborted) this.by = alive().find(({ wedged }) => !wedged);
      });
  }

  lost(worker: FakeLeaderWorker): void {
    queueMicrotask(() => !this.gone && this.by === worker && this.connect());
  }

  show(visible: boolean): void {
    this.page.isVisible = visible;
    broadcasts.as(this.name, () => this.page.fire('view'));
  }

  leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.#scope.abort();
    this.#host.leave();
  }

  crash(): void {
    this.gone = true;
    broadcasts.crash(this.name);
    locks.crash(this.name);
    for (const worker of alive()) if (worker.owner === this.name) worker.terminate();
    this.#scope.abort();
    this.#host.leave();
  }

  freeze(): void {
    this.frozen = true;
    broadcasts.freeze(this.name);
    for (const worker of alive()) if (worker.owner === this.name) worker.wedge();
  }
}

async function pass(ms: number): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await settle();
  await vi.advanceTimersByTimeAsync(ms);
  for (let turn = 0; turn < 5; turn += 1) await settle();
}
const present = () => tabs.filter(({ gone }) => !gone);

test('the first tab leads, and all find its worker', async () => {
  const [first] = [new LedTab('a'), new LedTab('b'), new LedTab('c')];
  await pass(0);
  expect(first?.leads).toBe(true);
  expect(workers).toHaveLength(1);
  expect(tabs.map(({ by }) => by)).toEqual([workers[0], workers[0], workers[0]]);
});

test.each(['leave', 'crash'] as const)('the next one leads when it goes (%s)', async (how) => {
  const [first, second, third] = [new LedTab('a'), new LedTab('b'), new LedTab('c')];
  await pass(0);
  first?.[how]();
  await pass(0);
  expect(second?.leads).toBe(true);
  expect(alive()).toHaveLength(1);
  expect([second?.by, third?.by]).toEqual([workers[1], workers[1]]);
});

test('nothing is left of the last one', async () => {
  const tab = new LedTab('a');
  await pass(0);
  tab.leave();
  await pass(0);
  expect(alive()).toEqual([]);
  expect([...locks.held, ...locks.awaited]).toEqual([]);
  expect(broadcasts.open).toBe(0);
  expect(tab.page.listeners).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('a worker that does not come up is reported in time, and nobody waits for it', async () => {
  const tab = new LedTab('a', true, false);
  await pass(START_MS);
  expect(tab.errors).toHaveLength(1);
  tab.leave();
  expect(alive()).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

describe('a leading tab that nobody sees', () => {
  test('gives way after a while to one that is seen, past those that are not', async () => {
    const [first, second, third] = [new LedTab('a'), new LedTab('b', false), new LedTab('c')];
    await pass(0);
    first?.show(false);
    await pass(HIDDEN_MS - 1);
    expect(first?.leads).toBe(true);
    await pass(1);
    expect(third?.leads).toBe(true);
    expect(alive()).toHaveLength(1);
    expect(tabs.map(({ by }) => by)).toEqual([workers.at(-1), workers.at(-1), workers.at(-1)]);
    expect(second?.leads).toBe(false);
  });

  test('gives way at once to one that is seen later', async () => {
    const [first, second] = [new LedTab('a'), new LedTab('b', false)];
    await pass(0);
    first?.show(false);
    await pass(HIDDEN_MS * 2);
    expect(first?.leads).toBe(true);
    second?.show(true);
    await pass(0);
    expect(second?.leads).toBe(true);
  });

  test('keeps the lead when it is seen again in time', async () => {
    const [first] = [new LedTab('a'), new LedTab('b')];
    await pass(0);
    first?.show(false);
    await pass(HIDDEN_MS - 1);
    first?.show(true);
    await pass(HIDDEN_MS * 2);
    expect(first?.leads).toBe(true);
    expect(workers).toHaveLength(1);
  });
});

test('a leading tab that is frozen loses the lead to whoever asks, and follows when it wakes up', async () => {
  const [first, second] = [new LedTab('a'), new LedTab('b')];
  await pass(0);
  first?.freeze();
  second?.connect();
  await pass(ANSWER_MS);
  expect(second?.leads).toBe(true);
  expect(second?.by).toBe(workers[1]);
  broadcasts.thaw('a');
  await pass(ANSWER_MS);
  expect(alive()).toEqual([workers[1]]);
  expect(first?.by).toBe(workers[1]);
});

test('a worker that does not answer any more is replaced by its tab when somebody asks for it', async () => {
  const [first, second] = [new LedTab('a'), new LedTab('b')];
  await pass(0);
  workers[0]?.wedge();
  second?.connect();
  await pass(ANSWER_MS);
  expect(first?.leads).toBe(true);
  expect(alive()).toEqual([workers[1]]);
  expect(tabs.map(({ by }) => by)).toEqual([workers[1], workers[1]]);
});

describe('under random faults', () => {
  test.each(Array.from({ length: 25 }, (_, seed) => seed + 1))(
    'there is one worker, and every tab finds it (seed %i)',
    async (seed) => {
      const random = new FakeRandom(seed);
      let names = 0;
      for (let step = 0; step < 120; step += 1) {
        const tab = random.pick(present());
        const roll = random.below(100);
        if (!tab || (roll < 15 && present().length < 5)) {
          names += 1;
          new LedTab(`tab ${names}`, random.chance(0.6));
        } else if (roll < 25) tab.leave();
        else if (roll < 32) tab.crash();
        else if (roll < 55) tab.show(random.chance(0.5));
        else if (roll < 60) alive()[0]?.terminate();
        else if (roll < 64) alive()[0]?.wedge();
        else if (roll < 68) tab.connect();
        await pass(random.chance(0.3) ? random.below(7_000) : random.below(3));
        expect(most, `step ${step}`).toBeLessThanOrEqual(1);
      }
      for (const tab of present()) if (tab.by?.wedged) tab.connect();
      await pass(START_MS + ANSWER_MS + HIDDEN_MS * 2);
      const [worker, ...others] = alive();
      expect(others).toEqual([]);
      for (const tab of present()) expect(tab.by, tab.name).toBe(worker);
      const leading = present().find(({ leads }) => leads);
      if (present().some(({ page }) => page.isVisible)) expect(leading?.page.isVisible).toBe(true);
    },
  );
});
