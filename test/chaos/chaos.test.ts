/** Some seconds of chaos with a fixed seed. `npm run test:chaos` runs for any time. */
import { expect, test } from 'vitest';
import { reportOf } from './report.js';
import { runChaos } from './run.js';

const OPTIONS = { seed: 1, lengthMs: 8_000 };

test('no message is lost, doubled, swapped or denied, whatever dies on the way', async () => {
  const result = await runChaos(OPTIONS);
  expect(result.violations, reportOf(OPTIONS, result)).toEqual([]);
  expect(result.history.stored.length).toBeGreaterThan(0);
});
