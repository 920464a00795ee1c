/**
 * The protocol, whatever carries it: accepts sockets, knows the connections, and closes them in order. `server.ts` gives it Socket.IO
 * sockets; anything else that makes a {@link WireSocket} will do.
 */
import type { Answer } from './answers.js';
import { Connection, type Shared } from './connection/connection.js';
import { Parties } from './connection/parties.js';
import { isLater, isRequestEvent, type Reply, type Request } from './connection/request.js';
import { serve } from './handlers/index.js';
import type { Metrics } from './services/metrics.js';
import { sweepPeriodically } from './services/periodic-sweep.js';
import { createServices, type GatewayParts, type Services } from './services/services.js';
import type { WireSocket } from './transport/wire-socket.js';
import { Slices, Turns } from './util/turns.js';

/** Between two clients that leave for other nodes. */
const LONGEST_GAP_MS = 250;

export interface Gateway {
  readonly services: Services;
  accept(socket: WireSocket): void;
  /** Takes nothing new, finishes what is in hand, and closes every socket. The store stays open: it was handed in. */
  close(): Promise<void>;
}

export function createGateway(given: GatewayParts): Gateway {
  const { settings, store, log, now } = given;
  const services = createServices(given);
  const { metrics, nodes, presence } = services;
  const connections = new Set<Connection>();
  const sweep = sweepPeriodically(services);
  const parties = new Parties(settings, now);
  nodes?.limit(parties);
  const shared: Shared = {
    settings,
    serve: async (from, request, turn) => {
      const sinceMs = performance.now();
      if (nodes) await nodes.verified();
      return measured(metrics, request, sinceMs, await serve(services, from, request, turn));
    },
    parties,
    turns: new Turns(store.isEmbedded ? settings.embeddedRequestsAtOnce : settings.requestsAtOnce),
    slices: new Slices(),
    onPush: (event) => metrics.pushed(event),
    log,
    now,
  };
  metrics.watch({
    sockets: () => connections.size,
    sessions: () => presence.size,
    waitingRequests: () => shared.turns.waiting,
    waitingCommits: () => nodes?.waiting ?? 0,
    backlogBytes: () => parties.heldBytes,
    isUp: () => services.live.isUp,
  });
  let closing = false;

  function accept(socket: WireSocket): void {
    if (closing) {
      socket.close();
      return;
    }
    const connection = new Connection(socket, shared);
    connections.add(connection);
    const initTimer = setTimeout(() => {
      if (!connection.init) connection.giveUp('it never presented a signature');
    }, settings.initTimeoutMs);
    socket.onClose(() => {
      clearTimeout(initTimer);
      connection.markClosed();
      connections.delete(connection);
      const { session } = connection;
      if (session) presence.leave(session.account.uid, session.platform, connection);
      nodes?.left(connection);
    });
  }

  async function finish(connection: Connection): Promise<void> {
    await connection.finish();
    // A close of the transport may discard data that the network has not taken yet.
    await connection.socket.drained();
  }

  /** No other node can take the clients: those that know of it come back one after the other instead of all at once. */
  async function leaveTogether(): Promise<void> {
    for (const connection of connections)
      connection.push('going_away', { retry_after: settings.retryAfterMs });
    await Promise.race([Promise.all([...connections].map(finish)), after(settings.closeGraceMs)]);
  }

  /** Other nodes take the clients at once. So each is served until its turn to go, and is away for a moment only. */
  async function leaveInTurn(): Promise<void> {
    const all = [...connections];
    const gapMs = Math.min(LONGEST_GAP_MS, settings.retryAfterMs / all.length);
    const leave = async (connection: Connection, index: number): Promise<void> => {
      await after(index * gapMs);
      connection.push('going_away', { retry_after: 0 });
      await Promise.race([finish(connection), after(settings.closeGraceMs)]);
      connection.socket.close();
    };
    await Promise.all(all.map(leave));
  }

  async function close(): Promise<void> {
    closing = true;
    const sweepEnd = sweep.stop();
    await (nodes ? leaveInTurn() : leaveTogether());
    await Promise.race([sweepEnd, after(settings.closeGraceMs)]);
    for (const { socket } of connections) socket.close();
    await nodes?.stop();
  }

  return { services, accept, close };
}

/** Counts the answer when it is there. */
function measured(metrics: Metrics, { event }: Request, sinceMs: number, reply: Reply): Reply {
  // Any text can be the name of an event; the known ones are few.
  const name = isRequestEvent(event) ? event : 'unknown';
  const count = ({ code }: Answer): void => metrics.answered(name, sinceMs, code);
  if (isLater(reply.answer)) reply.answer.later.then(count, () => {});
  else count(reply.answer);
  return reply;
}

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
