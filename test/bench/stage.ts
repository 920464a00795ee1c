/** The stage of the suites that need a browser: a world, and pages for each way of being connected. */
import { rm } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import type { Profile } from '../kit/browser.js';
import { createWorld, type World } from '../kit/world.js';
import { addTimedScripts, buildPages } from './build-pages.js';
import { LeanClient } from './node/lean-client.js';

/** Limits would measure themselves: a benchmark's account does in a minute what a person does in a year. */
export const UNLIMITED = [
  'requestBurst=100000000',
  'requestsPerSecond=1000000',
  'storedItems=100000000',
  'registrationsPerHour=100000',
  'offlineMessages=20000',
].flatMap((setting) => ['--set', setting]);

export type Way = 'bare-socket' | 'with-runtime';

export const SCRIPTS: Record<Way, readonly string[]> = {
  'bare-socket': ['/bench/bare-socket.js'],
  'with-runtime': ['/dist/jmessage-sdk-web.min.js', '/bench/with-runtime.js'],
};

export class Stage {
  readonly #pages: string;

  private constructor(
    readonly world: World,
    pages: string,
  ) {
    this.#pages = pages;
  }

  static async open(users: string[]): Promise<Stage> {
    const pages = await buildPages(
      'bare-socket',
      'with-runtime',
      'bare-ports',
      'bare-ports-worker',
      'stores',
    );
    await addTimedScripts(pages);
    const world = await createWorld({ users, gateway: { args: UNLIMITED } });
    world.site.mount('/bench/', pages);
    return new Stage(world, pages);
  }

  /** A page with a way's scripts in it, not logged in. */
  async blank(profile: Profile, ...scripts: string[]): Promise<Page> {
    const page = await profile.page(new URL('/elsewhere.html', this.world.site.url).href);
    for (const url of scripts) await page.addScriptTag({ url });
    return page;
  }

  /** A page that is logged in. @returns it, and how long the login took, ms */
  async page(way: Way, profile: Profile, username: string): Promise<{ page: Page; loginMs: number }> {
    const page = await this.blank(profile, ...SCRIPTS[way]);
    return { page, loginMs: await this.login(page, username) };
  }

  /** Logs a page in. @returns ms */
  login(page: Page, username: string): Promise<number> {
    return page.evaluate(([url, auth, user]) => window.bench.login(url, auth, user), [
      this.world.gateway.url,
      this.world.auth(),
      this.world.user(username),
    ] as const);
  }

  /** A client outside of browsers, logged in. */
  async client(username: string): Promise<LeanClient> {
    const client = await LeanClient.connect(this.world.gateway.url);
    await client.login(this.world.auth(), this.world.user(username));
    return client;
  }

  async close(): Promise<void> {
    await this.world.close();
    await rm(this.#pages, { recursive: true, force: true });
  }
}

/** Sends to an account as fast as the gateway takes it. */
export async function flood(from: LeanClient, target: string, count: number): Promise<void> {
  const open = 200;
  const lanes = Array.from({ length: Math.min(open, count) }, async (_, lane) => {
    for (let i = lane; i < count; i += open)
      await from.send(target, `message ${i}, of an ordinary length as chats go`);
  });
  await Promise.all(lanes);
}
