/**
 * What the gateway answers over HTTP beside its sockets: health, uploads, downloads, and the application's own server. Made before the
 * database is open, since a taken port is to be found out first; until then everything is answered 503.
 */
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Services } from '../gateway.js';
import { devAuth } from './dev-auth.js';
import { downloads } from './downloads.js';
import { rest } from './rest/index.js';
import { uploads } from './uploads.js';

/** How long a browser need not ask again whether it may send what it sends. */
const PREFLIGHT_SECONDS = 24 * 60 * 60;

export interface HttpOptions {
  /** Signs auth payloads for anyone who asks. */
  dev: boolean;
  bodyBytes: number;
  /** How long a request may take to arrive. */
  requestTimeoutMs: number;
  /** Undefined while the database is being opened. */
  services: () => Services | undefined;
}

export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { dev, bodyBytes, requestTimeoutMs, services } = options;
  const http = Fastify({
    forceCloseConnections: true,
    bodyLimit: bodyBytes,
    requestTimeout: requestTimeoutMs,
    routerOptions: { ignoreTrailingSlash: true },
  });
  await http.register(cors, { origin: '*', maxAge: PREFLIGHT_SECONDS, exposedHeaders: ['Content-Range'] });
  http.addHook('onRequest', async (_request, reply) => {
    if (!services()) return reply.code(503).send({ status: 'starting' });
  });
  http.get('/healthz', async (_request, reply) => {
    if (await services()?.store.isHealthy()) return { status: 'ok' };
    return reply.code(503).send({ status: 'the database does not answer' });
  });
  const ready = (): Services => {
    const opened = services();
    if (!opened) throw new Error('a route was reached before the database was open');
    return opened;
  };
  await http.register((scope) => uploads(scope, ready));
  await http.register((scope) => downloads(scope, ready));
  await http.register((scope) => rest(scope, ready));
  if (dev) await http.register((scope) => devAuth(scope, ready));
  return http;
}
