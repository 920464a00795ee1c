/**
 * The gateway's HTTP routes beside its sockets: health, uploads, downloads, and the server API. Made before the
 * database is open, since a taken port is to be found out first; until then everything is answered 503.
 */
import { randomUUID } from 'node:crypto';
import cors, { type FastifyCorsOptions } from '@fastify/cors';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Services } from '../services/services.js';
import type { Origins } from '../transport/origins.js';
import { isForwarded } from '../transport/peer.js';
import { DEV_AUTH_PATH, devAuth, isLocalOrigin } from './dev-auth.js';
import { downloads } from './downloads.js';
import { rest } from './rest/index.js';
import { uploads } from './uploads.js';

/** How long a browser need not ask again whether it may send what it sends. */
const PREFLIGHT_SECONDS = 24 * 60 * 60;
const HSTS_SECONDS = 365 * 24 * 60 * 60;

/** No answer is a page, whatever somebody got it to contain. A route that means something else says so itself. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

const CHECK_MS = 2_000;

interface HttpOptions {
  /** Signs auth payloads for anyone on this machine who asks. */
  dev: boolean;
  origins: Origins;
  /** See `GatewayOptions.trustProxy`. */
  trustProxy: boolean;
  /** Clients come by TLS, and are to go on doing so. */
  isTls: boolean;
  bodyBytes: number;
  /** Undefined while the database is being opened. */
  services: () => Services | undefined;
  /** It takes nothing new. */
  isClosing: () => boolean;
}

export async function createHttp(options: HttpOptions): Promise<FastifyInstance> {
  const { dev, bodyBytes, isClosing, isTls, origins, services, trustProxy } = options;
  const http = Fastify({
    // Uploads under way are finished; what takes longer than the grace of the stop is cut off by it.
    forceCloseConnections: 'idle',
    bodyLimit: bodyBytes,
    // Node looks every 30 seconds for requests that take too long.
    http: { connectionsCheckingInterval: CHECK_MS },
    // One hop: what our own proxy saw, which it appends.
    trustProxy: trustProxy ? (_address, hop) => hop === 0 : false,
    routerOptions: { ignoreTrailingSlash: true },
    genReqId: ({ headers }) => requestId(headers['x-request-id']),
  });
  http.addHook('onRequest', async (request, reply) => {
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    if (isTls) reply.header('strict-transport-security', `max-age=${HSTS_SECONDS}`);
  });
  await http.register(cors, () => (request: FastifyRequest, done: CorsAnswer) => {
    done(null, corsOf(request, origins));
  });
  http.addHook('onRequest', async (request, reply) => {
    if (isForPages(request) && !origins.allows(request.headers.origin)) {
      return reply.code(403).send({ status: 'not for pages of this origin' });
    }
    if (!services()) return reply.code(503).send({ status: 'starting' });
  });
  http.get('/healthz', async (_request, reply) => {
    if (await services()?.store.isHealthy()) return { status: 'ok' };
    return reply.code(503).send({ status: 'the database does not answer' });
  });
  // The process lives: only a restart helps if this is not answered.
  http.get('/livez', async () => ({ status: 'ok' }));
  http.get('/readyz', async (_request, reply) => {
    if (isClosing()) return reply.code(503).send({ status: 'stopping' });
    if (await services()?.store.isHealthy()) return { status: 'ok' };
    return reply.code(503).send({ status: 'the database does not answer' });
  });
  http.get('/metrics', async (request, reply) => {
    // For the network of the gateway, and nobody behind a proxy.
    if (isForwarded(request.headers)) return reply.code(404).send({ status: 'not for clients of a proxy' });
    const { metrics } = ready();
    return reply.type(metrics.contentType).send(await metrics.text());
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

/** That of the proxy in front, if it is one, or a new one. */
const requestId = (given: string | string[] | undefined): string =>
  typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();

type CorsAnswer = (error: Error | null, options?: FastifyCorsOptions) => void;

/** The server API is not for pages at all: one that had the masterSecret would have given it away. */
const isForPages = ({ url }: FastifyRequest): boolean => /^\/(resource|media\/)/.test(url);

function corsOf(request: FastifyRequest, origins: Origins): FastifyCorsOptions {
  if (isForPages(request)) {
    return { origin: origins.list, maxAge: PREFLIGHT_SECONDS, exposedHeaders: ['Content-Range'] };
  }
  const { url, headers } = request;
  // A page of this machine on another port: the development server of a demo.
  const isLocalPage = url.startsWith(DEV_AUTH_PATH) && isLocalOrigin(headers.origin ?? '');
  return { origin: isLocalPage };
}
