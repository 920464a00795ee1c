/** Receiving: how much of a tab's main thread messages cost, in one tab and in ten, and the longest task that they make. */
import type { Page } from 'playwright-core';
import { quantile } from '../figures.js';
import { type Bench, figure, inTurns, longestTaskTime, mainThreadTime } from '../measure.js';
import type { LeanClient } from '../node/lean-client.js';
import type { BarePings, BarePorts } from '../pages/bare-ports.js';
import type { LatestMessage, SendsUntilArrived } from '../pages/with-runtime.js';
import { flood, SCRIPTS, Stage } from '../stage.js';

declare global {
  interface Window {
    barePorts: BarePorts;
    barePings: BarePings;
    latestMessage: LatestMessage;
    sendsUntilArrived: SendsUntilArrived;
  }
}

const TABS = 10;
/** Accounts that are offline while many messages are sent to them, one for each round. */
const AWAY = Array.from({ length: 9 }, (_, i) => `away${i}`);

export async function receiving(bench: Bench): Promise<void> {
  const stage = await Stage.open(['alice', 'bob', 'dave', ...AWAY]);
  try {
    const count = bench.quick ? 500 : 10_000;
    const sender = await stage.client('dave');
    const { page: bare } = await stage.page('bare-socket', await stage.world.profile(), 'alice');
    const profile = await stage.world.profile();
    const tabs: Page[] = [];
    const open = async () => {
      tabs.push((await stage.page('with-runtime', profile, 'bob')).page);
    };
    await open();
    const ports = await stage.blank(await stage.world.profile(), '/bench/bare-ports.js');

    const receive = async (target: string, pages: readonly Page[]) => {
      for (const page of pages) await page.evaluate((many) => window.bench.listen(many), count);
      const all = Promise.all(pages.map((page) => page.evaluate(() => window.bench.arrived)));
      await Promise.all([flood(sender, target, count), all]);
    };
    const costOf = (target: string, pages: readonly Page[]) => () =>
      mainThreadTime(pages[0] as Page, () => receive(target, pages));
    const about = (name: string, target?: { ratio: number }) => ({
      suite: 'receiving',
      name,
      unit: `ms of the main thread for ${count} messages`,
      better: 'lower' as const,
      ...(target && { target }),
    });

    await receive('bob', tabs);
    const order = await (tabs[0] as Page).evaluate(() => {
      return { batches: window.bench.batches, sample: window.latestMessage() };
    });
    const post = () => ports.evaluate((all) => window.barePorts(all), order);
    // The first ones compile the code of both.
    await post();
    const one = await inTurns(bench.rounds, {
      bare: costOf('alice', [bare]),
      ports: () => mainThreadTime(ports, post),
      ours: costOf('bob', tabs),
    });
    bench.add(
      figure(about('a tab, against a page in the manner of V2'), one.ours, {
        name: 'socket in the page',
        samples: one.bare,
      }),
      figure(about('a tab, against bare posts of the same batches', { ratio: 1.2 }), one.ours, {
        name: 'bare ports',
        samples: one.ports,
      }),
    );

    const perTabs: { x: number; y: number }[] = [
      { x: 1, y: one.ours.flat().reduce((a, b) => a + b, 0) / one.ours.length },
    ];
    for (const many of [2, 5, TABS]) {
      while (tabs.length < many) await open();
      const { ours } = await inTurns(1, { ours: costOf('bob', tabs) });
      perTabs.push({ x: many, y: ours[0]?.[0] ?? Number.NaN });
    }
    bench.draw(
      { chart: 'tabs', line: 'the runtime', points: perTabs },
      {
        chart: 'tabs',
        line: 'a socket in the page',
        points: perTabs.map(({ x }) => ({
          x,
          y: one.bare.flat().reduce((a, b) => a + b, 0) / one.bare.length,
        })),
      },
    );

    const inTabs = (name: string) => ({
      suite: 'receiving',
      name: `the longest task in any of ${TABS} tabs, ${name}`,
      unit: 'ms',
      better: 'lower' as const,
      target: { value: 50 },
    });
    const longest = await inTurns(bench.rounds, {
      work: () => longestTaskTime(tabs[0] as Page, () => receive('bob', tabs)),
      clock: async () => {
        for (const page of tabs) await page.evaluate(() => window.bench.longestTask());
        await receive('bob', tabs);
        return Math.max(
          ...(await Promise.all(tabs.map((page) => page.evaluate(() => window.bench.longestTask())))),
        );
      },
    });
    bench.add(
      figure(inTabs('processor time'), longest.work),
      figure(inTabs('by the clock (0: none above 50 ms)'), longest.clock),
    );

    await duringSync(bench, stage, sender);
    sender.close();
  } finally {
    await stage.close();
  }
}

/** A sync of many messages: the sends that a person makes meanwhile, and the page's longest task. */
async function duringSync(bench: Bench, stage: Stage, sender: LeanClient): Promise<void> {
  const count = bench.quick ? 1_000 : 20_000;
  const sends: number[][] = [];
  const tasks: number[][] = [];
  for (const away of AWAY.slice(0, bench.rounds)) {
    await flood(sender, away, count);
    const profile = await stage.world.profile();
    const page = await stage.blank(profile, ...SCRIPTS['with-runtime']);
    await page.evaluate((many) => {
      window.bench.longestTask();
      window.bench.listen(many);
    }, count);
    const [during] = await Promise.all([
      page.evaluate(() => window.sendsUntilArrived('alice')),
      stage.login(page, away),
    ]);
    sends.push(during);
    tasks.push([await page.evaluate(() => window.bench.longestTask())]);
    await profile.destroy();
  }
  const about = (name: string, target?: { value: number }) => ({
    suite: 'receiving',
    name: `a sync of ${count} messages: ${name}`,
    unit: 'ms',
    better: 'lower' as const,
    ...(target && { target }),
  });
  const quantileOf = (share: number) => (samples: number[]) => quantile(samples, share);
  bench.add(
    figure(about('a send meanwhile, p50'), sends, undefined, quantileOf(0.5)),
    figure(about('a send meanwhile, p99', { value: 50 }), sends, undefined, quantileOf(0.99)),
    figure(about('the slowest send meanwhile'), sends, undefined, (samples) => Math.max(...samples)),
    figure(about('the longest task of the tab', { value: 50 }), tasks),
  );
}
