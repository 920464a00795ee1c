/**
 * A PostgreSQL server for tests, from this machine's own programs or Debian's package. It listens on a free port of loopback, and its data are
 * deleted when it stops. PostgreSQL refuses to run as root, so root runs it as another user.
 */
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installFromDebian } from './debian.mjs';
import { freePort } from './ports.mjs';
import { run } from './process.mjs';

/** Debian's folder of the programs that are not on the PATH. */
const DEBIAN = '/usr/lib/postgresql';
const FIRST_PORT = 30_000;
const isRoot = () => process.getuid?.() === 0;

/** @returns {string | null} the folder of initdb and pg_ctl, the newest first */
function findPrograms() {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => path.join(DEBIAN, version, 'bin')),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ];
  return (
    folders.find((folder) => ['initdb', 'pg_ctl'].every((name) => existsSync(path.join(folder, name)))) ??
    null
  );
}

/** The user of the server process. @returns {{name: string, uid: number, gid: number} | null} null for the current user */
function serverUser() {
  if (!isRoot()) return null;
  for (const name of ['postgres', 'nobody']) {
    const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }));
    if (ids.every(({ status }) => status === 0)) {
      const [uid, gid] = ids.map(({ stdout }) => Number(stdout));
      return { name, uid, gid };
    }
  }
  throw new Error('there is no user to run PostgreSQL as');
}

/** @returns {Promise<{url: string, pid: number, restart: () => Promise<number>, stop: () => void} | string>} the running server, or the reason for its absence */
export async function startPostgres() {
  if (findPrograms() === null) await installFromDebian('postgresql');
  const programs = findPrograms();
  if (programs === null) {
    return 'there is no PostgreSQL (initdb, pg_ctl) on the PATH, and none could be installed: install the package "postgresql"';
  }
  const user = serverUser();
  const directory = mkdtempSync(path.join(tmpdir(), 'jmessage-postgres-'));
  if (user) chownSync(directory, user.uid, user.gid);
  const data = path.join(directory, 'data');
  const commandOf = (program, args) => {
    const command = [path.join(programs, program), ...args];
    return user ? ['runuser', '-u', user.name, '--', ...command] : command;
  };
  const as = (program, args) => {
    const [file, ...rest] = commandOf(program, args);
    const { status, stdout, stderr } = spawnSync(file, rest, {
      encoding: 'utf8',
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return status === 0 ? undefined : `${program} failed: ${stderr || stdout}`;
  };
  const remove = () => rmSync(directory, { recursive: true, force: true });
  const made = as('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']);
  if (made !== undefined) {
    remove();
    return made;
  }
  const port = await freePort(FIRST_PORT + (process.pid % 10_000));
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${directory}`;
  const log = path.join(directory, 'log');
  const started = as('pg_ctl', ['-D', data, '-o', options, '-l', log, '-w', '-t', '120', 'start']);
  if (started !== undefined) {
    remove();
    return started;
  }
  const pid = Number(readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  return {
    pid,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    // As a crash: what was not committed is gone.
    restart: () => {
      const args = ['-D', data, '-l', log, '-m', 'immediate', '-w', '-t', '120', 'restart'];
      const [file, ...rest] = commandOf('pg_ctl', args);
      return run(file, rest, { cwd: directory, stdio: 'ignore' });
    },
    stop: () => {
      as('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
      remove();
    },
  };
}
