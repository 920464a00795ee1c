/** The real gateway as its users run it: the built command line in a process of its own, with data that outlive the process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AuthPayload } from '../../src/protocol/index.js';
import { basicAuth, signatureOf } from './signing.js';
import { copyOf } from './template-folder.js';

const CLI = fileURLToPath(new URL('../../gateway/dist/main.js', import.meta.url));
const READY = 'gateway listening on ';
const KEPT_LOG_CHARS = 20_000;

export interface GatewayOptions {
  appkey?: string;
  /** Other applications of the gateway, with the same secret. */
  otherAppkeys?: string[];
  /** Applications whose users may reach each other. Default: the first one with each other one. */
  links?: (readonly [string, string])[];
  /** More arguments of the command line, such as settings. */
  args?: string[];
  /** Of all applications; a new one by default. */
  secret?: string;
  /** How far its clock is wrong. */
  clockMs?: number;
}

const CLOCK = new URL('./clock-offset.mjs', import.meta.url).href;

export class Gateway {
  readonly appkey: string;
  readonly secret: string;
  readonly #args: string[];
  readonly #appkeys: string[];
  readonly #links: readonly (readonly [string, string])[];
  readonly #data: string;
  readonly #clockMs: number;
  #child: ChildProcess | null = null;
  #url = '';
  #log = '';

  constructor(data: string, options: GatewayOptions) {
    const { appkey = 'test-app', otherAppkeys = [], args = [], clockMs = 0 } = options;
    this.#data = data;
    this.secret = options.secret ?? randomBytes(16).toString('hex');
    this.#clockMs = clockMs;
    this.appkey = appkey;
    this.#appkeys = [appkey, ...otherAppkeys];
    this.#links = options.links ?? otherAppkeys.map((other) => [appkey, other]);
    this.#args = args;
  }

  /** The second application. */
  get otherAppkey(): string {
    const other = this.#appkeys[1];
    if (other === undefined) throw new Error('the gateway has one application');
    return other;
  }

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The port, which restarts do not change. */
  get url(): string {
    return this.#url;
  }

  /** The folder of its data. No other process may open it while the gateway runs. */
  get data(): string {
    return this.#data;
  }

  /** The end of its log, for a failing test. */
  get log(): string {
    return this.#log;
  }

  /** Starts it, the first time on a free port, and waits until it reports that it listens. */
  async start(): Promise<void> {
    const port = this.#url === '' ? '0' : new URL(this.#url).port;
    const apps = this.#appkeys.flatMap((appkey) => ['--app', `${appkey}:${this.secret}`]);
    for (const pair of this.#links) apps.push('--link', pair.join(':'));
    const args = ['--host', '127.0.0.1', '--port', port, '--data', this.#data, '--dev', ...apps];
    // Passwords of tests need no strong hash.
    const cheap = ['--set', 'passwordCost=10'];
    const clock = this.#clockMs === 0 ? [] : ['--import', CLOCK];
    const child = spawn(process.execPath, [...clock, CLI, ...args, ...cheap, ...this.#args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, JMESSAGE_TEST_CLOCK_MS: String(this.#clockMs) },
    });
    this.#child = child;
    // An interrupted test run leaves no gateway behind.
    const abandon = () => child.kill('SIGKILL');
    process.once('exit', abandon);
    child.once('close', () => process.off('exit', abandon));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-KEPT_LOG_CHARS);
    });
    this.#url = await new Promise<string>((resolve, reject) => {
      const lines = createInterface({ input: child.stdout });
      lines.on('line', (line) => {
        if (line.startsWith(READY)) resolve(line.slice(READY.length).trim());
      });
      lines.once('close', () => reject(new Error(`the gateway did not start:\n${this.#log}`)));
    });
  }

  /** Kills it as a power cut would: unfinished work is lost. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Stops the process in the middle of its work, without an end. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** Lets a stopped process go on, which does not learn of the stop. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Stops it normally. @returns its exit code */
  async stop(): Promise<number | null> {
    return this.#end('SIGTERM');
  }

  /** The signed payload that an application's own server gives to its page, signed now or at another time. */
  auth(timestamp = Date.now(), flag = true, appkey = this.appkey): AuthPayload {
    const random_str = randomBytes(16).toString('hex');
    const signature = signatureOf(appkey, this.secret, timestamp, random_str);
    return { appkey, random_str, signature, timestamp, flag };
  }

  /** Calls the gateway's REST API, as an application's own server does. @returns the answer, which must not be a refusal */
  async rest(method: 'POST' | 'PUT', path: string, body: object): Promise<Record<string, unknown>> {
    const authorization = basicAuth(this.appkey, this.secret);
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? {} : JSON.parse(text);
  }

  /** Stops it and deletes its data. */
  async destroy(): Promise<void> {
    await this.kill();
    await rm(this.#data, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null)
      return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    child.kill(signal);
    return ended;
  }
}

/** A data folder with an empty database, which each build of the gateway creates once by its first start. */
export async function freshGatewayData(): Promise<string> {
  const build = createHash('sha1')
    .update(await readFile(CLI))
    .digest('hex');
  const fill = async (folder: string) => {
    const first = new Gateway(folder, {});
    await first.start();
    await first.stop();
  };
  return copyOf({ prefix: 'gateway-data-', version: build, fill }, 'jmessage-gateway-');
}

/** Starts a gateway on fresh data. */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  if (!existsSync(CLI)) throw new Error('gateway/dist/main.js is missing: npm run build');
  const gateway = new Gateway(await freshGatewayData(), options);
  await gateway.start();
  return gateway;
}
