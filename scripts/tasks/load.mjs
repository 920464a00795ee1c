/** `npm run load -- --nodes N --connections C --rate R`: prepares and runs test/load. */
import { runnerImport } from 'vite';
import { inRoot } from '../lib/paths.mjs';
import { ensureGateway } from './build.mjs';

/** @param {object} values of the command line @returns {Promise<number>} exit code */
export async function load(values) {
  const built = await ensureGateway();
  if (built !== 0) return built;
  // Node 20 does not read TypeScript by itself.
  const { module } = await runnerImport(inRoot('test/load/main.ts'), {
    configFile: false,
    logLevel: 'error',
  });
  return module.main(values);
}
