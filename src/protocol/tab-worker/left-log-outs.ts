/**
 * Log-outs without an answer. The runtime may end with their page before it reads them, and only `localStorage` is written before a page has
 * gone. Other tabs submit them again. Before the next runtime starts, the resume tokens of these accounts are deleted, or the next visit would
 * still be logged in.
 */
import { ifAllowed } from '../if-allowed.js';
import type { Call } from './link.js';

const KEY = 'jmessage:left-log-outs';

/** Those that neither a runtime has finished nor a later login has overtaken. */
export const leftLogOuts = (): Call[] =>
  ifAllowed(() => JSON.parse(localStorage.getItem(KEY) as string) as Call[]) ?? [];

/** @param calls of a page, without an answer */
export function keepLogOuts(calls: readonly Call[]): void {
  const left = calls.filter(({ method, account }) => method === 'loginOut' && account);
  if (left[0]) write(leftLogOuts().concat(left));
}

/** The account has logged in again, or is logged out. */
export function dropLogOuts(isDone: (left: Call) => boolean): void {
  const left = leftLogOuts();
  if (left[0]) write(left.filter((call) => !isDone(call)));
}

function write(left: readonly Call[]): void {
  // A browser without room for it has none for the resume token either.
  ifAllowed(() => {
    if (left[0]) localStorage.setItem(KEY, JSON.stringify(left));
    else localStorage.removeItem(KEY);
    return undefined;
  });
}
