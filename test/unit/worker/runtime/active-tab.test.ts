/** The worker's choice of the tab that acts for an account. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FakeTab } from '../../fakes/tab.js';
import { World } from '../../fakes/world.js';

test('the next worker knows which tab was viewed last, whichever tab reaches it first', async () => {
  const world = new World();
  for (const viewedAt of [1, 3, 2]) await world.loggedIn('alice', { viewedAt });
  const { tabs } = world;
  for (const order of [tabs, [...tabs].reverse()]) {
    world.worker.kill();
    for (const tab of order) void tab.connect();
    await world.clock.advance(2_000);
    expect(tabs.map(({ mirror: { active } }) => active !== null)).toEqual([false, true, false]);
  }
});

test('a tab becomes active when it is viewed again, after another one that joined later', async () => {
  const world = new World();
  const active = () => world.tabs.map(({ mirror }) => mirror.active !== null);
  const first = await world.loggedIn('alice', { viewedAt: 1 });
  first.look({ visible: false, frozen: false, viewedAt: 1 });
  await world.loggedIn('alice', { viewedAt: 2 });
  expect(active()).toEqual([false, true]);
  first.look({ visible: true, frozen: false, viewedAt: 3 });
  await world.clock.advance(0);
  expect(active()).toEqual([true, false]);
});

/** Times of the test are whole steps, of which two tabs never share one. */
class Tabs {
  readonly world = new World();
  #present: FakeTab[] = [];
  #step = 0;

  async do(what: Step, which: number): Promise<void> {
    this.#step += 1;
    const tab = this.#present[which % this.#present.length];
    if (what === 'join' || !tab) {
      if (this.#present.length < 4)
        this.#present.push(await this.world.loggedIn('alice', { viewedAt: this.#step }));
    } else if (what === 'leave' || what === 'crash') {
      tab[what]();
      this.#present = this.#present.filter((one) => one !== tab);
    } else if (what === 'worker dies') {
      this.world.worker.kill();
      for (const one of this.#present) void one.connect();
    } else {
      const visible = what === 'show';
      tab.look({ visible, frozen: what === 'freeze', viewedAt: visible ? this.#step : tab.view.viewedAt });
    }
    await this.world.clock.advance(2_000);
  }

  get active(): string[] {
    return this.#present.filter(({ mirror }) => mirror.active !== null).map(({ id }) => id);
  }

  /** A visible tab, else one that is not frozen, else any; of these the one that was viewed last. */
  get expected(): string[] {
    const visible = this.#present.filter(({ view }) => view.visible);
    const awake = this.#present.filter(({ view }) => !view.frozen);
    const [candidates = []] = [visible, awake, this.#present].filter(({ length }) => length > 0);
    const last = Math.max(...candidates.map(({ view }) => view.viewedAt));
    return candidates.filter(({ view }) => view.viewedAt === last).map(({ id }) => id);
  }
}

const STEPS = ['join', 'show', 'hide', 'freeze', 'leave', 'crash', 'worker dies'] as const;
type Step = (typeof STEPS)[number];

test('after any joins, views, ends and deaths exactly one tab is active: the one that was viewed last', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...STEPS), fc.nat(3)), { maxLength: 14 }),
      async (steps) => {
        const tabs = new Tabs();
        for (const [what, which] of steps) {
          await tabs.do(what, which);
          expect(tabs.active).toEqual(tabs.expected);
        }
      },
    ),
    { numRuns: 60 },
  );
});
