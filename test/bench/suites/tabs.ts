/** Tabs that come and go: whether the worker's heap follows them. */
import type { Tab } from '../../kit/tab.js';
import { until } from '../../kit/until.js';
import { workerHeapOf } from '../../kit/worker-heap.js';
import { type Bench, figure } from '../measure.js';
import { Stage } from '../stage.js';

const KB = 1_024;
/** Iframes of one page, each a tab of its own to the worker. */
const AT_ONCE = 20;

export async function tabs(bench: Bench): Promise<void> {
  const stage = await Stage.open(['alice']);
  const { world } = stage;
  try {
    const count = bench.quick ? 40 : 200;
    const profile = await world.profile();
    const login = (tab: Tab) => tab.login(world.auth(), world.user('alice'));
    const stays = await world.tab(profile);
    await login(stays);
    const visit = async () => {
      const visitors = await world.tabs(profile, AT_ONCE);
      for (const visitor of visitors) await login(visitor);
      await visitors[0]?.close();
      await until('the tabs to be gone', async () => (await stays.state()).tabs === 1);
    };
    // The first ones fill the worker's caches.
    await visit();
    const before = await workerHeapOf(profile);
    for (let left = count; left > 0; left -= AT_ONCE) await visit();
    const grown = ((await workerHeapOf(profile)) - before) / KB;
    bench.add(
      figure(
        { suite: 'tabs', name: `the worker, ${count} tabs later: grown by`, unit: 'KB', better: 'lower' },
        [[grown]],
      ),
    );
  } finally {
    await stage.close();
  }
}
