/** A Redis or Valkey server for tests, from this machine's own programs or Debian's package. It listens on a free port of loopback and keeps nothing. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram, installFromDebian } from './debian.mjs';
import { freePort } from './ports.mjs';

const FIRST_PORT = 40_000;
const START_MS = 10_000;

const findServer = () => findProgram(['redis-server', 'valkey-server']);

/** @returns {Promise<boolean>} whether it answers */
const answers = (port) =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    socket.setTimeout(500);
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => {
      socket.destroy();
      resolve(data.toString().startsWith('+PONG'));
    });
    for (const end of ['error', 'timeout']) {
      socket.once(end, () => {
        socket.destroy();
        resolve(false);
      });
    }
  });

/**
 * @param {number} [port] a free one by default
 * @returns {Promise<{url: string, port: number, pid: number, stop: () => void} | string>} the running server, or the reason for its absence
 */
export async function startRedis(port) {
  if (findServer() === null) await installFromDebian('redis-server');
  const program = findServer();
  if (program === null) {
    return 'there is no Redis (redis-server or valkey-server) on the PATH, and none could be installed: install the package "redis-server" or "valkey"';
  }
  const chosen = port ?? (await freePort(FIRST_PORT + (process.pid % 10_000)));
  const directory = mkdtempSync(path.join(tmpdir(), 'jmessage-redis-'));
  const args = [
    '--port',
    chosen,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
    '--dir',
    directory,
  ];
  const child = spawn(program, args.map(String), { stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const stop = () => {
    process.off('exit', kill);
    kill();
    rmSync(directory, { recursive: true, force: true });
  };
  for (let waited = 0; waited < START_MS; waited += 50) {
    if (await answers(chosen)) {
      return { url: `redis://127.0.0.1:${chosen}`, port: chosen, pid: child.pid ?? 0, stop };
    }
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  stop();
  const { stderr, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return `${program} does not start on port ${chosen}: ${stdout || stderr}`;
}
