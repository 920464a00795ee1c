/** A browser profile with its workers and tabs, a network and a server: all of it in one process, in one test's time. */
import SparkMD5 from 'spark-md5';
import { type AuthPayload, lifeLockOf, type Port, type WorkerAddress } from '../../../src/protocol/worker.js';
import type { Accept } from '../../../src/worker/platform/listen.js';
import type { Platform, PostForm } from '../../../src/worker/platform/platform.js';
import { Runtime } from '../../../src/worker/runtime/runtime.js';
import { serve } from '../../../src/worker/runtime/serve.js';
import { MemoryStore } from '../../../src/worker/store/memory-store.js';
import type { Store } from '../../../src/worker/store/store.js';
import { delay } from '../../../src/worker/util/clock.js';
import { FakeBroadcasts } from './broadcast.js';
import { FakeClock } from './clock.js';
import { Freezer } from './freezer.js';
import { FakeLocks } from './locks.js';
import { APPKEY } from './messages.js';
import { type FakeConnection, FakeNetwork } from './network.js';
import { FakeRandom } from './random.js';
import { FakeServer } from './server.js';
import { FakeTab } from './tab.js';
import type { TabOptions } from './tab-options.js';

/** Time in which a worker that thaws learns that its accounts are gone, and closes their sockets. */
const RECOVERY_MS = 2_000;

/** For what a dead worker still waits for. */
const never = <T>(): Promise<T> => new Promise(() => undefined);

export class FakeWorker {
  readonly runtime: Runtime;
  readonly platform: Platform;
  readonly lock: string;
  /** Serves a port that a tab with the real client opens. */
  readonly accept: Accept;
  readonly #ports: Port[] = [];
  readonly #timers = new Set<() => void>();
  readonly #closings = new Set<() => void>();
  readonly #connections: FakeConnection[] = [];
  alive = true;
  /** It is frozen, or was until a moment ago, and may have lost its accounts meanwhile. */
  isIdle = false;
  /** Stores that are open. */
  stores = 0;

  constructor(
    private readonly world: World,
    readonly name: string,
    /** The address at which other tabs reach it. */
    public address: WorkerAddress | null = null,
  ) {
    let ids = 0;
    this.platform = {
      clock: { now: () => world.clock.now(), after: (ms, fn) => this.#after(ms, fn) },
      random: () => world.random.next(),
      uuid: () => {
        ids += 1;
        return `${name}-${ids}`;
      },
      md5: (text) => SparkMD5.hash(text),
      locks: world.locks.for(name),
      broadcast: {
        post: (message) => {
          for (const other of world.workers) if (other !== this && other.alive) other.hear(message);
        },
        onMessage: (fn) => this.#listeners.push(fn),
      },
      address: () => this.address,
      openSocket: (address, engine, handlers) => {
        if (!this.alive) return { emit: () => undefined, close: never };
        const socket = world.network.openSocket(address, engine, {
          onOpen: () => this.#happen(() => handlers.onOpen()),
          onClose: (reason) => this.#happen(() => handlers.onClose(reason)),
          onEvent: (event, payload) => this.#happen(() => handlers.onEvent(event, payload)),
        });
        const connection = world.network.connections.at(-1);
        if (connection) this.#connections.push(connection);
        this.#closings.add(() => socket.close());
        return {
          emit: (event, payload) => this.alive && socket.emit(event, payload),
          close: () => (this.alive ? socket.close() : never()),
        };
      },
      postForm: (request) => world.postForm(request),
      openStore: async (account) => this.#open(account),
    };
    this.runtime = new Runtime(this.platform);
    this.lock = lifeLockOf(this.runtime.instance, address);
    const accept = serve(this.platform, this.runtime);
    this.accept = (port, onClosed) => {
      this.#ports.push(port);
      accept(port, onClosed);
    };
  }

  readonly #listeners: ((message: unknown) => void)[] = [];
  hear(message: unknown): void {
    const receive = () =>
      this.#happen(() => {
        for (const fn of this.#listeners) fn(message);
      });
    const { clock, broadcastLatencyMs } = this.world;
    if (broadcastLatencyMs > 0) clock.after(broadcastLatencyMs, receive);
    else queueMicrotask(receive);
  }

  /** It receives nothing any more, and still has what it had. */
  deafen(): void {
    this.#listeners.length = 0;
  }

  /** None of its code runs. The browser keeps its sockets. */
  freeze(): void {
    this.isIdle = true;
    for (const connection of this.#connections) connection.isIdle = true;
    this.world.freeze(this.name);
  }

  /** It learns by and by of all that it has lost. */
  thaw(): void {
    this.world.thaw(this.name);
    this.world.clock.after(RECOVERY_MS, () => {
      if (this.world.freezer.isFrozen(this.name)) return;
      this.isIdle = false;
      for (const connection of this.#connections) connection.isIdle = false;
    });
  }

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Everything ends at once: what it was about to do is not done. */
  kill(): void {
    this.alive = false;
    this.world.freezer.crash(this.name);
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    for (const close of this.#closings) close();
    this.world.broadcasts.crash(this.name);
    for (const port of this.#ports) port.close();
    this.world.locks.crash(this.name);
  }

  #after(ms: number, fn: () => void): () => void {
    if (!this.alive) return () => undefined;
    const cancel = () => {
      isCancelled = true;
      undo();
      this.#timers.delete(cancel);
    };
    let isCancelled = false;
    const undo = this.world.clock.after(ms, () =>
      this.#happen(() => {
        if (isCancelled) return;
        this.#timers.delete(cancel);
        fn();
      }),
    );
    this.#timers.add(cancel);
    return cancel;
  }

  #happen(fn: () => void): void {
    this.world.freezer.happen(this.name, () => {
      if (this.alive) fn();
    });
  }

  /** The account's store, out of reach once this worker is dead. */
  #open(account: string): Store {
    const store = this.world.storeOf(account);
    const guard = async <T>(work: () => Promise<T>): Promise<T> => {
      if (!this.alive) return never();
      const value = await work();
      if (this.world.storeLatencyMs > 0) await delay(this.world.clock, this.world.storeLatencyMs);
      return this.alive ? value : never();
    };
    this.stores += 1;
    const work =
      (fn: (...args: unknown[]) => Promise<unknown>) =>
      (...args: unknown[]) =>
        guard(() => fn.apply(store, args));
    return new Proxy<Store>(store, {
      get: (target, name: keyof Store) => {
        if (name === 'close') return () => this.#closeStore();
        // An `await` of the store reads its `then`.
        return name in target ? work(target[name] as () => Promise<unknown>) : undefined;
      },
    });
  }

  #closeStore(): void {
    this.stores -= 1;
  }
}

export class World {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork(this.clock);
  readonly server = new FakeServer(this.clock, this.network, (text) => SparkMD5.hash(text));
  readonly freezer = new Freezer();
  readonly locks: FakeLocks;
  readonly random: FakeRandom;
  readonly broadcasts: FakeBroadcasts;
  readonly workers: FakeWorker[] = [];
  readonly tabs: FakeTab[] = [];
  readonly #stores = new Map<string, MemoryStore>();
  /** The outcome of uploads. */
  postForm: PostForm = async () => ({ status: 500, body: '' });
  /** Between a write's effect and its worker's knowing of it. */
  storeLatencyMs = 0;
  /** Of the workers' messages to each other. */
  broadcastLatencyMs = 0;

  constructor(seed = 1) {
    this.random = new FakeRandom(seed);
    this.broadcasts = new FakeBroadcasts(this);
    this.locks = new FakeLocks(this.freezer, this);
    for (const username of ['alice', 'bob', 'carol']) this.server.addUser(username, `${username}'s password`);
  }

  /** The worker that tabs find or start. */
  get worker(): FakeWorker {
    const last = this.workers.at(-1);
    return last?.alive ? last : this.start();
  }

  /** Starts a worker. */
  start(address: WorkerAddress | null = null): FakeWorker {
    const worker = new FakeWorker(this, `worker-${this.workers.length + 1}`, address);
    this.workers.push(worker);
    return worker;
  }

  freeze(owner: string): void {
    this.freezer.freeze(owner);
    this.broadcasts.freeze(owner);
  }

  thaw(owner: string): void {
    this.freezer.thaw(owner);
    this.broadcasts.thaw(owner);
  }

  storeOf(account: string): MemoryStore {
    const store = this.#stores.get(account) ?? new MemoryStore();
    this.#stores.set(account, store);
    return store;
  }

  tab(options: TabOptions = {}): FakeTab {
    const tab = new FakeTab(this, `tab-${this.tabs.length + 1}`, options);
    this.tabs.push(tab);
    return tab;
  }

  /** A signed payload of now. */
  auth(fields: Partial<AuthPayload> = {}): AuthPayload {
    return {
      appkey: APPKEY,
      random_str: 'r'.repeat(20),
      signature: '0'.repeat(32),
      timestamp: this.clock.now(),
      flag: false,
      ...fields,
    };
  }

  /** A tab that is logged in. */
  async loggedIn(username: string, options: TabOptions & { flag?: boolean } = {}): Promise<FakeTab> {
    const tab = this.tab(options);
    await this.passing(tab.init(options.flag === undefined ? {} : { flag: options.flag }));
    await this.passing(tab.login(username));
    return tab;
  }

  /** Passes time until the promise settles, up to a limit. */
  async passing<T>(promise: Promise<T>, limitMs = 600_000): Promise<T> {
    let done = false;
    const mark = () => {
      done = true;
    };
    promise.then(mark, mark);
    const until = this.clock.now() + limitMs;
    await this.clock.advance(0);
    while (!done && this.clock.now() < until) await this.clock.advance(10);
    if (!done) throw new Error(`not settled within ${limitMs} ms`);
    return promise;
  }
}
