/** A directory whose contents are nobody else's to read, those from before included. */
import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
/** The mode bits of all users except the owner. */
const EVERYBODY_ELSE = 0o077;

/** Makes it, if need be. A directory of another user stays unchanged, because the operator has set it up that way. */
export async function privateDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: DIRECTORY_MODE });
  await close(path, DIRECTORY_MODE);
}

/** The same for its content, if others could read it until now. */
export async function makePrivate(path: string): Promise<void> {
  const isPrivate = ((await stat(path)).mode & EVERYBODY_ELSE) === 0;
  if (isPrivate) return;
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  await close(path, DIRECTORY_MODE);
  for (const entry of entries) {
    if (entry.isDirectory()) await close(join(entry.parentPath, entry.name), DIRECTORY_MODE);
    else if (entry.isFile()) await close(join(entry.parentPath, entry.name), FILE_MODE);
  }
}

async function close(path: string, mode: number): Promise<void> {
  try {
    await chmod(path, mode);
  } catch (error) {
    // Another user's; or gone already, as an old database's temporary files are.
    if (!['EPERM', 'EROFS', 'ENOENT'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
  }
}
