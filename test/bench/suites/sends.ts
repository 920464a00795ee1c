/** Sends: their latency one by one, with an idle and with a busy page, and a burst at once. */

import { quantile } from '../figures.js';
import { type Bench, figure, inTurns } from '../measure.js';
import { Stage } from '../stage.js';

const P50 = (samples: number[]) => quantile(samples, 0.5);
const P99 = (samples: number[]) => quantile(samples, 0.99);
/** A page that draws hard: 30 ms of work in each 50. */
const BUSY = [30, 50] as const;
const PEOPLE = ['carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy'];

export async function sends(bench: Bench): Promise<void> {
  const stage = await Stage.open(['alice', 'bob', ...PEOPLE]);
  try {
    const bare = (await stage.page('bare-socket', await stage.world.profile(), 'alice')).page;
    const ours = (await stage.page('with-runtime', await stage.world.profile(), 'bob')).page;
    const count = bench.quick ? 50 : 300;
    const inTurn = (page: typeof bare, isBusy: boolean) => async () => {
      await page.bringToFront();
      if (isBusy) await page.evaluate(([ms, every]) => window.bench.keepBusy(ms, every), BUSY);
      const latencies = await page.evaluate(
        (n) => window.bench.sendInTurn(['carol'], n),
        isBusy ? n(count) : count,
      );
      if (isBusy) await page.evaluate(() => window.bench.loafing());
      return latencies;
    };
    const n = (all: number) => Math.ceil(all / 3);
    const ports = await stage.blank(await stage.world.profile(), '/bench/bare-ports.js');
    const pings = async () => {
      await ports.bringToFront();
      return ports.evaluate((many) => window.barePings(many), count);
    };
    // The first ones compile the code of both.
    await inTurns(1, { bare: inTurn(bare, false), ours: inTurn(ours, false) });
    const { trips } = await inTurns(bench.rounds, { trips: pings });
    const name = 'an empty message to a SharedWorker and back: a part of each send, p50';
    bench.add(figure({ suite: 'sends', name, unit: 'ms', better: 'lower' }, trips, undefined, P50));
    for (const isBusy of [false, true]) {
      const samples = await inTurns(bench.rounds, {
        bare: inTurn(bare, isBusy),
        ours: inTurn(ours, isBusy),
      });
      const about = (share: string, ratio: number) =>
        ({
          suite: 'sends',
          name: `a single send, page ${isBusy ? 'busy' : 'idle'}, ${share}`,
          unit: 'ms',
          better: 'lower',
          target: { ratio },
        }) as const;
      const baseline = { name: 'bare socket in the page', samples: samples.bare };
      bench.add(
        figure(about('p50', 1.1), samples.ours, baseline, P50),
        figure(about('p99', isBusy ? 1 : 1.1), samples.ours, baseline, P99),
      );
      if (!isBusy)
        bench.draw(
          ...distribution('the runtime', samples.ours),
          ...distribution('a bare socket', samples.bare),
        );
    }
    const size = bench.quick ? 200 : 1_000;
    for (const targets of [['carol'], PEOPLE]) {
      const burst = (page: typeof bare) => () =>
        page.evaluate(([to, many]) => window.bench.burst(to, many), [targets, size] as const);
      const samples = await inTurns(bench.rounds, { bare: burst(bare), ours: burst(ours) });
      bench.add(
        figure(
          {
            suite: 'sends',
            name: `${size} sends at once, ${targets.length === 1 ? 'one conversation' : `${targets.length} conversations`}`,
            unit: 'ms',
            better: 'lower',
            target: { ratio: 1.2 },
          },
          samples.ours,
          { name: 'bare socket in the page', samples: samples.bare },
        ),
      );
    }
  } finally {
    await stage.close();
  }
}

function distribution(line: string, rounds: number[][]) {
  const all = rounds.flat();
  const points = Array.from({ length: 100 }, (_, i) => ({ x: i + 1, y: quantile(all, (i + 1) / 100) }));
  return [{ chart: 'latency' as const, line, points }];
}
