/**
 * `npm run test:nodes [filter]`: runs the gateway's tests against two nodes on one PostgreSQL server and one Redis, which it starts. Connections are
 * assigned in turn, so that a sender and its recipient are on different nodes. With `-- --browser [filter]` the browser's API suite runs against such nodes.
 */
import { ensureChromium } from '../lib/chromium.mjs';
import { TOOLS } from '../lib/paths.mjs';
import { startPostgres } from '../lib/postgres.mjs';
import { runNode } from '../lib/process.mjs';
import { startRedis } from '../lib/redis.mjs';
import { ensureGateway, ensureSdkAndGateway } from './build.mjs';

const API_SUITE = ['browser/api'];

/** @param {boolean} isBrowser @param {string[]} named parts of paths of test files @returns {Promise<number>} exit code */
export async function nodes(isBrowser, named) {
  const filter = isBrowser && named.length === 0 ? API_SUITE : named;
  const chromium = isBrowser ? await ensureChromium() : '';
  if (chromium === null) {
    console.error('No Chromium was found: set JMESSAGE_CHROMIUM to its path.');
    return 1;
  }
  // Some tests start nodes as processes of their own.
  const built = await (isBrowser ? ensureSdkAndGateway : ensureGateway)();
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
    const servers = { JMESSAGE_NODES_POSTGRES: postgres.url, JMESSAGE_NODES_REDIS: redis.url };
    const env = { ...process.env, ...servers, ...(isBrowser && { JMESSAGE_CHROMIUM: chromium }) };
    const project = isBrowser ? 'browser' : 'gateway';
    return await runNode(TOOLS.vitest, ['run', '--project', project, ...filter], { env });
  } finally {
    if (typeof redis !== 'string') redis.stop();
    postgres.stop();
  }
}
