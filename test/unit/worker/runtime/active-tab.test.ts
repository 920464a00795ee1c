/** The worker's choice of the tab that acts for an account. */
import { expect, test } from 'vitest';
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
