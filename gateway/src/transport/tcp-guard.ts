/**
 * Limits for each TCP connection, whatever its protocol. They cover the number of connections, the time of a request's arrival, and unread
 * answers. Without it a stranger keeps memory for as long as he likes by being slow.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Settings } from '../config.js';
import { sourceOf } from '../util/address.js';

const SECOND_MS = 1_000;
/** How often connections are looked at. */
const LOOK_MS = SECOND_MS;
/** A header's time, and the pause between two requests of one connection. */
const HEADERS_TIMEOUT_MS = 10 * SECOND_MS;
const KEEP_ALIVE_MS = 15 * SECOND_MS;

interface Watched {
  /** The unread bytes at the last check. */
  waiting: number;
  /** The bytes that had been handed over by then. */
  handed: number;
  /** The time since which the peer has taken nothing. */
  sinceMs: number;
}

type GuardSettings = Pick<
  Settings,
  | 'connections'
  | 'socketsOfAddress'
  | 'requestTimeoutMs'
  | 'uploadTimeoutMs'
  | 'uploadIdleMs'
  | 'stallTimeoutMs'
  | 'totalBacklogBytes'
>;

interface Guard {
  /** Ends every connection at once. */
  destroyAll(): void;
  close(): void;
}

/** @param behindProxy all connections are the proxy's then: their address says nothing */
export function guardServer(server: Server, settings: GuardSettings, behindProxy: boolean): Guard {
  const sockets = new Map<Socket, Watched>();
  const byAddress = new Map<string, number>();
  server.maxConnections = settings.connections;
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.requestTimeout = settings.uploadTimeoutMs;

  server.on('connection', (socket) => {
    const address = sourceOf(socket.remoteAddress ?? '');
    const count = (byAddress.get(address) ?? 0) + 1;
    // A browser needs one for its socket, and a few for files.
    if (!behindProxy && count > 2 * settings.socketsOfAddress) {
      socket.destroy();
      return;
    }
    byAddress.set(address, count);
    sockets.set(socket, { waiting: 0, handed: 0, sinceMs: 0 });
    socket.once('close', () => {
      sockets.delete(socket);
      const left = (byAddress.get(address) ?? 1) - 1;
      if (left > 0) byAddress.set(address, left);
      else byAddress.delete(address);
    });
  });

  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    const isUpload = request.method === 'POST' && (request.url ?? '').startsWith('/resource');
    limitArrival(request, response, isUpload ? settings.uploadTimeoutMs : settings.requestTimeoutMs);
    if (isUpload) limitPauses(request, settings.uploadIdleMs);
  });

  const timer = setInterval(() => {
    const nowMs = performance.now();
    let waiting = 0;
    let largest: Socket | undefined;
    for (const [socket, watched] of sockets) {
      waiting += socket.writableLength;
      if (socket.writableLength > (largest?.writableLength ?? 0)) largest = socket;
      const handed = socket.bytesWritten - socket.writableLength;
      if (socket.writableLength === 0 || handed > watched.handed) watched.sinceMs = nowMs;
      watched.handed = handed;
      if (nowMs - watched.sinceMs > settings.stallTimeoutMs) socket.destroy();
    }
    if (waiting > settings.totalBacklogBytes) largest?.destroy();
  }, LOOK_MS);
  timer.unref();

  return {
    destroyAll: () => {
      for (const socket of sockets.keys()) socket.destroy();
    },
    close: () => clearInterval(timer),
  };
}

/** A request that has not arrived by then is cut off. */
function limitArrival(request: IncomingMessage, response: ServerResponse, withinMs: number): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.destroy(), withinMs);
  timer.unref();
  const clear = (): void => clearTimeout(timer);
  request.once('end', clear);
  request.once('close', clear);
  response.once('close', clear);
}

/** One that stops arriving is cut off sooner. */
function limitPauses(request: IncomingMessage, pauseMs: number): void {
  const { socket } = request;
  let before = socket.bytesRead;
  const timer = setInterval(() => {
    if (socket.bytesRead === before && !request.complete) request.destroy();
    before = socket.bytesRead;
  }, pauseMs);
  timer.unref();
  request.once('close', () => clearInterval(timer));
}
