/**
 * `npm run bench`: what the runtime costs and what it saves, as ratios against a baseline that runs in the same minute, in the same browser,
 * against the same gateway. Figures are for people to read: no test depends on them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, Page } from 'playwright-core';
import { build } from 'vite';
import { test } from 'vitest';
import { createWorld, type World } from '../harness/world.js';

const ROUNDS = 3;
const SENDS = 200;
const BURST = 300;

interface Measured {
  what: string;
  unit: string;
  baseline: number;
  ours: number;
}

async function buildPages(): Promise<string> {
  const outDir = await mkdtemp(path.join(os.tmpdir(), 'jmessage-bench-'));
  const pages = fileURLToPath(new URL('./pages/', import.meta.url));
  for (const name of ['in-page', 'stores']) {
    await build({
      configFile: false,
      logLevel: 'error',
      publicDir: false,
      build: {
        outDir,
        emptyOutDir: false,
        target: 'es2022',
        lib: {
          entry: path.join(pages, `${name}.ts`),
          formats: ['iife'],
          name: 'bench',
          fileName: () => `${name}.js`,
        },
      },
    });
  }
  return outDir;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Runs both, turn about, and takes each one's median. */
async function compare(
  what: string,
  unit: string,
  baseline: () => Promise<number>,
  ours: () => Promise<number>,
): Promise<Measured> {
  const figures = { baseline: [] as number[], ours: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    figures.baseline.push(await baseline());
    figures.ours.push(await ours());
  }
  return { what, unit, baseline: median(figures.baseline), ours: median(figures.ours) };
}

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

const perSecond = (count: number, ms: number) => Math.round((count / ms) * 1_000);

test('what the runtime costs, and what it saves', async () => {
  const world = await createWorld({ users: ['alice', 'bob', 'carol', 'dave'] });
  const pages = await buildPages();
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
    /** Sends the burst to whoever listens in the page, and asks how long it was held until it had all. */
    const flood = async (page: Page | Frame, target: string, listen: () => Promise<void>) => {
      await listen();
      await Promise.all(Array.from({ length: BURST }, (_, i) => sender.send(target, `flood ${i}`)));
      return page.evaluate(() => window.bench.held);
    };
    results.push(
      await compare(
        `main thread held while ${BURST} messages arrive`,
        'ms in all',
        () => flood(stock, 'alice', () => stock.evaluate((count) => window.bench.listenInPage(count), BURST)),
        () =>
          flood(tab.frame, 'bob', () =>
            tab.frame.evaluate((count) => {
              window.bench.held = new Promise((resolve) => {
                const held = window.bench.watchThread();
                let left = count;
                window.JIM.onMsgReceive(() => {
                  left -= 1;
                  if (left === 0) resolve(held());
                });
              });
            }, BURST),
          ),
      ),
    );

    const storePage = await profile.page(new URL('/elsewhere.html', world.site.url).href);
    await storePage.addScriptTag({ url: '/bench/stores.js' });
    const stores = await compare(
      'storing messages in batches of 100',
      'messages/s',
      async () => perSecond(10_000, await storePage.evaluate(() => window.stores.indexed(10_000, 100))),
      async () => perSecond(10_000, await storePage.evaluate(() => window.stores.keyed(10_000, 100))),
    );
    results.push(stores);
  } finally {
    await world.close();
    await rm(pages, { recursive: true, force: true });
  }
  console.table(
    results.map(({ what, unit, baseline, ours }) => ({
      what,
      unit,
      baseline: Number(baseline.toPrecision(3)),
      ours: Number(ours.toPrecision(3)),
      'ours / baseline': Number((ours / baseline).toPrecision(3)),
    })),
  );
});
