/** The operation of a gateway: refused settings at the start, the start itself, and the privacy of its log and files. */
import { once } from 'node:events';
import { chmod, mkdir, stat } from 'node:fs/promises';
import net from 'node:net';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { afterEach, describe, expect, it } from 'vitest';
import { freshData } from '../../test/kit/gateway-database.js';
import { CHEAP } from '../../test/kit/gateway-in-process.js';
import { APPKEY, APPS } from '../../test/kit/wire-socket.js';
import { type GatewayOptions, startGateway } from '../src/server.js';
import { safeError } from '../src/util/safe-error.js';

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function freshPath(): Promise<string> {
  const { path, remove } = await freshData();
  endings.push(remove);
  return path;
}

async function start(data: string, options: Partial<GatewayOptions> = {}): Promise<void> {
  const { close } = await startGateway({ ...CHEAP, apps: APPS, data, ...options });
  endings.push(close);
}
describe('a masterSecret', () => {
  it.each(['x', 'short', 'aaaaaaaaaaaaaaaa', 'abababababab', APPKEY])(
    'such as %s is refused',
    async (secret) => {
      await expect(startGateway({ apps: { [APPKEY]: secret }, data: 'memory' })).rejects.toThrow(
        `the masterSecret of ${APPKEY} can be guessed`,
      );
    },
  );
});
describe('files of a database', () => {
  const modeOf = async (...path: string[]) => ((await stat(join(...path))).mode & 0o777).toString(8);

  it('are its user’s alone, also where they were made more open', async () => {
    const path = await freshPath();
    await mkdir(join(path, 'media'));
    for (const directory of ['', 'pg', 'media']) await chmod(join(path, directory), 0o755);
    await chmod(join(path, 'pg', 'PG_VERSION'), 0o644);
    await start(path);
    for (const directory of ['', 'pg', 'media']) expect(await modeOf(path, directory)).toBe('700');
    expect(await modeOf(path, 'pg', 'PG_VERSION')).toBe('600');
  });
});

describe('an error in the log', () => {
  const SECRET_TEXT = 'what somebody wrote';

  it('of the database says neither the parameter that could not be stored nor the row that was in the way', async () => {
    const database = await PGlite.create();
    await database.exec('create table t (a text not null unique)');
    const insert = (value: string) => database.query('insert into t values ($1)', [value]);
    await insert(SECRET_TEXT);
    for (const value of [`${SECRET_TEXT}\0`, SECRET_TEXT]) {
      const error = await insert(value).catch((thrown: unknown) => thrown);
      expect(JSON.stringify(error)).toContain(SECRET_TEXT);
      const logged = JSON.stringify(safeError(new Error('wrapped', { cause: error })));
      expect(logged).not.toContain(SECRET_TEXT);
      expect(logged).toMatch(/"code":"2\d{4}"/);
      expect(logged).toContain('    at ');
    }
    await database.close();
  });

  it('of the gateway itself says what it says', () => {
    expect(safeError(new TypeError('no such thing'))).toMatchObject({
      type: 'TypeError',
      message: 'no such thing',
    });
  });
});

describe('a gateway that is starting', () => {
  /** Requests a websocket. Resolves with its answer or its end, and with undefined if no server listens yet. */
  const askForWebsocket = (port: number): Promise<'settled' | undefined> =>
    new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => {
        const lines = ['GET /socket.io/?EIO=4&transport=websocket HTTP/1.1', 'Host: localhost'];
        const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
        const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`;
        socket.write([...lines, ...upgrade, key, '', ''].join('\r\n'));
      });
      const settle = () => {
        resolve('settled');
        socket.destroy();
      };
      socket.once('data', settle).once('end', settle);
      socket.once('error', () => resolve(undefined));
    });

  it('leaves no client that asks for a websocket without an answer', async () => {
    const port = await freePort();
    let isStarted = false;
    const starting = start(await freshPath(), { port }).then(() => {
      isStarted = true;
    });
    const asked: Promise<'settled' | undefined>[] = [];
    while (!isStarted) {
      asked.push(askForWebsocket(port));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await starting;
    // Each of them: the test's own time limit is what finds one that is left open.
    const outcomes = await Promise.all(asked);
    expect(outcomes).toContain('settled');
  });
});

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
