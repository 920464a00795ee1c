/**
 * Old pages with a swapped script tag: Angular with several versions of zone.js, before and after the SDK's script. A page of 2017 has module
 * loaders, polyfills and extended prototypes. All run under the test site's strict content security policy.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../kit/browser.js';
import { fileForm } from '../kit/forms.js';
import { Tab } from '../kit/tab.js';
import type { WireClient } from '../kit/wire-client.js';
import { createWorld, type World } from '../kit/world.js';

const SDK = '/dist/jmessage-sdk-web.min.js';
const ZONES = {
  '0.7': '/lib/zone.js-0.7/dist/zone.js',
  '0.8.20': '/lib/zone.js-0.8/dist/zone.js',
  current: '/lib/zone.js/bundles/zone.umd.js',
};

let world: World;
let profile: Profile;
let pages: string;
let bob: WireClient;

beforeAll(async () => {
  world = await createWorld();
  profile = await world.profile();
  bob = await world.wire('bob');
  pages = await mkdtemp(path.join(os.tmpdir(), 'jmessage-pages-'));
  world.site.mount('/made/', pages);
  const library = path.dirname(path.dirname(createRequire(import.meta.url).resolve('jquery/package.json')));
  world.site.mount('/lib/', library);
});
afterAll(async () => {
  await world.close();
  await rm(pages, { recursive: true });
});

/** A page of these scripts, one after the other. */
async function open(name: string, ...scripts: string[]): Promise<Page> {
  const tags = scripts.map((src) => `<script src="${src}"></script>`).join('\n');
  await writeFile(
    path.join(pages, `${name}.html`),
    `<!doctype html><meta charset="utf-8"><title></title><link rel="icon" href="data:,">\n${tags}`,
  );
  const page = await profile.page();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(
    `${world.site.url}/made/${name}.html?address=${encodeURIComponent(world.relay.url)}&auth=${encodeURIComponent(`${world.relay.url}/dev/auth?appkey=${world.gateway.appkey}`)}`,
  );
  expect(errors).toEqual([]);
  return page;
}

interface Zoned {
  login(auth: unknown, user: unknown): void;
  received: string[];
  zones: Record<string, string>;
  angular: { drawings: number; hasMacrotasks: boolean };
}

const drawn = (page: Page, text: string) =>
  page.waitForFunction((wanted) => document.title.split(',').includes(wanted), text);

describe.each(
  Object.entries(ZONES).flatMap(([version, zone]) => [
    [`zone.js ${version}`, [zone, SDK]],
    [`zone.js ${version} after our script`, [SDK, zone]],
  ]) as [string, string[]][],
)('an Angular page with %s', (name, scripts) => {
  let page: Page;
  beforeAll(async () => {
    page = await open(
      name.replaceAll(/\W/g, '-'),
      ...scripts,
      '/2017/angular.js',
      '/2017/zoned-application.js',
    );
  });
  afterAll(() => page.close());

  test('logs in, and draws each answer by callback or promise', async () => {
    await page.evaluate(([auth, user]) => (window as unknown as Zoned).login(auth, user), [
      world.auth(),
      world.user('alice'),
    ] as const);
    for (const what of ['init', 'login', 'login awaited', 'failed', 'ready']) await drawn(page, what);
    const zones = await page.evaluate(() => (window as unknown as Zoned).zones);
    expect(new Set(Object.values(zones))).toEqual(new Set(['angular']));
  });

  test('is idle between events, and draws a message without a click', async () => {
    const state = () =>
      page.evaluate(() => {
        const { angular } = window as unknown as Zoned;
        return { drawings: angular.drawings, hasMacrotasks: angular.hasMacrotasks };
      });
    const before = await state();
    expect(before.hasMacrotasks).toBe(false);
    await bob.send('alice', `to ${name}`);
    await drawn(page, `to ${name}`);
    // Once for the message and once for its unread count, or both at once.
    expect((await state()).drawings - before.drawings).toBeLessThanOrEqual(2);
  });
});

describe.each([
  [
    'a script tag beside jQuery, polyfills and extended prototypes',
    ['/lib/jquery/dist/jquery.js', '/lib/es6-promise/dist/es6-promise.js', '/2017/polyfills.js', SDK].concat([
      '/2017/afterwards.js',
      '/tab.js',
    ]),
  ],
  [
    'AMD',
    [
      '/lib/es6-promise/dist/es6-promise.js',
      '/2017/polyfills.js',
      '/lib/requirejs/require.js',
      '/2017/amd.js',
    ],
  ],
  ['CommonJS', ['/2017/commonjs.js', SDK, '/2017/commonjs-done.js', '/tab.js']],
] as [string, string[]][])('a page of 2017, by %s', (name, scripts) => {
  let tab: Tab;
  let page: Page;
  beforeAll(async () => {
    page = await open(name.replaceAll(/\W/g, '-'), ...scripts);
    await page.waitForFunction(() => 'JIM' in window);
    tab = new Tab(page);
  });
  afterAll(() => page.close());

  test("the script is a module for the page's loader, and window.JMessage", async () => {
    const { required, made } = await page.evaluate(() => {
      const { JMessage, required: module, JIM } = window as unknown as Record<string, unknown>;
      return { required: module === JMessage, made: JIM instanceof (JMessage as () => unknown) };
    });
    expect(made).toBe(true);
    expect(required).toBe(!name.startsWith('a script'));
  });

  test('logs in, sends, receives and uploads', async () => {
    await tab.login(world.auth(), world.user('alice'));
    const text = `by ${name}`;
    const sent = await tab.call('sendSingleMsg', {
      target_username: 'bob',
      content: text,
      extras: { a: ['b'] },
    });
    expect(sent).toMatchObject({
      kind: 'success',
      second: { content: { msg_body: { extras: { a: ['b'] } } } },
    });
    expect(sent.acks).toHaveLength(1);
    await bob.send('alice', `answer ${name}`);
    await tab.waitForText(`answer ${name}`);
    const file = fileForm(new Uint8Array([1, 2, 3]), 'three.bin', 'application/octet-stream');
    const upload = await tab.call('sendSingleFile', { target_username: 'bob', file });
    expect(upload).toMatchObject({
      kind: 'success',
      second: { content: { msg_body: { fname: 'three.bin' } } },
    });
  });

  test("an awaited call is a promise of the page's own kind, and rejects with code and message", async () => {
    const result = await page.evaluate(() => {
      const { JIM } = window as unknown as { JIM: { getUserInfo(params: object): Promise<unknown> } };
      const request = JIM.getUserInfo({ username: 'nobody at all' });
      const promise = request.then(() => 'found');
      const own = promise instanceof window.Promise;
      const finished: string[] = [];
      return new window.Promise((resolve) => {
        request
          .finally(() => finished.push('finally'))
          .catch((error: { code: number; message: string; name: string }) =>
            resolve({ own, finished, code: error.code, message: error.message, name: error.name }),
          );
        promise.catch(() => undefined);
      });
    });
    expect(result).toEqual({
      own: true,
      finished: ['finally'],
      code: expect.any(Number),
      message: expect.stringContaining('88'),
      name: 'JMessageError',
    });
  });

  test('only functions are ever called', async () => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    const data = await page.evaluate(
      () =>
        new window.Promise((resolve) => {
          // biome-ignore lint/suspicious/noExplicitAny: as a page without types
          const { JIM } = window as any;
          JIM.onTransMsgRec(undefined);
          JIM.addListener('onTransMsgRec', null);
          JIM.getConversation()
            .onAck(undefined)
            .onQueued('no')
            .onProgress({})
            .onTimeout(null)
            .onFail(undefined)
            .onSuccess(undefined)
            .onSuccess(resolve);
        }),
    );
    expect(data).toMatchObject({ code: 0 });
    expect(errors).toEqual([]);
  });
});
