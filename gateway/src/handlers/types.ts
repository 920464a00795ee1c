/** The arguments of a handler. */
import type { RequestEvent, RequestPayload } from '../../../src/protocol/index.js';
import type { Answer } from '../answers.js';
import type { Connection, Session } from '../connection/connection.js';
import type { Reply, Request } from '../connection/request.js';
import type { Change, Touched } from '../delivery/changes.js';
import type { Services } from '../services/services.js';
import { requestKey } from '../store/requests.js';
import type { Turn } from '../util/turns.js';

export interface Handling<E extends RequestEvent> {
  services: Services;
  connection: Connection;
  request: Request;
  /** Its turn to be served, which long work shares. */
  turn: Turn;
  /** Checked. */
  payload: RequestPayload<E>;
}

export type Handler<E extends RequestEvent> = (handling: Handling<E>) => Promise<Reply>;

/** For events whose row in the table needs a login, which routing has seen to. */
export function sessionOf({ session }: Connection): Session {
  if (!session) throw new Error('a handler that needs a login was reached without');
  return session;
}

/** For events whose row in the table needs an init. */
export function appkeyOf({ init }: Connection): string {
  if (!init) throw new Error('a handler that needs an init was reached without');
  return init.appkey;
}

/** The key by which a retry of this request is recognised. */
export function keyOf(
  { services, connection, request }: Handling<RequestEvent>,
  scope: readonly (string | number)[],
): string {
  const secret = services.apps.get(appkeyOf(connection)) ?? '';
  return requestKey(secret, scope, request.event, request.canonical);
}

/** An accepted request stays accepted. A retry gets the first answer, even if the request would be refused by now. */
export async function refuseUnlessTaken(handling: Handling<RequestEvent>, refusal: Answer): Promise<Reply> {
  const { uid } = sessionOf(handling.connection).account;
  return { answer: (await handling.services.store.requests.answered(keyOf(handling, [uid]))) ?? refusal };
}

/**
 * Serves a request of the session's account that changes something: see `Changes.run`.
 * @param touched the accounts and groups that the change reads or writes beside its own account
 */
export async function change(
  handling: Handling<RequestEvent>,
  work: (change: Change) => Promise<Answer>,
  touched: Touched = {},
): Promise<Reply> {
  const { services, connection, turn } = handling;
  const { uid } = sessionOf(connection).account;
  let recipients = 0;
  const answer = await services.changes.run(
    keyOf(handling, [uid]),
    { uid, usage: connection.costs.party.usage, turn },
    touched,
    (open) =>
      work({
        ...open,
        emit: (to, event, options) => {
          recipients += to.length;
          return open.emit(to, event, options);
        },
      }),
  );
  connection.costs.charge(recipients / services.settings.recipientsPerRequest);
  return { answer };
}
