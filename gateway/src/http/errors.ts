/** JMessage's own form of an HTTP error: a status and `{error: {code, message}}`. */
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import type { Logger } from 'pino';

/** Codes of JMessage's HTTP interfaces: 898xxx for uploads, 899xxx for servers. */
export const HTTP_CODES = {
  internalError: 899000,
  userExists: 899001,
  noSuchUser: 899002,
  invalidParameter: 899003,
  noSuchGroup: 899006,
  missingAuth: 899007,
  authFailed: 899008,
  appkeyNotExist: 899009,
  tooManyUsers: 899013,
  mayNotSend: 899016,
  tooManyTries: 899030,
  noSuchRoom: 899081,
  uploadInternalError: 898000,
  uploadInvalidParameter: 898003,
  uploadMissingAuth: 898007,
  uploadAuthFailed: 898008,
  uploadAppkeyNotExist: 898009,
  uploadTokenExpired: 898010,
  uploadBusy: 898030,
  uploadTooLarge: 898061,
} as const;

export class HttpRefusal {
  constructor(
    readonly status: number,
    readonly code: number,
    readonly message: string,
  ) {}
}

export const refusalBody = ({ code, message }: HttpRefusal) => ({ error: { code, message } });

export function sendRefusal(reply: FastifyReply, refusal: HttpRefusal): FastifyReply {
  return reply.code(refusal.status).send(refusalBody(refusal));
}

/** Refusals by Fastify itself, and failures, are answered in the same form. */
export function answerErrors(
  http: FastifyInstance,
  codes: { invalid: number; internal: number },
  log: () => Logger,
): void {
  http.setErrorHandler((error: FastifyError, request, reply) => {
    const { statusCode: status = 500, message } = error;
    if (status < 500) return sendRefusal(reply, new HttpRefusal(status, codes.invalid, message));
    log().error({ request: request.id, err: error }, 'an HTTP request failed');
    return sendRefusal(reply, new HttpRefusal(500, codes.internal, 'internal error'));
  });
}

/** `Authorization: Basic`, taken apart. @param split the end of the name, since the password may have colons too */
export function basicAuth(
  header: string | undefined,
  split: 'first' | 'last',
): { name: string; password: string } | undefined {
  const [, encoded] = /^basic +([\w+/=-]+) *$/i.exec(header ?? '') ?? [];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = split === 'first' ? text.indexOf(':') : text.lastIndexOf(':');
  return colon < 0 ? undefined : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
