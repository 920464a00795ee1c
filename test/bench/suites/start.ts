/** Start: how long a login takes in the first tab and in a further one, and where the time goes. */
import type { Page } from 'playwright-core';
import { openProfile } from '../../kit/browser.js';
import { type Bench, figure, inTurns } from '../measure.js';
import { Stage, type Way } from '../stage.js';

export async function start(bench: Bench): Promise<void> {
  const stage = await Stage.open(['alice', 'bob']);
  try {
    const fresh = (way: Way, username: string) => async () => {
      const profile = await openProfile();
      const { loginMs } = await stage.page(way, profile, username);
      await profile.destroy();
      return loginMs;
    };
    const samples = await inTurns(bench.rounds, {
      bare: fresh('bare-socket', 'alice'),
      first: fresh('with-runtime', 'bob'),
    });
    const about = (name: string) => ({ suite: 'start', name, unit: 'ms', better: 'lower' as const });
    bench.add(
      figure(about('login in the first tab, with an empty browser'), samples.first, {
        name: 'bare socket in the page',
        samples: samples.bare,
      }),
    );

    const profile = await stage.world.profile();
    await stage.page('with-runtime', profile, 'bob');
    const further = await inTurns(bench.rounds, {
      ours: async () => (await stage.page('with-runtime', profile, 'bob')).loginMs,
    });
    bench.add(figure(about('login in a further tab'), further.ours));

    const page = await stage.blank(await stage.world.profile());
    const shares = await inTurns(bench.rounds, {
      script: () => evaluationTime(page),
      worker: () => page.evaluate(workerTime),
      database: () => page.evaluate(databaseTime),
    });
    bench.add(
      figure(about('of it: evaluation of the page’s script'), shares.script),
      figure(about('of it: start of the worker and evaluation of its script'), shares.worker),
      figure(about('of it: opening a new database'), shares.database),
    );
  } finally {
    await stage.close();
  }
}

/** A page whose script has been evaluated, which its marks tell. */
async function evaluationTime(page: Page): Promise<number> {
  await page.addScriptTag({ url: '/bench/timed-script.js' });
  return page.evaluate(() => {
    const took = performance.measure('evaluation', 'begin', 'end').duration;
    performance.clearMarks();
    return took;
  });
}

async function workerTime(): Promise<number> {
  const started = performance.now();
  const { port } = new SharedWorker(`/bench/timed-worker.js?${started}`, { type: 'module' });
  await new Promise((resolve) => {
    port.onmessage = resolve;
  });
  const took = performance.now() - started;
  port.close();
  return took;
}

async function databaseTime(): Promise<number> {
  const name = `start-${crypto.randomUUID()}`;
  const started = performance.now();
  const request = indexedDB.open(name, 1);
  await new Promise((resolve, reject) => {
    request.onupgradeneeded = () => request.result.createObjectStore('messages');
    request.onsuccess = resolve;
    request.onerror = reject;
  });
  const took = performance.now() - started;
  request.result.close();
  indexedDB.deleteDatabase(name);
  return took;
}
