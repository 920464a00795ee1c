/**
 * `npm run test:nodes [filter]`: runs the gateway's tests against two nodes on one PostgreSQL server and one Redis, which it starts. Connections are
 * assigned in turn, so that a sender and its recipient are on different nodes.
 */
import { TOOLS } from '../lib/paths.mjs';
import { startPostgres } from '../lib/postgres.mjs';
import { runNode } from '../lib/process.mjs';
import { startRedis } from '../lib/redis.mjs';
import { ensureGateway } from './build.mjs';

/** @param {string[]} filter parts of paths of test files @returns {Promise<number>} exit code */
export async function nodes(filter) {
  // Some tests start nodes as processes of their own.
  const built = await ensureGateway();
  if (built !== 0) return built;
  const postgres = await startPostgres();
  if (typeof postgres === 'string') {
    console.error(postgres);
    return 1;
  }
  const redis = await startRedis();
  try {
    if (typeof redis === 'string') {
      console.error(redis);
      return 1;
    }
    const env = { ...process.env, JMESSAGE_NODES_POSTGRES: postgres.url, JMESSAGE_NODES_REDIS: redis.url };
    return await runNode(TOOLS.vitest, ['run', '--project', 'gateway', ...filter], { env });
  } finally {
    if (typeof redis !== 'string') redis.stop();
    postgres.stop();
  }
}
