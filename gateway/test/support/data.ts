/**
 * Data directories for tests. Making a database takes seconds, copying one does not: the first test to need one makes it, with the
 * gateway's own code, and all others start from a copy. That a gateway makes its own is for the tests that start in an
 * {@link emptyDirectory}.
 */
import { createHash } from 'node:crypto';
import { cpSync, existsSync } from 'node:fs';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../src/store/database.js';
import { MIGRATIONS } from '../../src/store/migrations.js';

const PREFIX = 'jmessage-gateway-test-';

export interface TestData {
  path: string;
  remove(): Promise<void>;
}

/** A database with nothing in its tables. */
export async function freshData(): Promise<TestData> {
  const path = await mkdtemp(join(tmpdir(), PREFIX));
  // A thousand files: one after the other they take half as long.
  cpSync(await template(), path, { recursive: true });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A directory that nothing has been put into. */
export async function emptyDirectory(): Promise<TestData> {
  const path = await mkdtemp(join(tmpdir(), PREFIX));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

async function template(): Promise<string> {
  const path = join(tmpdir(), `${PREFIX}template-${await version()}`);
  if (existsSync(path)) return path;
  const making = await mkdtemp(join(tmpdir(), PREFIX));
  const made = await openDatabase(making);
  // Or every copy begins with a recovery.
  await made.maintain();
  await made.close();
  try {
    await rename(making, path);
  } catch {
    // Another test process was first.
    await rm(making, { recursive: true, force: true });
  }
  return path;
}

/** Changes with what makes a database: the engine, and each step to its tables. */
async function version(): Promise<string> {
  const manifest = fileURLToPath(new URL('../package.json', import.meta.resolve('@electric-sql/pglite')));
  const hash = createHash('sha256').update(await readFile(manifest));
  for (const [name, { up }] of Object.entries(MIGRATIONS)) hash.update(`${name} ${up.toString()}`);
  return hash.digest('hex').slice(0, 16);
}
