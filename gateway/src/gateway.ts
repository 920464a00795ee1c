/**
 * The protocol, whatever carries it: takes sockets in, knows who is here, and ties the parts together. `server.ts` gives it Socket.IO 4
 * sockets; anything else that makes a {@link WireSocket} will do.
 */
import type { Logger } from 'pino';
import { AppLinks } from './auth/app-links.js';
import { Audit } from './auth/audit.js';
import { LoginGuard } from './auth/login-guard.js';
import { Passwords } from './auth/passwords.js';
import { ServerGuard } from './auth/server-guard.js';
import { Tickets } from './auth/tickets.js';
import type { Apps, Settings } from './config.js';
import { Connection, type Shared } from './connection/connection.js';
import { Parties } from './connection/parties.js';
import { Changes } from './delivery/changes.js';
import { deliver } from './delivery/delivery.js';
import { Presence } from './delivery/presence.js';
import { RoomPresence } from './delivery/room-presence.js';
import { serve } from './handlers/index.js';
import type { Store } from './store/index.js';
import { MessageWriter } from './store/message-writer.js';
import { RoomWriter } from './store/rooms.js';
import { ROW_BYTES } from './store/volume.js';
import type { WireSocket } from './transport/wire-socket.js';
import { TokenBucket, TokenBuckets } from './util/token-bucket.js';
import { Slices, Turns } from './util/turns.js';

/** The tools of the handlers. */
export interface Services {
  readonly apps: Apps;
  readonly reach: AppLinks;
  readonly settings: Settings;
  readonly store: Store;
  readonly writer: MessageWriter;
  readonly changes: Changes;
  readonly roomWriter: RoomWriter;
  readonly inRooms: RoomPresence;
  readonly presence: Presence<Connection>;
  readonly tickets: Tickets;
  readonly loginGuard: LoginGuard;
  readonly passwords: Passwords;
  readonly resumeGuard: LoginGuard;
  readonly serverGuard: ServerGuard;
  readonly audit: Audit;
  readonly uploadTries: TokenBuckets;
  readonly registrationTries: TokenBuckets;
  readonly log: Logger;
  readonly now: () => number;
}

export interface GatewayParts {
  apps: Apps;
  /** Which of them reach each other; none if it is not given. */
  reach?: AppLinks;
  settings: Settings;
  store: Store;
  log: Logger;
  now: () => number;
}

export interface Gateway {
  readonly services: Services;
  accept(socket: WireSocket): void;
  /** Takes nothing new, finishes what is in hand, and closes every socket. The store stays open: it was handed in. */
  close(): Promise<void>;
}

const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;

export function createGateway({
  apps,
  reach = new AppLinks(apps, []),
  settings,
  store,
  log,
  now,
}: GatewayParts): Gateway {
  const connections = new Set<Connection>();
  const presence = new Presence<Connection>();
  const { registrationsPerHour } = settings;
  const registrationTries = new TokenBuckets(
    () => new TokenBucket(registrationsPerHour, registrationsPerHour / SECONDS_PER_HOUR, now),
  );
  const triesOf = (tries: number) =>
    new TokenBuckets(() => new TokenBucket(tries, tries / SECONDS_PER_MINUTE, now));
  const loginGuard = new LoginGuard(settings, store.knownOrigins, now);
  const resumeGuard = new LoginGuard(settings, store.knownOrigins, now);
  const serverGuard = new ServerGuard(triesOf(settings.serverTriesPerMinute));
  const uploadTries = triesOf(settings.uploadsPerMinute);
  const writer = new MessageWriter(store.db, store.messageIds, {
    isOnline: (uid) => presence.isOnline(uid),
    onStored: (messages) => {
      for (const { from, contentJson } of messages)
        store.volume.added(from.sender, 1, contentJson.length + ROW_BYTES);
      return deliver({ presence, groups: store.groups, log }, messages);
    },
    now,
  });
  const turns = new Turns(store.isEmbedded ? settings.embeddedRequestsAtOnce : settings.requestsAtOnce);
  const inRooms = new RoomPresence();
  const roomWriter = new RoomWriter(store.db, store.messageIds, {
    onStored: async (messages) => {
      for (const { from, msg_id, ctime_ms, content } of messages) {
        await inRooms.say({ room_id: from.roomId, msg_id, ctime_ms, content }, from.origin);
      }
    },
    now,
  });
  const changes = new Changes(store, presence, store.isEmbedded ? 1 : settings.changesAtOnce, now);
  const services: Services = {
    apps,
    reach,
    settings,
    store,
    writer,
    changes,
    roomWriter,
    inRooms,
    presence,
    tickets: new Tickets(store.secret, now),
    loginGuard,
    passwords: new Passwords(hashLimits(settings), settings.passwordCost),
    resumeGuard,
    serverGuard,
    uploadTries,
    registrationTries,
    audit: new Audit(log, now),
    log,
    now,
  };

  let sweeping: Promise<void> = Promise.resolve();
  const sweepTimer = setInterval(() => {
    loginGuard.sweep();
    resumeGuard.sweep();
    serverGuard.sweep();
    uploadTries.sweep();
    registrationTries.sweep();
    sweeping = sweeping
      .then(() => store.sweep())
      .catch((error: unknown) => log.error({ err: error }, 'deleting what is too old failed'));
  }, settings.sweepIntervalMs);
  sweepTimer.unref();

  let closing = false;
  const shared: Shared = {
    settings,
    serve: (from, request, turn) => serve(services, from, request, turn),
    parties: new Parties(settings, now),
    turns,
    slices: new Slices(),
    log,
    now,
  };

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
    });
  }

  async function finish(): Promise<void> {
    await Promise.all([...connections].map((connection) => connection.finish()));
    // A close of the transport may discard data that the network has not taken yet.
    await Promise.all([...connections].map(({ socket }) => socket.drained()));
    await sweeping;
  }

  async function close(): Promise<void> {
    closing = true;
    clearInterval(sweepTimer);
    // Clients that know of it come back one after the other instead of all at once.
    for (const connection of connections)
      connection.push('going_away', { retry_after: settings.retryAfterMs });
    await Promise.race([finish(), after(settings.closeGraceMs)]);
    for (const { socket } of connections) socket.close();
  }

  return { services, accept, close };
}

/** Those of one side that may wait, of all that may. */
const SHARE_OF_A_LANE = 2;

const hashLimits = ({ hashesAtOnce, waitingHashes }: Settings) => ({
  atOnce: hashesAtOnce,
  waiting: waitingHashes,
  waitingOfLane: Math.ceil(waitingHashes / SHARE_OF_A_LANE),
});

const after = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
