/** A tab with the real client: class, link and handshake. Its port leads to the world's worker of the moment. */
import { JMessageCore } from '../../../src/client/jmessage.js';
import type { RuntimeFiles } from '../../../src/client/worker-link/hosts/host.js';
import {
  type AccountEvent,
  type AuthPayload,
  type JMessageRequest,
  LISTENER_NAMES,
  type Message,
  type MethodName,
  type Outcome,
} from '../../../src/protocol/index.js';
import { FakePort, FakeWindow, inPage } from './browser.js';
import { messagesOf } from './messages.js';
import type { World } from './world.js';

const notBundled = () => {
  throw new Error('not bundled');
};
const FILES: RuntimeFiles = { scope: '', worker: notBundled, fallback: notBundled, page: notBundled };

type Client = InstanceType<typeof JMessageCore>;
type AnyRequest = (params: unknown) => JMessageRequest<object, unknown>;

export class ClientTab {
  /** The events that the application received. */
  readonly events: Pick<AccountEvent, 'listener' | 'data'>[] = [];
  readonly client: Client;
  readonly #window = new FakeWindow();
  readonly #ports: FakePort[] = [];
  readonly #waiting = new Map<string, MethodName>();
  /** How many events there were when it last logged in, or when its account became another one. */
  #loginAt = 0;
  #account: string | undefined;
  #isGone = false;

  constructor(
    private readonly world: World,
    readonly id: string,
    auth?: () => AuthPayload,
  ) {
    this.client = inPage(this.#window, world.locks.for(id), () => {
      const options = { address: 'http://server', host: 'shared', worker: () => this.#connect() } as const;
      return new JMessageCore(auth ? { ...options, auth } : options, FILES);
    });
    for (const listener of LISTENER_NAMES) {
      this.client.addListener(listener, (data) => {
        if (this.#isGone) return;
        this.events.push({ listener, data } as AccountEvent);
        this.#noticeAccount();
      });
    }
  }

  /** The history of another account is received from its start. */
  #noticeAccount(): void {
    const { username } = this.client.getState();
    if (username === undefined || username === this.#account) return;
    if (this.#account !== undefined) this.#loginAt = this.events.length;
    this.#account = username;
  }

  #connect(): SharedWorker {
    const [port1, port2] = FakePort.pair();
    this.#ports.push(port1);
    this.world.worker.accept(port2);
    return { port: port1, onerror: null } as unknown as SharedWorker;
  }

  get isLogin(): boolean {
    return this.client.isLogin();
  }

  /** Open calls. */
  get waiting(): string[] {
    return [...this.#waiting.values()];
  }

  /** The messages that the application received since its last login. */
  get current(): Message[] {
    return this.events.slice(this.#loginAt).flatMap(messagesOf);
  }

  init(fields: Partial<AuthPayload> = {}): Promise<Outcome> {
    return this.call('init', this.world.auth(fields));
  }

  login(username: string, password = `${username}'s password`): Promise<Outcome> {
    return this.call('login', { username, password });
  }

  send(to: string, text: string): Promise<Outcome> {
    return this.call('sendSingleMsg', { target_username: to, content: text });
  }

  /** Never settles if the tab ends first. */
  call(method: MethodName, params: unknown = null): Promise<Outcome> {
    if (method === 'loginOut' || ((method === 'login' || method === 'attach') && !this.isLogin))
      this.#loginAt = this.events.length;
    const request = (this.client[method] as AnyRequest).call(this.client, params);
    this.#waiting.set(request.id, method);
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        if (this.#isGone) return;
        this.#waiting.delete(request.id);
        resolve(outcome);
      };
      request
        .onSuccess((data) => settle({ kind: 'success', data }))
        .onFail((error) => settle({ kind: 'failure', error }))
        .onTimeout(({ rid, data, response_timeout: responseTimeout }) =>
          settle({ kind: 'timeout', rid, data, responseTimeout }),
        );
    });
  }

  /** The device comes online, as the page sees it. */
  wake(): void {
    this.#window.fire('online');
  }

  /** Enters the back/forward cache. */
  hide(): void {
    this.#window.fire('pagehide');
  }

  /** Returns from the cache. */
  show(): void {
    this.#window.fire('pageshow');
  }

  /** Is closed by its user. */
  leave(): void {
    this.hide();
    this.#end();
  }

  /** Gone without a word. */
  crash(): void {
    for (const port of this.#ports) port.close();
    this.#end();
  }

  /** The browser frees the locks of the page, and none of its timers runs any more. */
  #end(): void {
    this.#isGone = true;
    this.world.locks.crash(this.id);
    this.client.destroy();
  }
}
