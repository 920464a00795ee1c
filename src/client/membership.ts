/** Which session's events the tab takes. A log-out ends that at once, and the answer to a log-out may come after the next login. */
import type { AccountName, MethodName } from '../protocol/tab.js';

/** A new login expects the whole history again. A logged-in tab joins the live session instead. */
const STARTS_AFRESH: ReadonlySet<MethodName> = new Set(['login', 'attach', 'loginOut']);

export class Membership {
  /** The account of the events so far. */
  #joined: AccountName | undefined;
  /** The tab has logged out: it discards later events of that session, until it joins the next one. */
  #left = false;
  /** The number of log-outs without an answer. */
  #leaving = 0;
  /** The number of log-outs for the present worker. */
  #logouts = 0;

  get hasLeft(): boolean {
    return this.#left;
  }

  get isLeaving(): boolean {
    return this.#leaving > 0;
  }

  /** Until a log-out is answered, the worker's state is that of the session before it, unless the tab has joined the next one. */
  get takesMirrors(): boolean {
    return !(this.#left && this.#leaving > 0);
  }

  /** A worker has been reached. It gets the unanswered log-outs again. */
  reached(): void {
    this.#logouts = this.#leaving;
  }

  /**
   * The application calls a method.
   * @returns whether it is to receive everything again
   */
  called(method: MethodName, isLoggedIn: boolean): boolean {
    if (!STARTS_AFRESH.has(method)) return false;
    const leaves = method === 'loginOut';
    if (leaves) {
      this.#leaving += 1;
      this.#logouts += 1;
      this.#left = true;
    }
    return leaves || !isLoggedIn;
  }

  /** A log-out is answered. */
  loggedOut(): void {
    this.#leaving -= 1;
  }

  /**
   * The worker has joined the tab to a session.
   * @param logouts the log-outs that the worker had received from the tab. If there are more, the tab has left that session already
   * @returns whether the account is another one, so that the application is to receive everything again
   */
  joined({ appkey, username }: AccountName, logouts: number): boolean {
    if (logouts < this.#logouts) return false;
    const before = this.#joined;
    this.#left = false;
    this.#joined = { appkey, username };
    return !!before && (before.appkey !== appkey || before.username !== username);
  }
}
