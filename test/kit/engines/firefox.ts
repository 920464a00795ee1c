/** Firefox by WebDriver BiDi. */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Browser, type Frame, launch, type Page } from 'puppeteer-core';
import { programsOf } from '../../../scripts/lib/engines.mjs';
import type { BrowserProfile, TabFrame, TabPage } from './engine.js';

/** The result passes as JSON, since the driver's own form of it loses an object that stands in it twice. */
async function evaluateIn<R, A>(place: Page | Frame, run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
  const given = arg === undefined ? 'undefined' : JSON.stringify(arg);
  const result = await place.evaluate(`(async () => JSON.stringify(await (${String(run)})(${given})))()`);
  return (typeof result === 'string' ? JSON.parse(result) : undefined) as R;
}

class FirefoxPage implements TabPage {
  constructor(readonly page: Page) {}

  evaluate<R, A>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> {
    return evaluateIn(this.page, run, arg);
  }

  async goto(url: string): Promise<void> {
    await this.page.goto(url);
  }

  async reload(): Promise<void> {
    await this.page.reload();
  }

  async goBack(): Promise<void> {
    await this.page.goBack();
  }

  close(): Promise<void> {
    return this.page.close();
  }

  /** Its driver does not know the names of frames. */
  frame(name: string): TabFrame {
    const find = async () => {
      for (const frame of this.page.frames()) {
        if ((await frame.evaluate(() => window.name)) === name) return frame;
      }
      throw new Error(`the iframe ${name} is not there`);
    };
    let found: ReturnType<typeof find> | undefined;
    return {
      evaluate: async <R, A>(run: (arg: A) => R | Promise<R>, arg?: A): Promise<R> => {
        found ??= find();
        return evaluateIn(await found, run, arg);
      },
    };
  }
}

class FirefoxProfile implements BrowserProfile {
  #browser: Browser | null = null;

  constructor(readonly folder: string) {}

  async open(): Promise<void> {
    const { program } = programsOf('firefox');
    this.#browser = await launch({
      browser: 'firefox',
      executablePath: program,
      userDataDir: this.folder,
      headless: true,
      // The limit of the test counts.
      timeout: 0,
    });
  }

  async page(url?: string): Promise<TabPage> {
    const page = new FirefoxPage(await this.#opened.newPage());
    if (url !== undefined) await page.goto(url);
    return page;
  }

  /** A SharedWorker ends with its last page. The first page stays, since the browser would end with it. */
  async clear(): Promise<void> {
    const [first, ...others] = await this.#opened.pages();
    for (const page of others) await page.close();
    await first?.goto('about:blank');
  }

  async kill(): Promise<void> {
    const child = this.#opened.process();
    if (child === null) throw new Error('the browser does not tell its process');
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    this.#browser = null;
  }

  async close(): Promise<void> {
    await this.#browser?.close();
    this.#browser = null;
  }

  async destroy(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  get #opened(): Browser {
    if (this.#browser === null) throw new Error('the profile is closed: open() it first');
    return this.#browser;
  }
}

export async function openFirefox(): Promise<BrowserProfile> {
  const profile = new FirefoxProfile(await mkdtemp(path.join(os.tmpdir(), 'jmessage-firefox-')));
  await profile.open();
  return profile;
}
