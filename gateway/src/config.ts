/**
 * Every setting of the gateway with its default, in one place. Tests and `main.ts` override what they need; nothing else in the gateway
 * holds a limit, an age or an interval of its own.
 */
import { MAX_TEXT_BYTES, SIGNATURE_LIFETIME_MS } from '../../src/protocol/index.js';

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const KB = 1_024;

export const DEFAULTS = {
  /** Largest packet of a client; a larger one closes its socket. */
  frameBytes: 64 * KB,
  /** Largest HTTP body or WebSocket message: polling clients put a burst of packets into one body. */
  bodyBytes: 1_024 * KB,
  /** Longest text of a message, in UTF-8; longer is 880206. */
  textBytes: MAX_TEXT_BYTES,
  /** Requests that an account may make at once, over all of its sockets, … */
  requestBurst: 2_000,
  /** … and how many it gets back each second. Beyond: 880209. Acknowledgements of pushes come on top. */
  requestsPerSecond: 100,
  /** So many bytes of a request count as one request more. */
  bytesPerRequest: 16 * KB,
  /** So many bytes that a request makes others be sent, or its sender, count as one request more. */
  sentBytesPerRequest: 64 * KB,
  /** So many bytes that a page of a history has count as one request more: reading them is dearer than sending them. */
  readBytesPerRequest: 16 * KB,
  /** Messages are read from the database by so many bytes at once: whoever else asks it waits no longer than for one such slice. */
  readSliceBytes: 64 * KB,
  /** So many refusals an account gets for asking too much. After them its socket is closed. */
  refusedRequests: 500,
  /** Frames of a socket that is not logged in: at once, and each second. Beyond: it is closed. */
  strangerSocketBurst: 500,
  strangerSocketPerSecond: 20,
  /** …and of all such sockets of one address. */
  strangerBurst: 10_000,
  strangersPerSecond: 500,
  /** Frames that a socket may send at once, in one body of polling for example. Beyond: it is closed. */
  framesAtOnce: 2_000,
  /** Requests in progress at a time; of the others, the account that used the least time recently comes first. */
  requestsAtOnce: 8,
  /** The same with PGlite: its statements run one at a time, so more requests only lengthen the queue in front of it. */
  embeddedRequestsAtOnce: 2,
  /** Changes that run at the same time on a PostgreSQL server, each on a connection of its own. PGlite has one connection. */
  changesAtOnce: 4,
  /** An event for this many accounts counts as one request more: a page may not keep the gateway busy with telling others. */
  recipientsPerRequest: 20,
  /**
   * The source of new accounts: the application's `server` only, pages without a limit (`open`), or pages with a limit for each address and
   * hour.
   */
  registration: 'limited' as 'server' | 'limited' | 'open',
  registrationsPerHour: 300,
  /** Wrong passwords per minute for one account from one address, or from a device that it knows. Beyond: 880209. */
  passwordTriesPerMinute: 10,
  /** …from one address for all accounts, and for one account from all addresses that it does not know. */
  addressTriesPerMinute: 30,
  accountTriesPerMinute: 30,
  /** Wrong masterSecrets per minute from one address. Beyond: 899030. */
  serverTriesPerMinute: 30,
  /** Hashes of passwords that are made at the same time, and that may wait for it. Beyond: 882005. */
  hashesAtOnce: 2,
  waitingHashes: 1_000,
  /** The cost of a password's hash, as a power of two: scrypt's N. One more doubles time and memory; hashes that exist keep theirs. */
  passwordCost: 14,
  /** Requests of one socket that wait or are being worked on, by number and size. Beyond: 882005. */
  queuedRequests: 4_000,
  queuedBytes: 8 * 1_024 * KB,
  /** How long a send waits for the predecessor that it names; longer than a client goes on trying a row of lost ones. Beyond: 882003. */
  orderTimeoutMs: 5 * MINUTE_MS,
  /** A client is not served further while so much waits for it to be read. */
  readAheadBytes: 1_024 * KB,
  /** The backlog of a client that does not read. Beyond: its socket is closed. */
  backlogBytes: 8 * 1_024 * KB,
  /** …for all sockets of an account, or of an address without; and for all sockets. Beyond: the one that most waits for. */
  accountBacklogBytes: 16 * 1_024 * KB,
  totalBacklogBytes: 256 * 1_024 * KB,
  /** How long a socket that is closed may take to read what it was sent. */
  closeTimeoutMs: 2 * SECOND_MS,

  /** TCP connections in all. Beyond: closed at once. */
  connections: 40_000,
  /** Sockets in all; of one address; and of those that are not logged in. Beyond: the handshake is refused. */
  sockets: 20_000,
  socketsOfAddress: 4_000,
  strangersOfAddress: 1_000,
  /** Handshakes of one address: at once, and each second. Beyond: refused. */
  handshakeBurst: 2_000,
  handshakesPerSecond: 50,
  /** Largest body of polling of a socket that is not logged in, and what all such bodies may have that are arriving. Beyond: refused. */
  strangerBodyBytes: 256 * KB,
  totalStrangerBodyBytes: 32 * 1_024 * KB,
  /** How long a request may take to arrive, uploads aside. */
  requestTimeoutMs: 15 * SECOND_MS,
  /** How long an answer may wait without anything of it being taken. */
  stallTimeoutMs: MINUTE_MS,

  /** Either end of a connection that died without a word is noticed within the sum of these two. */
  pingIntervalMs: 10 * SECOND_MS,
  pingTimeoutMs: 10 * SECOND_MS,
  /** A socket that has not presented its signature by then is closed. */
  initTimeoutMs: 30 * SECOND_MS,
  signatureLifetimeMs: SIGNATURE_LIFETIME_MS,
  /** Length of a signature's `random_str`. The documents say 20 to 36, which applications do not keep to. */
  randomStrLeast: 1,
  randomStrMost: 128,
  /** A client that has not asked for what it missed by then gets live messages without. */
  syncGraceMs: 10 * SECOND_MS,
  /** How long a stop waits for requests that are being worked on. */
  closeGraceMs: 5 * SECOND_MS,

  /** The limits of roaming for each conversation: the number and age of messages. */
  historyMessages: 100,
  historyAgeMs: 15 * DAY_MS,
  /** Unacknowledged messages kept for each conversation, and how long. */
  offlineMessages: 100,
  offlineAgeMs: 15 * DAY_MS,
  /** The stored data of an account within these ages: the number of messages and events, and their bytes. Beyond: 880209. */
  storedItems: 200_000,
  storedBytes: 512 * 1_024 * KB,
  /** Largest page of a history: it is shorter than what was asked for, and there is more. */
  historyPageBytes: 512 * KB,
  /** How long business events are kept for those who are away. */
  eventAgeMs: 15 * DAY_MS,
  /** The time for which an answer is stored for retries. A client may retry for a day, and its first try may be late itself. */
  requestAgeMs: 49 * HOUR_MS,
  /** How long a client that was not here can come back without its password. */
  resumeAgeMs: 30 * DAY_MS,
  /** Over what time clients are asked to spread when this gateway goes away. */
  retryAfterMs: 5 * SECOND_MS,
  /** How often what is older than the ages above is deleted. */
  sweepIntervalMs: 10 * MINUTE_MS,

  /** Friends of an account, and unanswered invitations of its own. Beyond: 880608. */
  friends: 3_000,
  /** Entries of a blacklist or of a no-disturb list. Beyond: 880608. */
  listEntries: 2_000,
  /** Longest memo of a friend, in UTF-8; longer is 881304. */
  memoBytes: 250,
  /** How long a message may be taken back; later is 881401. */
  retractAgeMs: 3 * MINUTE_MS,
  /** Longest transparent message, in UTF-8; longer is 881604. */
  cmdBytes: 8 * KB,

  /** A group's name (880404) and description (880405), in UTF-8. */
  groupNameBytes: 64,
  groupDescriptionBytes: 250,
  /** Members of a group (880608), its keepers (880608), and groups of a user (880403, 880609). */
  groupMembers: 500,
  groupKeepers: 15,
  groupsOfUser: 500,
  /** Groups that others have put a user into: these do not count among the user's own. Beyond, nobody can add him to more (880609). */
  groupsAddedTo: 500,
  /** Consent before an addition to a group (event 56): 0 never, as in V2; 1 all users except friends of the inviter; 2 all users. */
  groupConsent: 0,
  /** Groups whose members, and rooms whose bans are kept in memory. */
  cachedGroups: 2_000,
  cachedRooms: 2_000,
  /** Somebody may be asked for once in this time, by one and the same, for one group (880209): keepers see each request. */
  joinRequestIntervalMs: MINUTE_MS,
  /** Groups or rooms on a page. */
  pageRows: 50,
  /** Chat rooms that a session may be in at a time. Beyond: 880608. */
  roomsOfSession: 100,
  /** Accounts that may be in one chat room at a time; beyond: 881508. */
  roomMembers: 10_000,
  /** Longest text of a chat room, in UTF-8 (881504), … */
  roomTextBytes: 4 * KB,
  /** …and the latest messages that who enters is shown; older ones are not kept. */
  roomHistory: 50,

  /** Largest push of a sync. */
  syncPushBytes: 512 * KB,
  /** Messages, and as many events, that may wait for the end of one session's sync. Beyond: its socket is closed, to sync anew. */
  heldMessages: 20_000,
  /** Conversations in one answer, the latest. */
  conversations: 2_000,
  /** Accounts whose profile is kept in memory. */
  cachedAccounts: 10_000,

  /** The address under which clients reach this gateway, where that is not what they say themselves (`Host`). */
  publicUrl: '',
  /** The folder of uploaded files, or `s3://bucket/prefix`; '' is `media` in the data directory. */
  mediaDirectory: '',
  /** Largest upload. Beyond: 898061. */
  uploadBytes: 10 * 1_024 * KB,
  /** An upload that is too large is read and discarded up to here, so that its client reads the answer. A larger one is cut off. */
  uploadDrainBytes: 1_024 * 1_024 * KB,
  /** How long an upload may take, … */
  uploadTimeoutMs: 10 * MINUTE_MS,
  /** …and how long it may pause. */
  uploadIdleMs: 30 * SECOND_MS,
  /** Uploads under way at a time, of one account and of all. Beyond: 898030. */
  uploadsAtOnce: 5,
  totalUploadsAtOnce: 100,
  /** Uploads of one account. Beyond: 898030. */
  uploadsPerMinute: 60,
  uploadBytesPerDay: 1_024 * 1_024 * KB,
  /** The size of all files together. Beyond: 898030. */
  mediaBytes: 100 * 1_024 * 1_024 * KB,
  uploadTokenLifetimeMs: 10 * MINUTE_MS,
  /** How long the address of a file works. */
  mediaUrlLifetimeMs: HOUR_MS,
  /** How long a file is kept after somebody last asked for it; avatars stay. */
  mediaAgeMs: 30 * DAY_MS,
};

export type Settings = typeof DEFAULTS;

type NumberSetting = { [K in keyof Settings]: Settings[K] extends number ? K : never }[keyof Settings];
export type NumberSettings = Partial<Record<NumberSetting, number>>;

export const NUMBER_SETTINGS: readonly string[] = Object.entries(DEFAULTS).flatMap(([name, value]) =>
  typeof value === 'number' ? [name] : [],
);

/** From where to where a number makes sense, if not anywhere. */
const RANGES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  passwordCost: [10, 20],
  requestsAtOnce: [1, 1_000],
  embeddedRequestsAtOnce: [1, 1_000],
  changesAtOnce: [1, 1_000],
  cachedAccounts: [1, 10_000_000],
  cachedGroups: [1, 10_000_000],
  cachedRooms: [1, 10_000_000],
  hashesAtOnce: [1, 64],
  groupConsent: [0, 2],
};

const isNumberSetting = (name: string): name is NumberSetting => NUMBER_SETTINGS.includes(name);

/** @param text `name=value`, for a setting above that is a number @returns undefined if it is not one, or out of its range */
export function parseSetting(text: string): NumberSettings | undefined {
  const [, name = '', digits = ''] = /^(\w+)=(\d+)$/.exec(text) ?? [];
  const value = Number(digits);
  const [least, most] = RANGES[name] ?? [0, Number.MAX_SAFE_INTEGER];
  return isNumberSetting(name) && digits !== '' && value >= least && value <= most
    ? { [name]: value }
    : undefined;
}

/** The applications of a gateway by appkey, with their masterSecret. */
export type Apps = ReadonlyMap<string, string>;
