/**
 * The samples of the pages: TypeScript compiles against the packed package, the quick start works, and each language's signature is one that a
 * gateway accepts.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createServer } from 'vite';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { refuseInit } from '../../gateway/src/auth/signature.js';
import { createWorld } from '../kit/world.js';
import { Consumer, tool } from './consumer.js';

const DOCS = fileURLToPath(new URL('../../docs/', import.meta.url));
const SIGNING = 'recipes/signing.md';
const APPKEY = 'my-app';
const SECRET = 'a-long-master-secret';
const LIMITS = { signatureLifetimeMs: 600_000, randomStrLeast: 20, randomStrMost: 36 };
const run = promisify(execFile);

interface Sample {
  page: string;
  line: number;
  language: string;
  text: string;
}

const pages = readdirSync(DOCS, { recursive: true, encoding: 'utf8' })
  .map((name) => name.split(path.sep).join('/'))
  .filter((name) => name.endsWith('.md') && !name.startsWith('api/'));

const samples: Sample[] = pages.flatMap((page) => {
  const text = readFileSync(DOCS + page, 'utf8');
  return [...text.matchAll(/^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    language: match[1] ?? '',
    text: match[2] ?? '',
  }));
});

let app: Consumer;
beforeAll(async () => {
  app = await Consumer.create();
});
afterAll(() => app.remove());

/** A sample may use the instance that its page has made before, and a component of Vue the macro of its compiler. */
const GLOBALS = `import type JMessage from 'jmessage-runtime';
declare global {
  const JIM: JMessage;
  function defineProps<T>(): T;
}
`;
const EXTENSIONS: Readonly<Record<string, string>> = { ts: 'ts', tsx: 'tsx', vue: 'ts' };

test('every sample in TypeScript compiles', async () => {
  await mkdir(app.path('node_modules/@types'), { recursive: true });
  for (const name of ['@types/react', '@types/node', 'vue'])
    await symlink(tool(name), app.path('node_modules', name));
  await app.write('globals.d.ts', GLOBALS);
  const files = ['globals.d.ts'];
  for (const { page, line, language, text } of samples) {
    const extension = EXTENSIONS[language];
    if (extension === undefined) continue;
    const script = language === 'vue' ? /<script[^>]*>\n([\s\S]*?)<\/script>/.exec(text)?.[1] : text;
    const file = `${page.replaceAll('/', '-')}-${line}.${extension}`;
    await app.write(file, `${script}\nexport {};\n`);
    files.push(file);
  }
  expect(files.length).toBeGreaterThan(30);
  const compilerOptions = {
    ...{ strict: true, noEmit: true, module: 'esnext', moduleResolution: 'bundler', target: 'es2022' },
    ...{ jsx: 'react-jsx', lib: ['es2023', 'dom', 'dom.iterable'], types: ['node'], skipLibCheck: true },
  };
  await app.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
  const { code, output } = await app.node(tool('typescript/bin/tsc'), '-p', '.', '--pretty', 'false');
  expect(output).toBe('');
  expect(code).toBe(0);
}, 60_000);

test('the page of the quick start registers two users, who write to each other', async () => {
  const world = await createWorld({
    users: [],
    gateway: { appkey: APPKEY, args: ['--registration', 'open', '--dev'] },
  });
  const main = samples.find(({ page, language }) => page === 'quick-start.md' && language === 'ts');
  await app.write('src/main.ts', (main?.text ?? '').replace('http://localhost:8787', world.gateway.url));
  await app.write('index.html', '<!doctype html><body><script type="module" src="/src/main.ts"></script>');
  const server = await createServer({
    root: app.folder,
    configFile: false,
    logLevel: 'error',
    server: { host: '127.0.0.1', port: 0, fs: { strict: false } },
  });
  await server.listen();
  onTestFinished(async () => {
    await server.close();
    await world.close();
  });
  const profile = await world.profile();
  const open = async (user: string) => {
    const page = await profile.page(`${server.resolvedUrls?.local[0]}?user=${user}`);
    await page.getByText(`${user} is logged in`).waitFor();
    return page;
  };
  const [alice, bob] = [await open('alice'), await open('bob')];
  await alice.getByRole('textbox').fill('hi, bob');
  await alice.getByRole('textbox').press('Enter');
  await bob.getByText('alice: hi, bob').waitFor();
}, 60_000);

/** The command that runs a sample's file. */
const RUNNERS: Readonly<Record<string, readonly [file: string, program: string, ...args: string[]]>> = {
  js: ['sign.mjs', process.execPath],
  python: ['sign.py', 'python3'],
  java: ['ImAuth.java', 'java'],
  go: ['sign.go', 'go', 'run'],
  php: ['sign.php', 'php'],
};

const works = (program: string) =>
  run(program, [program === 'go' ? 'version' : '--version']).then(
    () => true,
    () => false,
  );

describe('signing', () => {
  const programs = samples.filter(({ page, language }) => page === SIGNING && language in RUNNERS);

  test('there is a sample in five languages', () => {
    expect(programs.map(({ language }) => language)).toEqual(Object.keys(RUNNERS));
  });

  test('each sample that this machine can run prints a payload that a gateway accepts, and only with the right secret', async () => {
    const ran: string[] = [];
    for (const { language, text } of programs) {
      const [file = '', program = '', ...args] = RUNNERS[language] ?? [];
      if (!(await works(program))) continue;
      await app.write(`signing/${file}`, text);
      const { stdout } = await run(program, [...args, app.path('signing', file)], {
        env: { ...process.env, IM_APPKEY: APPKEY, IM_MASTER_SECRET: SECRET },
      });
      const payload = JSON.parse(stdout);
      const refused = (secret: string) =>
        refuseInit(payload, new Map([[APPKEY, secret]]), Date.now(), LIMITS)?.code ?? null;
      expect(refused(SECRET), language).toBe(null);
      expect(refused('another-master-secret'), language).toBe(880102);
      ran.push(language);
    }
    expect(ran).toContain('js');
    console.log(`signed in ${ran.join(', ')}`);
  }, 60_000);
});
