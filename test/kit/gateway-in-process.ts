/** Gateways in the process of the tests: one for all files, one with data of its own, and parts for tests with other settings. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { Server } from 'socket.io';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { AppLinks } from '../../gateway/src/auth/app-links.js';
import { DEFAULTS, type Settings } from '../../gateway/src/config.js';
import { createGateway } from '../../gateway/src/gateway.js';
import { type GatewayOptions, type RunningGateway, startGateway } from '../../gateway/src/server.js';
import { Store } from '../../gateway/src/store/index.js';
import { socketIoWire } from '../../gateway/src/transport/wire-socket.js';
import { freshData, type TestData } from './gateway-database.js';
import { freshDatabase, nodesRun, type Servers } from './gateway-nodes.js';
import { atEnd, isShared } from './lifelong.js';
import { md5 } from './signing.js';
import {
  APPKEY,
  APPS,
  Client,
  type Library,
  OTHER_APPKEY,
  OTHER_SECRET,
  type Transport,
  uniqueName,
} from './wire-socket.js';

/** Passwords of tests need no strong hash. */
export const CHEAP = { passwordCost: 10 };
/** The applications of the tests belong together. */
const LINKS = [[APPKEY, OTHER_APPKEY]] as const;

export interface Mounted {
  url: string;
  /** Clients that are logged in. */
  sessions(): number;
  close(): Promise<void>;
}

/** The gateway's own logic with other settings, on a store that several gateways may use one after the other. */
export async function mount(
  store: Store,
  settings: Partial<Settings>,
  now: () => number = Date.now,
): Promise<Mounted> {
  const http = createServer();
  const io = new Server(http, { allowEIO3: true, serveClient: false });
  const apps = new Map(Object.entries(APPS));
  const all: Settings = { ...DEFAULTS, ...CHEAP, ...settings };
  const gateway = createGateway({
    apps,
    reach: new AppLinks(apps, LINKS),
    settings: all,
    store,
    log: pino({ level: 'silent' }),
    now,
  });
  io.on('connection', (socket) => gateway.accept(socketIoWire(socket, { ...all, trustProxy: false })));
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    sessions: () => gateway.services.presence.size,
    close: async () => {
      await gateway.close();
      await io.close();
    },
  };
}

export const openStore = (
  data: string,
  settings: Partial<Settings> = {},
  now: () => number = Date.now,
): Promise<Store> => Store.open(data, { ...DEFAULTS, ...settings }, now);

export type LiveUser = Client & { username: string };

/** Clients of one gateway, closed together. */
export class Clients {
  readonly #clients: Client[] = [];

  constructor(
    private readonly url: () => string,
    private readonly now: () => number = Date.now,
  ) {}

  async connect(
    library?: Library,
    transport?: Transport,
    extraHeaders?: Record<string, string>,
  ): Promise<Client> {
    const client = await Client.connect(this.url(), library, transport, extraHeaders);
    this.#clients.push(client);
    return client;
  }

  /** A client that is initialised, registered if necessary, and logged in. */
  async user(username = uniqueName('user'), library?: Library): Promise<LiveUser> {
    const client = await this.connect(library);
    await client.init(undefined, undefined, this.now());
    await client.ask('register', { username, password: md5('secret') });
    const { code, message } = await client.login(username);
    if (code !== 0) throw new Error(`${username} cannot log in: ${message}`);
    return Object.assign(client, { username });
  }

  /** The same after its first sync, so that it receives live messages. */
  async liveUser(username?: string, library?: Library): Promise<LiveUser> {
    const user = await this.user(username, library);
    await user.sync(0, 0);
    return user;
  }

  /** A live user of the other application. */
  async liveUserElsewhere(): Promise<LiveUser> {
    const username = uniqueName('elsewhere');
    const client = await this.connect();
    await client.init(OTHER_APPKEY, OTHER_SECRET, this.now());
    await client.ask('register', { username, password: md5('secret') });
    await client.login(username);
    await client.sync(0, 0);
    return Object.assign(client, { username });
  }

  two(): Promise<[LiveUser, LiveUser]> {
    return Promise.all([this.liveUser(), this.liveUser()]);
  }

  three(): Promise<[LiveUser, LiveUser, LiveUser]> {
    return Promise.all([this.liveUser(), this.liveUser(), this.liveUser()]);
  }

  leave(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }
}

/** The gateway of a test file. */
export interface Host {
  readonly url: string;
  /** The data directory, or the URL of the database. */
  readonly path: string;
  /** The folder of its files. */
  readonly media: string;
  /** Their sockets are closed after each test. */
  readonly clients: Clients;
}

/**
 * A gateway as the command line creates it. Without options the files of a run share one, since their accounts have names of their own. A file
 * that counts what a gateway has starts its own one, by `{}`.
 */
export function hostGateway(options?: Omit<GatewayOptions, 'apps' | 'data'>): Host {
  if (options === undefined && !nodesRun && isShared()) return hostShared();
  return hostOwn(options ?? {});
}

let shared: Promise<{ data: TestData; gateway: RunningGateway }> | undefined;

/** All files register from one address. */
const MANY = { registrationsPerHour: 1_000_000 };

async function openShared(): Promise<{ data: TestData; gateway: RunningGateway }> {
  const data = await freshData();
  const gateway = await startGateway({ ...CHEAP, ...MANY, links: LINKS, apps: APPS, data: data.path });
  atEnd(async () => {
    await gateway.close();
    await data.remove();
  });
  return { data, gateway };
}

function hostShared(): Host {
  const stays = async () => {};
  const borrow = () => {
    shared ??= openShared();
    return shared;
  };
  return host(
    undefined,
    async () => ({ url: (await borrow()).gateway.url, close: stays }),
    async () => ({ path: (await borrow()).data.path, remove: stays }),
  );
}

function hostOwn(options: Omit<GatewayOptions, 'apps' | 'data'>): Host {
  const start = (path: string, more: Partial<GatewayOptions> = {}) =>
    startGateway({ ...CHEAP, links: LINKS, ...more, ...options, apps: APPS, data: path });
  return nodesRun ? hostNodes(nodesRun, options.now, start) : host(options.now, start);
}

/** Two nodes of one gateway, in turn: whoever talks to each other does so over both. */
function hostNodes(
  servers: Servers,
  now: (() => number) | undefined,
  start: (path: string, more: Partial<GatewayOptions>) => Promise<RunningGateway>,
): Host {
  let media = '';
  const prepare = async (): Promise<TestData> => {
    const data = await freshDatabase(servers.postgres);
    media = data.media;
    return data;
  };
  const open = async (path: string) => {
    const more = { redis: servers.redis, mediaDirectory: media };
    const nodes = [await start(path, more), await start(path, more)];
    let next = 0;
    return {
      get url() {
        next += 1;
        return nodes[next % nodes.length]?.url ?? '';
      },
      close: async () => {
        await Promise.all(nodes.map((node) => node.close()));
      },
    };
  };
  return host(now, open, prepare, () => media);
}

/** The gateway's own logic, with access to its store. */
export function hostMounted(
  settings: Partial<Settings> = {},
  now?: () => number,
): Host & { readonly store: Store } {
  let opened: Store | undefined;
  const hosted = host(now, async (path) => {
    const store = await openStore(path, settings, now);
    opened = store;
    const { url, close } = await mount(store, settings, now);
    return { url, close: () => close().then(() => store.close()) };
  });
  return {
    get url() {
      return hosted.url;
    },
    get path() {
      return hosted.path;
    },
    get media() {
      return hosted.media;
    },
    get store() {
      return there(opened);
    },
    clients: hosted.clients,
  };
}

export function host(
  now: (() => number) | undefined,
  open: (path: string) => Promise<Pick<RunningGateway, 'url' | 'close'>>,
  prepare: () => Promise<TestData> = freshData,
  mediaOf = (path: string): string => join(path, 'media'),
): Host {
  let data: TestData | undefined;
  let gateway: Awaited<ReturnType<typeof open>> | undefined;
  const clients = new Clients(() => there(gateway).url, now);
  beforeAll(async () => {
    data = await prepare();
    gateway = await open(data.path);
  });
  afterEach(() => clients.leave());
  afterAll(async () => {
    await gateway?.close();
    await data?.remove();
  });
  return {
    get url() {
      return there(gateway).url;
    },
    get path() {
      return there(data).path;
    },
    get media() {
      return mediaOf(there(data).path);
    },
    clients,
  };
}

function there<T>(opened: T | undefined): T {
  if (opened === undefined) throw new Error('the gateway starts with the first test of the file');
  return opened;
}
