/**
 * Log-outs that a runtime had not read when it ended with its page. Only `localStorage` is written before a page has gone. Before the
 * next runtime serves, these accounts' resume tokens are deleted, or the next visit would still be logged in.
 */
import { ifAllowed } from '../if-allowed.js';
import type { Call } from './link.js';

const KEY = 'jmessage:left-log-outs';

/** The key of the account, and whether its stored data is to be deleted. */
export type LeftLogOut = readonly [account: string, wipe: boolean];

const storage = () => ifAllowed(() => localStorage);

/** Those that are not finished. */
export function leftLogOuts(): LeftLogOut[] {
  return ifAllowed(() => JSON.parse(storage()?.getItem(KEY) ?? '[]')) ?? [];
}

/** @param calls of a page that is being left, without an answer */
export function keepLogOuts(calls: readonly Call[]): void {
  const kept = leftLogOuts();
  for (const { method, params, address, account } of calls) {
    if (method !== 'loginOut' || !account) continue;
    const { wipe } = Object(params);
    kept.push([`${address}|${account.appkey}|${account.username}`, wipe === true]);
  }
  write(kept);
}

/** Nothing is left to do for the account. */
export function dropLogOut(done: string): void {
  write(leftLogOuts().filter(([account]) => account !== done));
}

function write(left: readonly LeftLogOut[]): void {
  // A browser without room for it has none for the resume token either.
  ifAllowed(() => {
    if (left.length > 0) storage()?.setItem(KEY, JSON.stringify(left));
    else storage()?.removeItem(KEY);
    return undefined;
  });
}
