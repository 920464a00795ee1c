/**
 * A tab's link to its worker: calls in one direction, messages in the other.
 *
 * The link keeps every call until it is answered. The next worker receives the tab's state and its open calls under their `callId`s. The requests
 * on the wire follow from those, so the server recognises requests that it has already served.
 */
import {
  type Call,
  CODES,
  dropLogOuts,
  type Hello,
  keepLogOuts,
  leftLogOuts,
  type Outcome,
  type Settings,
  type TabMessage,
  type View,
  type WorkerInspection,
} from '../../protocol/tab.js';
import type { Page } from '../page/page.js';
import { dispatch, type LinkHandlers } from './handlers.js';
import { HANDSHAKE_TIMEOUT_MS } from './handshake.js';
import type { Host } from './hosts/host.js';
import { isOf, isSend, OpenCalls } from './open-calls.js';
import { ReceivedEvents } from './received-events.js';
import { WorkerConnection } from './worker-connection.js';

/** A log-out of another tab that has no effect on this one by then was lost: WebKit may end the worker with a page. */
const UNREAD_MS = 1_000;

export class Link {
  readonly #connection: WorkerConnection;
  readonly #events: ReceivedEvents;
  readonly #calls = new OpenCalls(
    () => this.#connection.answered(),
    () => this.#connection.lost('the worker does not know this tab'),
  );
  #watchesOutbox = false;
  #unread: ReturnType<typeof setTimeout> | undefined;
  #view: View = { visible: false, frozen: false, viewedAt: 0 };
  readonly #undo: (() => void)[];

  constructor(
    own: readonly Host[],
    private readonly page: Page,
    private readonly tabId: string,
    private readonly settings: Settings,
    private readonly handlers: LinkHandlers,
  ) {
    this.#events = new ReceivedEvents(() => this.#connection.reached, page);
    const connection = new WorkerConnection(own, page, tabId, {
      hello: () => this.#hello(),
      handedSeq: () => this.#events.handedSeq,
      onContact: handlers.onOpened,
      onOpen: (instance, worker) => {
        this.#events.opened(instance);
        this.#calls.submitAll(worker);
      },
      onMessage: (message) => this.#receive(message),
      onGivenUp: (reason, host, retryAt) => {
        handlers.onGivenUp(reason, retryAt);
        // A send that a worker has received may be in its outbox, and the next worker sends it: it has not failed.
        const isLost = (call: Call, handedOn: boolean) => !(handedOn && isSend(call.method));
        this.#calls.fail(isLost, CODES.hostUnavailable, `the ${host.name} cannot be reached: ${reason}`);
      },
      onOutdated: () => {
        handlers.onOutdated();
        this.#calls.fail(() => true, CODES.superseded);
      },
      callsToHandOn: () => this.#callsToHandOn(),
      onLeft: (calls) => this.#adopt(calls),
      onWarning: (text) => handlers.log({ level: 'warn', text }),
      hostOf: handlers.hostOf,
    });
    this.#connection = connection;
    this.#undo = [
      page.on('hide', () => connection.leave()),
      page.on('show', () => connection.return()),
      page.on('wake', () => this.wake()),
      page.on('view', () => this.#look(false)),
      page.on('freeze', () => this.#look(true)),
      page.on('storage', () => {
        const left = leftLogOuts();
        // The next worker may finish them meanwhile, and this tab would restore its session.
        if (left[0]) this.#unread = setTimeout(() => this.#adopt(left), UNREAD_MS);
      }),
    ];
    this.#look(false);
    connection.open();
  }

  /** Always settles: with the worker's outcome, or with 889004 without a worker. A send that a worker has received waits for the next worker. */
  call(call: Call): Promise<Outcome> {
    const outcome = this.#calls.add(call, this.#connection.reached);
    const isLogOut = call.method === 'loginOut';
    if (isLogOut) keepLogOuts(this.#callsToHandOn());
    if (isLogOut || call.method === 'login') {
      void outcome.then(({ kind }) => {
        if (kind !== 'success') return;
        clearTimeout(this.#unread);
        dropLogOuts((left) => left.callId === call.callId || isOf(left, this.#member));
      });
    }
    this.#connection.demand();
    if (this.#connection.isOutdated) this.#calls.fail(() => true, CODES.superseded);
    return outcome;
  }

  /** Whether the worker is there. */
  isOpen(): boolean {
    return this.#connection.reached !== undefined;
  }

  /** @returns null if no worker answers in time */
  inspect(): Promise<WorkerInspection | null> {
    const { reached } = this.#connection;
    if (!reached) return Promise.resolve(null);
    const nothing = () => null;
    const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), HANDSHAKE_TIMEOUT_MS));
    return Promise.race([reached.api.inspect().catch(nothing), late]);
  }

  /** Cancels a call's upload. */
  abort(callId: string): void {
    this.#connection.tell((api) => api.abort(callId));
  }

  /** A new login has not received any message yet. */
  startAfresh(): void {
    this.#events.startAfresh();
  }

  /** From now on the application receives outbox changes. */
  watchOutbox(): void {
    if (this.#watchesOutbox) return;
    this.#watchesOutbox = true;
    this.#connection.tell((api) => api.watchOutbox());
  }

  provideAuth(payload: unknown): void {
    this.#connection.tell((api) => api.provideAuth(payload));
  }

  /** The account connects at once, if it waits. */
  wake(): void {
    this.#connection.wake();
  }

  /** Replaces the worker, whatever it does. */
  restart(): void {
    this.#connection.restart();
  }

  /** Closes the link for good. Open calls settle with 889005; what they sent stays on its way. */
  close(): void {
    if (!this.#connection.close()) return;
    for (const undo of this.#undo) undo();
    clearTimeout(this.#unread);
    this.#calls.fail(() => true, CODES.destroyed);
  }

  /** The current host, or the host that is being tried. */
  get host(): Host {
    return this.#connection.host;
  }

  #callsToHandOn(): Call[] {
    return this.#calls.toHandOn(this.tabId, this.settings.address);
  }

  /** Submits calls of another tab, which has left. */
  #adopt(calls: readonly Call[]): void {
    this.#calls.adopt(calls, this.#member, this.page.now(), this.#connection.reached);
  }

  get #member() {
    return { address: this.settings.address, login: this.handlers.restore().login };
  }

  #hello(): Omit<Hello, 'lock'> {
    return {
      tabId: this.tabId,
      settings: this.settings,
      last: this.#events.last,
      view: this.#view,
      watchesOutbox: this.#watchesOutbox,
      restore: this.handlers.restore(),
    };
  }

  #receive(message: Exclude<TabMessage, { kind: 'moved' }>): void {
    switch (message.kind) {
      case 'events':
        if (message.counts) this.handlers.unread({ counts: message.counts });
        return this.#events.receive(message, this.handlers.onEvents);
      case 'uploaded':
        return this.#calls.uploaded(message.callId, message.media);
      default:
        return dispatch(message, this.handlers);
    }
  }

  /** The page was shown, focused, hidden or frozen. */
  #look(frozen: boolean): void {
    const visible = this.page.visible() && !frozen;
    const view = { visible, frozen, viewedAt: visible ? this.page.now() : this.#view.viewedAt };
    this.#view = view;
    if (!visible) this.#events.confirm();
    this.#connection.tell((api) => api.view(view));
  }
}
