/**
 * The methods that open, join and end sessions: init, register, login, attach, loginOut; and the return of tabs whose worker has died.
 *
 * For one server and application they take turns, which is what keeps tabs that start in the same instant on one socket: whoever comes
 * second finds either the socket that the first has initialised or the session that the first has opened.
 */

import { ridOf } from '../../protocol/wire/rid.js';
import {
  type AccountEvent,
  type AccountName,
  type AuthPayload,
  type Call,
  type CheckedParamsOf,
  CODES,
  type EndReason,
  EVENT_OTHER_LOGIN,
  EVENT_PASSWORD_CHANGED,
  failure,
  type Methods,
  type Outcome,
  type Restore,
} from '../../protocol/worker.js';
import type { Account } from '../connection/account.js';
import type { Answer, OnAck } from '../connection/open-requests.js';
import {
  keyOf,
  PendingConnections,
  REACH_TIMEOUT_MS,
  type Target,
} from '../connection/pending-connections.js';
import { failed, succeeded } from '../methods/outcome.js';
import type { Platform } from '../platform/platform.js';
import { Session, type SessionTab } from '../session/session.js';
import type { Heard } from '../session/tab-catch-up.js';
import { delay } from '../util/clock.js';
import { Mutex } from '../util/mutex.js';
import { SessionRegistry, type SessionRegistryOptions } from './session-registry.js';

/** How long a tab that cannot log in by itself waits for one that can to bring the session back. */
const REJOIN_TIMEOUT_MS = 5_000;
const REJOIN_POLL_MS = 100;

export interface SessionCommandsOptions extends SessionRegistryOptions {
  tabs(): Iterable<SessionTab>;
}

/** The event that stands for an end, where there is one. */
const EVENT_OF_END: Partial<Record<EndReason, number>> = {
  other_login: EVENT_OTHER_LOGIN,
  password_changed: EVENT_PASSWORD_CHANGED,
};

type SessionMethod = 'init' | 'register' | 'login' | 'attach' | 'loginOut';
type ParamsOf<N extends SessionMethod> = CheckedParamsOf<Methods[N]>;

export class SessionCommands {
  readonly #sessions: SessionRegistry;
  readonly #openings: PendingConnections;
  readonly #turns = new Mutex();

  constructor(
    private readonly platform: Platform,
    private readonly options: SessionCommandsOptions,
  ) {
    this.#openings = new PendingConnections(platform);
    this.#sessions = new SessionRegistry(platform, this.#openings, options);
  }

  async run(tab: SessionTab, call: Call, params: unknown): Promise<Outcome> {
    // What is answered from the live session counts as received too.
    let data = call.params;
    const outcome = await this.#run(tab, call, params, (sent) => {
      data = sent;
      tab.acknowledge(call.callId, sent);
    });
    if (outcome.kind === 'success') outcome.ack = { rid: ridOf(call.callId), data };
    if (tab.gone) this.tabLeft();
    return outcome;
  }

  #run(tab: SessionTab, call: Call, params: unknown, onAck: OnAck): Promise<Outcome> {
    switch (call.method as SessionMethod) {
      case 'init':
        return this.#init(tab, params as ParamsOf<'init'>, call, onAck);
      case 'register':
        return this.#register(tab, params as ParamsOf<'register'>, call, onAck);
      case 'login':
        return this.#login(tab, params as ParamsOf<'login'>, call, onAck);
      case 'attach':
        return this.#attach(tab, params as ParamsOf<'attach'>);
      case 'loginOut':
        return this.#loginOut(tab, (params as ParamsOf<'loginOut'>).wipe);
    }
  }

  /** A send that an account's tab is told has failed, for want of a session: whoever has accepted it before must not send it. */
  async disown(tab: SessionTab, { appkey, username }: AccountName, callId: string): Promise<void> {
    const account = this.#account(tab, appkey, username, '');
    await this.#turns.run(keyOf(account), () => this.#sessions.disown(account, callId));
  }

  provideAuth(tab: SessionTab, auth: AuthPayload | null): void {
    if (auth) tab.auth = auth;
    tab.session?.offerAuth(auth);
  }

  /** Sockets that were opened for a login that nobody is left to make are closed. */
  tabLeft(): void {
    this.#openings.closeUnless((key) => {
      for (const tab of this.options.tabs()) {
        if (!tab.session && tab.auth && keyOf(targetOf(tab, tab.auth.appkey)) === key) return true;
      }
      return false;
    });
  }

  /** Brings a tab back that another boot of the worker, or the back/forward cache, has left. @param since up to where it has been told everything */
  async restore(tab: SessionTab, { auth, rooms, login }: Restore, since: Heard): Promise<void> {
    tab.auth = auth;
    tab.roaming = auth?.flag ?? false;
    if (!login) return;
    const { appkey, username, digest, resume, joinedMs } = login;
    tab.joinedMs = joinedMs;
    // With roaming, who has not been told a message has not been given the history either.
    const from = { ...since, newestMs: since.newestMs || (tab.roaming ? 0 : joinedMs) };
    tab.knowsDigest = digest !== null;
    const account = this.#account(tab, appkey, username, digest ?? '');
    const until = this.platform.clock.now() + REJOIN_TIMEOUT_MS;
    while (!tab.gone) {
      const session = await this.#turns.run(keyOf(account), async () => {
        const live = this.#sessions.get(account);
        const canReopen = digest !== null || resume !== null;
        if (live || !canReopen || this.#sessions.endingOf(account)) return live;
        return this.#sessions.reopen(account, auth, resume);
      });
      // It may have ended since: then the next turn finds out how.
      if (session?.ended) continue;
      if (session && isTheirs(session, digest)) {
        session.restoreRooms(tab, rooms);
        return session.join(tab, from);
      }
      if (session || digest !== null || this.platform.clock.now() > until) break;
      await delay(this.platform.clock, REJOIN_POLL_MS);
    }
    const lost = { state: 'ended', reason: 'host_lost', connected: false, synced: false, tabs: 0 } as const;
    const ending = this.#sessions.endingOf(account);
    tab.leave(ending ?? { ...lost, appkey, username });
    tab.auth = ending ? null : tab.auth;
    tab.deliver(this.#endIn(ending?.reason));
  }

  /** How an application hears of an end that it was not there for: as V2 tells it. */
  #endIn(reason: EndReason | undefined): AccountEvent[] {
    const seq = this.options.nextSeq();
    const event_type = reason && EVENT_OF_END[reason];
    if (event_type === undefined) {
      return reason === 'logged_out' || reason === 'superseded'
        ? []
        : [{ seq, listener: 'onDisconnect', data: undefined }];
    }
    const ctime_ms = this.platform.clock.now();
    const data = { event_id: ctime_ms, event_type, extra: 0, ctime: Math.floor(ctime_ms / 1_000), ctime_ms };
    return [{ seq, listener: 'onEventNotification', data }];
  }

  async #init(tab: SessionTab, auth: AuthPayload, call: Call, onAck: OnAck): Promise<Outcome> {
    if (tab.session && tab.session.account.appkey !== auth.appkey) {
      return failed(failure(CODES.alreadyLoggedIn));
    }
    const target = targetOf(tab, auth.appkey);
    const found = await this.#turns.run(keyOf(target), async () => {
      const session = tab.session ?? this.#sessions.find(target);
      return session ?? this.#openings.prove(target, auth, onAck);
    });
    if (found instanceof Session) {
      if (!found.connected) {
        found.offerAuth(auth);
        await this.#settledState(found);
      }
      if (found.ended) return this.#init(tab, auth, call, onAck);
      if (!found.connected) return unreachable(call);
    } else if (found.kind === 'refused') {
      return failed(found.error);
    } else if (found.kind === 'unreachable') {
      return unreachable(call);
    }
    tab.auth = auth;
    tab.roaming = auth.flag;
    tab.reflect();
    return succeeded({}, tab.mirror());
  }

  async #register(tab: SessionTab, params: ParamsOf<'register'>, call: Call, onAck: OnAck): Promise<Outcome> {
    const { auth } = tab;
    if (tab.session) return failed(failure(CODES.logOutBeforeRegister));
    if (!auth) return failed(failure(CODES.notInitialised));
    const { password: _password, is_md5: _isMd5, ...rest } = params;
    const payload = { ...rest, password: this.#digest(params), is_md5: true };
    const target = targetOf(tab, auth.appkey);
    const until = this.platform.clock.now() + REACH_TIMEOUT_MS;
    do {
      const proof = await this.#turns.run(keyOf(target), () => this.#openings.prove(target, auth));
      if (proof.kind === 'refused') return failed(proof.error);
      if (proof.kind === 'unreachable') break;
      const reply = await proof.connection.request('register', payload, onAck, ridOf(call.callId));
      if (reply.kind === 'timeout') break;
      if (reply.kind === 'answer') return answered(reply.answer, {}, tab);
    } while (this.platform.clock.now() < until);
    return unreachable(call);
  }

  async #login(tab: SessionTab, params: ParamsOf<'login'>, call: Call, onAck: OnAck): Promise<Outcome> {
    const { auth, logouts } = tab;
    if (!auth) return failed(failure(CODES.notInitialised));
    const account = this.#account(tab, auth.appkey, params.username, this.#digest(params));
    if (tab.session && tab.session.account.key !== account.key) return failed(failure(CODES.alreadyLoggedIn));
    const isWanted = () => tab.logouts === logouts;
    const until = this.platform.clock.now() + REACH_TIMEOUT_MS;
    do {
      const found = await this.#turns.run(keyOf(account), async () => {
        if (!isWanted()) return failed(failure(CODES.sessionEnded));
        const live = this.#sessions.get(account);
        if (live) return live;
        if (tab.session) return failed(failure(CODES.alreadyLoggedIn));
        const established = await this.#sessions.establish(account, auth, tab, isWanted, onAck);
        if (established.kind === 'session') return established.session;
        return established.kind === 'refused' ? failed(established.error) : unreachable(call);
      });
      if (!(found instanceof Session)) return found;
      if (!isTheirs(found, account.digest)) return failed(failure(CODES.invalidPassword));
      if (!found.connected) {
        found.offerAuth(auth);
        found.wake();
        await this.#settledState(found);
      }
      if (found.connected) {
        const wrong = found.account.digest ? undefined : await found.verify(account.digest);
        if (wrong) return failed(wrong);
        if (!isWanted()) return failed(failure(CODES.sessionEnded));
        const outcome = this.#joined(found, tab);
        if (tab.session === found) tab.knowsDigest = true;
        return outcome;
      }
      // A session that ended while it was waited for leaves room for a login of its own.
    } while (this.platform.clock.now() < until);
    return unreachable(call);
  }

  /** Joins a session that is there, or brings one back that this browser profile had and nobody has ended: also while there is no network. */
  async #attach(tab: SessionTab, { appkey, username }: ParamsOf<'attach'>): Promise<Outcome> {
    const account = this.#account(tab, appkey, username, '');
    if (tab.session && tab.session.account.key !== account.key) return failed(failure(CODES.alreadyLoggedIn));
    const session = await this.#turns.run(
      keyOf(account),
      async () => this.#sessions.get(account) ?? this.#sessions.reopen(account, tab.auth, null),
    );
    if (!session) return failed(failure(CODES.nothingToAttach));
    tab.roaming ||= session.roaming;
    await session.firstTry();
    return this.#joined(session, tab);
  }

  async #loginOut(tab: SessionTab, wipe: boolean): Promise<Outcome> {
    const { session, ended } = tab;
    tab.logouts += 1;
    if (!session) tab.leave(null);
    tab.auth = null;
    tab.knowsDigest = false;
    const closed = session?.end('logged_out', tab, wipe);
    // Who waits for that has asked for it to be done; V2's own loginOut is not waited for.
    if (wipe) {
      await closed;
      const { appkey, username } = ended ?? {};
      if (!session && appkey && username) await this.#sessions.wipe(this.#account(tab, appkey, username, ''));
    }
    return succeeded({}, tab.mirror());
  }

  #joined(session: Session, tab: SessionTab): Outcome {
    if (tab.session !== session) session.join(tab, null);
    this.tabLeft();
    if (tab.session !== session) {
      return failed(failure(session.ended ? CODES.nothingToAttach : CODES.alreadyLoggedIn));
    }
    const { appkey, username } = session.account;
    return succeeded({ username, appkey, online_list: session.loginAnswer.online_list }, tab.mirror());
  }

  /** @returns when it is connected or over, or has been waited for long enough */
  async #settledState(session: Session): Promise<void> {
    const patience = new AbortController();
    const cancel = this.platform.clock.after(REACH_TIMEOUT_MS, () => patience.abort());
    await session.settledState(patience.signal);
    cancel();
  }

  #digest({ password, is_md5 }: { password: string; is_md5: boolean }): string {
    return is_md5 ? password.toLowerCase() : this.platform.md5(password);
  }

  #account(tab: SessionTab, appkey: string, username: string, digest: string): Account {
    const { address, engine } = tab.settings;
    return { key: `${address}|${appkey}|${username}`, address, engine, appkey, username, digest };
  }
}

/** Whether a password's digest is the session's, as far as is known here; null: a tab that never had it. */
const isTheirs = ({ account }: Session, digest: string | null): boolean =>
  digest === null || account.digest === '' || account.digest === digest;

const targetOf = ({ settings: { address, engine } }: SessionTab, appkey: string): Target => ({
  address,
  engine,
  appkey,
});

/** What stock V2 calls a timeout of the request: no server was reached to receive it. */
const unreachable = ({ callId, method }: Call): Outcome => ({
  kind: 'timeout',
  rid: ridOf(callId),
  data: { method },
  responseTimeout: false,
});

function answered({ rid: _rid, ...answer }: Answer, data: object, tab: SessionTab): Outcome {
  if (answer.code !== CODES.success) return failed(answer as ReturnType<typeof failure>);
  return succeeded({ ...answer, ...data }, tab.mirror());
}
