/** A socket up to its initialisation: transports, signatures, and the requests that need one. */

import { describe, expect, it } from 'vitest';
import { freshData } from '../../test/kit/gateway-database.js';
import { Clients, hostGateway } from '../../test/kit/gateway-in-process.js';
import { md5 } from '../../test/kit/signing.js';
import {
  APPKEY,
  APPS,
  nextRid,
  OTHER_APPKEY,
  OTHER_SECRET,
  SECRET,
  sign,
} from '../../test/kit/wire-socket.js';
import { startGateway } from '../src/server.js';

const MINUTE_MS = 60_000;

const gateway = hostGateway({ dev: true });
const { clients } = gateway;

describe('transports', () => {
  it.each([
    ['v4', 'websocket'],
    ['v4', 'polling'],
    ['v2', 'websocket'],
    ['v2', 'polling'],
  ] as const)('a %s client is served over %s', async (library, transport) => {
    const client = await clients.connect(library, transport);
    expect(await client.init()).toMatchObject({ code: 0, message: 'success' });
  });

  it('a burst over polling is served, though it comes as one body larger than a frame may be', async () => {
    const client = await clients.connect('v2', 'polling');
    await client.init();
    const padding = 'x'.repeat(1_000);
    const answers = await Promise.all(
      Array.from({ length: 150 }, () => client.ask('get_across_user_info', { username: 'nobody', padding })),
    );
    expect(answers.every(({ code }) => code === 882004)).toBe(true);
  });

  it('says that it is well', async () => {
    const response = await fetch(`${gateway.url}/healthz`);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok' });
  });

  it('signs for a page in development, and the signature opens a socket', async () => {
    const response = await fetch(`${gateway.url}/dev/auth?appkey=${APPKEY}`);
    const auth = (await response.json()) as object;
    expect(Object.keys(auth).sort()).toEqual(['appkey', 'random_str', 'signature', 'timestamp']);
    const client = await clients.connect();
    expect(await client.ask('c_init', auth)).toMatchObject({ code: 0 });
    expect((await fetch(`${gateway.url}/dev/auth?appkey=none`)).status).toBe(404);
  });
});

describe('init', () => {
  it('takes the signature in either case', async () => {
    const client = await clients.connect();
    const payload = sign(APPKEY, SECRET, Date.now());
    const signature = payload.signature.toUpperCase();
    expect(await client.ask('c_init', { ...payload, signature })).toMatchObject({ code: 0 });
  });

  it.each([
    ['of an unknown application', () => sign('nobody', SECRET, Date.now()), 880101],
    ['with another secret', () => sign(APPKEY, 'guess', Date.now()), 880102],
    ['older than ten minutes', () => sign(APPKEY, SECRET, Date.now() - 11 * MINUTE_MS), 880106],
    ['more than ten minutes ahead', () => sign(APPKEY, SECRET, Date.now() + 11 * MINUTE_MS), 880106],
    ['without a timestamp', () => ({ ...sign(APPKEY, SECRET, 1), timestamp: undefined }), 880002],
    [
      'with an endless random_str',
      () => ({ ...sign(APPKEY, SECRET, 1), random_str: 'x'.repeat(129) }),
      880003,
    ],
  ])('refuses a payload %s', async (_, payload, code) => {
    const client = await clients.connect();
    expect(await client.ask('c_init', payload())).toMatchObject({ code });
    // The socket stays as it was.
    expect(await client.init()).toMatchObject({ code: 0 });
  });

  it('may demand that random_str is as long as the documents say', async () => {
    const strict = await freshData();
    const running = await startGateway({
      apps: APPS,
      data: strict.path,
      randomStrLeast: 20,
      randomStrMost: 36,
    });
    const others = new Clients(() => running.url);
    const client = await others.connect();
    const signed = (random_str: string) => {
      const timestamp = Date.now();
      const text = `appkey=${APPKEY}&timestamp=${timestamp}&random_str=${random_str}&key=${SECRET}`;
      return { appkey: APPKEY, random_str, timestamp, signature: md5(text) };
    };
    expect(await client.ask('c_init', signed('abc'))).toMatchObject({ code: 880003 });
    expect(await client.ask('c_init', signed('x'.repeat(37)))).toMatchObject({ code: 880003 });
    expect(await client.ask('c_init', signed('x'.repeat(20)))).toMatchObject({ code: 0 });
    others.leave();
    await running.close();
    await strict.remove();
    const lenient = await clients.connect();
    expect(await lenient.ask('c_init', signed('abc'))).toMatchObject({ code: 0 });
  });

  it('is good for nine minutes', async () => {
    const client = await clients.connect();
    const payload = sign(APPKEY, SECRET, Date.now() - 9 * MINUTE_MS);
    expect(await client.ask('c_init', payload)).toMatchObject({ code: 0 });
  });

  it('is valid once on a socket, but a retry of it succeeds', async () => {
    const client = await clients.connect();
    const payload = sign(APPKEY, SECRET, Date.now());
    const rid = nextRid();
    expect(await client.ask('c_init', payload, rid)).toMatchObject({ code: 0 });
    expect(await client.ask('c_init', payload, rid)).toMatchObject({ code: 0 });
    const other = sign(OTHER_APPKEY, OTHER_SECRET, Date.now());
    expect(await client.ask('c_init', other)).toMatchObject({ code: 880109 });
  });

  it('is needed first', async () => {
    const client = await clients.connect();
    const password = md5('secret');
    expect(await client.ask('register', { username: 'u', password })).toMatchObject({ code: 882004 });
    expect(await client.ask('login', { username: 'u', password })).toMatchObject({ code: 882004 });
    expect(await client.send('u', 'text')).toMatchObject({ code: 882004 });
  });
});
