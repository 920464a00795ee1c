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
  /** The application has logged in or attached since its last log-out. */
  #joinsNext = false;

  get hasLeft(): boolean {
    return this.#left;
  }

  get isLeaving(): boolean {
    return this.#leaving > 0;
  }

  /**
   * The application calls a method.
   * @returns whether it is to receive everything again
   */
  called(method: MethodName, isLoggedIn: boolean): boolean {
    if (!STARTS_AFRESH.has(method)) return false;
    const leaves = method === 'loginOut';
    this.#joinsNext = !leaves;
    if (leaves) {
      this.#leaving += 1;
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
   * @returns whether the account is another one, so that the application is to receive everything again
   */
  joined({ appkey, username }: AccountName): boolean {
    const before = this.#joined;
    const isOther = !!before && (before.appkey !== appkey || before.username !== username);
    // The worker joined the tab to this session before it received the log-out.
    if (this.#leaving && !(isOther && this.#joinsNext)) return false;
    this.#left = false;
    this.#joined = { appkey, username };
    return isOther;
  }
}
