/**
 * The real environment of one browser test: a gateway, the relay before it, the site, accounts, browser profiles.
 *
 *     const world = await createWorld({ users: ['alice', 'bob'] });
 *     const profile = await world.profile();
 *     const tab = await world.tab(profile);
 *     await tab.login(world.auth(), world.user('alice'));
 *     expect(world.relay.peakFor('alice')).toBe(1);
 *     await world.close();
 */
import type { AuthPayload, WireMessage } from '../../src/protocol/index.js';
import { openProfile, type Profile } from './browser.js';
import {
  type BrowserProfile,
  ENGINE,
  openAnyProfile,
  type TabFrame,
  type TabPage,
} from './engines/engine.js';
import { type Gateway, type GatewayOptions, startGateway } from './gateway.js';
import { startCluster } from './gateway-cluster.js';
import { nodesRun } from './gateway-nodes.js';
import { isShared } from './lifelong.js';
import { type Relay, startRelay } from './relay.js';
import { borrowGateway } from './shared-gateway.js';
import { type Site, startSite } from './site.js';
import { type Credentials, Tab } from './tab.js';
import {
  register,
  storedMessages,
  type WireClient,
  type WireClientOptions,
  wireClient,
} from './wire-client.js';
import { buildWorkers } from './workers.js';

interface WorldOptions {
  /** Accounts to register. Default: alice and bob. */
  users?: string[];
  /** Starts a gateway of its own. By default the files of a run borrow one in turn, each with applications of its own. */
  gateway?: GatewayOptions | undefined;
  /** Starts another gateway than one process of these options. */
  start?: () => Promise<Gateway>;
}

export interface TabOptions {
  /** Gives the page an `auth` function, so that it can reconnect after its signature has expired. Default: yes. */
  auth?: boolean;
  engine?: 3 | 4;
  /** Default: the relay before the gateway. */
  address?: string;
  debug?: boolean;
  /** A worker that the test has built, see `workers.ts`. */
  worker?: string;
  /** `disconnectGrace`. Default: 0, V2's timing. */
  graceMs?: number;
  /** Default: the one that `JMESSAGE_HOST` demands, or the first one that works. */
  host?: HostKind | undefined;
  /** APIs that the page does not have, or that throw. */
  without?: readonly string[];
  forbidden?: boolean;
  /** The `worker-src` of the page's policy. Default: the site's workers are allowed. */
  workers?: 'none';
}

/** The second application of a gateway of one's own. */
export const OTHER_APPKEY = 'other-app';

export type HostKind = 'shared' | 'leader' | 'page';

/** The host of the whole run: `JMESSAGE_HOST=leader npm test browser/sharing`. */
export const HOST = (process.env.JMESSAGE_HOST ?? 'shared') as HostKind;

/** Whether the tabs of an account share a runtime. In the page host the tab that logged in last is the account's only one. */
export const SHARES = HOST !== 'page';

/** Whether the worker, and so the socket, outlives a navigation of its only page. Other engines do not know `extendedLifetime` yet. */
export const OUTLIVES_NAVIGATION = HOST === 'shared' && ENGINE === 'chromium';

function openGateway(options: GatewayOptions | undefined): Promise<Gateway> {
  if (options === undefined && !nodesRun && isShared()) return borrowGateway();
  const own = options ?? { otherAppkeys: [OTHER_APPKEY] };
  return nodesRun ? startCluster({ nodes: 2, servers: 'any', ...own }) : startGateway(own);
}

export async function createWorld({
  users = ['alice', 'bob'],
  gateway,
  start = () => openGateway(gateway),
}: WorldOptions = {}): Promise<World> {
  const started = await start();
  const world = new World(started, await startRelay(started.url), await startSite());
  for (const username of users) await world.register(username);
  return world;
}

/** Resolves when all of them have loaded. */
const addFrames = (page: TabPage, names: readonly string[], url: string) =>
  page.evaluate(
    async ({ wanted, src }) => {
      const loaded = wanted.map((name) => {
        const frame = document.createElement('iframe');
        frame.name = name;
        frame.src = src;
        document.body.append(frame);
        return new Promise((resolve) => frame.addEventListener('load', resolve));
      });
      await Promise.all(loaded);
    },
    { wanted: names, src: url },
  );

function frameOf(page: TabPage, name: string): TabFrame {
  const frame = page.frame(name);
  if (frame === null) throw new Error(`the iframe ${name} is not there`);
  return frame;
}

export class World {
  #frames = 0;
  readonly #closers: (() => Promise<void> | void)[] = [];

  constructor(
    readonly gateway: Gateway,
    readonly relay: Relay,
    readonly site: Site,
  ) {}

  /** A fresh signed payload, with roaming. */
  auth(appkey?: string): AuthPayload {
    return this.gateway.auth(undefined, undefined, appkey);
  }

  user(username: string): Credentials {
    return { username, password: `password of ${username}` };
  }

  /** Registers a new account. */
  async register(username: string, appkey?: string): Promise<void> {
    const answer = await register(this.gateway.url, this.#wireOptions(username, appkey));
    if (answer.code !== 0) throw new Error(`register ${username}: ${answer.code} ${answer.message}`);
  }

  /** A logged-in client without the runtime, connected to the gateway directly and not through the relay. */
  async wire(
    username: string,
    options: Partial<Pick<WireClientOptions, 'platform' | 'password'>> = {},
  ): Promise<WireClient> {
    const client = await wireClient(this.gateway.url, { ...this.#wireOptions(username), ...options });
    this.#closers.push(() => client.close());
    return client;
  }

  /** The stored messages of an account, oldest first. This ends a session of the account. */
  async stored(username: string): Promise<WireMessage[]> {
    return storedMessages(this.gateway.url, this.#wireOptions(username));
  }

  /** A fresh profile of the run's engine. */
  async anyProfile(): Promise<BrowserProfile> {
    return this.#closing(await openAnyProfile());
  }

  /** A fresh profile of Chromium, for tests that use its tools. */
  async profile(args: readonly string[] = []): Promise<Profile> {
    return this.#closing(await openProfile(args));
  }

  /** The address of the test page, for the relay. */
  pageUrl({
    auth = true,
    engine,
    address = this.relay.url,
    debug = false,
    worker,
    graceMs,
    host = process.env.JMESSAGE_HOST === undefined ? undefined : HOST,
    workers,
    without,
    forbidden = false,
  }: TabOptions = {}): string {
    const url = new URL(this.site.url);
    if (host !== undefined) url.searchParams.set('host', host);
    if (without !== undefined) url.searchParams.set('without', without.join());
    if (forbidden) url.searchParams.set('how', 'forbidden');
    if (workers !== undefined) url.searchParams.set('workers', workers);
    url.searchParams.set('address', address);
    if (auth) url.searchParams.set('auth', `${this.relay.url}/dev/auth?appkey=${this.gateway.appkey}`);
    if (engine !== undefined) url.searchParams.set('engine', String(engine));
    if (graceMs !== undefined) url.searchParams.set('grace', String(graceMs));
    if (worker !== undefined) url.searchParams.set('worker', worker);
    if (debug) url.searchParams.set('debug', '');
    return url.href;
  }

  /** The runtime with a faster clock. @returns the `worker` of {@link TabOptions} */
  async fastWorker(speed: number): Promise<string> {
    this.site.mount('/workers/', await buildWorkers());
    return `/workers/fast-worker.js?speed=${speed}`;
  }

  /** A new tab with the SDK in it. */
  async tab(profile: BrowserProfile, options: TabOptions = {}): Promise<Tab> {
    return new Tab(await profile.page(this.pageUrl(options)));
  }

  /** An iframe with the SDK in a page: a tab of its own, which ends by its removal. */
  async frame(page: TabPage, options: TabOptions): Promise<{ tab: Tab; remove: () => Promise<void> }> {
    this.#frames += 1;
    const name = `frame-${this.#frames}`;
    await addFrames(page, [name], this.pageUrl(options));
    return {
      tab: new Tab(frameOf(page, name)),
      remove: () => page.evaluate((wanted) => document.getElementsByName(wanted)[0]?.remove(), name),
    };
  }

  /** Many cheap tabs: iframes of one page, each of which is a client of its own to a SharedWorker. */
  async tabs(profile: BrowserProfile, count: number, options: TabOptions = {}): Promise<Tab[]> {
    const page = await profile.page(this.pageUrl(options));
    const names = Array.from({ length: count - 1 }, (_, i) => `tab-${i + 2}`);
    await addFrames(page, names, this.pageUrl(options));
    return [page, ...names.map((name) => frameOf(page, name))].map((frame) => new Tab(frame));
  }

  /** Closes everything, browsers first. */
  async close(): Promise<void> {
    for (const close of this.#closers.splice(0).reverse()) await close();
    await this.site.close();
    await this.relay.close();
    await this.gateway.destroy();
  }

  #closing<P extends BrowserProfile>(profile: P): P {
    this.#closers.push(() => profile.destroy());
    return profile;
  }

  #wireOptions(username: string, appkey?: string): WireClientOptions {
    return { auth: () => this.auth(appkey), ...this.user(username) };
  }
}
