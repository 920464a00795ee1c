/** Tabs that lead one another: each has a leader host of its own, and its workers are objects of the test. */
import { vi } from 'vitest';
import { leadershipOf, type RuntimeFiles } from '../../../src/client/worker-link/hosts/host.js';
import { LeaderHost } from '../../../src/client/worker-link/hosts/leader-host.js';
import { serveTabs } from '../../../src/worker/platform/listen.js';
import { FakeBroadcasts } from './broadcast.js';
import { settle } from './clock.js';
import { FakePage } from './host.js';
import { FakeLocks } from './locks.js';

const SCOPE = 'files';
const HANDSHAKE_MS = 5_000;

/** The tabs of one browser. Its timers and its BroadcastChannel belong to the test until `close`. */
export class LedTabs {
  readonly locks = new FakeLocks();
  readonly broadcasts = new FakeBroadcasts();
  /** The name of the lock and the channel that all of them share. */
  readonly leadership = leadershipOf({ scope: SCOPE });
  readonly workers: FakeLeaderWorker[] = [];
  readonly all: LedTab[] = [];
  /** The greatest number of workers alive at once, without those of frozen tabs. */
  peak = 0;

  constructor() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    vi.stubGlobal('BroadcastChannel', this.broadcasts.Channel);
  }

  /** `starts`: whether a worker of this tab comes up. `failures`: how many workers it cannot make. */
  open(name: string, { visible = true, starts = true, failures = 0 } = {}): LedTab {
    const tab = new LedTab(this, name, visible, starts, failures);
    this.all.push(tab);
    tab.connect();
    return tab;
  }

  add(worker: FakeLeaderWorker): void {
    this.workers.push(worker);
    const frozen = new Set(this.all.filter((tab) => tab.frozen).map(({ name }) => name));
    this.peak = Math.max(this.peak, this.alive().filter(({ owner }) => !frozen.has(owner)).length);
  }

  alive(): FakeLeaderWorker[] {
    return this.workers.filter(({ gone }) => !gone);
  }

  present(): LedTab[] {
    return this.all.filter(({ gone }) => !gone);
  }

  close(): void {
    for (const tab of this.all) tab.leave();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  }
}

/** A worker as its leading tab has it. It serves whoever asks, until it is ended or wedged. */
export class FakeLeaderWorker {
  onerror: unknown = null;
  gone = false;
  wedged = false;
  readonly served: string[] = [];
  #up: (() => void) | undefined;

  constructor(
    private readonly tabs: LedTabs,
    readonly owner: string,
    private readonly starts: boolean,
  ) {
    tabs.add(this);
  }

  get name(): string {
    return `worker ${this.tabs.workers.indexOf(this)}`;
  }

  postMessage(leadership: string): void {
    if (!this.starts || this.gone || this.wedged) return;
    this.tabs.broadcasts.as(this.name, () => {
      this.#up ??= serveTabs(leadership, () => undefined);
      this.#up();
    });
  }

  wedge(): void {
    this.wedged = true;
    this.tabs.broadcasts.crash(this.name);
  }

  terminate(): void {
    if (this.gone) return;
    this.gone = true;
    this.tabs.broadcasts.crash(this.name);
    // A tab's link does this when the worker's lock is free.
    for (const tab of this.tabs.all) tab.lost(this);
  }
}

/** A tab's link, as a host sees it. */
export class LedTab {
  readonly page: FakePage;
  readonly errors: string[] = [];
  /** The workers that it has asked the browser for. */
  made = 0;
  readonly #host: LeaderHost;
  frozen = false;
  gone = false;
  by: FakeLeaderWorker | undefined;
  #scope = new AbortController();

  constructor(
    private readonly tabs: LedTabs,
    readonly name: string,
    visible: boolean,
    starts: boolean,
    failures: number,
  ) {
    this.page = new FakePage(tabs.locks, name);
    this.page.isVisible = visible;
    const never = () => {
      throw new Error('not asked for');
    };
    const files: RuntimeFiles = {
      scope: SCOPE,
      worker: () => {
        this.made += 1;
        if (this.made <= failures) throw new TypeError('blocked');
        return new FakeLeaderWorker(tabs, name, starts) as unknown as Worker;
      },
      fallback: never,
      page: never,
    };
    this.#host = new LeaderHost(files, this.page);
  }

  get leads(): boolean {
    return this.tabs.alive().some(({ owner }) => owner === this.name);
  }

  connect(): void {
    this.#scope.abort();
    const scope = new AbortController();
    this.#scope = scope;
    this.by = undefined;
    // No handshake by then: the link tries again.
    const late = setTimeout(() => !this.by && this.connect(), HANDSHAKE_MS);
    scope.signal.addEventListener('abort', () => clearTimeout(late));
    const onError = (reason: string) => {
      this.errors.push(reason);
      if (!scope.signal.aborted && this.by) this.connect();
    };
    void this.tabs.broadcasts
      .as(this.name, () => this.#host.connect(onError, scope.signal, () => undefined))
      .then(() => {
        if (!scope.signal.aborted) this.by = this.tabs.alive().find(({ wedged }) => !wedged);
      });
  }

  lost(worker: FakeLeaderWorker): void {
    queueMicrotask(() => !this.gone && this.by === worker && this.connect());
  }

  show(visible: boolean): void {
    this.page.isVisible = visible;
    this.tabs.broadcasts.as(this.name, () => this.page.fire('view'));
  }

  leave(): void {
    if (this.gone) return;
    this.gone = true;
    this.#scope.abort();
    this.#host.leave();
  }

  crash(): void {
    this.gone = true;
    this.tabs.broadcasts.crash(this.name);
    this.tabs.locks.crash(this.name);
    for (const worker of this.tabs.alive()) if (worker.owner === this.name) worker.terminate();
    this.#scope.abort();
    this.#host.leave();
  }

  freeze(): void {
    this.frozen = true;
    this.tabs.broadcasts.freeze(this.name);
    this.#wedge();
  }

  /** Frozen as by Chromium: the page learns of it, and receives what the other tabs post. Its worker does not. */
  suspend(): void {
    this.page.isVisible = false;
    this.#wedge();
    this.tabs.broadcasts.as(this.name, () => this.page.fire('freeze'));
  }

  #wedge(): void {
    for (const worker of this.tabs.alive()) if (worker.owner === this.name) worker.wedge();
  }
}

/** Lets time pass, and everything that it causes. */
export async function pass(ms: number): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await settle();
  await vi.advanceTimersByTimeAsync(ms);
  for (let turn = 0; turn < 5; turn += 1) await settle();
}
