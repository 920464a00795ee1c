/** The built command line as a process: how it starts, stops, fails, and what it still has after it was killed. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { emptyDirectory, freshData, type TestData } from '../../test/kit/gateway-database.js';
import { Clients } from '../../test/kit/gateway-in-process.js';
import { md5 } from '../../test/kit/signing.js';
import { APPKEY, type Client, type Data, nextRid, SECRET, textOf } from '../../test/kit/wire-socket.js';

// A place of its own, within the package so that its dependencies are found: others may be building, or running, `dist`.
const MAIN = fileURLToPath(new URL('../.cache/cli-test/main.js', import.meta.url));

const APP = 'a:0123456789abcdef0123456789abcdef';

let url = '';
const clients = new Clients(() => url);
const processes = new Set<ChildProcess>();
const directories: TestData[] = [];
const inDirectory = async (made: Promise<TestData>): Promise<string> => {
  const directory = await made;
  directories.push(directory);
  return directory.path;
};

beforeAll(async () => {
  await build({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    build: { outDir: dirname(MAIN) },
    logLevel: 'warn',
  });
});
afterEach(() => clients.leave());
afterAll(async () => {
  for (const child of processes) child.kill('SIGKILL');
  await Promise.all([...processes].map(ended));
  await Promise.all(directories.map(({ remove }) => remove()));
});

interface Running {
  child: ChildProcess;
  stderr(): string;
}

function run(...args: string[]): Running {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  processes.add(child);
  let stderr = '';
  child.stderr?.on('data', (text) => {
    stderr += String(text);
  });
  return { child, stderr: () => stderr };
}

/** @returns the exit code, or the signal that ended it */
async function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? child.signalCode;
}

/** Starts a gateway and waits for the line that says where it listens. */
async function start(data: string, ...more: string[]): Promise<Running> {
  const running = run('--port', '0', '--app', `${APPKEY}:${SECRET}`, '--data', data, ...more);
  const { stdout } = running.child;
  if (!stdout) throw new Error('no stdout');
  for await (const line of createInterface(stdout)) {
    const match = /^gateway listening on (http:\/\/127\.0\.0\.1:\d+)$/.exec(line);
    if (!match?.[1]) continue;
    url = match[1];
    return running;
  }
  throw new Error(`the gateway did not start: ${running.stderr()}`);
}

describe('the command line', () => {
  it('takes a free port, says where it listens, serves from memory, and stops on SIGTERM with exit code 0', async () => {
    const { child } = await start('memory');
    const user = await clients.user();
    expect(await user.send(user.username, 'hello')).toMatchObject({ code: 0 });
    expect((await fetch(`${url}/dev/auth?appkey=${APPKEY}`)).status).toBe(404);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
    await user.next('disconnect');
  });

  it('takes other limits, and says when clients are to come back when it stops', async () => {
    const { child } = await start(
      await inDirectory(freshData()),
      '--set',
      'retractAgeMs=0,retryAfterMs=7000',
      '--set',
      'roomMembers=1',
    );
    const user = await clients.user();
    const { msg_id } = await user.send(user.username, 'hello');
    expect(await user.ask('msg_retract', { msg_id })).toMatchObject({ code: 881401 });
    child.kill('SIGTERM');
    expect(await user.next('going_away')).toMatchObject({ retry_after: 7_000 });
    expect(await ended(child)).toBe(0);
  });

  it('says what to do when the port is taken', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const address = squatter.address();
    const port = typeof address === 'object' && address ? `${address.port}` : '';
    const { child, stderr } = run('--port', port, '--app', APP, '--data', 'memory');
    expect(await ended(child)).toBe(1);
    expect(stderr()).toBe(
      `gateway: port ${port} on 127.0.0.1 is taken: stop what listens there, or give --port another one (0 for a free one)\n`,
    );
    squatter.close();
  });

  it.each([
    [[], 'no application'],
    [['--app', 'nosecret'], 'appkey:masterSecret'],
    [['--app', APP, '--port', 'seven'], 'not a port'],
    [['--app', APP, '--set', 'retractAgeMs=soon'], 'one of these names: frameBytes,'],
    [['--app', APP, '--set', 'passwordCost=4'], 'a whole number in its range'],
    [['--app', APP, '--set', 'noSuchSetting=1'], 'one of these names: frameBytes,'],
    [['--app', APP, '--set', 'publicUrl=1'], 'one of these names: frameBytes,'],
  ])('refuses the arguments %j with exit code 2', async (args, says) => {
    const { child, stderr } = run(...args);
    expect(await ended(child)).toBe(2);
    expect(stderr()).toContain(says);
  });

  it.each([
    ['a secret of one character', ['--app', 'a:b'], 1, 'the masterSecret of a can be guessed'],
    [
      'signing for strangers',
      ['--app', APP, '--dev', '--host', '0.0.0.0'],
      1,
      'loopback --host, not 0.0.0.0',
    ],
    ['what is no origin', ['--app', APP, '--allow-origin', 'example.org/path'], 2, 'wanted: an origin'],
    ['a file of applications that is not there', ['--app-file', '/nowhere/apps'], 2, 'ENOENT'],
  ])('refuses %s', async (_, args, code, says) => {
    const { child, stderr } = run('--port', '0', '--data', 'memory', ...args);
    expect(await ended(child)).toBe(code);
    expect(stderr()).toContain(says);
  });

  it('takes its applications from a file, and says nothing of a bad line but its number', async () => {
    const directory = await inDirectory(emptyDirectory());
    const file = join(directory, 'apps');
    await writeFile(file, `# the shop\n\n  ${APPKEY}:${SECRET}  \r\nanother:${SECRET}:with:colons\n`);
    const { child } = await start(await inDirectory(freshData()), '--app-file', file);
    const user = await clients.user();
    expect(await (await clients.connect()).init('another', `${SECRET}:with:colons`)).toMatchObject({
      code: 0,
    });
    expect(await user.send(user.username, 'hello')).toMatchObject({ code: 0 });
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);

    await writeFile(file, 'a secret without its appkey\n');
    const bad = run('--app-file', file);
    expect(await ended(bad.child)).toBe(2);
    expect(bad.stderr()).toContain(`${file}, line 1: wanted: appkey:masterSecret`);
    expect(bad.stderr()).not.toContain('a secret without');
  });

  it('refuses a data directory that another gateway has open', async () => {
    const data = await inDirectory(freshData());
    const first = await start(data);
    const second = run('--port', '0', '--app', APP, '--data', `${data}/../${data.split('/').at(-1)}`);
    expect(await ended(second.child)).toBe(1);
    expect(second.stderr()).toContain('is in use by another gateway');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    first.child.kill('SIGINT');
    expect(await ended(first.child)).toBe(0);
  });

  /** Making a database takes most of the time of this file, so one test watches both sides of it. */
  it('starts although it was killed while it made its database, which nobody else on the machine can read', async () => {
    const data = await inDirectory(emptyDirectory());
    const first = run('--port', '0', '--app', APP, '--data', data);
    await new Promise<void>((resolve) => {
      const watcher = watch(data, () => {
        watcher.close();
        resolve();
      });
    });
    first.child.kill('SIGKILL');
    expect(await ended(first.child)).toBe('SIGKILL');
    const { child } = await start(data);
    const entries = await readdir(data, { recursive: true, withFileTypes: true });
    const found = entries.map(async (entry) => {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      return `${entry.isDirectory() ? 'directory' : 'file'} ${(mode & 0o777).toString(8)}`;
    });
    expect([...new Set(await Promise.all(found))].sort()).toEqual(['directory 700', 'file 600']);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  });
});

describe('killed in the middle of sends', () => {
  /** Nearly all of a round is the start of a process. More of them by hand: KILL_ROUNDS=50. */
  const ROUNDS = Number(process.env.KILL_ROUNDS ?? 2);
  const SENDS_PER_ROUND = 60;

  it('has every answered message after each start, and stores no retry twice', async () => {
    const data = await inDirectory(freshData());
    let running = await start(data);
    let alice: Client = await clients.user('alice');
    await clients.user('bob');
    const sent: { rid: number; text: string }[] = [];
    const answered = new Map<number, Data>();
    const keep = (answer: Data): void => {
      expect(answer.code).toBe(0);
      const before = answered.get(answer.rid);
      if (before) expect(answer).toEqual(before);
      answered.set(answer.rid, answer);
    };

    for (let round = 0; round < ROUNDS; round += 1) {
      for (let index = 0; index < SENDS_PER_ROUND; index += 1) {
        const message = { rid: nextRid(), text: `round ${round} text ${index}` };
        sent.push(message);
        void alice.send('bob', message.text, {}, message.rid).then(keep);
      }
      // A different moment each time: some stored and answered, some under way, some not yet read.
      const answers = 1 + ((round * 23) % SENDS_PER_ROUND);
      await alice.next('s_single_text', () => alice.all('s_single_text').length >= answers);
      running.child.kill('SIGKILL');
      expect(await ended(running.child)).toBe('SIGKILL');
      await alice.next('disconnect');
      for (const answer of alice.all('s_single_text')) keep(answer);

      running = await start(data);
      alice = await loggedIn('alice');
      const stored = await historyOf(alice);
      const missing = [...answered.values()].filter(({ msg_id }) => !stored.has(msg_id));
      expect(missing).toEqual([]);
      // All of them again, as a client does that does not know: the answered get their first answer, the others get one now.
      for (const answer of await Promise.all(sent.map(({ rid, text }) => alice.send('bob', text, {}, rid)))) {
        keep(answer);
      }
    }

    const texts = [...(await historyOf(await loggedIn('bob'))).values()];
    expect(texts.sort()).toEqual(sent.map(({ text }) => text).sort());
    running.child.kill('SIGTERM');
    expect(await ended(running.child)).toBe(0);
  });

  async function loggedIn(username: string): Promise<Client> {
    const client = await clients.connect();
    await client.init();
    expect(await client.login(username, md5('secret'))).toMatchObject({ code: 0 });
    return client;
  }

  /** Every message that the account takes part in, by id. */
  async function historyOf(client: Client): Promise<Map<number, string>> {
    await client.sync(1, 1);
    await client.ask('get_conversations');
    const messages = client
      .all('sync_conversation')
      .flatMap((push) => push.messages.flatMap(({ msgs }) => msgs));
    return new Map(messages.map((message) => [message.msg_id, textOf(message)]));
  }
});
