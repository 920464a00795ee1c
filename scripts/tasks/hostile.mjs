/**
 * `npm run test:hostile`: runs the hostile clients of gateway/test/hostile, on PGlite and on a PostgreSQL server that it starts. `-- --figures`
 * measures the cost of attacks for an ordinary user. `-- --soak M` runs attackers and users for M minutes.
 */
import { runnerImport } from 'vite';
import { GATEWAY, inRoot, TOOLS } from '../lib/paths.mjs';
import { startPostgres } from '../lib/postgres.mjs';
import { runNode } from '../lib/process.mjs';
import { ensureGateway } from './build.mjs';

const vitest = (env = {}) =>
  runNode(TOOLS.vitest, ['run', '--project', 'gateway', 'gateway/test/hostile/'], {
    env: { ...process.env, ...env },
  });

/** @param {object} values of the command line @returns {Promise<number>} exit code */
export async function hostile(values) {
  if (values.figures || values.soak || values.attack) {
    // Attackers by URL, and figures of another build, need no build.
    const needsBuild = values.url === undefined && values.gateway === undefined;
    const built = needsBuild ? await ensureGateway() : 0;
    if (built !== 0) return built;
    // Node 20 does not read TypeScript by itself.
    const { module } = await runnerImport(inRoot('test/hostile/main.ts'), {
      configFile: false,
      logLevel: 'error',
    });
    return module.main({ ...values, gateway: values.gateway ?? GATEWAY });
  }
  console.log('\n— hostile clients, on PGlite');
  const embedded = await vitest();
  const postgres = await startPostgres();
  if (typeof postgres === 'string') {
    console.error(`\nThe run on PostgreSQL was skipped: ${postgres}`);
    return 1;
  }
  try {
    console.log('\n— hostile clients, on PostgreSQL');
    const server = await vitest({ JMESSAGE_HOSTILE_POSTGRES: postgres.url });
    return embedded || server;
  } finally {
    postgres.stop();
  }
}
