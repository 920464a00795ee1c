/** How a tab with the real client obtains its runtime, in each host: the files that it is given, and what ends with its page. */
import * as brings from '../../../src/client/worker-link/hosts/fallback.js';
import { leadershipOf, type RuntimeFiles } from '../../../src/client/worker-link/hosts/host.js';
import { type HostKind, type Port, PROTOCOL } from '../../../src/protocol/tab.js';
import { serveTabs } from '../../../src/worker/platform/listen.js';
import { finishLogOuts } from '../../../src/worker/runtime/left-log-outs.js';
import { FakePort } from './browser.js';
import type { FakeWorker, World } from './world.js';

export interface TabHost {
  readonly files: RuntimeFiles;
  /** The runtime that ends with this page. */
  readonly own: FakeWorker | undefined;
  /** The page is gone, and with it all that was its own. */
  end(): void;
}

const SCOPE = 'files';

const notBundled = () => {
  throw new Error('not bundled');
};
const notLoaded = () => Promise.reject(new Error('not bundled'));
const NO_FILES: RuntimeFiles = { scope: SCOPE, worker: notBundled, fallback: notLoaded, page: notLoaded };

/** @param tab its name in the world */
export function tabHost(kind: HostKind, world: World, tab: string): TabHost {
  switch (kind) {
    case 'shared':
      return new SharedTabHost(world);
    case 'leader':
      return new LeaderTabHost(world, tab);
    case 'page':
      return new PageTabHost(world);
  }
}

/** Every port leads to the world's worker of the moment. */
class SharedTabHost implements TabHost {
  readonly own = undefined;
  readonly #ports: FakePort[] = [];
  readonly files: RuntimeFiles;

  constructor(world: World) {
    const worker = () => {
      const [port1, port2] = FakePort.pair();
      this.#ports.push(port1);
      world.worker.accept(port2 as unknown as Port);
      return { port: port1, onerror: null } as unknown as SharedWorker;
    };
    const page = async () => ({ open: notBundled, finish: () => finishLogOuts(diskOf(world)) });
    this.files = { ...NO_FILES, worker, page };
  }

  end(): void {
    for (const port of this.#ports) port.close();
  }
}

/** Its tab may lead: then the worker is its own. */
class LeaderTabHost implements TabHost {
  readonly files: RuntimeFiles;
  #worker: FakeWorker | undefined;

  constructor(
    private readonly world: World,
    private readonly tab: string,
  ) {
    const { broadcasts } = world;
    // The channels that a tab opens are its own.
    class LeaderHost extends brings.LeaderHost {
      override connect(...given: Parameters<brings.LeaderHost['connect']>): Promise<Port> {
        return broadcasts.as(tab, () => super.connect(...given));
      }
    }
    this.files = {
      ...NO_FILES,
      worker: () => this.#start(),
      fallback: async () => ({ ...brings, LeaderHost }),
      page: async () => ({
        open: notBundled,
        finish: () => finishLogOuts(diskOf(world)),
      }),
    };
  }

  get own(): FakeWorker | undefined {
    return this.#worker?.alive ? this.#worker : undefined;
  }

  end(): void {
    this.world.broadcasts.crash(this.tab);
    this.own?.kill();
  }

  /** A dedicated worker, which ends with its page or at its word. */
  #start(): Worker {
    const name = leadershipOf(NO_FILES);
    const worker = this.world.start({ protocol: PROTOCOL, host: 'leader', url: '/worker.js', name });
    this.#worker = worker;
    let up: (() => void) | undefined;
    const listen = (leadership: string) => {
      if (!worker.alive) return;
      this.world.broadcasts.as(worker.name, () => {
        up ??= serveTabs(leadership, worker.accept);
        up();
      });
    };
    return {
      onerror: null,
      postMessage: (leadership: string) => queueMicrotask(() => listen(leadership)),
      terminate: () => worker.alive && worker.kill(),
    } as unknown as Worker;
  }
}

const diskOf = (world: World) => ({ openStore: async (account: string) => world.storeOf(account) });

function startInPage(world: World): FakeWorker {
  const worker = world.start();
  const { platform } = worker;
  const { openStore } = platform;
  const finishing: typeof openStore = async (account, onDegraded) => {
    await finishLogOuts({ openStore }, account);
    return openStore(account, onDegraded);
  };
  Object.assign(platform, { openStore: finishing });
  return worker;
}

/** The page has the runtime for itself. */
class PageTabHost implements TabHost {
  readonly files: RuntimeFiles;
  #runtime: FakeWorker | undefined;

  constructor(world: World) {
    const page = async () => {
      this.#runtime ??= startInPage(world);
      return { open: this.#open, finish: () => finishLogOuts(diskOf(world)) };
    };
    this.files = { ...NO_FILES, page };
  }

  get own(): FakeWorker | undefined {
    return this.#runtime;
  }

  readonly #open = (): Port => {
    const [port1, port2] = FakePort.pair() as unknown as [Port, Port];
    this.#runtime?.accept(port2);
    return port1;
  };

  end(): void {
    this.#runtime?.kill();
  }
}
