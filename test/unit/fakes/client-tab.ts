/** A tab with the real client: class, link, handshake and host. */
import { JMessageCore } from '../../../src/client/jmessage.js';
import {
  type AccountEvent,
  type AuthPayload,
  type HostKind,
  type JMessageRequest,
  LISTENER_NAMES,
  type Message,
  type MethodName,
  type Outcome,
} from '../../../src/protocol/index.js';
import { FakeWindow, pageOf } from './browser.js';
import { settle } from './clock.js';
import { messagesOf } from './messages.js';
import { type TabHost, tabHost } from './tab-host.js';
import type { FakeWorker, World } from './world.js';

type Client = InstanceType<typeof JMessageCore>;
type AnyRequest = (params: unknown) => JMessageRequest<object, unknown>;

export class ClientTab {
  /** The events that the application received. */
  readonly events: Pick<AccountEvent, 'listener' | 'data'>[] = [];
  readonly client: Client;
  readonly host: TabHost;
  readonly #window = new FakeWindow();
  readonly #waiting = new Map<string, MethodName>();
  /** How many events there were when it last logged in, or when its account became another one. */
  #loginAt = 0;
  #account: string | undefined;
  #isGone = false;
  /** The worker that froze with it. */
  #frozen: FakeWorker | undefined;

  constructor(
    private readonly world: World,
    readonly id: string,
    { auth, host = 'shared' }: { auth?: (() => AuthPayload) | undefined; host?: HostKind } = {},
  ) {
    this.host = tabHost(host, world, id);
    const page = pageOf(this.#window, world.locks.for(id));
    const options = { address: 'http://server', host } as const;
    this.client = this.#run(
      () => new JMessageCore(auth ? { ...options, auth } : options, this.host.files, page),
    );
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
    const request = this.#run(() => (this.client[method] as AnyRequest).call(this.client, params));
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
    this.#run(() => this.#window.fire('online'));
  }

  /** The application demands a new worker. */
  restart(): void {
    this.#run(() => this.client.restart());
  }

  /** Its user shows or hides it. */
  look(visible: boolean): void {
    this.#run(() => this.#window.look(visible));
  }

  get isVisible(): boolean {
    return this.#window.document.visibilityState === 'visible';
  }

  /** Enters the back/forward cache. */
  hide(): void {
    this.#run(() => this.#window.fire('pagehide'));
  }

  /** Returns from the cache. */
  show(): void {
    this.#run(() => this.#window.fire('pageshow'));
  }

  /** The browser freezes it, and the worker that is its own. It does so with hidden pages, and tells them first. */
  async freeze(): Promise<void> {
    this.look(false);
    this.#run(() => this.#window.document.dispatchEvent(new Event('freeze')));
    await settle();
    const { own } = this.host;
    this.world.freeze(this.id);
    own?.freeze();
    this.#frozen = own;
  }

  thaw(): void {
    this.world.thaw(this.id);
    this.#frozen?.thaw();
    this.#frozen = undefined;
    this.#run(() => this.#window.document.dispatchEvent(new Event('resume')));
  }

  /** Is closed by its user. */
  leave(): void {
    this.hide();
    this.#end();
  }

  /** Gone without a word. */
  crash(): void {
    this.#end();
  }

  /** The browser frees the locks of the page, and none of its timers runs any more. */
  #end(): void {
    this.#isGone = true;
    this.host.end();
    this.world.freezer.crash(this.id);
    this.world.locks.crash(this.id);
    this.client.destroy();
  }

  /** Its own code. */
  #run<T>(fn: () => T): T {
    return this.world.freezer.run(this.id, fn);
  }
}
