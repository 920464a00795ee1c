/** Access over HTTP: the signatures of development, origins, headers of answers, and clients behind a proxy. */
import { request } from 'node:http';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { freshData, type TestData } from '../../test/kit/gateway-database.js';
import { APPKEY, APPS, Client } from '../../test/kit/wire-socket.js';
import { type GatewayOptions, type RunningGateway, startGateway } from '../src/server.js';
import { sourceOf } from '../src/util/address.js';

const gateways: RunningGateway[] = [];
const clients: Client[] = [];
const directories: TestData[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(async () => {
  await Promise.all(gateways.splice(0).map((gateway) => gateway.close()));
  await Promise.all(directories.splice(0).map(({ remove }) => remove()));
});

/** One for each set of options. */
const running = new Map<string, ReturnType<typeof startAnew>>();
function start(options: Partial<GatewayOptions> = {}): ReturnType<typeof startAnew> {
  const key = JSON.stringify(options);
  const gateway = running.get(key) ?? startAnew(options);
  running.set(key, gateway);
  return gateway;
}

/** With what it logs, line by line. */
async function startAnew(options: Partial<GatewayOptions> = {}) {
  const logged: Record<string, unknown>[] = [];
  const log = pino(
    { level: 'debug' },
    new Writable({
      write(chunk, _encoding, done) {
        logged.push(JSON.parse(String(chunk)));
        done();
      },
    }),
  );
  const data = await freshData();
  directories.push(data);
  const gateway = await startGateway({ apps: APPS, data: data.path, passwordCost: 10, log, ...options });
  gateways.push(gateway);
  return { ...gateway, logged, data: data.path };
}

async function connect(
  url: string,
  headers: Record<string, string> = {},
  transport: 'websocket' | 'polling' = 'websocket',
) {
  const client = await Client.connect(url, 'v4', transport, headers);
  clients.push(client);
  return client;
}

/** `fetch` refuses to set these headers. */
function get(
  url: string,
  headers: Record<string, string>,
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, headers: response.headers });
    });
    asked.once('error', reject);
    asked.end();
  });
}

describe('--dev', () => {
  const path = `/dev/auth?appkey=${APPKEY}`;

  it('signs for this machine, and for its pages on whatever port', async () => {
    const { url } = await start({ dev: true });
    expect((await get(`${url}${path}`, {})).status).toBe(200);
    const fromPage = await get(`${url}${path}`, { origin: 'http://localhost:5173' });
    expect(fromPage.status).toBe(200);
    expect(fromPage.headers['access-control-allow-origin']).toBe('http://localhost:5173');
  });

  it.each([
    ['for a page of another site', { origin: 'https://evil.example' }],
    ['for a page without an origin', { origin: 'null' }],
    ['for a script or an image in a page of another site', { 'sec-fetch-site': 'cross-site' }],
    ['under a name that was made to point here', { host: 'evil.example' }],
    ['through a proxy', { 'x-forwarded-for': '203.0.113.9' }],
  ])('signs nothing %s', async (_, headers) => {
    const { url } = await start({ dev: true });
    const answer = await get(`${url}${path}`, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([
    ['an address of the network', { host: '0.0.0.0' }],
    ['every address', { host: '::' }],
    ['a public address', { publicUrl: 'https://im.example.org' }],
    ['a proxy in front', { trustProxy: true }],
  ])('is refused together with %s', async (_, options) => {
    await expect(startGateway({ apps: APPS, data: 'memory', dev: true, ...options })).rejects.toThrow(
      '--dev signs for anyone',
    );
  });
});
describe('origins', () => {
  const OURS = 'https://app.example.org';
  const THEIRS = 'https://evil.example';

  it('may be any, unless there is a list', async () => {
    const { url } = await start();
    for (const transport of ['websocket', 'polling'] as const) {
      expect(await (await connect(url, { origin: THEIRS }, transport)).init()).toMatchObject({ code: 0 });
    }
    const answer = await get(`${url}/media/none`, { origin: THEIRS });
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  it('beyond the list open no socket and get no file', async () => {
    const { url } = await start({ allowOrigins: [OURS] });
    for (const transport of ['websocket', 'polling'] as const) {
      await expect(connect(url, { origin: THEIRS }, transport)).rejects.toThrow();
      expect(await (await connect(url, { origin: OURS }, transport)).init()).toMatchObject({ code: 0 });
    }
    // No page: a server, or an application of its own.
    expect(await (await connect(url)).init()).toMatchObject({ code: 0 });
    const theirs = await get(`${url}/resource?type=file`, { origin: THEIRS });
    expect(theirs.status).toBe(403);
    expect(theirs.headers['access-control-allow-origin']).not.toBe(THEIRS);
    const ours = await get(`${url}/media/none`, { origin: OURS });
    expect(ours.headers['access-control-allow-origin']).toBe(OURS);
  });

  it('of pages are none of the server API’s', async () => {
    const { url } = await start();
    for (const method of ['OPTIONS', 'POST']) {
      const answer = await fetch(`${url}/v1/users/`, {
        method,
        headers: { origin: THEIRS, 'access-control-request-method': 'POST' },
      });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('answers', () => {
  it.each(['/healthz', '/v1/users/', '/nothing', '/media/none', '/resource'])(
    'of %s cannot be framed, guessed at or run',
    async (path) => {
      const { url } = await start();
      const { headers } = await get(`${url}${path}`, {});
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
      expect(headers['content-security-policy']).toContain("default-src 'none'");
      expect(headers).not.toHaveProperty('strict-transport-security');
    },
  );

  it('of Socket.IO are not guessed at either', async () => {
    const { url } = await start();
    const { headers } = await get(`${url}/socket.io/?EIO=4&transport=polling`, {});
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it('ask for TLS where clients come by it', async () => {
    const { url } = await start({ publicUrl: 'https://im.example.org' });
    expect((await get(`${url}/healthz`, {})).headers['strict-transport-security']).toMatch(/^max-age=\d{8}$/);
  });
});

describe('a proxy', () => {
  const warnings = (logged: Record<string, unknown>[]) =>
    logged.filter(({ msg }) => String(msg).startsWith('X-Forwarded-For arrives'));

  it('that the gateway was not told of is warned of once', async () => {
    const { url, logged } = await startAnew();
    await get(`${url}/healthz`, {});
    expect(warnings(logged)).toEqual([]);
    for (let times = 0; times < 3; times += 1)
      await get(`${url}/healthz`, { 'x-forwarded-for': '203.0.113.9' });
    await connect(url, { 'x-forwarded-for': '203.0.113.9' });
    expect(warnings(logged)).toHaveLength(1);
  });

  it('whose first client opens a websocket is warned of too', async () => {
    const { url, logged } = await startAnew();
    await connect(url, { 'x-forwarded-for': '203.0.113.9' });
    expect(warnings(logged)).toHaveLength(1);
  });

  it('that it was told of is not', async () => {
    const { url, logged } = await start({ trustProxy: true });
    await get(`${url}/healthz`, { 'x-forwarded-for': '203.0.113.9' });
    expect(warnings(logged)).toEqual([]);
  });
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['no address', 'no address'],
])('the address %s counts as %s', (address, network) => {
  expect(sourceOf(address)).toBe(network);
});
