/**
 * The runtime: which tabs there are, which accounts are logged in, and what a tab's call means. Everything that is sent goes through a
 * {@link Session}; what opens, joins and ends sessions is here.
 */
import {
  type AccountName,
  type Call,
  CODES,
  check,
  type Failure,
  failure,
  type Hello,
  LOCAL_METHODS,
  type LocalName,
  type LocalRow,
  METHODS,
  type MethodRow,
  type Outcome,
  type Welcome,
} from '../../protocol/worker.js';
import { failed } from '../methods/outcome.js';
import type { Platform } from '../platform/platform.js';
import type { Session, SessionTab } from '../session/session.js';
import { type EventPort, Tab } from '../tabs/tab.js';
import { SessionCommands } from './session-commands.js';

export class Runtime {
  /** This boot of the worker. */
  readonly instance: string;
  readonly #tabs = new Map<string, SessionTab>();
  /** Calls that are open: a tab that submits one again joins it. */
  readonly #calls = new Map<string, { tab: SessionTab; outcome: Promise<Outcome> }>();
  readonly #sessions: SessionCommands;
  #seq = 0;

  constructor(private readonly platform: Platform) {
    this.instance = platform.uuid();
    this.#sessions = new SessionCommands(platform, {
      nextSeq: () => {
        this.#seq += 1;
        return this.#seq;
      },
      tabs: () => this.#tabs.values(),
      log: (text) => this.#log('debug', text),
      warn: (text) => this.#log('warn', text),
    });
  }

  /** @param lock the Web Lock that this worker holds while it lives */
  async hello(hello: Hello, events: EventPort, lock: string | null): Promise<[SessionTab, Welcome]> {
    const known = this.#tabs.get(hello.tabId);
    if (known) this.drop(known);
    const tab = new Tab<Session>(hello.tabId, hello.settings, this.instance, events);
    tab.visible = hello.visible;
    this.#tabs.set(tab.id, tab);
    if (hello.lock !== null) this.#watch(tab, hello.lock);
    tab.watchesOutbox = hello.watchesOutbox;
    const { instance, seq = 0, newestMs = 0 } = hello.last ?? {};
    const since = { seq: instance === this.instance ? seq : 0, newestMs };
    tab.ready = this.#sessions.restore(tab, hello.restore, since);
    void tab.ready.then(() => tab.reflect());
    return [tab, { instance: this.instance, lock }];
  }

  call(tab: SessionTab, call: Call): Promise<Outcome> {
    const open = this.#calls.get(call.callId);
    // A login belongs to the tab as it was then: one that has come back since has to join by itself.
    if (open && (open.tab === tab || rowOf(call)?.step !== 'session')) return open.outcome;
    const outcome = this.#run(tab, call)
      .catch((error: unknown): Outcome => {
        // Nothing that a page or a server sends may get here: what does is a defect, and still not an exception in the worker.
        this.#log('warn', `${call.method}: ${error instanceof Error ? error.stack : error}`);
        return { kind: 'failure', error: failure(CODES.unknown, String(error)) };
      })
      .finally(() => {
        if (this.#calls.get(call.callId)?.outcome === outcome) this.#calls.delete(call.callId);
      });
    this.#calls.set(call.callId, { tab, outcome });
    return outcome;
  }

  wake(tab: SessionTab): void {
    tab.session?.wake();
  }

  abort(tab: SessionTab, callId: string): void {
    tab.session?.abort(callId);
  }

  /** The tab has handed its application every event up to that `seq`. */
  confirm(tab: SessionTab, upTo: number): void {
    tab.session?.confirm(tab, upTo);
  }

  view(tab: SessionTab, visible: boolean): void {
    tab.visible = visible;
  }

  watchOutbox(tab: SessionTab): void {
    tab.watchesOutbox = true;
  }

  provideAuth(tab: SessionTab, payload: unknown): void {
    const checked = check(METHODS.init.params, payload ?? undefined, 'auth');
    if (payload !== null && !checked.ok) this.#log('warn', checked.error.message);
    this.#sessions.provideAuth(tab, checked.ok ? checked.value : null);
  }

  /** The tab has gone, or has another port now. */
  drop(tab: SessionTab): void {
    if (this.#tabs.get(tab.id) === tab) this.#tabs.delete(tab.id);
    tab.session?.leave(tab);
    tab.close();
    this.#sessions.tabLeft();
  }

  async #run(tab: SessionTab, call: Call): Promise<Outcome> {
    const local = localRowOf(call);
    const row = rowOf(call);
    const params = local?.params ?? row?.params;
    if (params === undefined)
      return failed(failure(CODES.invalidParameter, `no such method: ${call.method}`));
    const checked = params ? check(params, call.params ?? {}, call.method) : { ok: true as const, value: {} };
    if (!checked.ok) return failed(checked.error);
    await tab.ready;
    if (row?.step === 'session') return this.#sessions.run(tab, call, checked.value);
    const { session } = tab;
    if (row?.message && call.account && !isOf(session, call.account)) {
      await this.#sessions.disown(tab, call.account, call.callId);
      return failed(session ? failure(CODES.sessionEnded) : this.#whyNoSession(tab));
    }
    if (!session) return failed(this.#whyNoSession(tab));
    if (row) return session.call(tab, call, row, checked.value as Record<string, unknown>);
    return session.local(tab, call.method as LocalName, checked.value as Parameters<Session['local']>[2]);
  }

  #whyNoSession(tab: SessionTab): Failure {
    if (tab.ended?.reason === 'superseded') return failure(CODES.superseded);
    if (tab.ended) return failure(CODES.sessionEnded);
    return failure(tab.auth ? CODES.notLoggedIn : CODES.notInitialised);
  }

  /** Granted means that the tab, which held it for its life, is gone. Several workers may watch, so the lock is shared. */
  #watch(tab: SessionTab, lock: string): void {
    this.platform.locks
      ?.request(lock, { mode: 'shared' }, () => {
        if (this.#tabs.get(tab.id) === tab) this.drop(tab);
      })
      .catch(() => undefined);
  }

  #log(level: 'debug' | 'warn', text: string): void {
    for (const tab of this.#tabs.values()) {
      if (level === 'warn' || tab.settings.debug) tab.tell({ kind: 'log', level, text });
    }
  }
}

const isOf = (session: Session | null, { appkey, username }: AccountName): boolean =>
  session?.account.appkey === appkey && session.account.username === username;

const METHOD_ROWS: Readonly<Record<string, MethodRow>> = METHODS;
const LOCAL_ROWS: Readonly<Record<string, LocalRow>> = LOCAL_METHODS;

const rowOf = ({ method }: Call): MethodRow | undefined =>
  Object.hasOwn(METHOD_ROWS, method) ? METHOD_ROWS[method] : undefined;
const localRowOf = ({ method }: Call): LocalRow | undefined =>
  Object.hasOwn(LOCAL_ROWS, method) ? LOCAL_ROWS[method] : undefined;
