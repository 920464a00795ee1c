/**
 * A gateway on a port: Fastify for HTTP, Socket.IO 4 for sockets of Engine.IO 3 and 4, the store, and the protocol between them.
 */
import { createHash } from 'node:crypto';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { type Logger, pino } from 'pino';
import { Server } from 'socket.io';
import { type AppLink, AppLinks } from './auth/app-links.js';
import { refuseWeakSecrets, shortSecrets } from './auth/apps.js';
import { type Apps, DEFAULTS, type Settings } from './config.js';
import type { Engine } from './engine/engine.js';
import { memoryEngine } from './engine/memory.js';
import { createGateway, type Gateway } from './gateway.js';
import { refuseDev } from './http/dev-auth.js';
import { createHttp } from './http/index.js';
import { Metrics } from './services/metrics.js';
import type { Services } from './services/services.js';
import { Store } from './store/index.js';
import { ConnectionLimits } from './transport/connection-limits.js';
import { Origins } from './transport/origins.js';
import { isForwarded } from './transport/peer.js';
import { guardServer } from './transport/tcp-guard.js';
import { turnAway } from './transport/turn-away.js';
import { socketIoWire } from './transport/wire-socket.js';
import { safeError } from './util/safe-error.js';

export interface GatewayOptions extends Partial<Settings> {
  /** 0 takes a free one. */
  port?: number;
  host?: string;
  /** masterSecret by appkey. */
  apps: Apps | Readonly<Record<string, string>>;
  /** `memory`, a directory, or a `postgres://` connection string. */
  data: string;
  /** `redis://…`: other nodes serve the same database, and hear of each other there. */
  redis?: string;
  /** Signs auth payloads for anyone on this machine who asks. */
  dev?: boolean;
  /** Applications whose users may reach each other, in pairs of appkeys; by default none. */
  links?: readonly AppLink[];
  /** Origins whose pages may use this gateway; any if there are none. */
  allowOrigins?: readonly string[];
  /** A reverse proxy of one's own is in front: a client's address is the last entry of `X-Forwarded-For`. */
  trustProxy?: boolean;
  /** Called when this gateway has closed itself, since another one has taken its database. */
  onTaken?: (reason: string) => void;
  /** Silent without. */
  log?: Logger;
  now?: () => number;
}

export interface RunningGateway {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, finishes what is in hand, closes the database. */
  close(): Promise<void>;
}

/** @throws when an option would be a hole, the port is taken or the data cannot be opened */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const {
    port = 0,
    host = '127.0.0.1',
    data,
    redis = '',
    dev = false,
    trustProxy = false,
    now = Date.now,
  } = options;
  const log = (options.log ?? pino({ level: 'silent' })).child({}, { serializers: { err: safeError } });
  const settings = settingsOf(options);
  const apps: Apps = options.apps instanceof Map ? options.apps : new Map(Object.entries(options.apps));
  const origins = new Origins(options.allowOrigins ?? []);

  const reach = new AppLinks(apps, options.links ?? []);

  refuseWeakSecrets(apps);
  for (const appkey of shortSecrets(apps))
    log.warn({ appkey }, 'this masterSecret is short: take 32 characters');
  if (dev) {
    const refused = refuseDev(host, settings.publicUrl, trustProxy);
    if (refused !== undefined) throw new Error(refused);
    log.warn('--dev: GET /dev/auth signs for anyone on this machine who asks');
  }

  const metrics = new Metrics();
  let services: Services | undefined;
  let closing: Promise<void> | undefined;
  let running: RunningGateway | undefined;
  const http = await createHttp({
    dev,
    origins,
    trustProxy,
    isTls: settings.publicUrl.startsWith('https:'),
    bodyBytes: settings.bodyBytes,
    services: () => services,
    isClosing: () => closing !== undefined,
  });
  const guard = guardServer(http.server, settings, trustProxy);
  const connectionLimits = new ConnectionLimits(settings, trustProxy, now);
  const io = new Server({
    serveClient: false,
    allowEIO3: true,
    connectTimeout: settings.initTimeoutMs,
    pingInterval: settings.pingIntervalMs,
    pingTimeout: settings.pingTimeoutMs,
    maxHttpBufferSize: settings.bodyBytes,
    // No cookie is ever used: what a page may do is proven by its signature.
    cors: { origin: origins.list },
    // A websocket asks for no permission, so CORS alone would keep nobody out.
    allowRequest: (request, answer) =>
      origins.allows(request.headers.origin) ? connectionLimits.allow(request, answer) : answer(null, false),
  });
  // Before anything is opened that would have to be closed again: a taken port ends here.
  await http.listen({ port, host });
  let store: Store;
  try {
    const idClock = options.now && { idClock: options.now };
    store = await Store.open(data, settings, now, {
      isShared: redis !== '',
      onQuery: (ms) => metrics.queried(ms),
      onTaken: (reason) => {
        log.fatal(reason);
        void running?.close().finally(() => options.onTaken?.(reason));
      },
      ...idClock,
    });
  } catch (error) {
    await http.close();
    throw error;
  }
  let engine = memoryEngine;
  let gateway: Gateway;
  try {
    if (redis !== '') engine = await openEngine(redis, store.secret, log, metrics);
    gateway = createGateway({ apps, reach, settings, store, engine, metrics, log, now });
    await gateway.services.nodes?.start();
  } catch (error) {
    await http.close();
    await engine.close();
    await store.close();
    throw error;
  }
  services = gateway.services;
  io.on('connection', (socket) => {
    // Of Engine.IO; Socket.IO's own is another one.
    const { id } = socket.conn as unknown as { id: string };
    connectionLimits.connected(id);
    gateway.accept(
      socketIoWire(socket, { ...settings, trustProxy, onWelcome: () => connectionLimits.known(id) }),
    );
  });
  io.attach(http.server);
  // Not sooner: an upgrade that has a listener, and none that answers it, would stay open for ever.
  if (!trustProxy) warnOfProxy(http.server, log);
  io.engine.on('headers', nosniff);
  connectionLimits.watch(io.engine);
  limitMessages(io.engine, settings.frameBytes + FRAME_HEAD_BYTES);

  const address = http.server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  running = {
    port: boundPort,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: () => {
      closing ??= (async () => {
        turnAway(http.server);
        await gateway.close();
        io.engine.close();
        // A peer that has died does not answer the closing handshake.
        const timer = setTimeout(() => guard.destroyAll(), settings.closeGraceMs);
        await http.close();
        clearTimeout(timer);
        guard.close();
        await engine.close();
        await store.close();
      })();
      return closing;
    },
  };
  return running;
}

/** Loaded for several nodes only. Deployments on one Redis are kept apart by what only their database knows. */
async function openEngine(url: string, secret: Buffer, log: Logger, metrics: Metrics): Promise<Engine> {
  const { redisEngine } = await import('./engine/redis.js');
  const deployment = createHash('sha256').update('redis').update(secret).digest('base64url').slice(0, 12);
  return redisEngine(url, `jmessage:${deployment}:`, log, (ms) => metrics.commanded(ms));
}

const nosniff = (headers: Record<string, string>): void => {
  headers['X-Content-Type-Options'] = 'nosniff';
};

/** Everybody behind a proxy that is not known to be one is a single client to the limits. Said once, since anybody can send the header. */
function warnOfProxy(server: HttpServer, log: Logger): void {
  let isSaid = false;
  const look = ({ headers }: IncomingMessage): void => {
    if (isSaid || !isForwarded(headers)) return;
    isSaid = true;
    log.warn(
      'X-Forwarded-For arrives, so there is a proxy in front: without --trust-proxy all of its clients share the limits of one address',
    );
  };
  server.on('request', look).on('upgrade', look);
}

/** Engine.IO's prefix of a packet. */
const FRAME_HEAD_BYTES = 16;

/** Engine.IO has one limit for a body of polling, which carries many packets, and for a WebSocket message, which carries one. */
function limitMessages(engine: object, bytes: number): void {
  const ws: unknown = Reflect.get(engine, 'ws');
  const options: unknown = typeof ws === 'object' && ws !== null && Reflect.get(ws, 'options');
  if (typeof options !== 'object' || options === null || !('maxPayload' in options)) {
    throw new Error('this version of Engine.IO keeps its WebSocket server elsewhere');
  }
  options.maxPayload = bytes;
}

function settingsOf(options: Partial<Settings>): Settings {
  const given = Object.entries(options).filter(
    ([name, value]) => Object.hasOwn(DEFAULTS, name) && value !== undefined,
  );
  return { ...DEFAULTS, ...Object.fromEntries(given) };
}
