/**
 * Errors that say nothing of the request that met them: the database is away, or went away in the middle. The request may be stored all the same, now
 * or by an earlier try.
 */
import { TooLate } from '../util/within.js';

/** Of the network, as Node names them. */
const NETWORK = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]);
/** PostgreSQL's classes: a lost connection, a server that stops or starts, a transaction that stood still, too many connections. */
const DATABASE = /^(08|57P|25P0[34]|53300)/;
/** Messages of `pg` that have no code. */
const PG =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/;

export function isOutage(error: unknown): boolean {
  if (error instanceof TooLate) return true;
  if (!(error instanceof Error)) return false;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && (NETWORK.has(code) || DATABASE.test(code))) return true;
  return PG.test(error.message);
}
