/** Workers at the other end of real ports, each of which does what the test wants: answers, stays silent, freezes, dies. */
import { expose } from 'comlink';
import type { Page } from '../../../src/client/page/page.js';
import type { Host } from '../../../src/client/worker-link/hosts/host.js';
import {
  type AccountEvent,
  type Call,
  type Confirmation,
  EventEncoder,
  type Hello,
  type HostKind,
  type Lane,
  lanesOf,
  type Outcome,
  PROTOCOL,
  type TabMessage,
  type WorkerApi,
} from '../../../src/protocol/tab.js';
import type { FakeLocks } from './locks.js';

type WithoutInstance<M> = M extends unknown ? Omit<M, 'instance'> : never;

class FakeEnd {
  readonly hellos: Hello[] = [];
  readonly calls: Call[] = [];
  /** Up to where the tab says that its application has been handed everything. */
  readonly confirmed: number[] = [];
  readonly notices: string[] = [];
  protocol = PROTOCOL;
  readonly #calls: Lane;
  readonly #events: Lane;
  /** Answers nothing from now on. */
  frozen = false;
  /** The outcome of a call. By default it stays open. */
  answer: (call: Call) => Promise<Outcome> = () => new Promise(() => undefined);

  constructor(
    public instance: string,
    private readonly locks: FakeLocks,
    readonly port: MessagePort,
  ) {
    [this.#calls, this.#events] = lanesOf(port);
    const forLife = locks.for(instance).request(this.lock, () => new Promise(() => undefined));
    // Another tab may take it.
    forLife.catch(() => undefined);
  }

  get lock(): string {
    return `worker:${this.instance}`;
  }

  serve(): void {
    const api: WorkerApi = {
      hello: async (hello) => {
        this.hellos.push(hello);
        await this.#unlessFrozen();
        return { instance: this.instance, lock: this.lock };
      },
      call: async (call) => {
        this.calls.push(call);
        await this.#unlessFrozen();
        return this.answer(call);
      },
      watchOutbox: () => undefined,
      inspect: async () => null,
      ping: async () => {
        this.notices.push('ping');
        await this.#unlessFrozen();
        return { protocol: this.protocol, instance: this.instance, at: null };
      },
      wake: () => void this.notices.push('wake'),
      bye: (upTo) => {
        this.notices.push('bye');
        this.confirmed.push(upTo);
      },
      abort: (callId) => void this.notices.push(`abort ${callId}`),
      view: ({ visible }) => void this.notices.push(`view ${visible}`),
      provideAuth: (payload) => void this.notices.push(`auth ${JSON.stringify(payload)}`),
    };
    expose(api, this.#calls);
    this.#events.addEventListener('message', ({ data }: MessageEvent<Confirmation>) => {
      if (!this.frozen) this.confirmed.push(data);
    });
  }

  post(message: WithoutInstance<TabMessage>): void {
    this.#events.postMessage({ ...message, instance: this.instance });
  }

  postEvents(events: readonly AccountEvent[]): void {
    for (const batch of new EventEncoder().batches(events)) this.post({ kind: 'events', events: batch });
  }

  die(): void {
    this.frozen = true;
    this.locks.crash(this.instance);
  }

  async #unlessFrozen(): Promise<void> {
    if (this.frozen) await new Promise(() => undefined);
  }
}

export class FakeHost implements Host {
  readonly name = 'fake worker';
  readonly ends: FakeEnd[] = [];
  /** How workers start. `silent`: it never answers; `error`: noticed by the browser; `throws`: forbidden. */
  starts: 'well' | 'silent' | 'error' | 'throws' = 'well';
  /** The defect of the worker's script, which the browser does not report. */
  defect: string | undefined;
  /** Each start finds the same worker, as long as it lives. */
  #shared: FakeEnd | undefined;
  /** The protocol of its workers. */
  protocol = PROTOCOL;
  /** How each worker treats calls. */
  answer: FakeEnd['answer'] | undefined;

  constructor(
    private readonly locks: FakeLocks,
    readonly kind: HostKind = 'shared',
    /** Begins the name of each boot of its workers. */
    private readonly boot = 'boot',
  ) {}

  get end(): FakeEnd {
    const end = this.ends.at(-1);
    if (!end) throw new Error('nothing has been started');
    return end;
  }

  connect(onError: (reason: string) => void): MessagePort {
    if (this.starts === 'throws') throw new Error('not allowed');
    const { port1, port2 } = new MessageChannel();
    const end = new FakeEnd(
      this.#shared?.instance ?? `${this.boot}-${this.ends.length + 1}`,
      this.locks,
      port2,
    );
    end.protocol = this.protocol;
    if (this.answer) end.answer = this.answer;
    this.ends.push(end);
    if (this.starts === 'well') end.serve();
    if (this.starts === 'error') queueMicrotask(() => onError('its script could not be loaded'));
    return port1;
  }

  async whyLate(): Promise<string | undefined> {
    return this.defect;
  }

  /** Further connections reach the worker that runs, or another host's. */
  keep(end = this.end): void {
    this.#shared = end;
  }

  close(): void {
    for (const { port } of this.ends) port.close();
  }
}

type PageEvent = Parameters<Page['on']>[0];

export class FakePage implements Page {
  readonly #listeners = new Map<PageEvent, Set<() => void>>();
  readonly locks: Page['locks'];
  isVisible = true;
  #uuids = 0;

  constructor(
    locks: FakeLocks | null,
    private readonly owner = 'page',
  ) {
    this.locks = locks?.for(owner) ?? null;
  }

  has(): boolean {
    return true;
  }

  now(): number {
    return Date.now();
  }

  uuid(): string {
    this.#uuids += 1;
    return `uuid-${this.#uuids} of ${this.owner}`;
  }

  yield(fn: () => void): void {
    queueMicrotask(fn);
  }

  online(): boolean {
    return true;
  }

  visible(): boolean {
    return this.isVisible;
  }

  on(event: PageEvent, fn: () => void): () => void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set.add(fn));
    return () => void set.delete(fn);
  }

  fire(event: PageEvent): void {
    for (const fn of this.#listeners.get(event) ?? []) fn();
  }

  /** Listeners that are set. */
  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}
