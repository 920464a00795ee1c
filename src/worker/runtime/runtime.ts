/**
 * The runtime of a worker: its tabs, their open calls, and the sessions that they join. Calls run in the tab's {@link Session}; the methods
 * that open, join and end sessions run in {@link SessionCommands}.
 */
import {
  type Call,
  CODES,
  check,
  EventEncoder,
  type Failure,
  failure,
  type Hello,
  METHODS,
  type Outcome,
  RUNTIME_VERSION,
  type View,
  type Welcome,
  type WorkerInspection,
} from '../../protocol/worker.js';
import { checkCall, rowOf } from '../methods/checked-call.js';
import { failed } from '../methods/outcome.js';
import type { Platform } from '../platform/platform.js';
import type { Session, SessionTab } from '../session/session.js';
import { PostSchedule } from '../tabs/post-schedule.js';
import { type EventPort, Tab } from '../tabs/tab.js';
import { isSessionCommand, SessionCommands } from './session-commands.js';
import { accountOfCall, isOf } from './tab-accounts.js';

/** Of the log, for {@link Runtime.inspect}. */
const MAX_LINES = 200;

export class Runtime {
  /** Names this boot of the worker. */
  readonly instance: string;
  readonly #encoder = new EventEncoder();
  readonly #schedule: PostSchedule;
  readonly #tabs = new Map<string, SessionTab>();
  /** Open calls. A tab that submits one again joins it. */
  readonly #calls = new Map<
    string,
    { tab: SessionTab; session: Session | null; outcome: Promise<Outcome> }
  >();
  readonly #sessions: SessionCommands;
  #seq = 0;
  readonly #startedAt: number;
  readonly #lines: string[] = [];

  constructor(private readonly platform: Platform) {
    this.instance = platform.uuid();
    this.#schedule = new PostSchedule(platform.clock);
    this.#startedAt = platform.clock.now();
    this.#sessions = new SessionCommands(platform, {
      nextSeq: () => {
        this.#seq += 1;
        return this.#seq;
      },
      tabs: () => this.#tabs.values(),
      log: (text) => this.#log('debug', text),
      warn: (text) => this.#log('warn', text),
      onOutranked: (to) => {
        for (const tab of this.#tabs.values()) if (!tab.session) tab.post({ kind: 'moved', to });
      },
    });
  }

  /** @param lock the Web Lock that this worker holds for its life */
  async hello(hello: Hello, events: EventPort, lock: string | null): Promise<[SessionTab, Welcome]> {
    const known = this.#tabs.get(hello.tabId);
    if (known) this.drop(known);
    const { tabId, settings } = hello;
    const tab = new Tab<Session>(tabId, settings, this.instance, events, this.#encoder, this.#schedule);
    tab.view = hello.view;
    this.#tabs.set(tab.id, tab);
    if (hello.lock !== null) this.#watch(tab, hello.lock);
    tab.watchesOutbox = hello.watchesOutbox;
    const { instance, seq = 0, newestMs = 0 } = hello.last ?? {};
    const position = { seq: instance === this.instance ? seq : 0, newestMs };
    tab.ready = this.#sessions.restore(tab, hello.restore, position);
    void tab.ready.then(() => tab.postMirror());
    return [tab, { instance: this.instance, lock }];
  }

  async call(tab: SessionTab, call: Call): Promise<Outcome> {
    const outcome = await this.#open(tab, call);
    // An answer never overtakes the events before it.
    tab.flush();
    return outcome;
  }

  #open(tab: SessionTab, call: Call): Promise<Outcome> {
    const open = this.#calls.get(call.callId);
    // A login is for the tab that made it: a tab that has returned since has to join by itself. A session that has ended since may have left
    // the call to the account's next one.
    const isShared = rowOf(call)?.step !== 'session' && !open?.session?.ended;
    if (open && (open.tab === tab || isShared)) return open.outcome;
    const outcome = this.#run(tab, call)
      .catch((error: unknown): Outcome => {
        // No input of a page or a server may lead here, so this is a defect, and still no exception in the worker.
        this.#log('warn', `${call.method}: ${error instanceof Error ? error.stack : error}`);
        return failed(failure(CODES.unknown, String(error)));
      })
      .finally(() => {
        if (this.#calls.get(call.callId)?.outcome === outcome) this.#calls.delete(call.callId);
      });
    this.#calls.set(call.callId, { tab, session: tab.session, outcome });
    return outcome;
  }

  /** The tab was shown, focused, hidden or frozen. */
  view(tab: SessionTab, view: View): void {
    tab.view = view;
    tab.session?.tabs.viewed();
  }

  /** For people: no contents, no secrets. */
  async inspect(): Promise<WorkerInspection> {
    const tabs = [...this.#tabs.values()];
    const sessions = new Set(tabs.flatMap(({ session }) => session ?? []));
    return {
      instance: this.instance,
      build: RUNTIME_VERSION,
      startedAt: this.#startedAt,
      tabs: tabs.map(({ id, session, view }) => ({
        id,
        username: session?.account.username ?? null,
        visible: view.visible,
        frozen: view.frozen,
        active: session?.activeLockOf(id) != null,
      })),
      accounts: await Promise.all([...sessions].map((session) => session.inspect())),
      log: [...this.#lines],
    };
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
    const checked = checkCall(call);
    if (checked.kind === 'refused') return failed(checked.error);
    await tab.ready;
    // The same tab on another port, or none: then another worker may have the call.
    const present = this.#tabs.get(tab.id);
    if (present !== tab) return present ? this.#run(present, call) : failed(whyNoSession(tab));
    if (checked.kind === 'method' && isSessionCommand(checked)) return this.#sessions.run(tab, checked);
    const { session } = tab;
    const account = accountOfCall(call, tab);
    if (checked.kind === 'method' && checked.row.message && account && !isOf(session, account)) {
      await this.#sessions.disown(tab, account, call.callId);
      return failed(session ? failure(CODES.sessionEnded) : whyNoSession(tab));
    }
    if (!session) return failed(whyNoSession(tab));
    return checked.kind === 'local' ? session.calls.runLocal(tab, checked) : session.calls.run(tab, checked);
  }

  /** The tab holds this lock for its life, so the lock is granted here when the tab has gone. Several workers may wait for it. */
  #watch(tab: SessionTab, lock: string): void {
    this.platform.locks
      ?.request(lock, { mode: 'shared' }, () => {
        if (this.#tabs.get(tab.id) === tab) this.drop(tab);
      })
      .catch(() => undefined);
  }

  #log(level: 'debug' | 'warn', text: string): void {
    this.#lines.push(`${new Date(this.platform.clock.now()).toISOString()} ${level} ${text}`);
    if (this.#lines.length > MAX_LINES) this.#lines.shift();
    for (const tab of this.#tabs.values()) {
      if (level === 'warn' || tab.settings.debug) tab.post({ kind: 'log', level, text });
    }
  }
}

function whyNoSession(tab: SessionTab): Failure {
  if (tab.ended?.reason === 'superseded') return failure(CODES.superseded);
  if (tab.ended) return failure(CODES.sessionEnded);
  return failure(tab.auth ? CODES.notLoggedIn : CODES.notInitialised);
}
