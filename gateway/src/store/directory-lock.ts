/**
 * One process for each data directory. The lock is a name that the operating system frees when its holder dies, so no stale lock remains. It
 * is an abstract socket on Linux and a named pipe on Windows. Elsewhere it is a socket file, which is taken over
 * when nobody answers on it.
 */
import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface DirectoryLock {
  release(): Promise<void>;
}

class DirectoryInUse extends Error {}

export async function lockDirectory(directory: string): Promise<DirectoryLock> {
  // Device and inode, so that two paths to one directory are one name.
  const { dev, ino } = await stat(directory);
  const name = `jmessage-gateway-${createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32)}`;
  const address = addressOf(name);
  const server =
    (await listen(address.path)) ??
    (address.isFile && !(await answers(address.path)) ? await takeOver(address.path) : undefined);
  if (!server) {
    throw new DirectoryInUse(
      `the data directory ${directory} is in use by another gateway: stop that one, or give --data another directory`,
    );
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function addressOf(name: string): { path: string; isFile: boolean } {
  if (process.platform === 'linux') return { path: `\0${name}`, isFile: false };
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\${name}`, isFile: false };
  return { path: join(tmpdir(), `${name}.sock`), isFile: true };
}

/** @returns undefined when the name is taken */
function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen(path, () => resolve(server));
  });
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function takeOver(path: string): Promise<Server | undefined> {
  await rm(path, { force: true });
  return listen(path);
}
