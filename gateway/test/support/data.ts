/**
 * Data directories for tests. Making a database takes seconds, copying one does not: the first test to need one makes it, with the
 * gateway's own code, and all others start from a copy.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openCluster } from '../../src/store/database.js';

const PREFIX = 'jmessage-gateway-test-';

export interface TestData {
  path: string;
  remove(): Promise<void>;
}

/** An empty database. */
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

/** A bare PostgreSQL, without tables: those come, as ever, when a gateway opens it. */
async function template(): Promise<string> {
  const path = join(tmpdir(), `${PREFIX}template-${await version()}`);
  if (existsSync(path)) return path;
  const making = await mkdtemp(join(tmpdir(), PREFIX));
  await (await openCluster(making)).close();
  try {
    await rename(making, path);
  } catch {
    // Another test process was first.
    await rm(making, { recursive: true, force: true });
  }
  return path;
}

/** Changes with what makes a database. */
async function version(): Promise<string> {
  const manifest = fileURLToPath(new URL('../package.json', import.meta.resolve('@electric-sql/pglite')));
  return createHash('sha256')
    .update(await readFile(manifest))
    .digest('hex')
    .slice(0, 16);
}
