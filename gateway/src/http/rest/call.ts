/** A call of an application's server, and its possible answers. */
import type * as v from 'valibot';
import { check, type Schema } from '../../../../src/protocol/index.js';
import type { Services } from '../../services/services.js';
import type { Account } from '../../store/accounts.js';
import { HTTP_CODES, HttpRefusal } from '../errors.js';

/** A request whose sender has proven to be the application's server. */
export interface ServerCall {
  services: Services;
  appkey: string;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  body: unknown;
}

export interface Outcome {
  status: number;
  /** Nothing with 204. */
  body?: unknown;
}

export type Handle = (call: ServerCall) => Promise<Outcome | HttpRefusal>;
export type Route = readonly [method: 'GET' | 'POST' | 'PUT', path: string, handle: Handle];

export const invalid = (message: string, status = 400): HttpRefusal =>
  new HttpRefusal(status, HTTP_CODES.invalidParameter, message);

/** Checks what a call brings. */
export function checked<S extends Schema>(
  schema: S,
  input: unknown,
  where: string,
): v.InferOutput<S> | HttpRefusal {
  const result = check(schema, input, where);
  return result.ok ? result.value : invalid(result.error.message);
}

export const NO_SUCH_USER = new HttpRefusal(400, HTTP_CODES.noSuchUser, 'no such user');
export const NO_SUCH_GROUP = new HttpRefusal(400, HTTP_CODES.noSuchGroup, 'no such group');
export const NO_SUCH_ROOM = new HttpRefusal(400, HTTP_CODES.noSuchRoom, 'no such chat room');

/** The application's user that the path names. */
export async function userOf({ services, appkey, params }: ServerCall): Promise<Account | HttpRefusal> {
  return (await services.store.accounts.find(appkey, params.username ?? '')) ?? NO_SUCH_USER;
}
