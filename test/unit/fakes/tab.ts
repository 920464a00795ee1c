/**
 * A tab in the view of the runtime. It keeps its calls until they are answered, submits them again to the next worker, and sends its last
 * position. It does in one turn the work of `client/worker-link/link.ts` over real ports.
 */

import type {
  AccountEvent,
  AuthPayload,
  Call,
  ListenerEvents,
  MethodName,
  Mirror,
  Outcome,
  StateSnapshot,
  TabMessage,
  View,
  WorkerAddress,
} from '../../../src/protocol/index.js';
import { IDLE } from '../../../src/protocol/index.js';
import type { SessionTab } from '../../../src/worker/session/session.js';
import { delay } from '../../../src/worker/util/clock.js';
import { TabEvents } from './tab-events.js';
import { settingsOf, type TabOptions } from './tab-options.js';
import type { FakeWorker, World } from './world.js';

const HANDSHAKE_MS = 1;

interface OpenCall {
  call: Call;
  handedOn?: boolean;
  settle(outcome: Outcome): void;
}

export class FakeTab {
  mirror: Mirror = {
    version: 0,
    state: IDLE,
    initialised: false,
    active: null,
    restore: { auth: null, rooms: [], login: null },
  };
  readonly #received = new TabEvents();
  readonly acks: { callId: string; rid: number }[] = [];
  readonly states: StateSnapshot['state'][] = [];
  readonly logs: string[] = [];
  readonly queued: string[] = [];
  movedTo: WorkerAddress | undefined;
  authAsked = 0;
  open = false;
  /** Whether its application is handed what arrives: a frozen page's is not. */
  hands = true;
  readonly #calls = new Map<string, OpenCall>();
  #tab: SessionTab | undefined;
  #worker: FakeWorker | undefined;
  #callIds = 0;
  #mirrored = 0;
  #attempts = 0;
  #opening: Promise<void>;
  view: View;

  constructor(
    private readonly world: World,
    readonly id: string,
    private readonly options: TabOptions,
  ) {
    this.view = { visible: true, frozen: false, viewedAt: options.viewedAt ?? 0 };
    this.#opening = this.connect();
  }

  /** Opens the link, and submits what is open. */
  connect(): Promise<void> {
    this.#opening = this.#connect();
    return this.#opening;
  }

  init(fields: Partial<AuthPayload> = {}): Promise<Outcome> {
    return this.call('init', this.world.auth(fields));
  }

  login(username: string, password = `${username}'s password`): Promise<Outcome> {
    return this.call('login', { username, password });
  }

  /** As after a log-out: init, then login. */
  async enter(username: string): Promise<Outcome> {
    const outcome = await this.init();
    return outcome.kind === 'success' ? this.login(username) : outcome;
  }

  send(to: string, text: string): Promise<Outcome> {
    return this.call('sendSingleMsg', { target_username: to, content: text });
  }

  /** @param callId of an earlier call, to submit it again */
  call(method: MethodName, params: unknown = null, callId = this.#nextCallId()): Promise<Outcome> {
    if (method === 'loginOut' || ((method === 'login' || method === 'attach') && !this.isLogin))
      this.#received.startAfresh();
    return new Promise((settle) => {
      const { appkey, username } = this.mirror.state;
      const account = this.isLogin && appkey && username ? { appkey, username } : undefined;
      const open = { call: { callId, method, params, madeAt: this.world.clock.now(), account }, settle };
      this.#calls.set(callId, open);
      void this.#opening.then(() => this.#submit(open));
    });
  }

  /** Open calls. */
  get waiting(): string[] {
    return [...this.#calls.values()].map(({ call }) => call.method);
  }

  provideAuth(payload: unknown): void {
    if (this.#tab) this.#worker?.runtime.provideAuth(this.#tab, payload);
  }

  /** Its user looks at it, or away. */
  look(view: View): void {
    this.view = view;
    if (this.#tab) this.#worker?.runtime.view(this.#tab, view);
  }

  wake(): void {
    if (this.#tab) this.#tab.session?.wake();
  }

  /** Says goodbye, as a page does that is closed or cached. Its open calls are kept for {@link connect}. */
  leave(): void {
    if (this.hands) this.#confirm();
    if (this.#tab && this.#worker?.alive) this.#worker.runtime.drop(this.#tab);
    this.#disconnect();
  }

  #confirm(): void {
    const { last } = this.#received;
    if (!this.#tab || !this.#worker?.alive || last?.instance !== this.#worker.runtime.instance) return;
    this.#tab.session?.tabs.deliveries.confirm(this.#tab.id, last.seq);
  }

  /** Gone without a word. */
  crash(): void {
    this.#disconnect();
    this.world.locks.crash(this.id);
  }

  get isLogin(): boolean {
    const { state } = this.mirror.state;
    return state !== 'idle' && state !== 'ended';
  }

  /** The events that the application received. */
  get events(): AccountEvent[] {
    return this.#received.events;
  }

  received<L extends AccountEvent['listener']>(listener: L): ListenerEvents[L][] {
    return this.#received.of(listener);
  }

  texts(peer?: string): unknown[] {
    return this.#received.texts(peer);
  }

  async #connect(): Promise<void> {
    const { movedTo } = this;
    const isNext = ({ alive, address }: FakeWorker) => alive && address?.name === movedTo?.name;
    const worker = (movedTo && this.world.workers.findLast(isNext)) ?? this.world.worker;
    this.#mirrored = 0;
    this.#attempts += 1;
    const opening = this.#attempts;
    this.#worker = worker;
    this.#tab = undefined;
    this.open = true;
    this.#release?.();
    const lock = `jmessage:tab:${this.id}`;
    await new Promise<void>((resolve) => {
      void this.world.locks.for(this.id).request(lock, () => {
        resolve();
        // It may have left while it waited.
        if (!this.open || opening !== this.#attempts) return undefined;
        return new Promise<void>((release) => {
          this.#release = release;
        });
      });
    });
    if (opening !== this.#attempts || !this.open) return;
    const hello = {
      tabId: this.id,
      lock,
      settings: settingsOf(this.options),
      last: this.#received.last,
      view: this.view,
      watchesOutbox: this.options.watchesOutbox ?? false,
      restore: this.mirror.restore,
    };
    const port = {
      postMessage: (message: TabMessage) => {
        const copy = structuredClone(message);
        queueMicrotask(() => {
          if (this.#worker === worker && worker.alive) this.#hear(copy);
        });
      },
      close: () => undefined,
    };
    const [tab] = await worker.runtime.hello(structuredClone(hello), port, worker.lock);
    if (opening !== this.#attempts || !this.open) return;
    this.#tab = tab;
    for (const open of [...this.#calls.values()]) this.#submit(open);
  }
  #release: (() => void) | undefined;

  #disconnect(): void {
    this.open = false;
    this.#worker = undefined;
    this.#tab = undefined;
    this.#release?.();
    this.#release = undefined;
  }

  #submit(open: OpenCall): void {
    const { settle } = open;
    const call: Call = open.handedOn ? { ...open.call, again: true } : open.call;
    const worker = this.#worker;
    const tab = this.#tab;
    if (!worker?.alive || !tab || !this.#calls.has(call.callId)) return;
    open.handedOn = true;
    void worker.runtime.call(tab, structuredClone(call)).then((outcome) => {
      if (this.#tab !== tab || !worker.alive || !this.#calls.delete(call.callId)) return;
      if (outcome.kind === 'success') {
        if (outcome.mirror) this.#reflect(outcome.mirror);
        this.#received.sent(outcome.data);
      }
      settle(structuredClone(outcome));
    });
  }

  #hear(message: TabMessage): void {
    switch (message.kind) {
      case 'moved':
        this.movedTo = message.to;
        this.leave();
        this.#opening = this.#follow(this.#attempts);
        return;
      case 'events':
        this.#received.take(message);
        if (this.hands) this.#confirm();
        return;
      case 'mirror':
        return this.#reflect(message.mirror);
      case 'account':
        return this.#received.takeAccount(message.account);
      case 'ack':
        this.acks.push({ callId: message.callId, rid: message.rid });
        return;
      case 'queued':
        this.queued.push(message.callId);
        return;
      case 'gap':
        return;
      case 'auth':
        this.authAsked += 1;
        void Promise.resolve(this.options.auth?.() ?? null).then((payload) => this.provideAuth(payload));
        return;
      case 'log':
        this.logs.push(message.text);
    }
  }

  /** A handshake takes time. Without it, two workers that send a tab to and fro would do so for ever in one moment. */
  async #follow(attempts: number): Promise<void> {
    await delay(this.world.clock, HANDSHAKE_MS);
    if (attempts === this.#attempts) await this.connect();
  }

  #reflect(mirror: Mirror): void {
    // A mirror by event may arrive before an older one by answer.
    if (mirror.version <= this.#mirrored) return;
    this.#mirrored = mirror.version;
    this.mirror = mirror;
    const { state } = mirror.state;
    if (this.states.at(-1) !== state) this.states.push(state);
  }

  #nextCallId(): string {
    this.#callIds += 1;
    return `${this.id}-call-${this.#callIds}`;
  }
}
