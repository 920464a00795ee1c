/** All that is stored, behind one door. */
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Settings } from '../config.js';
import { within } from '../util/within.js';
import { Accounts } from './accounts.js';
import { CacheChanges, type CachedById } from './cache-changes.js';
import { SHARED_TTL_MS } from './cache-limits.js';
import { isServer, type OnQuery, type OpenDatabase, openDatabase } from './database.js';
import { DisabledAccounts } from './disabled-accounts.js';
import { Events } from './events.js';
import { Friends } from './friends.js';
import { Groups } from './groups.js';
import { KnownOrigins } from './known-origins.js';
import { Lists } from './lists.js';
import { Mailboxes } from './mailboxes.js';
import { Media } from './media.js';
import { MediaFiles, prepareFolder } from './media-files.js';
import { MessageIds } from './message-ids.js';
import { LocalOrder, type Order, type OrderName, onOneNode, SharedOrder } from './order.js';
import type { ReadCache } from './read-cache.js';
import { Receipts } from './receipts.js';
import { Requests } from './requests.js';
import { ResumeTokens } from './resume-tokens.js';
import { Rooms } from './rooms.js';
import type { Database } from './schema.js';
import { Seats } from './seats.js';
import { loadSecret } from './secrets.js';
import { lockServer, type ServerLock } from './server-lock.js';
import { sweep } from './sweep.js';
import { Volume } from './volume.js';
import { Waiting } from './waiting.js';

/** A database that takes longer for an answer cannot serve anybody. */
const HEALTHY_MS = 3_000;
/** The default folder of uploads for a database on a server. */
const DEFAULT_MEDIA_DIRECTORY = '.data/media';

/** Only for a database of several nodes. */
export interface SharedStore {
  readonly messages: SharedOrder;
  readonly events: SharedOrder;
  readonly rooms: SharedOrder;
  readonly seats: Seats;
  readonly cacheChanges: CacheChanges;
}

type Forgetting<K extends number | string> = Pick<ReadCache<K, object>, 'forget' | 'forgetAll'>;
/** The caches of this node, under the names by which nodes report changes to each other. */
type Caches = Record<CachedById, Forgetting<number>> & { account: Forgetting<string> };

interface StoreOptions {
  /** Other nodes serve the same database. */
  isShared?: boolean;
  /** The clock of ids on several nodes; the database's own by default. */
  idClock?: () => number;
  onQuery?: OnQuery;
  /** Another gateway has taken the database while the server was away: this one must end. */
  onTaken?: (reason: string) => void;
}

/** Data that are read or created before the rest. */
interface Prepared {
  files: MediaFiles;
  disabledAccounts: DisabledAccounts;
  /** The key that signs tickets. */
  secret: Buffer;
  messageIds: MessageIds;
}

export class Store {
  readonly accounts: Accounts;
  readonly caches: Caches;
  readonly events: Events;
  readonly groups: Groups;
  readonly rooms: Rooms;
  readonly friends: Friends;
  readonly lists: Lists;
  readonly mailboxes: Mailboxes;
  readonly media: Media;
  readonly receipts: Receipts;
  readonly requests: Requests;
  readonly knownOrigins: KnownOrigins;
  readonly resumeTokens: ResumeTokens;
  readonly messageIds: MessageIds;
  readonly secret: Buffer;
  readonly disabledAccounts: DisabledAccounts;
  readonly volume: Volume;
  readonly waiting: Waiting;
  /** Undefined for a single process. */
  readonly shared: SharedStore | undefined;
  readonly messageOrder: Order;
  readonly roomOrder: Order;

  private constructor(
    private readonly opened: OpenDatabase,
    { files, messageIds, secret, disabledAccounts }: Prepared,
    private readonly settings: Settings,
    private readonly now: () => number,
    shared: SharedStore | undefined,
  ) {
    const isShared = shared !== undefined;
    const cache = (max: number) => ({ max, ttl: isShared ? SHARED_TTL_MS : 0 });
    this.accounts = new Accounts(opened.db, cache(settings.cachedAccounts), isShared);
    this.events = new Events(opened.db, settings, now);
    this.friends = new Friends(opened.db);
    this.lists = new Lists(opened.db, cache(settings.cachedAccounts));
    this.rooms = new Rooms(opened.db, settings.roomHistory, cache(settings.cachedRooms), isShared);
    this.groups = new Groups(opened.db, cache(settings.cachedGroups));
    this.caches = {
      account: this.accounts.cache,
      blacklist: this.lists.cache,
      group: this.groups.cache,
      room: this.rooms.cache,
    };
    this.mailboxes = new Mailboxes(opened.db, settings, now);
    this.media = new Media(opened.db, files, settings, now, isShared);
    this.receipts = new Receipts(opened.db);
    this.requests = new Requests(opened.db);
    this.knownOrigins = new KnownOrigins(opened.db, settings.resumeAgeMs, now);
    this.resumeTokens = new ResumeTokens(opened.db, settings.resumeAgeMs, now, isShared);
    this.volume = new Volume(opened.db, settings, now, cache(settings.cachedAccounts));
    this.waiting = new Waiting(opened.db, settings, now);
    this.messageIds = messageIds;
    this.secret = secret;
    this.disabledAccounts = disabledAccounts;
    this.shared = shared;
    const localOrder = new LocalOrder(opened.inOrder, messageIds);
    this.messageOrder = shared?.messages ?? localOrder;
    this.roomOrder = shared?.rooms ?? localOrder;
  }

  static async open(
    data: string,
    settings: Settings,
    now: () => number,
    { isShared = false, idClock, onQuery, onTaken = () => {} }: StoreOptions = {},
  ): Promise<Store> {
    if (isShared && !isServer(data)) {
      throw new Error('several nodes need a PostgreSQL server: --data postgres://…');
    }
    // Ahead of the migrations, which another gateway's process may not expect.
    const lock = isServer(data) ? await lockServer(data, isShared, onTaken) : undefined;
    let opened: OpenDatabase | undefined;
    try {
      opened = withLock(await openDatabase(data, isShared, onQuery), lock);
      const prepared = await prepare(opened.db, data, settings, now, isShared);
      const shared = isShared ? await share(opened.db, idClock) : undefined;
      return new Store(opened, prepared, settings, now, shared);
    } catch (error) {
      await (opened ?? lock)?.close();
      throw error;
    }
  }

  /** The database runs in this process, one statement at a time. */
  get isEmbedded(): boolean {
    return this.opened.isEmbedded;
  }

  get db(): Database {
    return this.opened.db;
  }

  /** The periodic work, which one node does for all. */
  async sweep(): Promise<void> {
    if (this.shared) await onOneNode(this.db, () => this.#sweep());
    else await this.#sweep();
  }

  async #sweep(): Promise<void> {
    await sweep(this.db, this.now(), this.settings);
    await this.mailboxes.trimPending();
    await this.rooms.trim();
    await this.media.sweep();
    await this.resumeTokens.sweep();
    await this.volume.sweep();
    await this.shared?.cacheChanges.sweep();
    await this.knownOrigins.sweep();
    await this.opened.maintain();
  }

  /** Everything that was read into memory is read again. */
  forgetAll(): void {
    for (const cache of Object.values(this.caches)) cache.forgetAll();
  }

  async isHealthy(): Promise<boolean> {
    return within(HEALTHY_MS, sql`select 1`.execute(this.db)).then(
      () => true,
      () => false,
    );
  }

  async close(): Promise<void> {
    await this.media.files.close();
    await this.opened.close();
  }
}

function withLock(opened: OpenDatabase, lock: ServerLock | undefined): OpenDatabase {
  const close = async (): Promise<void> => {
    await opened.close();
    await lock?.close();
  };
  return { ...opened, close };
}

async function share(db: Database, idClock: (() => number) | undefined): Promise<SharedStore> {
  const order = async (name: OrderName): Promise<SharedOrder> => {
    const made = new SharedOrder(db, name, idClock);
    await made.prepare();
    return made;
  };
  return {
    messages: await order('messages'),
    events: await order('events'),
    rooms: await order('rooms'),
    seats: new Seats(db),
    cacheChanges: new CacheChanges(db),
  };
}

async function prepare(
  db: Database,
  data: string,
  settings: Settings,
  now: () => number,
  isShared: boolean,
): Promise<Prepared> {
  const { rows } = await sql<{ id: number | null }>`
    select greatest(
      (select max(msg_id) from message), (select max(event_id) from event), (select max(msg_id) from room_message),
      (select max(change_id) from receipt)
    ) as id`.execute(db);
  const directory =
    settings.mediaDirectory || (isServer(data) ? DEFAULT_MEDIA_DIRECTORY : join(data, 'media'));
  return {
    messageIds: new MessageIds(rows[0]?.id ?? 0, now),
    disabledAccounts: await DisabledAccounts.load(db, isShared),
    secret: await loadSecret(db, 'tickets'),
    files: await openFiles(data === 'memory' && !settings.mediaDirectory ? undefined : directory, isShared),
  };
}

/** The client of S3 is loaded only where it is used. */
async function openFiles(where: string | undefined, isShared: boolean): Promise<MediaFiles> {
  if (!where?.startsWith('s3://')) return new MediaFiles(await prepareFolder(where, isShared));
  const [{ Bucket }, { S3Files }] = await Promise.all([import('./bucket.js'), import('./s3-files.js')]);
  return S3Files.open(new Bucket(where, process.env));
}
