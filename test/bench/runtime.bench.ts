/**
 * `npm run bench`: what the runtime costs and what it saves, as ratios against a baseline that runs in the same minute, in the same browser,
 * against the same gateway. Figures are for people to read: no test depends on them.
 */
import { rm } from 'node:fs/promises';
import type { Frame, Page } from 'playwright-core';
import { test } from 'vitest';
import { createWorld, type World } from '../kit/world.js';
import { buildPages, compare, type Measured, mainThread, report } from './measure.js';

const SENDS = 200;
const BURST = 300;

/** A page that does without the runtime: Socket.IO on its main thread, as stock V2 has it. */
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

test('what the runtime costs, and what it saves', async () => {
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
    /** Sends the burst to whoever listens in the page. @returns how long that kept its main thread busy, ms */
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
