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
