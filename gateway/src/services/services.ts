/** The services of one gateway, which its handlers and HTTP routes share: what each is made of. */
import type { Logger } from 'pino';
import { AppLinks } from '../auth/app-links.js';
import { Audit } from '../auth/audit.js';
import { LoginGuard } from '../auth/login-guard.js';
import { Passwords } from '../auth/passwords.js';
import { ServerGuard } from '../auth/server-guard.js';
import { Tickets } from '../auth/tickets.js';
import { Tries } from '../auth/tries.js';
import type { Apps, Settings } from '../config.js';
import type { Connection } from '../connection/connection.js';
import { Changes, type EventOutlet } from '../delivery/changes.js';
import { deliver } from '../delivery/delivery.js';
import { Live } from '../delivery/live.js';
import { Nodes } from '../delivery/nodes.js';
import { Presence } from '../delivery/presence.js';
import { RoomPresence } from '../delivery/room-presence.js';
import type { Engine } from '../engine/engine.js';
import { memoryEngine } from '../engine/memory.js';
import type { Store } from '../store/index.js';
import { LocalUploads, MediaQuota } from '../store/media-quota.js';
import { MessageWriter, type NewMessage } from '../store/message-writer.js';
import { RoomWriter } from '../store/rooms.js';
import { ROW_BYTES } from '../store/volume.js';
import { LocalLimiter } from '../util/limiter.js';
import { Metrics } from './metrics.js';

export interface Services {
  readonly apps: Apps;
  readonly reach: AppLinks;
  readonly settings: Settings;
  readonly store: Store;
  readonly writer: MessageWriter;
  readonly changes: Changes;
  readonly roomWriter: RoomWriter;
  readonly inRooms: RoomPresence;
  readonly live: Live;
  /** Undefined for a single process. */
  readonly nodes: Nodes | undefined;
  readonly presence: Presence<Connection>;
  readonly tickets: Tickets;
  readonly loginGuard: LoginGuard;
  readonly passwords: Passwords;
  readonly resumeGuard: LoginGuard;
  readonly serverGuard: ServerGuard;
  readonly audit: Audit;
  readonly metrics: Metrics;
  /** Of what is limited and is no secret. */
  readonly tries: Tries;
  readonly mediaQuota: MediaQuota;
  readonly log: Logger;
  readonly now: () => number;
}

/** The parts of a gateway that its owner brings. */
export interface GatewayParts {
  apps: Apps;
  /** Which of them reach each other; none if it is not given. */
  reach?: AppLinks;
  settings: Settings;
  store: Store;
  /** The figures of this process; new ones if they are not given. */
  metrics?: Metrics;
  /** The link to other nodes; without it there are none. */
  engine?: Engine;
  log: Logger;
  now: () => number;
}

/**
 * Between the commits of messages of all nodes together: each has the price of a lock, a transaction and a note to every node. So another node does not
 * make the commits smaller.
 */
const LOT_GAP_MS = 10;
/** Those of one side that may wait, of all that may. */
const SHARE_OF_A_LANE = 2;

export function createServices(parts: GatewayParts): Services {
  const { apps, reach = new AppLinks(apps, []), settings, store, log, now } = parts;
  const presence = new Presence<Connection>();
  const { engine = memoryEngine } = parts;
  const { shared } = store;
  const inRooms = new RoomPresence(engine);
  const nodes = shared && new Nodes({ engine, store, shared, presence, inRooms, log });
  const live = new Live(engine, nodes, presence, store);
  /** Recipients of the messages that are being stored, and must not be kept for those who are offline. */
  let onlineElsewhere: ReadonlySet<number> = new Set();
  const limiter = engine.limiter(new LocalLimiter(now));
  const writer = new MessageWriter(store.db, store.messageOrder, {
    ...(nodes && {
      ready: async (messages: readonly NewMessage[]) => {
        onlineElsewhere = await amongOnline(live, messages);
      },
      onPrepared: nodes.messages.prepared,
      gapMs: () => (engine.isShared ? LOT_GAP_MS * engine.nodes : 0),
    }),
    isOnline: (uid) => presence.isOnline(uid) || onlineElsewhere.has(uid),
    onStored: async (messages, committed) => {
      for (const { from } of messages)
        store.volume.added(from.sender, 1, from.contentJson.length + ROW_BYTES);
      if (nodes && committed) nodes.messages.stored(messages, committed);
      else await deliver({ presence, groups: store.groups, log }, messages);
    },
    now,
  });
  const roomWriter = new RoomWriter(store.db, store.roomOrder, {
    ...(nodes && { onPrepared: nodes.rooms.prepared }),
    onStored: async (messages, committed) => {
      if (nodes && committed) return nodes.rooms.stored(messages, committed);
      for (const { from, msg_id, ctime_ms, content } of messages) {
        await inRooms.deliver({ room_id: from.roomId, msg_id, ctime_ms, content }, from.origin);
      }
    },
    now,
  });
  return {
    apps,
    reach,
    settings,
    store,
    writer,
    changes: new Changes(
      store,
      eventOutlet(presence, nodes),
      store.isEmbedded ? 1 : settings.changesAtOnce,
      now,
    ),
    roomWriter,
    inRooms,
    live,
    nodes,
    presence,
    tickets: new Tickets(store.secret, now),
    loginGuard: new LoginGuard(settings, store.knownOrigins, limiter, 'password'),
    passwords: new Passwords(hashLimits(settings), settings.passwordCost),
    resumeGuard: new LoginGuard(settings, store.knownOrigins, limiter, 'token'),
    serverGuard: new ServerGuard(settings.serverTriesPerMinute, limiter, engine),
    tries: new Tries(limiter),
    mediaQuota: new MediaQuota(store.media, settings, engine.uploads(new LocalUploads()), now),
    audit: new Audit(log, now),
    metrics: parts.metrics ?? new Metrics(),
    log,
    now,
  };
}

/** The recipients of `no_offline` messages that are online on other nodes, as far as these can be asked. */
async function amongOnline(live: Live, messages: readonly NewMessage[]): Promise<ReadonlySet<number>> {
  const wanted = new Set(messages.flatMap(({ noOffline, recipient }) => (noOffline ? [recipient] : [])));
  const asked = [...wanted].map(async (uid) => ((await live.elsewhere(uid)).length > 0 ? [uid] : []));
  return new Set((await Promise.all(asked)).flat());
}

function eventOutlet(presence: Presence<Connection>, nodes: Nodes | undefined): EventOutlet {
  return {
    push: ({ event, recipients, live = false, except }) => {
      for (const connection of presence.among(recipients)) {
        if (connection !== except) connection.session?.feed.deliverEvent(event, !live);
      }
      nodes?.push(recipients, 'event_notification', event);
    },
    numbered: (events) => nodes?.events.prepared(events),
    committed: (events, committed) => nodes?.events.stored(events, committed),
  };
}

const hashLimits = ({ hashesAtOnce, waitingHashes }: Settings) => ({
  atOnce: hashesAtOnce,
  waiting: waitingHashes,
  waitingOfLane: Math.ceil(waitingHashes / SHARE_OF_A_LANE),
});
