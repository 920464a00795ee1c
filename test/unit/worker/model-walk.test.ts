/**
 * Random walks of the real client and the real runtime. Only clock, network, locks and ports are fakes. The invariants hold after each step,
 * and at the end everything has recovered.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Walk } from './walk/walk.js';

/** More of them: `WALK_SEEDS=1-400 npx vitest run --project unit test/unit/worker/model-walk.test.ts`. */
const [FIRST_SEED = 1, LAST_SEED = FIRST_SEED] = (process.env.WALK_SEEDS ?? '1-8').split('-').map(Number);
const SEEDS = Array.from({ length: LAST_SEED - FIRST_SEED + 1 }, (_, n) => FIRST_SEED + n);
/**
 * Found by longer runs. 76 and 147: a log-out met the join of the session before it or after it. 247: a tab lost its lock to one that was no
 * longer chosen. 307: a sync without any tab was lost to a tab that returned without an event of its own.
 */
if (!process.env.WALK_SEEDS) SEEDS.push(76, 147, 247, 307);
const STEPS = 1_200;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('after any events', () => {
  test.each(SEEDS)(
    'one socket for an account, each message once and in order, every call settled (seed %i)',
    async (seed) => {
      const walk = new Walk(seed, {
        roaming: seed % 2 === 0,
        gentle: seed % 3 === 0,
        stock: seed % 4 < 2,
      });
      walk.world.storeLatencyMs = seed % 4;
      try {
        await walk.run(STEPS);
      } catch (error) {
        console.error(
          `seed ${seed}, the last of ${walk.record.trail.length} steps:\n${walk.record.trail.slice(-60).join('\n')}`,
        );
        throw error;
      }
    },
  );
});

test('a walk goes through all that it is about', async () => {
  const walk = new Walk(7, { roaming: true, gentle: false, stock: false });
  await walk.run(STEPS);
  const kinds = new Set([...walk.record.sends.values()].map((outcome) => outcome?.kind));
  expect(kinds).toContain('success');
  expect(walk.world.workers.length).toBeGreaterThan(2);
  expect(walk.world.server.messages.length).toBeGreaterThan(50);
});
