/**
 * A gateway on a port: Fastify for HTTP, Socket.IO 4 for sockets of Engine.IO 3 and 4, the store, and the protocol between them.
 */
import cors from '@fastify/cors';
import Fastify, { type FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { Server } from 'socket.io';
import { type Apps, DEFAULTS, type Settings } from './config.js';
import { createGateway } from './gateway.js';
import { signAuth } from './signature.js';
import { Store } from './store/index.js';
import { socketIoWire } from './wire-socket.js';

export interface GatewayOptions extends Partial<Settings> {
  /** 0 takes a free one. */
  port?: number;
  host?: string;
  /** masterSecret by appkey. */
  apps: Apps | Readonly<Record<string, string>>;
  /** `memory`, a directory, or a `postgres://` connection string. */
  data: string;
  /** Signs auth payloads for anyone who asks. */
  dev?: boolean;
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

/** @throws when the port is taken or the data cannot be opened */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  const { port = 0, host = '127.0.0.1', data, dev = false, now = Date.now } = options;
  const log = options.log ?? pino({ level: 'silent' });
  const settings = settingsOf(options);
  const apps: Apps = options.apps instanceof Map ? options.apps : new Map(Object.entries(options.apps));

  let ready = false;
  const http = await createHttp({ apps, dev, log, now, isReady: () => ready });
  const io = new Server({
    serveClient: false,
    allowEIO3: true,
    pingInterval: settings.pingIntervalMs,
    pingTimeout: settings.pingTimeoutMs,
    maxHttpBufferSize: settings.bodyBytes,
    // No cookie is ever used: what a page may do is proven by its signature.
    cors: { origin: '*' },
  });
  // Before anything is opened that would have to be closed again: a taken port ends here.
  await http.listen({ port, host });
  let store: Store;
  try {
    store = await Store.open(data, settings, now);
  } catch (error) {
    await http.close();
    throw error;
  }
  const gateway = createGateway({ apps, settings, store, log, now });
  io.on('connection', (socket) => gateway.accept(socketIoWire(socket, settings)));
  io.attach(http.server);
  ready = true;

  const address = http.server.address();
  const boundPort = typeof address === 'object' && address !== null ? address.port : port;
  let closing: Promise<void> | undefined;
  return {
    port: boundPort,
    url: `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`,
    close: () => {
      closing ??= (async () => {
        await gateway.close();
        io.engine.close();
        await http.close();
        await store.close();
      })();
      return closing;
    },
  };
}

function settingsOf(options: Partial<Settings>): Settings {
  const settings = { ...DEFAULTS };
  for (const key of Object.keys(DEFAULTS) as (keyof Settings)[])
    settings[key] = options[key] ?? DEFAULTS[key];
  return settings;
}

interface HttpParts {
  apps: Apps;
  dev: boolean;
  log: Logger;
  now: () => number;
  isReady: () => boolean;
}

async function createHttp({ apps, dev, log, now, isReady }: HttpParts): Promise<FastifyInstance> {
  const http = Fastify({ forceCloseConnections: true });
  await http.register(cors, { origin: '*' });
  http.addHook('onRequest', async (_request, reply) => {
    if (!isReady()) return reply.code(503).send({ status: 'starting' });
  });
  http.get('/healthz', async () => ({ status: 'ok' }));
  if (!dev) return http;
  log.warn('--dev: GET /dev/auth signs for anyone who asks. Never run this where others can reach it.');
  http.get<{ Querystring: { appkey?: string } }>('/dev/auth', async (request, reply) => {
    const { appkey = '' } = request.query;
    const secret = apps.get(appkey);
    if (secret === undefined) return reply.code(404).send({ error: `no such appkey: ${appkey}` });
    return signAuth(appkey, secret, now());
  });
  return http;
}
