/** `GET /dev/auth?appkey=…`: signs for anyone who asks, which is what an application's own server does for its users only. */
import type { FastifyInstance } from 'fastify';
import type { Services } from '../gateway.js';
import { signAuth } from '../signature.js';

export async function devAuth(http: FastifyInstance, services: () => Services): Promise<void> {
  http.get<{ Querystring: { appkey?: unknown } }>('/dev/auth', async (request, reply) => {
    const { apps, now } = services();
    const appkey = String(request.query.appkey ?? '');
    const secret = apps.get(appkey);
    if (secret === undefined) return reply.code(404).send({ error: `no such appkey: ${appkey}` });
    return signAuth(appkey, secret, now());
  });
}
