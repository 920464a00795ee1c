/**
 * The methods that open, join and end sessions: init, register, login, attach, loginOut. For one server and application they take turns, so
 * tabs that start in the same instant share a socket. The second tab finds the pending connection of the first, or its session.
 */
import { ridOf } from '../../protocol/wire/rid.js';
import {
  type AccountName,
  type AuthPayload,
  type Call,
  type CheckedParamsOf,
  CODES,
  failure,
  type Methods,
  type Outcome,
  type Restore,
} from '../../protocol/worker.js';
import { keyOf, PendingConnections, REACH_TIMEOUT_MS } from '../connection/pending-connections.js';
import type { Answer, OnAck } from '../connection/request.js';
import type { CheckedCall } from '../methods/checked-call.js';
import { failed, succeeded } from '../methods/outcome.js';
import type { Platform } from '../platform/platform.js';
import { Session, type SessionTab } from '../session/session.js';
import type { TabPosition } from '../session/tab-catch-up.js';
import { within } from '../util/clock.js';
import { SessionRegistry, type SessionRegistryOptions } from './session-registry.js';
import { accountOf, isOf, isPasswordOf, targetOf } from './tab-accounts.js';
import { hasFollowed, restoreTab } from './tab-restore.js';

interface SessionCommandsOptions extends SessionRegistryOptions {
  tabs(): Iterable<SessionTab>;
}

type CommandName = 'init' | 'register' | 'login' | 'attach' | 'loginOut';
type SessionCommand = CheckedCall<CommandName>;
type ParamsOf<N extends CommandName> = CheckedParamsOf<Methods[N]>;

export const isSessionCommand = (checked: CheckedCall): checked is SessionCommand =>
  checked.step === 'session';

export class SessionCommands {
  readonly #sessions: SessionRegistry;
  readonly #pending: PendingConnections;

  constructor(
    private readonly platform: Platform,
    private readonly options: SessionCommandsOptions,
  ) {
    this.#pending = new PendingConnections(platform);
    this.#sessions = new SessionRegistry(platform, this.#pending, options);
  }

  async run(tab: SessionTab, command: SessionCommand): Promise<Outcome> {
    const { call } = command;
    // A call that the live session answers counts as received too.
    let data = call.params;
    const outcome = await this.#run(tab, command, (sent) => {
      data = sent;
      tab.acknowledge(call.callId, sent);
    });
    if (outcome.kind === 'success') outcome.ack = { rid: ridOf(call.callId), data };
    if (tab.gone) this.tabLeft();
    return outcome;
  }

  /** A tab was given the failure of a send, for want of a session: no session may transmit that send. */
  async disown(tab: SessionTab, { appkey, username }: AccountName, callId: string): Promise<void> {
    const account = accountOf(tab, appkey, username);
    await this.#sessions.turns.run(keyOf(account), () => this.#sessions.disown(account, callId));
  }

  provideAuth(tab: SessionTab, auth: AuthPayload | null): void {
    if (auth) tab.auth = auth;
    tab.session?.offerAuth(auth);
  }

  /** Closes the pending connections on which no tab could log in. */
  tabLeft(): void {
    this.#pending.closeUnless((key) => {
      for (const tab of this.options.tabs()) {
        if (!tab.session && tab.auth && keyOf(targetOf(tab, tab.auth.appkey)) === key) return true;
      }
      return false;
    });
  }

  restore(tab: SessionTab, restore: Restore, since: TabPosition): Promise<void> {
    const { clock } = this.platform;
    const { nextSeq } = this.options;
    return restoreTab(tab, restore, since, { clock, sessions: this.#sessions, nextSeq });
  }

  #run(tab: SessionTab, { method, params, call }: SessionCommand, onAck: OnAck): Promise<Outcome> {
    switch (method) {
      case 'init':
        return this.#init(tab, params, call, onAck);
      case 'register':
        return this.#register(tab, params, call, onAck);
      case 'login':
        return this.#login(tab, params, call, onAck);
      case 'attach':
        return this.#attach(tab, params);
      case 'loginOut':
        return this.#loginOut(tab, params.wipe, call);
    }
  }

  async #init(tab: SessionTab, auth: AuthPayload, call: Call, onAck: OnAck): Promise<Outcome> {
    if (tab.session && tab.session.account.appkey !== auth.appkey) {
      return failed(failure(CODES.alreadyLoggedIn));
    }
    const target = targetOf(tab, auth.appkey);
    const found = await this.#sessions.turns.run(keyOf(target), async () => {
      const session =
        tab.session ?? this.#sessions.find(target) ?? (await this.#sessions.takeOver(target, auth));
      return session ?? this.#pending.initialise(target, auth, onAck);
    });
    if (found instanceof Session) {
      if (!found.connected) {
        found.offerAuth(auth);
        await this.#settledState(found);
      }
      if (!(await hasFollowed(tab, found, this.platform.clock)) && found.ended)
        return this.#init(tab, auth, call, onAck);
      if (!found.connected) return unreachable(call);
    } else if (found.kind === 'refused') {
      return failed(found.error);
    } else if (found.kind === 'unreachable') {
      return unreachable(call);
    }
    tab.auth = auth;
    tab.hasFreshAuth = tab.session !== null;
    tab.roaming = auth.flag;
    tab.postMirror();
    return succeeded({}, tab.mirror());
  }

  async #register(tab: SessionTab, params: ParamsOf<'register'>, call: Call, onAck: OnAck): Promise<Outcome> {
    const { auth } = tab;
    if (tab.session) return failed(failure(CODES.logOutBeforeRegister));
    if (!auth) return failed(failure(CODES.notInitialised));
    const payload = { ...params, password: this.#digest(params), is_md5: true };
    const target = targetOf(tab, auth.appkey);
    const until = this.platform.clock.now() + REACH_TIMEOUT_MS;
    do {
      const found = await this.#sessions.turns.run(keyOf(target), () =>
        this.#pending.initialise(target, auth),
      );
      if (found.kind === 'refused') return failed(found.error);
      if (found.kind === 'unreachable') break;
      const reply = await found.connection.request('register', payload, onAck, ridOf(call.callId));
      if (reply.kind === 'timeout') break;
      if (reply.kind === 'answer') return answered(reply.answer, tab);
    } while (this.platform.clock.now() < until);
    return unreachable(call);
  }

  async #login(tab: SessionTab, params: ParamsOf<'login'>, call: Call, onAck: OnAck): Promise<Outcome> {
    const { auth, logouts } = tab;
    if (!auth) return failed(failure(CODES.notInitialised));
    const account = accountOf(tab, auth.appkey, params.username, this.#digest(params));
    if (tab.session && tab.session.account.key !== account.key) return failed(failure(CODES.alreadyLoggedIn));
    const isWanted = () => tab.logouts === logouts;
    let own: Session | undefined;
    const until = this.platform.clock.now() + REACH_TIMEOUT_MS;
    do {
      const found = await this.#sessions.turns.run(keyOf(account), async () => {
        if (!isWanted()) return failed(failure(CODES.sessionEnded));
        const live = this.#sessions.get(account);
        if (live) return live;
        if (tab.session) return failed(failure(CODES.alreadyLoggedIn));
        const established = await this.#sessions.establish(account, auth, tab, isWanted, onAck);
        if (established.kind === 'session') {
          own = established.session;
          return own;
        }
        return established.kind === 'refused' ? failed(established.error) : unreachable(call);
      });
      if (!(found instanceof Session)) return found;
      if (!isPasswordOf(found, account.digest)) return failed(failure(CODES.invalidPassword));
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
        if (tab.session !== found) return outcome;
        tab.knowsDigest = true;
        // The tab needs it, if the worker dies, on a server without resume tokens.
        tab.postMirror();
        return outcome;
      }
      // A later login elsewhere has the account. Another try would take it back, and so would the other one's.
      if (found === own && found.snapshot().reason === 'superseded') return failed(failure(CODES.superseded));
      // A session that ended meanwhile makes room for a login of its own.
    } while (this.platform.clock.now() < until);
    return unreachable(call);
  }

  /** Joins the live session of an account, or restores one that nobody has ended. It does so without a network too. */
  async #attach(tab: SessionTab, { appkey, username }: ParamsOf<'attach'>): Promise<Outcome> {
    const account = accountOf(tab, appkey, username);
    if (tab.session && tab.session.account.key !== account.key) return failed(failure(CODES.alreadyLoggedIn));
    const session = await this.#sessions.turns.run(
      keyOf(account),
      async () => this.#sessions.get(account) ?? this.#sessions.reopen(account, tab.auth, null),
    );
    if (!session) return failed(failure(CODES.nothingToAttach));
    tab.roaming ||= session.roaming;
    await session.state.firstTry();
    return this.#joined(session, tab);
  }

  /** A tab that submits the log-out of one that has left learns of the end as the others do. */
  async #loginOut(tab: SessionTab, wipe: boolean, { by, account }: Call): Promise<Outcome> {
    const { session, ended } = tab;
    if (!by) {
      tab.logouts += 1;
      if (!session) tab.leave(null);
      tab.auth = null;
      tab.knowsDigest = false;
      const closed = session?.end('logged_out', tab, wipe);
      // A log-out that wipes is answered when nothing is left on the disk; V2's own is answered at once.
      if (wipe) await closed;
      const { appkey, username } = ended ?? {};
      if (wipe && !session && appkey && username) await this.#sessions.wipe(accountOf(tab, appkey, username));
    } else if (account && isOf(session, account)) {
      // Only a connected session can have the server revoke its token.
      await session.state.firstTry();
      await session.end('logged_out', undefined, wipe);
    }
    return succeeded({}, tab.mirror());
  }

  #joined(session: Session, tab: SessionTab): Outcome {
    if (tab.session !== session) session.join(tab, null);
    tab.hasFreshAuth = false;
    this.tabLeft();
    if (tab.session !== session) {
      return failed(failure(session.ended ? CODES.nothingToAttach : CODES.alreadyLoggedIn));
    }
    const { appkey, username } = session.account;
    return succeeded({ username, appkey, online_list: session.loginAnswer.online_list }, tab.mirror());
  }

  /** Resolves when the session is connected or ended, or after a time-out. */
  #settledState({ state }: Session): Promise<void> {
    return within(this.platform.clock, REACH_TIMEOUT_MS, (deadline) => state.settled(deadline));
  }

  #digest({ password, is_md5 }: { password: string; is_md5: boolean }): string {
    return is_md5 ? password.toLowerCase() : this.platform.md5(password);
  }
}

/** No server was reached, which stock V2 reports as a time-out of the request. */
const unreachable = ({ callId, method }: Call): Outcome => ({
  kind: 'timeout',
  rid: ridOf(callId),
  data: { method },
  responseTimeout: false,
});

function answered({ rid: _rid, ...answer }: Answer, tab: SessionTab): Outcome {
  if (answer.code !== CODES.success) return failed(answer as ReturnType<typeof failure>);
  return succeeded(answer, tab.mirror());
}
