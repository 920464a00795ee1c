/**
 * Data directories for tests with an in-process gateway: copies of a database that the gateway's own code has created once. Tests of that
 * creation start in an {@link emptyDirectory}.
 */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../gateway/src/store/database.js';
import { MIGRATIONS } from '../../gateway/src/store/migrations.js';
import { copyOf, type Template } from './template-folder.js';

const PREFIX = 'jmessage-gateway-test-';

export interface TestData {
  path: string;
  remove(): Promise<void>;
}

/** A database with nothing in its tables. */
export async function freshData(): Promise<TestData> {
  const path = await copyOf(await template(), PREFIX);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** An empty directory. */
export async function emptyDirectory(): Promise<TestData> {
  const path = await mkdtemp(join(tmpdir(), PREFIX));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

const template = async (): Promise<Template> => ({
  prefix: `${PREFIX}template-`,
  version: await version(),
  fill: async (folder) => {
    const created = await openDatabase(folder);
    // Otherwise every copy starts with a recovery.
    await created.maintain();
    await created.close();
  },
});

/** Changes with the engine and with each migration. */
async function version(): Promise<string> {
  const manifest = fileURLToPath(new URL('../package.json', import.meta.resolve('@electric-sql/pglite')));
  const hash = createHash('sha256').update(await readFile(manifest));
  for (const [name, text] of Object.entries(MIGRATIONS)) hash.update(`${name} ${text}`);
  return hash.digest('hex').slice(0, 16);
}
