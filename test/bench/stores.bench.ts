/**
 * `npm run bench`: the costs of storing messages and of reading a page, against one row for each message with one secondary index. The
 * figures are for people, and no test depends on them.
 */
import { rm } from 'node:fs/promises';
import { test } from 'vitest';
import { createWorld } from '../kit/world.js';
import { buildPages, compare, type Measured, report } from './measure.js';

/** Batch, conversations, messages in all. */
const WRITES: [batch: number, conversations: number, count: number][] = [
  [1_000, 1, 20_000],
  [1_000, 20, 20_000],
  [1_000, 200, 20_000],
  [100, 1, 10_000],
  [100, 20, 10_000],
  [100, 200, 10_000],
  [1, 1, 1_000],
  [1, 20, 1_000],
];
const SMALL = 1_000;
const LARGE = 1_000_000;
const PAGES = 100;

test('costs of storing messages', async () => {
  const world = await createWorld({ users: [] });
  const pages = await buildPages('stores');
  world.site.mount('/bench/', pages);
  const results: Measured[] = [];
  try {
    const profile = await world.profile();
    const page = await profile.page(new URL('/elsewhere.html', world.site.url).href);
    await page.addScriptTag({ url: '/bench/stores.js' });
    for (const [batch, conversations, count] of WRITES) {
      const run = (layout: 'rows' | 'blocks') => async () =>
        (count * 1_000) /
        (await page.evaluate(
          ([one, messages, size, among]) => window.stores.write(one, messages, size, among),
          [layout, count, batch, conversations] as const,
        ));
      results.push(
        await compare(
          `storing ${batch} at a time, ${conversations} conversations`,
          'messages/s',
          run('rows'),
          run('blocks'),
        ),
      );
    }
    const pageTime = (layout: 'rows' | 'blocks', count: number) => () =>
      page.evaluate(([one, messages, turns]) => window.stores.pages(one, messages, turns), [
        layout,
        count,
        PAGES,
      ] as const);
    results.push(
      await compare(
        `a page of 50, of ${SMALL} messages`,
        'ms each',
        pageTime('rows', SMALL),
        pageTime('blocks', SMALL),
      ),
      await compare(
        `a page of 50: of ${LARGE} messages, against ${SMALL} (both ours)`,
        'ms each',
        pageTime('blocks', SMALL),
        pageTime('blocks', LARGE),
      ),
    );
  } finally {
    await world.close();
    await rm(pages, { recursive: true, force: true });
  }
  report(results);
});
