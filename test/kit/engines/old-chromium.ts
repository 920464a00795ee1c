/**
 * A Chromium of years ago, by its DevTools protocol. Today's drivers expect commands that it does not have. Functions of the tests are lowered to
 * the syntax of its time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import WebSocket from 'ws';
import { programsOf } from '../../../scripts/lib/engines.mjs';
import { until } from '../until.js';
import type { BrowserProfile, TabFrame, TabPage } from './engine.js';
import { lowered } from './old-syntax.js';

type OldChromium = 'chromium-66' | 'chromium-80';

const ARGS = ['--headless', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', 'about:blank'];
const LISTENS = 'DevTools listening on ';

interface Answer {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** A connection to the browser, or to one of its pages. */
class Devtools {
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: Error) => void }>();
  #last = 0;

  private constructor(
    private readonly socket: WebSocket,
    private readonly onEvent: (method: string, params: Record<string, unknown>) => void,
  ) {
    socket.on('message', (data) => this.#receive(JSON.parse(String(data)) as Answer));
    socket.on('error', () => socket.close());
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values())
        reject(new Error('the page or the browser was closed'));
      this.#waiting.clear();
    });
  }

  static async to(url: string, onEvent: Devtools['onEvent'] = () => undefined): Promise<Devtools> {
    const devtools = new Devtools(new WebSocket(url, { perMessageDeflate: false }), onEvent);
    await once(devtools.socket, 'open');
    return devtools;
  }

  call<R>(method: string, params: Record<string, unknown> = {}): Promise<R> {
    this.#last += 1;
    const id = this.#last;
    return new Promise<R>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.socket.close();
  }

  #receive({ id, method, params = {}, result, error }: Answer): void {
    if (method !== undefined) return this.onEvent(method, params);
    const waiting = this.#waiting.get(id ?? 0);
    this.#waiting.delete(id ?? 0);
    if (error === undefined) waiting?.resolve(result as never);
    else waiting?.reject(new Error(error.message));
  }
}

/** The source of a function in the syntax of the browser. */
const sourceOf = async (run: unknown): Promise<string> =>
  (await lowered(`export default ${String(run)}`)).replace('export default', '').trim().replace(/;$/, '');

interface Evaluated {
  result: { value?: string };
  exceptionDetails?: { text: string; exception?: { description?: string } };
}

interface FrameTree {
  frame: { id: string; name?: string };
  childFrames?: FrameTree[];
}

interface NavigationHistory {
  currentIndex: number;
  entries: { id: number }[];
}

class OldPage implements TabPage {
  #devtools: Devtools | undefined;
  /** The pages' own contexts by their frames. */
  readonly #contexts = new Map<string, number>();
  #loads = 0;

  constructor(
    readonly id: string,
    private readonly browser: Devtools,
  ) {}

  async enter(url: string): Promise<void> {
    this.#devtools = await Devtools.to(url, (method, params) => this.#notice(method, params));
    await this.#call('Page.enable');
    await this.#call('Runtime.enable');
  }

  evaluate<R, A>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    return this.#evaluate(this.id, run, arg);
  }

  goto(url: string): Promise<void> {
    return this.#loading(() => this.#call('Page.navigate', { url }));
  }

  reload(): Promise<void> {
    return this.#loading(() => this.#call('Page.reload'));
  }

  async goBack(): Promise<void> {
    const { entries, currentIndex } = await this.#call<NavigationHistory>('Page.getNavigationHistory');
    const earlier = entries[currentIndex - 1];
    if (earlier === undefined) throw new Error('there is no earlier page');
    await this.#loading(() => this.#call('Page.navigateToHistoryEntry', { entryId: earlier.id }));
  }

  async close(): Promise<void> {
    await this.browser.call('Target.closeTarget', { targetId: this.id });
    await until('the page to be closed', async () => {
      const { targetInfos } = await this.browser.call<Targets>('Target.getTargets');
      return targetInfos.every(({ targetId }) => targetId !== this.id);
    });
    this.#devtools?.close();
  }

  frame(name: string): TabFrame {
    return {
      evaluate: async <R, A>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> => {
        const { frameTree } = await this.#call<{ frameTree: FrameTree }>('Page.getFrameTree');
        const found = frameTree.childFrames?.find(({ frame }) => frame.name === name);
        if (found === undefined) throw new Error(`the iframe ${name} is not there`);
        return this.#evaluate(found.frame.id, run, arg);
      },
    };
  }

  #call<R>(method: string, params?: Record<string, unknown>): Promise<R> {
    if (this.#devtools === undefined) throw new Error('enter() the page first');
    return this.#devtools.call(method, params);
  }

  async #loading(go: () => Promise<unknown>): Promise<void> {
    const loads = this.#loads;
    await go();
    await until('the page to be loaded', () => this.#loads > loads);
  }

  async #evaluate<R, A>(frame: string, run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    const given = arg === undefined ? 'undefined' : JSON.stringify(arg);
    const { result, exceptionDetails } = await this.#call<Evaluated>('Runtime.evaluate', {
      expression: `(async () => JSON.stringify(await (${await sourceOf(run)})(${given})))()`,
      contextId: this.#contexts.get(frame),
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) {
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
    return (result.value === undefined ? undefined : JSON.parse(result.value)) as R;
  }

  #notice(method: string, params: Record<string, unknown>): void {
    if (method === 'Page.loadEventFired') this.#loads += 1;
    if (method !== 'Runtime.executionContextCreated') return;
    const { id, auxData } = params.context as {
      id: number;
      auxData: { frameId: string; isDefault: boolean };
    };
    if (auxData.isDefault) this.#contexts.set(auxData.frameId, id);
  }
}

interface Targets {
  targetInfos: { targetId: string; type: string }[];
}

class OldProfile implements BrowserProfile {
  #child: ChildProcess | undefined;
  #browser: Devtools | undefined;
  #address = '';
  #pages: OldPage[] = [];

  constructor(
    private readonly name: OldChromium,
    readonly folder: string,
  ) {}

  async open(): Promise<void> {
    const { program } = programsOf(this.name);
    // A process group of its own, so that kill() reaches its pages too.
    const child = spawn(program, [...ARGS, `--user-data-dir=${this.folder}`], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`${this.name} did not start`)));
      createInterface({ input: child.stderr }).on('line', (line) => {
        if (line.startsWith(LISTENS)) resolve(line.slice(LISTENS.length).trim());
      });
    });
    this.#address = new URL(url).host;
    this.#browser = await Devtools.to(url);
  }

  async page(url?: string): Promise<TabPage> {
    const { targetId } = await this.#opened.call<{ targetId: string }>('Target.createTarget', {
      url: 'about:blank',
    });
    const page = new OldPage(targetId, this.#opened);
    await page.enter(`ws://${this.#address}/devtools/page/${targetId}`);
    this.#pages.push(page);
    if (url !== undefined) await page.goto(url);
    return page;
  }

  async clear(): Promise<void> {
    const { targetInfos } = await this.#opened.call<Targets>('Target.getTargets');
    const open = new Set(targetInfos.map(({ targetId }) => targetId));
    for (const page of this.#pages.splice(0)) if (open.has(page.id)) await page.close();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = this.#browser = undefined;
    this.#pages = [];
    if (child?.pid === undefined || child.exitCode !== null) return;
    const exited = once(child, 'exit');
    process.kill(-child.pid, 'SIGKILL');
    await exited;
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child === undefined || this.#browser === undefined) return;
    const exited = once(child, 'exit');
    await this.#browser.call('Browser.close').catch(() => undefined);
    await exited;
    await this.kill();
  }

  async destroy(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #opened(): Devtools {
    if (this.#browser === undefined) throw new Error('the profile is closed: open() it first');
    return this.#browser;
  }
}

export async function openOldChromium(name: OldChromium): Promise<BrowserProfile> {
  const profile = new OldProfile(name, await mkdtemp(path.join(os.tmpdir(), `jmessage-${name}-`)));
  await profile.open();
  return profile;
}
