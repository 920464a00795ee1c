/**
 * A tab's link to its worker.
 *
 * It opens the two ports, shakes hands, and keeps every call until it is answered. When the worker dies (its Web Lock is granted to us) or
 * freezes (silence while calls are in flight), it starts the worker again, says who the tab was, and submits the open calls once more
 * under their `callId`s: what they were on the wire follows from those, so the server recognises what it has already done.
 */
import { type Remote, transfer, wrap } from 'comlink';
import {
  type AccountEvent,
  type AccountName,
  type Call,
  CODES,
  type ConversationId,
  type LastHeard,
  type Mirror,
  type Outcome,
  type Restore,
  type Settings,
  type TabMessage,
  type Welcome,
  type WorkerApi,
} from '../../protocol/tab.js';
import type { Page } from '../page/page.js';
import type { Host } from './hosts/host.js';
import { holdLock, whenFree } from './locks.js';
import { isSend, OpenCalls, type ReachedWorker } from './open-calls.js';
import { SilenceWatch } from './silence-watch.js';

/** A worker that has not answered the handshake by then counts as not started. */
const HANDSHAKE_TIMEOUT_MS = 5_000;
/** Waits before each further start; after the last one the link gives up … */
const RESTART_DELAYS_MS = [0, 500, 2_000] as const;
/** … and tries again when it is needed, or after this time if there was a worker before. */
const RETRY_AFTER_MS = 30_000;
/** A link that has held this long starts counting afresh. */
const STABLE_MS = 60_000;

export interface LinkHandlers {
  /** @param handed to be called when the application has been handed them */
  onEvents(events: AccountEvent[], handed: () => void): void;
  onMirror(mirror: Mirror): void;
  /** The tab has joined this account: what follows is of it. */
  onAccount(account: AccountName): void;
  onAck(callId: string, rid: number, data: unknown): void;
  onQueued(callId: string, rid: number): void;
  onProgress(callId: string, loaded: number, total: number): void;
  onUnread(counts: [ConversationId, number][]): void;
  /** A worker has been reached: what it tells replaces what another one has told. */
  onOpened(): void;
  /** Events are missing and can no longer be had. */
  onGap(): void;
  /** The worker asks this page for a fresh signature. */
  onAuth(): void;
  onLog(level: 'debug' | 'warn', text: string): void;
  /**
   * The worker could not be started again.
   * @param retryAt when that is tried once more, ms since 1970; undefined: there has never been one
   */
  onGivenUp(reason: string, retryAt: number | undefined): void;
  /** What the tab has to be brought back with. */
  restore(): Restore;
}

/** `away`: the page is in the back/forward cache or gone. `failed`: given up for now. */
type Phase = 'closed' | 'opening' | 'open' | 'away' | 'failed';

export class Link {
  #phase: Phase = 'closed';
  #api: Remote<WorkerApi> | undefined;
  /** Ends with the ports it opened: whatever an earlier opening still delivers is ignored. */
  #scope = new AbortController();
  #last: LastHeard | null = null;
  /** The last event that the application has been handed, and whether the worker is being told so. */
  #handed = { instance: '', seq: 0 };
  #confirming = false;
  #watchesOutbox = false;
  #restarts = 0;
  /** 0: not open. */
  #openedAt = 0;
  #everOpened = false;
  readonly #silence: SilenceWatch;
  readonly #calls = new OpenCalls(() => this.#silence.heard());
  readonly #undo: (() => void)[];

  constructor(
    private readonly host: Host,
    private readonly page: Page,
    private readonly tabId: string,
    private readonly settings: Settings,
    private readonly handlers: LinkHandlers,
  ) {
    this.#silence = new SilenceWatch({
      now: () => page.now(),
      isWaiting: () => this.#calls.any(),
      ping: () => this.#api?.ping() ?? Promise.reject(),
      onSilent: () => this.#lost('the worker does not answer'),
    });
    this.#undo = [
      page.on('hide', () => this.#leave()),
      page.on('show', () => this.#return()),
      page.on('wake', () => this.#wake()),
      page.on('view', () => this.#tell((api) => api.view(page.visible()))),
    ];
    this.#open();
  }

  /** Always settles: with the worker's outcome, or with 889004 when no worker can be had. A send that a worker has been given waits for one. */
  call(call: Call): Promise<Outcome> {
    const outcome = this.#calls.add(call, this.#reached());
    if (this.#phase === 'failed') this.#open();
    return outcome;
  }

  /** Whether the worker is there. */
  isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** Gives up a call's upload. */
  abort(callId: string): void {
    this.#tell((api) => api.abort(callId));
  }

  /** Whoever logs in anew has not been told a message yet. */
  startAfresh(): void {
    if (this.#last) this.#last = Object.assign({}, this.#last, { newestMs: 0 });
  }

  /** From now on the application hears what becomes of sends. */
  watchOutbox(): void {
    if (this.#watchesOutbox) return;
    this.#watchesOutbox = true;
    this.#tell((api) => api.watchOutbox());
  }

  provideAuth(payload: unknown): void {
    this.#tell((api) => api.provideAuth(payload));
  }

  /** Closes the link for good. Open calls settle with 889005; what they sent stays on its way. */
  close(): void {
    if (this.#phase === 'closed') return;
    for (const undo of this.#undo) undo();
    this.#tell((api) => api.bye(this.#handed.seq));
    this.#phase = 'closed';
    this.#teardown();
    this.#calls.fail(() => true, CODES.destroyed);
  }

  #reached(): ReachedWorker | undefined {
    return this.#phase === 'open' && this.#api ? { api: this.#api, signal: this.#scope.signal } : undefined;
  }

  #open(): void {
    this.#teardown();
    this.#phase = 'opening';
    this.#scope = new AbortController();
    const { signal } = this.#scope;
    const { locks } = this.page;
    (locks ? holdLock(locks, `jmessage:tab:${this.tabId}`, signal) : Promise.resolve(null))
      .then((lock) => (signal.aborted ? undefined : this.#shakeHands(lock, signal)))
      .then((welcome) => {
        if (welcome && !signal.aborted) this.#opened(welcome, signal);
      })
      .catch((error: unknown) => {
        if (!signal.aborted) this.#lost(error instanceof Error ? error.message : String(error));
      });
  }

  #shakeHands(lock: string | null, signal: AbortSignal): Promise<Welcome> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no answer within ${HANDSHAKE_TIMEOUT_MS / 1_000} s`)),
        HANDSHAKE_TIMEOUT_MS,
      );
      signal.addEventListener('abort', () => clearTimeout(timer));
      const port = this.host.connect((reason) => reject(new Error(reason)));
      const { port1, port2 } = new MessageChannel();
      signal.addEventListener('abort', () => {
        port1.close();
        port.close();
      });
      port1.onmessage = ({ data }: MessageEvent<TabMessage>) => {
        if (!signal.aborted) this.#hear(data);
      };
      this.handlers.onOpened();
      const api = wrap<WorkerApi>(port);
      this.#api = api;
      const hello = {
        tabId: this.tabId,
        lock,
        settings: this.settings,
        last: this.#last,
        visible: this.page.visible(),
        watchesOutbox: this.#watchesOutbox,
        restore: this.handlers.restore(),
      };
      // Not `finally`: a page's own Promise may have none.
      api.hello(hello, transfer(port2, [port2])).then(
        (welcome) => {
          clearTimeout(timer);
          resolve(welcome);
        },
        (error: unknown) => {
          clearTimeout(timer);
          reject(error);
        },
      );
    });
  }

  #opened(welcome: Welcome, signal: AbortSignal): void {
    this.#phase = 'open';
    this.#openedAt = this.page.now();
    this.#everOpened = true;
    if (welcome.lock !== null && this.page.locks) {
      whenFree(this.page.locks, welcome.lock, signal, () => this.#lost('the worker died'));
    }
    this.#silence.watch();
    if (this.#handed.instance !== welcome.instance) this.#handed = { instance: welcome.instance, seq: 0 };
    this.#confirm();
    const reached = this.#reached();
    if (reached) this.#calls.submitAll(reached);
  }

  #hear(message: TabMessage): void {
    this.#silence.heard();
    const { handlers } = this;
    switch (message.kind) {
      case 'events': {
        const last = this.#last;
        const seen = last?.instance === message.instance ? last.seq : 0;
        const fresh = message.events.filter((event) => event.seq > seen);
        const newest = fresh[fresh.length - 1];
        if (!newest) return;
        const newestMs = Math.max(last?.newestMs ?? 0, ...fresh.map(newestIn));
        const handed = { instance: message.instance, seq: newest.seq };
        this.#last = Object.assign({ newestMs }, handed);
        return handlers.onEvents(fresh, () => {
          this.#handed = handed;
          this.#confirm();
        });
      }
      case 'mirror':
        return handlers.onMirror(message.mirror);
      case 'account':
        return handlers.onAccount(message.account);
      case 'ack':
        return handlers.onAck(message.callId, message.rid, message.data);
      case 'queued':
        return handlers.onQueued(message.callId, message.rid);
      case 'progress':
        return handlers.onProgress(message.callId, message.loaded, message.total);
      case 'uploaded':
        return this.#calls.uploaded(message.callId, message.media);
      case 'unread':
        return handlers.onUnread(message.counts);
      case 'gap':
        return handlers.onGap();
      case 'auth':
        return handlers.onAuth();
      case 'log':
        return handlers.onLog(message.level, message.text);
    }
  }

  /** Tells the worker how far the application is: one message at a time, so that a burst costs few. */
  #confirm(): void {
    const reached = this.#reached();
    const { instance, seq } = this.#handed;
    if (!reached || this.#confirming || seq === 0 || instance !== this.#last?.instance) return;
    this.#confirming = true;
    const done = () => {
      if (reached.signal.aborted) return;
      this.#confirming = false;
      if (this.#handed.seq !== seq) this.#confirm();
    };
    reached.api.confirm(seq).then(done, done);
  }

  #lost(reason: string): void {
    const wasStable = this.#openedAt > 0 && this.page.now() - this.#openedAt >= STABLE_MS;
    if (wasStable) this.#restarts = 0;
    this.#openedAt = 0;
    this.#teardown();
    const delay = RESTART_DELAYS_MS[this.#restarts];
    this.#restarts += 1;
    if (delay === undefined) return this.#giveUp(reason);
    this.#phase = 'opening';
    this.#openAfter(delay);
  }

  #giveUp(reason: string): void {
    this.#phase = 'failed';
    this.#restarts = 0;
    const retryAt = this.#everOpened ? this.page.now() + RETRY_AFTER_MS : undefined;
    if (retryAt !== undefined) this.#openAfter(RETRY_AFTER_MS);
    this.handlers.onGivenUp(reason, retryAt);
    // What a worker may have in its outbox another one sends: that is not to be called failed.
    const isLost = (call: Call, handedOn: boolean) => !(handedOn && isSend(call.method));
    this.#calls.fail(isLost, CODES.hostUnavailable, `the ${this.host.name} cannot be reached: ${reason}`);
  }

  #openAfter(delayMs: number): void {
    const timer = setTimeout(() => this.#open(), delayMs);
    this.#scope = new AbortController();
    this.#scope.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  /** Into the back/forward cache, or away for good: which of the two is not known yet. A held lock would rule the former out. */
  #leave(): void {
    if (this.#phase === 'closed') return;
    this.#tell((api) => api.bye(this.#handed.seq));
    this.#teardown();
    this.#phase = 'away';
  }

  #return(): void {
    if (this.#phase === 'away') this.#open();
  }

  #wake(): void {
    if (this.#phase === 'failed' && this.#everOpened) this.#open();
    if (this.#phase !== 'open') return;
    this.#tell((api) => api.wake());
    this.#silence.ask();
  }

  #tell(say: (api: Remote<WorkerApi>) => Promise<unknown>): void {
    const reached = this.#reached();
    // Whoever is told a thing and has gone is found out by lock or silence.
    if (reached) say(reached.api).catch(() => undefined);
  }

  #teardown(): void {
    this.#scope.abort();
    this.#silence.stop();
    this.#confirming = false;
    this.#api = undefined;
  }
}

/** `ctime_ms` of the newest message in it; 0 if it is about something else. */
export function newestIn({ listener, data }: AccountEvent): number {
  if (listener === 'onMsgReceive') return data.ctime_ms;
  if (listener !== 'onSyncConversation') return 0;
  return Math.max(0, ...data.map(({ msgs }) => msgs[msgs.length - 1]?.ctime_ms ?? 0));
}
