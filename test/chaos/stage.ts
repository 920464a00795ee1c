/**
 * The browsers of a run and their tabs. A tab that closes or dies is another instance when it returns. The history keeps the earlier reports of
 * its page.
 */
import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Profile } from '../kit/browser.js';
import type { HostKind, World } from '../kit/world.js';
import { PROFILES, type ProfileName, SLOTS } from './cast.js';
import { type History, type InstanceRecord, type PageEvent, record } from './history.js';

/** The globals of `pages/page.js`. */
interface ChaosWindow {
  chaos: {
    sendAll(sends: PageSend[]): void;
    retryFailed(): Promise<void>;
    status(): Promise<Status>;
    call(method: string, params: unknown): Promise<Record<string, unknown>>;
  };
}

interface PageSend {
  name: string;
  to: string;
  gid: number;
  file: boolean;
  cancelled: boolean;
}

export interface Status {
  isReady: boolean;
  isOpen: number;
  /** Its worker has read the account's outbox from the disk. */
  hasOutbox: boolean;
  outbox: { name: string; state: string; code?: number }[];
}

/** An open tab. */
export class LiveTab {
  constructor(
    readonly page: Page,
    readonly record: InstanceRecord,
    readonly slot: number,
  ) {}

  get isJoined(): boolean {
    return this.record.joinedAt !== undefined;
  }

  /** The caller does not wait for it, because the page may die meanwhile. */
  send(sends: PageSend[]): void {
    this.page
      .evaluate((all) => (window as unknown as ChaosWindow).chaos.sendAll(all), sends)
      .catch(() => undefined);
  }

  retryFailed(): void {
    this.page.evaluate(() => (window as unknown as ChaosWindow).chaos.retryFailed()).catch(() => undefined);
  }

  /** Tells the browser that the network is back. */
  async online(): Promise<void> {
    await this.page.evaluate(() => void window.dispatchEvent(new Event('online'))).catch(() => undefined);
  }

  status(): Promise<Status> {
    return this.page.evaluate(() => (window as unknown as ChaosWindow).chaos.status());
  }

  call(method: string, params: unknown): Promise<Record<string, unknown>> {
    return this.page.evaluate(
      ([name, json]) => (window as unknown as ChaosWindow).chaos.call(name, JSON.parse(json)),
      [method, JSON.stringify(params)] as const,
    );
  }
}

export class Stage {
  readonly #profiles = new Map<ProfileName, Profile>();
  readonly #tabs = new Map<number, LiveTab>();
  readonly #count = new Map<string, number>();

  constructor(
    private readonly world: World,
    private readonly history: History,
    private readonly host: HostKind,
  ) {}

  async open(): Promise<void> {
    for (const name of PROFILES) {
      // Its pages report through a function that the browser keeps.
      const profile = (await this.world.profile()).spend();
      this.#profiles.set(name, profile);
      await this.#listen(profile);
    }
  }

  tab(slot: number): LiveTab | undefined {
    return this.#tabs.get(slot);
  }

  get tabs(): LiveTab[] {
    return [...this.#tabs.values()];
  }

  /** @returns whether the seat was free */
  async openTab(slot: number, offlineSend: 'queue' | 'timeout' = 'queue'): Promise<boolean> {
    if (this.#tabs.has(slot)) return false;
    const page = await this.#profile(this.#at(slot).profile).page();
    // Chromium ends a renderer together with all of its pages.
    page.once('crash', () => this.#goneWith(page, 'crashed'));
    await this.#load(page, slot, offlineSend);
    return true;
  }

  async close(slot: number): Promise<boolean> {
    const tab = this.#tabs.get(slot);
    if (!tab) return false;
    this.#goneWith(tab.page, 'closed');
    await tab.page.close();
    return true;
  }

  async reload(slot: number): Promise<boolean> {
    const tab = this.#tabs.get(slot);
    if (!tab) return false;
    this.#goneWith(tab.page, 'reloaded');
    await this.#load(tab.page, slot, 'queue');
    return true;
  }

  async crash(slot: number): Promise<boolean> {
    const tab = this.#tabs.get(slot);
    if (!tab) return false;
    const { page } = tab;
    const crashed = new Promise((resolve) => page.once('crash', resolve));
    const session = await page.context().newCDPSession(page);
    // A crashed page never answers.
    session.send('Page.crash').catch(() => undefined);
    await crashed;
    return true;
  }

  async killWorker(name: ProfileName): Promise<boolean> {
    const folder = this.#databases(name);
    const isBroken = await stat(folder).then(
      (found) => found.isFile(),
      () => false,
    );
    if (isBroken) await rm(folder);
    if (this.host === 'page') {
      // The runtime ends with its page.
      for (const { slot } of this.tabs) if (this.#at(slot).profile === name) await this.reload(slot);
    } else await this.#profile(name).killRuntimes();
    return true;
  }

  async killBrowser(name: ProfileName): Promise<boolean> {
    const profile = this.#profile(name);
    await profile.kill();
    for (const { page, slot } of this.tabs) {
      if (this.#at(slot).profile === name) this.#goneWith(page, 'browser killed');
    }
    await profile.open();
    await this.#listen(profile);
    return true;
  }

  /** Deletes the account's databases while its worker uses them. @returns false if no tab can do it */
  async clearStorage(name: ProfileName): Promise<boolean> {
    const tab = this.tabs.find(({ slot }) => this.#at(slot).profile === name);
    if (!tab) return false;
    const session = await tab.page.context().newCDPSession(tab.page);
    const { origin } = new URL(this.world.site.url);
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes: 'indexeddb' });
    await session.detach();
    return true;
  }

  /** Simulates a failing disk: its data are gone, and writes fail until the worker is killed. */
  async breakStorage(name: ProfileName): Promise<boolean> {
    const folder = this.#databases(name);
    const gone = `${folder} ${randomUUID()}`;
    // The browser may add files to a folder that is being deleted.
    await rename(folder, gone).catch(async () => rm(folder, { force: true }));
    await writeFile(folder, '');
    await rm(gone, { recursive: true, force: true, maxRetries: 10 });
    return this.clearStorage(name);
  }

  /** The folder of a profile's IndexedDB in Chromium. */
  #databases(name: ProfileName): string {
    return path.join(this.#profile(name).folder, 'Default', 'IndexedDB');
  }

  #at(slot: number): (typeof SLOTS)[number] {
    const found = SLOTS[slot];
    if (found === undefined) throw new Error(`there is no slot ${slot}`);
    return found;
  }

  #profile(name: ProfileName): Profile {
    const profile = this.#profiles.get(name);
    if (profile === undefined) throw new Error(`the profile ${name} is not open`);
    return profile;
  }

  async #load(page: Page, slot: number, offlineSend: 'queue' | 'timeout'): Promise<void> {
    const { account, profile } = this.#at(slot);
    const count = (this.#count.get(account) ?? 0) + 1;
    this.#count.set(account, count);
    const name = `${account}.${count}`;
    const openedAt = Date.now();
    const instance: InstanceRecord = {
      name,
      account,
      profile,
      openedAt,
      epoch: 0,
      joinedAt: undefined,
      gone: undefined,
      delivered: [],
    };
    this.history.instances.set(name, instance);
    this.history.happenings.push({ at: openedAt, what: `opened (${offlineSend})`, of: name });
    const url = new URL('/chaos/', this.world.site.url);
    const { relay, gateway } = this.world;
    const auth = `${relay.url}/dev/auth?appkey=${gateway.appkey}`;
    const { password } = this.world.user(account);
    const { host } = this;
    const query = { instance: name, account, password, offlineSend, address: relay.url, auth, host };
    for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
    this.#tabs.set(slot, new LiveTab(page, instance, slot));
    await page.goto(url.href);
  }

  #goneWith(page: Page, how: string): void {
    for (const [slot, tab] of this.#tabs) {
      if (tab.page !== page) continue;
      const at = Date.now();
      tab.record.gone = { at, how };
      this.history.happenings.push({ at, what: how, of: tab.record.name });
      this.#tabs.delete(slot);
      if (how === 'crashed') void page.close().catch(() => undefined);
    }
  }

  #listen(profile: Profile): Promise<unknown> {
    return profile.context.exposeFunction('chaosReport', (events: PageEvent[]) => {
      for (const event of events) record(this.history, event);
    });
  }
}
