/** The installed package: its files, the verdicts of its linters, and its use on a server. `bundlers.test.ts` has it in pages. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Consumer } from './consumer.js';

let app: Consumer;

beforeAll(async () => {
  app = await Consumer.create();
});
afterAll(() => app.remove());

test('the package has the files of its manifest and the sources of its declarations, and no build scripts', async () => {
  const installed = app.path('node_modules/jmessage-runtime');
  const names = await readdir(installed);
  const wanted = ['dist', 'docs', 'src', 'README.md', 'README.zh-CN.md', 'LICENSE', 'package.json'];
  expect(names.filter((name) => ![...wanted, 'node_modules'].includes(name))).toEqual([]);
  const files = await readdir(installed, { recursive: true });
  const maps = files.filter((name) => name.startsWith('dist') && name.endsWith('.d.ts.map'));
  expect(maps).toHaveLength(5);
  for (const name of maps) {
    const { sources } = JSON.parse(await readFile(`${installed}/${name}`, 'utf8'));
    const places = sources.map((source: string) => path.join(path.dirname(name), source));
    expect(places.filter((place: string) => !files.includes(place))).toEqual([]);
  }
  const { exports } = JSON.parse(await readFile(`${installed}/package.json`, 'utf8'));
  const targets = Object.values(exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target as Record<string, string>),
  );
  for (const target of targets) expect(await readFile(`${installed}/${target}`, 'utf8')).not.toBe('');
});

test('every script has a source map, which brings the text of its sources and names no folder of the build', async () => {
  const dist = app.path('node_modules/jmessage-runtime/dist');
  const scripts = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith('.js'));
  expect(scripts).toContain('jmessage-sdk-web.min.js');
  for (const name of scripts) {
    const file = path.basename(name);
    const text = await readFile(`${dist}/${name}`, 'utf8');
    expect(text.trimEnd().split('\n').at(-1), name).toBe(`//# sourceMappingURL=${file}.map`);
    const { sources, sourcesContent, mappings } = JSON.parse(await readFile(`${dist}/${name}.map`, 'utf8'));
    // Vite has an empty module for each one of Node.
    const places = sources.map((source: string) => path.posix.join('dist', path.posix.dirname(name), source));
    expect(
      places.filter((place: string) => !/^(?:src|node_modules)\/|^__vite-browser-external$/.test(place)),
      name,
    ).toEqual([]);
    expect(
      sourcesContent.filter((text: unknown) => typeof text !== 'string'),
      name,
    ).toEqual([]);
    expect(sourcesContent, name).toHaveLength(sources.length);
    // A module of types alone is empty.
    if (!text.startsWith('export {};')) expect(mappings, name).not.toBe('');
  }
  const { sources } = JSON.parse(await readFile(`${dist}/jmessage-sdk-web.min.js.map`, 'utf8'));
  expect(sources).toContain('../src/client/jmessage.ts');
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
