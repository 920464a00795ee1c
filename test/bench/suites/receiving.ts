/** Receiving: how much of a tab's main thread messages cost, in one tab and in ten, and the longest task that they make. */
import type { Page } from 'playwright-core';
import { type Bench, figure, inTurns, mainThreadTime } from '../measure.js';
import type { BarePings, BarePorts } from '../pages/bare-ports.js';
import { flood, Stage } from '../stage.js';

declare global {
  interface Window {
    barePorts: BarePorts;
    barePings: BarePings;
  }
}

const TABS = 10;
/** As many events as the runtime posts at once while much arrives. */
const BATCH = 100;

export async function receiving(bench: Bench): Promise<void> {
  const stage = await Stage.open(['alice', 'bob', 'dave']);
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

    const one = await inTurns(bench.rounds, {
      bare: costOf('alice', [bare]),
      ports: () =>
        mainThreadTime(ports, () =>
          ports.evaluate(([many, batch]) => window.barePorts(many, batch), [count, BATCH] as const),
        ),
      ours: costOf('bob', tabs),
    });
    bench.add(
      figure(about('a tab, against a page in the manner of V2'), one.ours, {
        name: 'socket in the page',
        samples: one.bare,
      }),
      figure(about('a tab, against bare posts of as many messages', { ratio: 1.2 }), one.ours, {
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

    for (const page of tabs) await page.evaluate(() => window.bench.longestTask());
    const longest = await inTurns(bench.rounds, {
      ours: async () => {
        await receive('bob', tabs);
        return Math.max(
          ...(await Promise.all(tabs.map((page) => page.evaluate(() => window.bench.longestTask())))),
        );
      },
    });
    bench.add(
      figure(
        {
          suite: 'receiving',
          name: `the longest task in any of ${TABS} tabs (0: none above 50 ms)`,
          unit: 'ms',
          better: 'lower',
          target: { value: 50 },
        },
        longest.ours,
      ),
    );
    sender.close();
  } finally {
    await stage.close();
  }
}
