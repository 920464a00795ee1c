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
  /** Requests that an account may make at once, over all of its sockets. */
  requestBurst: 2_000,
  /** Requests that an account regains each second. Beyond: 880209. Acknowledgements of pushes come on top. */
  requestsPerSecond: 100,
  /** A request counts as one more for each so many bytes. */
  bytesPerRequest: 16 * KB,
  /** A request counts as one more for each so many bytes that it makes the gateway send, to its sender or to others. */
  sentBytesPerRequest: 64 * KB,
  /** A history page counts as one more for each so many bytes: reading them is dearer than sending them. */
  readBytesPerRequest: 16 * KB,
  /** The database reads messages in slices of so many bytes, so other queries wait for one slice at most. */
  readSliceBytes: 64 * KB,
  /** Refusals of an account that asks too much. After them the gateway closes its socket. */
  refusedRequests: 500,
  /** Frames of a socket that is not logged in, at once. Beyond: the gateway closes it. */
  strangerSocketBurst: 500,
  /** The same, each second. */
  strangerSocketPerSecond: 20,
  /** Frames of all such sockets of one address, at once. */
  strangerBurst: 10_000,
  /** The same, each second. */
  strangersPerSecond: 500,
  /** Frames that a socket may send at once, in one body of polling for example. Beyond: it is closed. */
  framesAtOnce: 2_000,
  /** Requests in progress at a time; of the others, the account that used the least time recently comes first. */
  requestsAtOnce: 8,
  /** The same with PGlite: its statements run one at a time, so more requests only lengthen the queue in front of it. */
  embeddedRequestsAtOnce: 2,
  /** Changes that run at the same time on a PostgreSQL server, each on a connection of its own. PGlite has one connection. */
  changesAtOnce: 4,
  /** An event counts as one request more for each so many recipients, since a page may not keep the gateway busy with events. */
  recipientsPerRequest: 20,
  /**
   * The source of new accounts: the application's `server` only, pages without a limit (`open`), or pages with a limit for each address and
   * hour.
   */
  registration: 'limited' as 'server' | 'limited' | 'open',
  /** New accounts of an address and hour. */
  registrationsPerHour: 300,
  /** Wrong passwords per minute for one account from one address, or from a device that it knows. Beyond: 880209. */
  passwordTriesPerMinute: 10,
  /** Wrong passwords per minute from one address, for all accounts. Beyond: 880209. */
  addressTriesPerMinute: 30,
  /** Wrong passwords per minute for one account, from all addresses that it does not know. Beyond: 880209. */
  accountTriesPerMinute: 30,
  /** Wrong masterSecrets per minute from one address. Beyond: 899030. */
  serverTriesPerMinute: 30,
  /** Passwords that are hashed at the same time. */
  hashesAtOnce: 2,
  /** Passwords that may wait to be hashed. Beyond: 882005. */
  waitingHashes: 1_000,
  /** The cost of a password's hash, as a power of two: scrypt's N. One more doubles time and memory; hashes that exist keep theirs. */
  passwordCost: 14,
  /** Requests of one socket that wait or are being worked on. Beyond: 882005. */
  queuedRequests: 4_000,
  /** Their size. Beyond: 882005. */
  queuedBytes: 8 * 1_024 * KB,
  /** How long a send waits for the predecessor that it names; longer than a client goes on trying a row of lost ones. Beyond: 882003. */
  orderTimeoutMs: 5 * MINUTE_MS,
  /** A client is not served further while so much waits for it to be read. */
  readAheadBytes: 1_024 * KB,
  /** The backlog of a client that does not read. Beyond: its socket is closed. */
  backlogBytes: 8 * 1_024 * KB,
  /** The backlog of an account's sockets, or of an address's sockets without an account. Beyond: the longest one's socket is closed. */
  accountBacklogBytes: 16 * 1_024 * KB,
  /** The backlog of all sockets. Beyond: the longest one's socket is closed. */
  totalBacklogBytes: 256 * 1_024 * KB,
  /** The time in which a closing socket may read its backlog. */
  closeTimeoutMs: 2 * SECOND_MS,

  /** TCP connections in all. Beyond: closed at once. */
  connections: 40_000,
  /** Sockets in all. Beyond: the handshake is refused. */
  sockets: 20_000,
  /** Sockets of one address. Beyond: the handshake is refused. */
  socketsOfAddress: 4_000,
  /** Sockets of one address that are not logged in. Beyond: the handshake is refused. */
  strangersOfAddress: 1_000,
  /** Handshakes of one address, at once. Beyond: refused. */
  handshakeBurst: 2_000,
  /** The same, each second. */
  handshakesPerSecond: 50,
  /** Largest body of polling of a socket that is not logged in. Beyond: refused. */
  strangerBodyBytes: 256 * KB,
  /** All such bodies that are arriving. Beyond: refused. */
  totalStrangerBodyBytes: 32 * 1_024 * KB,
  /** How long a request may take to arrive, uploads aside. */
  requestTimeoutMs: 15 * SECOND_MS,
  /** How long an answer may wait without anything of it being taken. */
  stallTimeoutMs: MINUTE_MS,

  /** The time between two pings. Both ends notice a silent death within this time and the next one together. */
  pingIntervalMs: 10 * SECOND_MS,
  /** The time in which a ping must be answered. */
  pingTimeoutMs: 10 * SECOND_MS,
  /** A socket that has not presented its signature by then is closed. */
  initTimeoutMs: 30 * SECOND_MS,
  signatureLifetimeMs: SIGNATURE_LIFETIME_MS,
  /** Least length of a signature's `random_str`. The documents say 20 to 36, which applications do not keep to. */
  randomStrLeast: 1,
  /** Greatest length. */
  randomStrMost: 128,
  /** A client without a device that has not asked for what it missed by then gets live messages without. */
  syncGraceMs: 10 * SECOND_MS,
  /** How long a stop waits for requests that are being worked on. */
  closeGraceMs: 5 * SECOND_MS,

  /** Messages that roaming brings for each conversation. */
  historyMessages: 100,
  /** Their greatest age. */
  historyAgeMs: 15 * DAY_MS,
  /** Unacknowledged messages kept for each conversation. */
  offlineMessages: 100,
  /** Their greatest age. */
  offlineAgeMs: 15 * DAY_MS,
  /** Stored messages and events of an account within these ages. Beyond: 880209. */
  storedItems: 200_000,
  /** Their size. Beyond: 880209. */
  storedBytes: 512 * 1_024 * KB,
  /** Largest page of a history. A larger one is cut, and says that there is more. */
  historyPageBytes: 512 * KB,
  /** How long business events are kept for absent accounts. */
  eventAgeMs: 15 * DAY_MS,
  /** The time for which an answer is stored for retries. A client may retry for a day, and its first try may be late itself. */
  requestAgeMs: 49 * HOUR_MS,
  /** How long an absent client can come back without its password. */
  resumeAgeMs: 30 * DAY_MS,
  /** The time over which clients spread their return when this gateway stops. */
  retryAfterMs: 5 * SECOND_MS,
  /** The interval at which data older than the ages above are deleted. */
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

  /** Longest name of a group, in UTF-8; longer is 880404. */
  groupNameBytes: 64,
  /** Longest description of a group, in UTF-8; longer is 880405. */
  groupDescriptionBytes: 250,
  /** Members of a group. Beyond: 880608. */
  groupMembers: 500,
  /** Keepers of a group. Beyond: 880608. */
  groupKeepers: 15,
  /** Groups of a user. Beyond: 880403, 880609. */
  groupsOfUser: 500,
  /** Groups that others have put a user into, beside the user's own. Beyond: 880609 for further additions. */
  groupsAddedTo: 500,
  /** Consent before an addition to a group (event 56): 0 never, as in V2; 1 all users except friends of the inviter; 2 all users. */
  groupConsent: 0,
  /** Groups whose members are kept in memory. */
  cachedGroups: 2_000,
  /** Chat rooms whose bans are kept in memory. */
  cachedRooms: 2_000,
  /** Between two requests by one user to let the same user into a group, since keepers see each request. Earlier: 880209. */
  joinRequestIntervalMs: MINUTE_MS,
  /** Groups or rooms on a page. */
  pageRows: 50,
  /** Chat rooms that a session may be in at a time. Beyond: 880608. */
  roomsOfSession: 100,
  /** Accounts that may be in one chat room at a time; beyond: 881508. */
  roomMembers: 10_000,
  /** Longest text of a chat room, in UTF-8; longer is 881504. */
  roomTextBytes: 4 * KB,
  /** The latest messages of a chat room that a user who enters receives. Older ones are not kept. */
  roomHistory: 50,

  /** Largest push of a sync. */
  syncPushBytes: 512 * KB,
  /** Messages, and as many events, that may wait for the end of one session's sync. Beyond: its socket is closed, and syncs anew. */
  heldMessages: 20_000,
  /** Conversations in one answer, the latest. */
  conversations: 2_000,
  /** Accounts whose profile is kept in memory. */
  cachedAccounts: 10_000,

  /** The address under which clients reach this gateway, if it differs from their own `Host`. */
  publicUrl: '',
  /** The folder of uploaded files, or `s3://bucket/prefix`; '' is `media` in the data directory. */
  mediaDirectory: '',
  /** Largest upload. Beyond: 898061. */
  uploadBytes: 10 * 1_024 * KB,
  /** An upload that is too large is read and discarded up to here, so that its client reads the answer. A larger one is cut off. */
  uploadDrainBytes: 1_024 * 1_024 * KB,
  /** How long an upload may take. */
  uploadTimeoutMs: 10 * MINUTE_MS,
  /** How long an upload may pause. */
  uploadIdleMs: 30 * SECOND_MS,
  /** Uploads of one account at a time. Beyond: 898030. */
  uploadsAtOnce: 5,
  /** Uploads of all accounts at a time. Beyond: 898030. */
  totalUploadsAtOnce: 100,
  /** Uploads of one account, each minute. Beyond: 898030. */
  uploadsPerMinute: 60,
  /** Bytes that one account uploads, each day. Beyond: 898030. */
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
