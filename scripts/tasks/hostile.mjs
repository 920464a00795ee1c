/**
 * `npm run test:hostile`: the hostile clients of gateway/test/hostile, on PGlite and on a PostgreSQL server of its own. `-- --figures` measures
 * what attacks cost an ordinary user, `-- --soak M` lets attackers and users go on for M minutes.
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

/** @param {string[]} args @returns {Promise<number>} exit code */
export async function hostile(args) {
  if (args.length > 0) {
    // Attackers, and another build's figures, need none.
    const needsBuild = !args.includes('--url') && !args.includes('--gateway');
    const built = needsBuild ? await ensureGateway() : 0;
    if (built !== 0) return built;
    // TypeScript, which this Node does not read by itself.
    const { module } = await runnerImport(inRoot('test/hostile/main.ts'), {
      configFile: false,
      logLevel: 'error',
    });
    return module.main(args, GATEWAY);
  }
  console.log('\n— hostile clients, on PGlite');
  const embedded = await vitest();
  const postgres = await startPostgres();
  if (typeof postgres === 'string') {
    console.error(`\nNot run on PostgreSQL: ${postgres}`);
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
