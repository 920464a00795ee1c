/**
 * Shared by the demo's tests: the built page in real browsers, a real gateway with the demo's own accounts, and the actions of a person.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { APPKEY, seed } from '../../../demo/seed.mjs';
import { ensureAll } from '../../../scripts/tasks/build.mjs';
import type { Profile } from '../../kit/browser.js';
import { until } from '../../kit/until.js';
import { createWorld, type World } from '../../kit/world.js';

const CONFIG = fileURLToPath(new URL('../../../demo/vite.config.ts', import.meta.url));
const BUILT = fileURLToPath(new URL('../../../demo/dist', import.meta.url));
const LOOPBACK = '127.0.0.1';
export const LAST_SEEDED = 'And bring the laptop, I want to see it with ten tabs.';

/** The password of every demo account. */
export const DEMO_PASSWORD = 'demo1234';

type Name = 'Alice Chen' | 'Bob Wang' | 'Mei Lin';

/** The gateway needs the page's address before the page is served. */
async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, LOOPBACK, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const configOf = (outDir: string) => ({ configFile: CONFIG, logLevel: 'silent', build: { outDir } }) as const;

/** The folder of the built page, which `npm start` serves as well. */
async function builtDemo(): Promise<string> {
  if ((await ensureAll()) !== 0) throw new Error('the demo was not built');
  return BUILT;
}

export class DemoStage {
  #server: PreviewServer | undefined;

  private constructor(
    readonly world: World,
    /** The folder of the served page. */
    readonly outDir: string,
    private readonly port: number,
    readonly hers: Profile,
    readonly his: Profile,
  ) {}

  static async open(): Promise<DemoStage> {
    // As behind a proxy that does not pass on the browser's Host header.
    const port = await freePort();
    const publicUrl = `http://${LOOPBACK}:${port}`;
    const world = await createWorld({
      users: [],
      gateway: { appkey: APPKEY, args: ['--public-url', publicUrl] },
    });
    await seed({ gateway: world.gateway.url });
    const outDir = await mkdtemp(path.join(os.tmpdir(), 'jmessage-demo-'));
    await cp(await builtDemo(), outDir, { recursive: true });
    const [hers, his] = [await world.profile(), await world.profile()];
    const stage = new DemoStage(world, outDir, port, hers, his);
    await stage.serve();
    return stage;
  }

  get address(): string {
    return `http://${LOOPBACK}:${this.port}/`;
  }

  /** Serves the page, also again after {@link stopServing}. */
  async serve(): Promise<void> {
    process.env.JMESSAGE_GATEWAY = this.world.relay.url;
    const { port } = this;
    this.#server = await preview({
      ...configOf(this.outDir),
      preview: { host: LOOPBACK, port, strictPort: true },
    });
  }

  async stopServing(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  /** Replaces the page by another build, as after a change of the SDK's worker. The files of the earlier build are gone. */
  async publishNextVersion(): Promise<void> {
    const output = { entryFileNames: 'assets/next-[name]-[hash].js' };
    await build({ ...configOf(this.outDir), worker: { format: 'es', rolldownOptions: { output } } });
  }

  async close(): Promise<void> {
    await this.stopServing();
    await this.world.close();
    await rm(this.outDir, { recursive: true, force: true });
  }

  /** Closes all tabs, and repairs the network. */
  async clear(): Promise<void> {
    this.world.relay.refuse(false);
    this.world.relay.freeze(false);
    for (const profile of [this.hers, this.his]) {
      for (const page of profile.context.pages()) if (!page.isClosed()) await page.goto('about:blank');
      await profile.killSharedWorkers();
    }
    await until('every socket to be closed', () => this.world.relay.open === 0);
  }

  /** Cuts the connection until `relay.refuse(false)`. */
  cut(): void {
    this.world.relay.refuse(true);
    this.world.relay.cutAll();
  }

  /** Repairs the network, with the browser's online event. */
  async mend(page: Page): Promise<void> {
    this.world.relay.refuse(false);
    await page.evaluate(() => dispatchEvent(new Event('online')));
  }

  /** A tab that shows the login, whatever account was used before. */
  openLogin(profile: Profile): Promise<Page> {
    return profile.page(`${this.address}#log-in`);
  }

  async enter(profile: Profile, name: Name): Promise<Page> {
    const page = await this.openLogin(profile);
    await page.getByRole('button', { name: `Continue as ${name}` }).click();
    await page.getByTestId('connection').getByText('Online').waitFor();
    return page;
  }
}

export async function openChat(page: Page, username: string): Promise<void> {
  await page.locator(`[data-username=${username}]`).click();
  await field(page).waitFor();
}

export const field = (page: Page): Locator => page.getByRole('textbox', { name: /^Message / });

export async function write(page: Page, text: string): Promise<void> {
  await field(page).fill(text);
  await field(page).press('Enter');
}

/**
 * Presses Enter, and again as soon as that has changed the text, before the next frame.
 * @returns the text between
 */
export const enterTwice = (draft: Locator): Promise<string> =>
  draft.evaluate(async (element: HTMLTextAreaElement) => {
    const enter = () =>
      element.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
    const typed = element.value;
    enter();
    while (element.value === typed) await Promise.resolve();
    const { value } = element;
    enter();
    return value;
  });

/** A drawn image, as a PNG file. */
export async function picture(page: Page, width: number, height: number): Promise<Buffer> {
  const data = await page.evaluate(
    ([w, h]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
      const context = canvas.getContext('2d');
      if (context === null) return '';
      const sky = context.createLinearGradient(0, 0, 0, h);
      sky.addColorStop(0, '#2b3a8c');
      sky.addColorStop(0.7, '#f08a5d');
      sky.addColorStop(1, '#ffd56b');
      context.fillStyle = sky;
      context.fillRect(0, 0, w, h);
      context.fillStyle = '#fff3c4';
      context.beginPath();
      context.arc(w * 0.7, h * 0.6, h * 0.12, 0, 7);
      context.fill();
      return canvas.toDataURL('image/png');
    },
    [width, height] as const,
  );
  return Buffer.from(data.slice(data.indexOf(',') + 1), 'base64');
}

/** A file as a browser passes it to the page. */
const transfer = (page: Page, name: string, text: string) =>
  page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], fileName));
      return data;
    },
    [name, text] as const,
  );

export async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await transfer(page, name, text);
  await page.locator('.conversation').dispatchEvent('drop', { dataTransfer });
}

export async function paste(page: Page, name: string, text: string): Promise<void> {
  const data = await transfer(page, name, text);
  await field(page).evaluate((element, clipboardData) => {
    element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, data);
}

/** The texts of all messages, in order. Only the rows near the screen exist, so this scrolls through the history. */
export const allTexts = (page: Page): Promise<string[]> =>
  page.getByRole('log').evaluate(async (log) => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const texts: string[] = [];
    log.scrollTo(0, 0);
    for (;;) {
      for (let i = 0; i < 3; i += 1) await frame();
      for (const row of log.querySelectorAll<HTMLElement>('li[data-index]')) {
        texts[Number(row.dataset.index)] = row.querySelector('.bubble p')?.textContent ?? '';
      }
      if (log.scrollTop + log.clientHeight >= log.scrollHeight - 1) break;
      log.scrollBy(0, log.clientHeight);
    }
    return texts.filter((text) => text !== '');
  });

export async function closeDialog(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

/** Waits until the last message is wholly on the screen. */
export const atEnd = (page: Page): Promise<true> =>
  until('the view to be at its end', () =>
    page.getByRole('log').evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight < 1),
  );

/** The rows that exist, whatever the length of the history. */
export const drawnRows = (page: Page): Promise<number> => page.locator('li[data-index]').count();

export const bubble = (page: Page, text: string) => page.locator('.message').filter({ hasText: text });
/** The recipient may have read it already. */
export const delivered = (page: Page, text: string) => bubble(page, text).getByLabel(/^(Sent|Read)/);
export const note = (page: Page, text: string) => page.locator('.note').filter({ hasText: text });
export const showContacts = (page: Page) => page.getByRole('radio', { name: 'Contacts' }).check();
