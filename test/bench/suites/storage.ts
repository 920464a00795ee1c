/** Storage: the cost of storing messages and of reading a page of them, against one row for each message with one secondary index. */
import { type Bench, figure, inTurns } from '../measure.js';
import { Stage } from '../stage.js';

const SMALL = 1_000;
const PAGES = 100;

declare global {
  interface Window {
    stores: {
      /** ms for all. */
      write(layout: 'rows' | 'blocks', count: number, batch: number, conversations: number): Promise<number>;
      /** ms for each page of 50, at places all over a conversation of so many messages. */
      pages(layout: 'rows' | 'blocks', count: number, turns: number): Promise<number>;
    };
  }
}

export async function storage(bench: Bench): Promise<void> {
  const stage = await Stage.open([]);
  try {
    const page = await stage.blank(await stage.world.profile(), '/bench/stores.js');
    const less = bench.quick ? 10 : 1;
    for (const [batch, conversations, all] of [
      [1_000, 20, 20_000],
      [100, 20, 10_000],
      [1, 20, 1_000],
    ] as const) {
      const count = all / less;
      const write = (layout: 'rows' | 'blocks') => async () => {
        const ms = await page.evaluate(
          ([one, messages, size, among]) => window.stores.write(one, messages, size, among),
          [layout, count, batch, conversations] as const,
        );
        return (count * 1_000) / ms;
      };
      const samples = await inTurns(bench.rounds, { rows: write('rows'), ours: write('blocks') });
      bench.add(
        figure(
          { suite: 'storage', name: `storing ${batch} at a time`, unit: 'messages/s', better: 'higher' },
          samples.ours,
          { name: 'a row for each message', samples: samples.rows },
        ),
      );
    }
    const pageTime = (layout: 'rows' | 'blocks', count: number) => () =>
      page.evaluate(([one, messages, turns]) => window.stores.pages(one, messages, turns), [
        layout,
        count,
        PAGES,
      ] as const);
    for (const count of [SMALL, 100 * SMALL, ...(bench.quick ? [] : [1_000 * SMALL])]) {
      const samples = await inTurns(bench.rounds, {
        small: pageTime('blocks', SMALL),
        ours: pageTime('blocks', count),
      });
      const figures = figure(
        { suite: 'storage', name: `a page of 50, of ${count} kept messages`, unit: 'ms', better: 'lower' },
        samples.ours,
        { name: `of ${SMALL}`, samples: samples.small },
      );
      bench.add(figures);
      bench.draw({ chart: 'history', line: 'the runtime', points: [{ x: count, y: figures.ours.median }] });
    }
    const rows = await inTurns(bench.rounds, {
      rows: pageTime('rows', SMALL),
      ours: pageTime('blocks', SMALL),
    });
    bench.add(
      figure(
        { suite: 'storage', name: `a page of 50, of ${SMALL}`, unit: 'ms', better: 'lower' },
        rows.ours,
        {
          name: 'a row for each message',
          samples: rows.rows,
        },
      ),
    );
  } finally {
    await stage.close();
  }
}
