/** The installed package in an application: on a server, through a bundler, through the compiler. */
import { readdir, readFile } from 'node:fs/promises';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../kit/browser.js';
import { createWorld, type World } from '../kit/world.js';
import { Consumer, tool } from './consumer.js';

let app: Consumer;

beforeAll(async () => {
  app = await Consumer.create();
});
afterAll(() => app.remove());

test('the package has the files of its manifest, and no sources or build scripts', async () => {
  const installed = app.path('node_modules/jmessage-runtime');
  const names = await readdir(installed);
  const wanted = ['dist', 'docs', 'README.md', 'README.zh-CN.md', 'LICENSE', 'package.json', 'node_modules'];
  expect(names.filter((name) => !wanted.includes(name))).toEqual([]);
  const { exports } = JSON.parse(await readFile(`${installed}/package.json`, 'utf8'));
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target as Record<string, string>),
  );
  for (const target of targets) expect(await readFile(`${installed}/${target}`, 'utf8')).not.toBe('');
});

test('publint and “are the types wrong” have nothing to say', async () => {
  const { messages } = await publint({ pkgDir: app.path('node_modules/jmessage-runtime'), pack: false });
  expect(messages).toEqual([]);
  const result = await checkPackage(createPackageFromTarballData(await readFile(app.tarball)));
  if (!result.types) throw new Error('the package has no types');
  // The package is for ES modules: `require` and the resolution of Node 10 are not offered.
  const wrong = result.problems.filter(
    (problem) => !('resolutionKind' in problem) || ['node16-esm', 'bundler'].includes(problem.resolutionKind),
  );
  expect(wrong.filter(({ kind }) => kind !== 'CJSResolvesToESM')).toEqual([]);
}, 60_000);

test('on a server a JMessage is inert: it can be made, its calls fail with 889014, and the process ends', async () => {
  await app.write(
    'server.mjs',
    `import JMessage from 'jmessage-runtime';
     import { createChatStore } from 'jmessage-runtime/store';
     const JIM = new JMessage({ address: 'https://im.example.com', auth: () => ({}) });
     const store = createChatStore(JIM);
     JIM.onMsgReceive(() => undefined);
     JIM.init().onFail(({ code, message }) => console.log(code, message));
     console.log(JIM instanceof JMessage, store.connection.getSnapshot().state);`,
  );
  const { code, output } = await app.node('server.mjs');
  expect(output.trim().split('\n')).toEqual([
    'true idle',
    '889014 there is no page here: JMessage works in a browser',
  ]);
  expect(code).toBe(0);
});

describe('through Vite', () => {
  let world: World;
  let profile: Profile;
  let server: ViteDevServer | undefined;

  beforeAll(async () => {
    world = await createWorld();
    profile = await world.profile();
    await app.write('index.html', '<!doctype html><script type="module" src="./app.js"></script>');
    await app.write(
      'app.js',
      `import JMessage from 'jmessage-runtime';
       const JIM = new JMessage({ address: new URL(location).searchParams.get('address') });
       window.app = {
         login: async (auth, credentials) => {
           await JIM.init(auth);
           return (await JIM.login(credentials)).username;
         },
       };`,
    );
  });
  afterAll(async () => {
    await server?.close();
    await world.close();
  });

  /** Opens the application and logs in with it. @returns the user that it shows */
  const login = async (url: string): Promise<string> => {
    const page = await profile.page(`${url}?address=${encodeURIComponent(world.relay.url)}`);
    await page.waitForFunction(() => 'app' in window);
    const username = await page.evaluate(
      ([auth, credentials]) =>
        (window as unknown as { app: { login(a: unknown, c: unknown): Promise<string> } }).app.login(
          auth,
          credentials,
        ),
      [world.auth(), world.user('alice')] as const,
    );
    await page.close();
    return username;
  };

  test('a build emits the worker as a file of its own, and the application works', async () => {
    const { code, output } = await app.node(tool('vite/bin/vite.js'), 'build', '--base', './');
    expect(output).toContain('built in');
    expect(code).toBe(0);
    const assets = await readdir(app.path('dist/assets'));
    const page = await readFile(app.path('dist/index.html'), 'utf8');
    const worker = assets.find((name) => name.startsWith('entry-') && name.endsWith('.js'));
    expect(worker).toBeDefined();
    expect(page).not.toContain(worker);
    world.site.mount('/built/', app.path('dist'));
    expect(await login(`${world.site.url}/built/`)).toBe('alice');
    expect((await profile.sharedWorkers()).map(({ url }) => url)).toContainEqual(
      expect.stringContaining(`/built/assets/${worker}`),
    );
  });

  test('the development server serves it unbundled', async () => {
    server = await createServer({
      root: app.folder,
      configFile: false,
      logLevel: 'error',
      server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
    });
    await server.listen();
    expect(await login(server.resolvedUrls?.local[0] ?? '')).toBe('alice');
  });
});
