/** Gateways for tests: one in memory for a file, its pieces where a test needs other settings. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { Server } from 'socket.io';
import { DEFAULTS, type Settings } from '../../src/config.js';
import { createGateway } from '../../src/gateway.js';
import { Store } from '../../src/store/index.js';
import { socketIoWire } from '../../src/wire-socket.js';
import { APPS, Client, type Library, md5, type Transport, uniqueName } from './client.js';

export interface Mounted {
  url: string;
  close(): Promise<void>;
}

/** The gateway's own logic with other settings, on a store that several may share one after the other. */
export async function mount(
  store: Store,
  settings: Partial<Settings>,
  now: () => number = Date.now,
): Promise<Mounted> {
  const http = createServer();
  const io = new Server(http, { allowEIO3: true, serveClient: false });
  const all: Settings = { ...DEFAULTS, ...settings };
  const gateway = createGateway({
    apps: new Map(Object.entries(APPS)),
    settings: all,
    store,
    log: pino({ level: 'silent' }),
    now,
  });
  io.on('connection', (socket) =>
    gateway.accept(socketIoWire(socket, { frameBytes: all.frameBytes, trustProxy: false })),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
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

/** Clients of one gateway, closed together. */
export class Guests {
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

  /** Initialised, registered if need be, and logged in. */
  async user(username = uniqueName('user'), library?: Library): Promise<Client & { username: string }> {
    const client = await this.connect(library);
    await client.init(undefined, undefined, this.now());
    await client.ask('register', { username, password: md5('secret') });
    const { code, message } = await client.login(username);
    if (code !== 0) throw new Error(`${username} cannot log in: ${message}`);
    return Object.assign(client, { username });
  }

  /** …and past its first sync, so that messages come live. */
  async liveUser(username?: string, library?: Library): Promise<Client & { username: string }> {
    const user = await this.user(username, library);
    await user.sync(0, 0);
    return user;
  }

  leave(): void {
    for (const client of this.#clients.splice(0)) client.close();
  }
}
