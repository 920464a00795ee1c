/**
 * `GET /dev/auth?appkey=…`: signs for anyone who asks, which is what an application's own server does for its users only. So it answers this
 * machine only. It refuses proxies, pages of other machines, and other host names, which a foreign page could point here.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { signAuth } from '../auth/signature.js';
import type { Services } from '../services/services.js';
import { isForwarded, isLoopback } from '../transport/peer.js';

export const DEV_AUTH_PATH = '/dev/auth';

export async function devAuth(http: FastifyInstance, services: () => Services): Promise<void> {
  http.get<{ Querystring: { appkey?: unknown } }>(DEV_AUTH_PATH, async (request, reply) => {
    if (!isLocal(request)) {
      return reply
        .code(403)
        .send({ error: 'only for this machine, as http://localhost or http://127.0.0.1' });
    }
    const { apps, now } = services();
    const appkey = String(request.query.appkey ?? '');
    const secret = apps.get(appkey);
    if (secret === undefined) return reply.code(404).send({ error: `no such appkey: ${appkey}` });
    return signAuth(appkey, secret, now());
  });
}

function isLocal({ headers, socket, hostname }: FastifyRequest): boolean {
  return (
    isLoopback(socket.remoteAddress ?? '') &&
    !isForwarded(headers) &&
    isLoopback(hostname.replace(/:\d*$/, '')) &&
    (headers.origin === undefined
      ? headers['sec-fetch-site'] !== 'cross-site'
      : isLocalOrigin(headers.origin))
  );
}

/** A page that this machine serves, on whatever port. */
export const isLocalOrigin = (origin: string): boolean =>
  URL.canParse(origin) && isLoopback(new URL(origin).hostname);

/** @returns why such a gateway would sign for strangers; undefined if it does not */
export function refuseDev(host: string, publicUrl: string, trustProxy: boolean): string | undefined {
  if (!isLoopback(host))
    return `--dev signs for anyone who asks, so it goes with a loopback --host, not ${host}`;
  if (publicUrl !== '' && !isLocalOrigin(publicUrl))
    return `--dev signs for anyone who asks: not with ${publicUrl}`;
  return trustProxy ? '--dev signs for anyone who asks: not behind a proxy (--trust-proxy)' : undefined;
}
