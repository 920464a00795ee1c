/**
 * Fresh data folders for gateways. Creating an empty database takes many times longer than copying one. So each build of the gateway
 * creates it once, and every test gets a copy.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url));
const PREFIX = 'gateway-data-';

/**
 * @param cli the built gateway
 * @param initialise starts it on a folder and stops it normally
 * @returns a folder of its own
 */
export async function freshData(cli: string, initialise: (folder: string) => Promise<void>): Promise<string> {
  const build = createHash('sha1')
    .update(await readFile(cli))
    .digest('hex');
  const template = path.join(CACHE, PREFIX + build);
  if (!existsSync(template)) await makeTemplate(template, initialise);
  const folder = await mkdtemp(path.join(os.tmpdir(), 'jmessage-gateway-'));
  await cp(template, folder, { recursive: true });
  return folder;
}

/** The folder gets its name only when it is complete. Folders of earlier builds are deleted. */
async function makeTemplate(template: string, initialise: (folder: string) => Promise<void>): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const making = await mkdtemp(path.join(CACHE, 'making-'));
  try {
    await initialise(making);
    for (const name of await readdir(CACHE)) {
      if (name.startsWith(PREFIX)) await rm(path.join(CACHE, name), { recursive: true, force: true });
    }
    // Another process may have been faster; its folder is as good.
    await rename(making, template).catch(() => {});
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}
