/** The world of all tests of a file: it starts before the first and closes after the last. */
import { afterAll, beforeAll } from 'vitest';
import type { Profile } from './browser.js';
import { type BrowserProfile, ENGINE } from './engines/engine.js';
import type { Tab } from './tab.js';
import { createWorld, type TabOptions, type World } from './world.js';

class HostedWorld {
  #started: { world: World; profile: BrowserProfile } | undefined;

  async start(): Promise<void> {
    const world = await createWorld();
    this.#started = { world, profile: await world.anyProfile() };
  }

  get world(): World {
    return this.#running.world;
  }

  get profile(): BrowserProfile {
    return this.#running.profile;
  }

  /** The profile with Chromium's own tools. */
  get tools(): Profile {
    if (ENGINE !== 'chromium') throw new Error(`${ENGINE} has no such tools`);
    return this.profile as Profile;
  }

  get #running() {
    if (!this.#started) throw new Error('the world starts with the first test');
    return this.#started;
  }

  /** A new tab of the profile, logged in to this account. */
  async tabOf(username: string, options: TabOptions = {}): Promise<Tab> {
    const tab = await this.world.tab(this.profile, options);
    await this.logIn(tab, username);
    return tab;
  }

  async logIn(tab: Tab, username: string): Promise<void> {
    await tab.login(this.world.auth(), this.world.user(username));
  }

  async close(): Promise<void> {
    await this.#started?.world.close();
  }
}

export function hostWorld(): HostedWorld {
  const hosted = new HostedWorld();
  beforeAll(() => hosted.start());
  afterAll(() => hosted.close());
  return hosted;
}
