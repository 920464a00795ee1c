/** Memory: the worker's and a tab's heap after much has been received, and whether either grows while traffic goes on. */

import { workerHeapOf } from '../../kit/worker-heap.js';
import { type Bench, figure, heapOf } from '../measure.js';
import { flood, Stage } from '../stage.js';

const MB = 1_024 * 1_024;
const TABS = 10;

export async function memory(bench: Bench): Promise<void> {
  const stage = await Stage.open(['alice', 'bob', 'dave']);
  try {
    const [first, kept] = bench.quick ? [500, 1_000] : [10_000, 100_000];
    const sender = await stage.client('dave');
    const profile = await stage.world.profile();
    const { page } = await stage.page('with-runtime', profile, 'bob');
    const bareProfile = await stage.world.profile();
    const { page: bare } = await stage.page('bare-socket', bareProfile, 'alice');
    const receive = async (target: string, tab: typeof page, count: number) => {
      await tab.evaluate((many) => window.bench.listen(many), count);
      await Promise.all([flood(sender, target, count), tab.evaluate(() => window.bench.arrived)]);
    };
    const before = {
      ours: await heapOf(page),
      bare: await heapOf(bare),
      worker: await workerHeapOf(profile),
    };
    await receive('bob', page, first);
    await receive('alice', bare, first);
    const about = (name: string) => ({ suite: 'memory', name, unit: 'MB', better: 'lower' as const });
    bench.add(
      figure(
        about(`a tab, after ${first} messages: grown by`),
        [[(await heapOf(page)) / MB - before.ours / MB]],
        {
          name: 'socket in the page',
          samples: [[(await heapOf(bare)) / MB - before.bare / MB]],
        },
      ),
    );
    for (let i = 1; i < TABS; i += 1) await stage.page('with-runtime', profile, 'bob');
    for (let left = kept - first; left > 0; left -= first) await receive('bob', page, Math.min(first, left));
    const after = await workerHeapOf(profile);
    bench.add(
      figure(about('the worker, just logged in'), [[before.worker / MB]]),
      figure(about(`the worker, with ${kept} messages kept and ${TABS} tabs`), [[after / MB]]),
    );
    // The same again: what is kept stands on the disk, so the heap may not follow it.
    await receive('bob', page, first);
    const again = await workerHeapOf(profile);
    bench.add(figure(about(`the worker, ${first} messages later: grown by`), [[again / MB - after / MB]]));
    sender.close();
  } finally {
    await stage.close();
  }
}
