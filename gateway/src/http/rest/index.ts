/**
 * The server API, for an application's own server and no page: the part of JMessage's REST API that clients lack. The paths, bodies
 * and error form are JMessage's, so its server libraries work with this address. Authorised by appkey and masterSecret.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Services } from '../../services/services.js';
import { sourceOf } from '../../util/address.js';
import { answerErrors, basicAuth, HTTP_CODES, HttpRefusal, sendRefusal } from '../errors.js';
import type { Handle, Route } from './call.js';
import { chatrooms } from './chatrooms.js';
import { groups } from './groups.js';
import { messages } from './messages.js';
import { users } from './users.js';

const ROUTES: readonly Route[] = [...users, ...messages, ...groups, ...chatrooms];

export async function rest(http: FastifyInstance, services: () => Services): Promise<void> {
  const codes = { invalid: HTTP_CODES.invalidParameter, internal: HTTP_CODES.internalError };
  answerErrors(http, codes, () => services().log);
  const callers = new WeakMap<FastifyRequest, string>();
  // Ahead of the body: nothing of it is kept for who may not call.
  http.addHook('onRequest', async (request, reply) => {
    const caller = await callerOf(request, services());
    if (caller instanceof HttpRefusal) return sendRefusal(reply.header('connection', 'close'), caller);
    callers.set(request, caller);
  });
  for (const [method, url, handle] of ROUTES) {
    http.route({
      method,
      url,
      bodyLimit: BODY_BYTES[url] ?? MAX_BODY_BYTES,
      handler: (request, reply) => answer(request, reply, services(), callers.get(request) ?? '', handle),
    });
  }
}

const MAX_BODY_BYTES = 64 * 1_024;
/** Of calls that bring more: 500 users at once. */
const BODY_BYTES: Readonly<Record<string, number>> = { '/v1/users': 1_024 * 1_024 };

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
  appkey: string,
  handle: Handle,
): Promise<FastifyReply> {
  const outcome = await handle({
    services,
    appkey,
    params: request.params as Record<string, string>,
    query: request.query as Record<string, unknown>,
    body: request.body,
  });
  if (outcome instanceof HttpRefusal) return sendRefusal(reply, outcome);
  return reply.code(outcome.status).send(outcome.body);
}

/** Whose server it is that calls, by appkey. */
async function callerOf({ headers, ip }: FastifyRequest, services: Services): Promise<string | HttpRefusal> {
  const { apps, audit, serverGuard } = services;
  const address = sourceOf(ip);
  const auth = basicAuth(headers.authorization, 'first');
  if (!auth) return new HttpRefusal(401, HTTP_CODES.missingAuth, 'Authorization is missing');
  const { name: appkey, password } = auth;
  const secret = apps.get(appkey);
  const verdict = await serverGuard.check(
    appkey,
    address,
    () => secret !== undefined && isSame(password, secret),
  );
  if (verdict === 'right') return appkey;
  const reason =
    verdict === 'wrong' ? (secret === undefined ? 'no such application' : 'wrong secret') : verdict;
  audit.note('server_refused', { appkey, address, reason });
  if (verdict === 'throttled') {
    return new HttpRefusal(429, HTTP_CODES.tooManyTries, 'too many wrong secrets: wait a minute');
  }
  return secret === undefined
    ? new HttpRefusal(401, HTTP_CODES.appkeyNotExist, 'appkey not exist')
    : new HttpRefusal(401, HTTP_CODES.authFailed, 'Basic authentication failed');
}

/** In a time that says nothing about how much of it is right. */
function isSame(actual: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(actual), digest(expected));
}
