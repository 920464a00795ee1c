/**
 * Copies of prepared folders. Creating an empty database takes many times longer than copying one, so each version of it is created once,
 * and every test gets a copy.
 */
import { cpSync, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CACHE = fileURLToPath(new URL('../../.cache/', import.meta.url));

export interface Template {
  /** The beginning of the names of this kind of template. */
  prefix: string;
  /** Changes with everything that the content depends on. */
  version: string;
  /** Fills an empty folder. */
  fill(folder: string): Promise<void>;
}

/** @returns a folder of its own, with a copy of the template */
export async function copyOf(template: Template, prefix: string): Promise<string> {
  const source = join(CACHE, template.prefix + template.version);
  if (!existsSync(source)) await create(template, source);
  const folder = await mkdtemp(join(tmpdir(), prefix));
  // A database has a thousand files, and the synchronous copy takes half as long.
  cpSync(source, folder, { recursive: true });
  return folder;
}

/** The template gets its name only when it is complete. Templates of earlier versions are deleted. */
async function create({ prefix, fill }: Template, target: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const making = await mkdtemp(join(CACHE, 'making-'));
  try {
    await fill(making);
    for (const name of await readdir(CACHE)) {
      if (name.startsWith(prefix)) await rm(join(CACHE, name), { recursive: true, force: true });
    }
    // Another process may have been faster; its folder is as good.
    await rename(making, target).catch(() => {});
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}
