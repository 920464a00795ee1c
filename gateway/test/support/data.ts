/**
 * Data directories for tests. Making a database takes seconds, copying one does not: the first test to need one makes it, with the
 * gateway's own code, and all others start from a copy.
 */
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../../src/store/database.js';

const PREFIX = 'jmessage-gateway-test-';

export interface TestData {
  path: string;
  remove(): Promise<void>;
}

/** An empty database with the gateway's tables. */
export async function freshData(): Promise<TestData> {
  const path = await mkdtemp(join(tmpdir(), PREFIX));
  await cp(await template(), path, { recursive: true });
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A directory that nothing has been put into. */
export async function emptyDirectory(): Promise<TestData> {
  const path = await mkdtemp(join(tmpdir(), PREFIX));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

async function template(): Promise<string> {
  const path = join(tmpdir(), `${PREFIX}template-${await version()}`);
  if (await exists(path)) return path;
  const making = await mkdtemp(join(tmpdir(), PREFIX));
  const { close } = await openDatabase(making);
  await close();
  try {
    await rename(making, path);
  } catch {
    // Another test process was first.
    await rm(making, { recursive: true, force: true });
  }
  return path;
}

/** Changes with what makes a database: PGlite and the store's code. */
async function version(): Promise<string> {
  const hash = createHash('sha256');
  const pglite = fileURLToPath(import.meta.resolve('@electric-sql/pglite'));
  hash.update(`${(await stat(pglite)).mtimeMs}`);
  const store = fileURLToPath(new URL('../../src/store/', import.meta.url));
  for (const file of (await readdir(store)).sort()) hash.update(await readFile(join(store, file)));
  return hash.digest('hex').slice(0, 16);
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
