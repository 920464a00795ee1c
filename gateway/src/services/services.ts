/** The services of one gateway, which its handlers and HTTP routes share: what each is made of. */
import type { Logger } from 'pino';
import { AppLinks } from '../auth/app-links.js';
import { Audit } from '../auth/audit.js';
import { LoginGuard } from '../auth/login-guard.js';
import { Passwords } from '../auth/passwords.js';
import { ServerGuard } from '../auth/server-guard.js';
import { Tickets } from '../auth/tickets.js';
import type { Apps, Settings } from '../config.js';
import type { Connection } from '../connection/connection.js';
import { Changes } from '../delivery/changes.js';
import { deliver } from '../delivery/delivery.js';
import { Presence } from '../delivery/presence.js';
import { RoomPresence } from '../delivery/room-presence.js';
import type { Store } from '../store/index.js';
import { MessageWriter } from '../store/message-writer.js';
import { RoomWriter } from '../store/rooms.js';
import { ROW_BYTES } from '../store/volume.js';
import { TokenBucket, TokenBuckets } from '../util/token-bucket.js';

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

/** The parts of a gateway that its owner brings. */
export interface GatewayParts {
  apps: Apps;
  /** Which of them reach each other; none if it is not given. */
  reach?: AppLinks;
  settings: Settings;
  store: Store;
  log: Logger;
  now: () => number;
}

const SECONDS_PER_MINUTE = 60;
const SECONDS_PER_HOUR = 3_600;
/** Those of one side that may wait, of all that may. */
const SHARE_OF_A_LANE = 2;

export function createServices(parts: GatewayParts): Services {
  const { apps, reach = new AppLinks(apps, []), settings, store, log, now } = parts;
  const presence = new Presence<Connection>();
  const inRooms = new RoomPresence();
  const tries = (count: number, seconds: number) =>
    new TokenBuckets(() => new TokenBucket(count, count / seconds, now));
  const writer = new MessageWriter(store.db, store.messageIds, {
    isOnline: (uid) => presence.isOnline(uid),
    onStored: (messages) => {
      for (const { from, contentJson } of messages)
        store.volume.added(from.sender, 1, contentJson.length + ROW_BYTES);
      return deliver({ presence, groups: store.groups, log }, messages);
    },
    now,
  });
  const roomWriter = new RoomWriter(store.db, store.messageIds, {
    onStored: async (messages) => {
      for (const { from, msg_id, ctime_ms, content } of messages) {
        await inRooms.say({ room_id: from.roomId, msg_id, ctime_ms, content }, from.origin);
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
    changes: new Changes(store, presence, store.isEmbedded ? 1 : settings.changesAtOnce, now),
    roomWriter,
    inRooms,
    presence,
    tickets: new Tickets(store.secret, now),
    loginGuard: new LoginGuard(settings, store.knownOrigins, now),
    passwords: new Passwords(hashLimits(settings), settings.passwordCost),
    resumeGuard: new LoginGuard(settings, store.knownOrigins, now),
    serverGuard: new ServerGuard(tries(settings.serverTriesPerMinute, SECONDS_PER_MINUTE)),
    uploadTries: tries(settings.uploadsPerMinute, SECONDS_PER_MINUTE),
    registrationTries: tries(settings.registrationsPerHour, SECONDS_PER_HOUR),
    audit: new Audit(log, now),
    log,
    now,
  };
}

const hashLimits = ({ hashesAtOnce, waitingHashes }: Settings) => ({
  atOnce: hashesAtOnce,
  waiting: waitingHashes,
  waitingOfLane: Math.ceil(waitingHashes / SHARE_OF_A_LANE),
});
