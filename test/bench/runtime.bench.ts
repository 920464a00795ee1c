/**
 * `npm run bench`: the runtime's costs and savings, as ratios against a baseline in the same minute, browser and gateway. The figures are for
 * people, and no test depends on them.
 */
import { rm } from 'node:fs/promises';
import type { Frame, Page } from 'playwright-core';
import { test } from 'vitest';
import { createWorld, type World } from '../kit/world.js';
import { buildPages, compare, type Measured, mainThread, report } from './measure.js';

const SENDS = 200;
const BURST = 300;

/** A page without the runtime: Socket.IO on its main thread, as in stock V2. */
async function inPage(world: World, username: string): Promise<Page> {
  const profile = await world.profile();
  const page = await profile.page(new URL('/elsewhere.html', world.site.url).href);
  await page.addScriptTag({ url: '/bench/in-page.js' });
  await page.evaluate(([url, auth, user]) => window.bench.login(url, auth, user), [
    world.gateway.url,
    world.auth(),
    world.user(username),
  ] as const);
  return page;
}

test('costs and savings of the runtime', async () => {
  const world = await createWorld({ users: ['alice', 'bob', 'carol', 'dave'] });
  const pages = await buildPages('in-page');
  world.site.mount('/bench/', pages);
  const results: Measured[] = [];
  try {
    const stock = await inPage(world, 'alice');
    const profile = await world.profile();
    const tab = await world.tab(profile, { address: world.gateway.url });
    await tab.login(world.auth(), world.user('bob'));
    await tab.waitForState('ready');
    await tab.frame.addScriptTag({ url: '/bench/in-page.js' });

    results.push(
      await compare(
        'one send after the other, answer awaited',
        'ms each',
        () => stock.evaluate((count) => window.bench.sendInTurn('carol', count), SENDS),
        () =>
          tab.frame.evaluate(async (count) => {
            const started = performance.now();
            for (let i = 0; i < count; i += 1) {
              await window.JIM.sendSingleMsg({ target_username: 'carol', content: `turn ${i}` });
            }
            return (performance.now() - started) / count;
          }, SENDS),
      ),
    );

    const sender = await world.wire('dave');
    /** Sends the burst to the page's listener. @returns the time for which its main thread was busy, ms */
    const flood = async (frame: Page | Frame, target: string, listen: () => Promise<void>) => {
      await listen();
      const busy = await mainThread('mainFrame' in frame ? frame : frame.page());
      await Promise.all(Array.from({ length: BURST }, (_, i) => sender.send(target, `flood ${i}`)));
      await frame.evaluate(() => window.bench.arrived);
      return busy();
    };
    results.push(
      await compare(
        `main thread busy while ${BURST} messages arrive`,
        'ms of CPU in all',
        () => flood(stock, 'alice', () => stock.evaluate((count) => window.bench.listenInPage(count), BURST)),
        () =>
          flood(tab.frame, 'bob', () =>
            tab.frame.evaluate((count) => {
              window.bench.arrived = new Promise((resolve) => {
                let left = count;
                window.JIM.onMsgReceive(() => {
                  left -= 1;
                  if (left === 0) resolve();
                });
              });
            }, BURST),
          ),
      ),
    );
  } finally {
    await world.close();
    await rm(pages, { recursive: true, force: true });
  }
  report(results);
});
