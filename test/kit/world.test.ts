/** The parts of a test world keep their promises, without the SDK: site, profiles, shared workers, accounts on a real gateway. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { textOf } from './message-parts.js';
import { until } from './until.js';
import { uniqueText } from './wire-client.js';
import { createWorld, type World } from './world.js';

let world: World;
let folder: string;

beforeAll(async () => {
  world = await createWorld();
  folder = await mkdtemp(path.join(os.tmpdir(), 'jmessage-pages-'));
  await writeFile(path.join(folder, 'index.html'), '<!doctype html><script src="page.js"></script>');
  await writeFile(
    path.join(folder, 'worker.js'),
    'onconnect = ({ ports: [port] }) => port.postMessage("alive");',
  );
  await writeFile(
    path.join(folder, 'page.js'),
    `globalThis.received = [];
     globalThis.start = () => {
       const worker = new SharedWorker('worker.js', { type: 'module' });
       worker.port.onmessage = ({ data }) => received.push(data);
     };
     start();`,
  );
  world.site.mount('/own/', folder);
});

afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

test('accounts exchange messages over the real gateway, and the messages outlive its death', async () => {
  const alice = await world.wire('alice');
  const bob = await world.wire('bob');
  const text = uniqueText('hello');
  const { msg_id } = await alice.send('bob', text);
  expect((await bob.waitForText(text)).msg_id).toBe(msg_id);

  await world.gateway.kill();
  await until('the clients to notice', () => !alice.connected && !bob.connected);
  const { url } = world.gateway;
  await world.gateway.start();
  expect(world.gateway.url).toBe(url);
  const stored = await world.stored('bob');
  expect(stored.filter((message) => textOf(message) === text)).toHaveLength(1);
});

test('the relay forwards to the gateway', async () => {
  expect((await fetch(`${world.relay.url}/healthz`)).status).toBe(200);
  const auth = await (await fetch(`${world.relay.url}/dev/auth?appkey=${world.gateway.appkey}`)).json();
  expect(auth).toMatchObject({ appkey: world.gateway.appkey, signature: expect.any(String) });
});

test('the site serves the mounted folders and nothing beside them', async () => {
  const status = async (name: string) => (await fetch(`${world.site.url}${name}`)).status;
  expect(await status('/own/page.js')).toBe(200);
  expect(await status('/own/none.js')).toBe(404);
  expect(await status('/own/%2e%2e%2f%2e%2e%2fetc/passwd')).toBe(404);
});

test('profiles share no data; a killed shared worker is gone, and a page can start another', async () => {
  const [one, two] = [await world.profile(), await world.profile()];
  const page = await one.page(`${world.site.url}/own/`);
  await page.waitForFunction(() => (globalThis as unknown as { received: string[] }).received.length === 1);
  expect(await one.sharedWorkers()).toHaveLength(1);
  expect(await two.sharedWorkers()).toHaveLength(0);

  await one.killSharedWorkers();
  expect(await one.sharedWorkers()).toHaveLength(0);
  await page.evaluate(() => (globalThis as unknown as { start(): void }).start());
  await page.waitForFunction(() => (globalThis as unknown as { received: string[] }).received.length === 2);
});

test('a killed browser returns with the stored data of its profile', async () => {
  const profile = await world.profile();
  const before = await profile.page(`${world.site.url}/own/`);
  await before.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('kept', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('rows');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const writing = opening.result.transaction('rows', 'readwrite', { durability: 'strict' });
          writing.objectStore('rows').put('value', 'key');
          writing.oncomplete = () => resolve();
        };
      }),
  );
  await profile.kill();
  await profile.open();
  const after = await profile.page(`${world.site.url}/own/`);
  const value = await after.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('kept', 1);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('rows').objectStore('rows').get('key');
          reading.onsuccess = () => resolve(reading.result);
        };
      }),
  );
  expect(value).toBe('value');
});
