/**
 * WebKitGTK by WebDriver, in `webkit-browser.py`. The browser that comes with the driver keeps no data beyond its life, as in a private window;
 * `JMESSAGE_WEBKIT=private` runs that one. A driver has one browser.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Builder, Capabilities, type WebDriver } from 'selenium-webdriver';
import { programsOf } from '../../../scripts/lib/engines.mjs';
import { freePort } from '../../../scripts/lib/ports.mjs';
import { until } from '../until.js';
import { type BrowserProfile, PRIVATE, type TabFrame, type TabPage } from './engine.js';

const BROWSER = fileURLToPath(new URL('./webkit-browser.py', import.meta.url));
const FIRST_PORT = 24_000;
/** No screen belongs to it. */
const DISPLAY_ARGS = ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'];
const POLL_MS = 10;

/** A started function that has not ended. */
const RUNNING = 'running';
/** The end of a started function, as JSON so that `undefined` stays what it is. */
type Ended = { value?: string } | { error: string };

/** WebDriver works in one window at a time, so each command first enters its own. */
class Windows {
  #last: Promise<unknown> = Promise.resolve();

  constructor(readonly driver: WebDriver) {}

  inside<T>(handle: string, frame: string | null, work: () => Promise<T>): Promise<T> {
    return this.alone(async () => {
      await this.driver.switchTo().window(handle);
      if (frame !== null) {
        const element = await this.driver.findElement({ css: `iframe[name="${frame}"]` });
        await this.driver.switchTo().frame(element);
      }
      return work();
    });
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}

class WebkitFrame implements TabFrame {
  static #calls = 0;

  constructor(
    protected readonly windows: Windows,
    protected readonly handle: string,
    private readonly name: string | null,
  ) {}

  /**
   * Starts the function and asks for its end, since one that is awaited would keep every other tab waiting. A function that returns no promise
   * ends in its first command, and may leave the page.
   * WebKit never answers a command in a page that is just entering its cache.
   */
  async evaluate<R, A>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    WebkitFrame.#calls += 1;
    const id = `call ${WebkitFrame.#calls}`;
    const start = `
      const [id, arg] = arguments;
      const calls = (window.webdriverCalls ??= {});
      const succeeded = (value) => ({ value: JSON.stringify(value) });
      const failed = (error) => ({ error: String(error) + '\\n' + (error?.stack ?? '') });
      try {
        const result = (${String(run)})(arg === null ? undefined : JSON.parse(arg));
        if (!(result instanceof Promise)) return succeeded(result);
        calls[id] = '${RUNNING}';
        result.then((value) => { calls[id] = succeeded(value); }, (error) => { calls[id] = failed(error); });
        return '${RUNNING}';
      } catch (error) {
        return failed(error);
      }`;
    const end = 'return window.webdriverCalls?.[arguments[0]] ?? { error: "the page was left" };';
    const command = (script: string, ...args: unknown[]) =>
      this.windows.inside(this.handle, this.name, () =>
        this.windows.driver.executeScript<Ended | typeof RUNNING>(script, id, ...args),
      );
    let ended = await command(start, arg === undefined ? null : JSON.stringify(arg));
    while (ended === RUNNING) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      ended = await command(end);
    }
    if ('error' in ended) throw new Error(ended.error);
    return (ended.value === undefined ? undefined : JSON.parse(ended.value)) as R;
  }
}

class WebkitPage extends WebkitFrame implements TabPage {
  constructor(windows: Windows, handle: string) {
    super(windows, handle, null);
  }

  goto(url: string): Promise<void> {
    return this.windows.inside(this.handle, null, () => this.windows.driver.get(url));
  }

  reload(): Promise<void> {
    return this.windows.inside(this.handle, null, () => this.windows.driver.navigate().refresh());
  }

  goBack(): Promise<void> {
    return this.windows.inside(this.handle, null, () => this.windows.driver.navigate().back());
  }

  close(): Promise<void> {
    return this.windows.inside(this.handle, null, () => this.windows.driver.close());
  }

  frame(name: string): TabFrame {
    return new WebkitFrame(this.windows, this.handle, name);
  }
}

class WebkitProfile implements BrowserProfile {
  #display: ChildProcess | null = null;
  #service: ChildProcess | null = null;
  #windows: Windows | null = null;
  /** The browser ends with its last window, so the first one stays. */
  #first = '';

  constructor(readonly folder: string) {}

  async open(): Promise<void> {
    const { program, display } = programsOf('webkit');
    this.#display = spawn(display, DISPLAY_ARGS, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    const port = await freePort(FIRST_PORT + (process.pid % 10_000));
    const env = { ...process.env, DISPLAY: await nameOf(this.#display), JMESSAGE_FOLDER: this.folder };
    // A process group of its own, so that kill() reaches the browser too.
    this.#service = spawn(program, [`--port=${port}`], { env, detached: true, stdio: 'ignore' });
    const url = `http://127.0.0.1:${port}`;
    await until('the driver to start', () =>
      fetch(`${url}/status`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    const options = PRIVATE ? { args: ['--automation'] } : { binary: BROWSER, args: [] };
    const browserName = PRIVATE ? 'MiniBrowser' : 'WebKitGTK';
    const driver = await new Builder()
      .usingServer(url)
      .withCapabilities(new Capabilities({ browserName, 'webkitgtk:browserOptions': options }))
      .build();
    this.#first = await driver.getWindowHandle();
    this.#windows = new Windows(driver);
  }

  async page(url?: string): Promise<TabPage> {
    const windows = this.#opened;
    const handle = await windows.alone(async () => {
      await windows.driver.switchTo().window(this.#first);
      // A tab beside others would be hidden.
      await windows.driver.switchTo().newWindow('window');
      return windows.driver.getWindowHandle();
    });
    const page = new WebkitPage(windows, handle);
    if (url !== undefined) await page.goto(url);
    return page;
  }

  /** A SharedWorker ends with its last page. */
  async clear(): Promise<void> {
    const windows = this.#opened;
    const handles = await windows.alone(() => windows.driver.getAllWindowHandles());
    for (const handle of handles) {
      if (handle !== this.#first) await windows.inside(handle, null, () => windows.driver.close());
    }
  }

  async kill(): Promise<void> {
    const service = this.#service;
    if (service?.pid === undefined) throw new Error('the profile is closed: open() it first');
    const exited = once(service, 'exit');
    process.kill(-service.pid, 'SIGKILL');
    await exited;
    this.#display?.kill();
    this.#display = this.#service = this.#windows = null;
  }

  async close(): Promise<void> {
    if (this.#service === null) return;
    await this.#windows?.driver.quit().catch(() => undefined);
    await this.kill();
  }

  async destroy(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #opened(): Windows {
    if (this.#windows === null) throw new Error('the profile is closed: open() it first');
    return this.#windows;
  }
}

/** @returns the name of a display that has just started */
async function nameOf(server: ChildProcess): Promise<string> {
  const [number] = (await once(server.stdio[3] as NodeJS.EventEmitter, 'data')) as [Buffer];
  return `:${number.toString().trim()}`;
}

export async function openWebkit(): Promise<BrowserProfile> {
  const profile = new WebkitProfile(await mkdtemp(path.join(os.tmpdir(), 'jmessage-webkit-')));
  await profile.open();
  return profile;
}
