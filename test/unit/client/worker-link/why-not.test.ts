/** The defect of a worker's script, found by a second request. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from '../../../../src/client/page/page.js';
import * as fallback from '../../../../src/client/worker-link/hosts/fallback.js';
import type { RuntimeFiles } from '../../../../src/client/worker-link/hosts/host.js';
import { sharedHost } from '../../../../src/client/worker-link/hosts/shared-host.js';

const SCRIPTS: Record<string, [number, string]> = {
  '/worker.js': [200, 'text/javascript'],
  '/app-page.js': [200, 'text/html; charset=utf-8'],
  '/missing.js': [404, 'text/plain'],
};
const server = createServer(({ url = '' }, response) => {
  const [status, type] = SCRIPTS[url] ?? [500, 'text/plain'];
  response.writeHead(status, { 'content-type': type }).end();
});
let origin = '';
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const hostOf = (url: string) => {
  const files = { url, fallback: async () => fallback } as RuntimeFiles;
  return sharedHost(files, { locks: null } as unknown as Page, async () => false);
};

test.each([
  ['/app-page.js', 'HTTP 200 text/html'],
  ['/missing.js', 'HTTP 404'],
])('a silent worker at %s has its URL, %s and the remedy as its reason', async (path, why) => {
  const reason = await hostOf(origin + path).whyLate?.();
  expect(reason).toContain(origin + path);
  expect(reason).toContain(why);
  expect(reason).toContain('option "worker"');
});

test('a silent worker with a sound script, or behind a dead network, has no such reason', async () => {
  expect(await hostOf(`${origin}/worker.js`).whyLate?.()).toBeUndefined();
  expect(await hostOf('http://127.0.0.1:1/worker.js').whyLate?.()).toBeUndefined();
});
