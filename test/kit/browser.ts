/**
 * The real Chromium. A profile is a browser of its own on a folder of its own, as on another device. Several run side by side. A killed one
 * can be opened again with its stored data. Test files borrow browsers one after the other: see {@link openProfile}.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { findChromium } from '../../scripts/lib/chromium.mjs';
import type { BrowserProfile } from './engines/engine.js';
import { atEnd, isShared } from './lifelong.js';
import { until } from './until.js';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Without the filter the protocol hides shared workers. */
const SHARED_WORKERS = [{ type: 'shared_worker', exclude: false }];

/**
 * Blocks a worker for good in its next task. A thread that waits uses no processor, other than one in a loop. A worker that hangs within a write
 * keeps its databases from its successor, so this lets the earlier writes end first.
 */
const BLOCK_SOON = `(async () => {
  const done = (target, event) => new Promise((resolve) => target.addEventListener(event, resolve));
  for (const { name } of await indexedDB.databases()) {
    const opening = indexedDB.open(name);
    await done(opening, 'success');
    const { result: database } = opening;
    for (let round = 0; round < 2; round += 1)
      await done(database.transaction([...database.objectStoreNames], 'readwrite'), 'complete');
    database.close();
  }
  const memory = new WebAssembly.Memory({ shared: true, initial: 1, maximum: 1 });
  setTimeout(() => Atomics.wait(new Int32Array(memory.buffer), 0, 0));
})()`;

interface SharedWorkerTarget {
  targetId: string;
  url: string;
  title: string;
}

/** Browsers that no file uses at the moment. */
const idle: Profile[] = [];

export class Profile implements BrowserProfile {
  #context: BrowserContext | null = null;
  /** The sites that were open in it. */
  readonly #origins = new Set<string>();
  /** A browser that a test has ended, or has given abilities for good, serves no other file. */
  #isSpent = false;

  constructor(
    readonly folder: string,
    readonly args: readonly string[],
  ) {}

  get context(): BrowserContext {
    if (this.#context === null) throw new Error('the profile is closed: open() it first');
    return this.#context;
  }

  /** Starts the browser on the data of its folder. */
  async open(): Promise<void> {
    const executablePath = findChromium() ?? chromium.executablePath();
    this.#context = await chromium.launchPersistentContext(this.folder, {
      executablePath,
      headless: true,
      args: [...ARGS, ...this.args],
      // Playwright turns the back/forward cache off; users have it on.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
    this.#context.on('page', (page) =>
      page.on('framenavigated', (frame) => {
        if (URL.canParse(frame.url())) this.#origins.add(new URL(frame.url()).origin);
      }),
    );
  }

  /** Lets no other file have this browser. */
  spend(): this {
    this.#isSpent = true;
    return this;
  }

  /** A new tab. */
  async page(url?: string): Promise<Page> {
    const page = await this.context.newPage();
    if (url !== undefined) await page.goto(url);
    return page;
  }

  async clear(): Promise<void> {
    for (const page of this.context.pages()) await page.close();
    await this.killRuntimes();
  }

  /** The running SharedWorkers. */
  async sharedWorkers(): Promise<SharedWorkerTarget[]> {
    return this.#cdp(async (session) => {
      const { targetInfos } = await session.send('Target.getTargets', { filter: SHARED_WORKERS });
      return targetInfos;
    });
  }

  /** Ends every SharedWorker as a browser does that is short of memory: its ports fall silent. */
  async killSharedWorkers(): Promise<void> {
    await this.#cdp(async (session) => {
      const { targetInfos } = await session.send('Target.getTargets', { filter: SHARED_WORKERS });
      for (const { targetId } of targetInfos) await session.send('Target.closeTarget', { targetId });
      const killed = new Set(targetInfos.map(({ targetId }) => targetId));
      // Pages may have started another one meanwhile, so only the earlier workers have to be gone.
      await until('the shared workers to be gone', async () => {
        const now = await session.send('Target.getTargets', { filter: SHARED_WORKERS });
        return now.targetInfos.every(({ targetId }) => !killed.has(targetId));
      });
    });
  }

  /** Ends every worker that may hold the runtime, wherever it runs. */
  async killRuntimes(): Promise<void> {
    await Promise.all([this.killSharedWorkers(), this.killWorkers()]);
  }

  /** Blocks every worker for good, as an endless loop would. The browser reports nothing. */
  async wedgeRuntimes(): Promise<void> {
    this.spend();
    const workers = this.context.pages().flatMap((page) => page.workers());
    await Promise.all(workers.map((worker) => worker.evaluate(BLOCK_SOON)));
    await this.#cdp(async (session) => {
      const { targetInfos } = await session.send('Target.getTargets', { filter: SHARED_WORKERS });
      for (const { targetId } of targetInfos) {
        const { sessionId } = await session.send('Target.attachToTarget', { targetId });
        const answered = new Promise<void>((resolve) => {
          session.on('Target.receivedMessageFromTarget', (received) => {
            if (received.sessionId === sessionId) resolve();
          });
        });
        const params = { expression: BLOCK_SOON, awaitPromise: true };
        const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params });
        await session.send('Target.sendMessageToTarget', { sessionId, message });
        await answered;
      }
    });
  }

  /** Ends every worker of a leading tab. */
  async killWorkers(): Promise<void> {
    const workers = this.context.pages().flatMap((page) => page.workers());
    await Promise.all(workers.map((worker) => worker.evaluate(() => self.close())));
  }

  /** Crashes the renderer of a page. */
  async crash(page: Page): Promise<void> {
    const session = await this.context.newCDPSession(page);
    const crashed = new Promise((resolve) => page.once('crash', resolve));
    void session.send('Page.crash').catch(() => undefined);
    await crashed;
  }

  /** Kills the browser process; the folder stays unchanged. */
  async kill(): Promise<void> {
    const { context } = this;
    const { processInfo } = await this.#cdp((session) => session.send('SystemInfo.getProcessInfo'));
    const browser = processInfo.find(({ type }) => type === 'browser');
    if (browser === undefined) throw new Error('the browser does not tell its process');
    const gone = new Promise((resolve) => context.once('close', resolve));
    this.spend();
    process.kill(browser.id, 'SIGKILL');
    await gone;
    this.#context = null;
  }

  /** Closes the browser normally; the folder stays. */
  async close(): Promise<void> {
    this.spend();
    await this.#context?.close();
    this.#context = null;
  }

  /** Gives the browser back as good as new, or closes it and removes the folder. */
  async destroy(): Promise<void> {
    if (isShared() && !this.#isSpent) {
      const isClean = await this.#clean().then(
        () => true,
        () => false,
      );
      if (isClean) {
        idle.push(this);
        return;
      }
    }
    await this.remove();
  }

  /** Closes the browser and removes the folder. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Ends its pages and workers, and takes back their data and permissions. Another site may get the port of an earlier one. */
  async #clean(): Promise<void> {
    const { context } = this;
    await this.clear();
    await context.clearPermissions();
    await context.setGeolocation(null);
    await context.setOffline(false);
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    for (const origin of this.#origins) {
      if (origin !== 'null')
        await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    }
    this.#origins.clear();
    await page.close();
  }

  async #cdp<T>(use: (session: CDPSession) => Promise<T>): Promise<T> {
    const browser: Browser | null = this.context.browser();
    if (browser === null)
      throw new Error('this Playwright does not tell the browser of a persistent context');
    const session = await browser.newBrowserCDPSession();
    try {
      return await use(session);
    } finally {
      await session.detach().catch(() => {});
    }
  }
}

/** A profile without data, which is open. It may have served another file before. */
export async function openProfile(args: readonly string[] = []): Promise<Profile> {
  const borrowed = args.length === 0 ? idle.pop() : undefined;
  if (borrowed !== undefined) return borrowed;
  const profile = new Profile(await mkdtemp(path.join(os.tmpdir(), 'jmessage-profile-')), args);
  await profile.open();
  if (args.length > 0) profile.spend();
  else atEnd(() => profile.remove());
  return profile;
}
