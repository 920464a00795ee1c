/**
 * The engine of several nodes, on Redis or Valkey. Notes go over one channel. Sessions and rooms are leases, and each node renews its own. A node
 * that was silent for {@link NODE_LEASE_MS} counts as gone with all that it had. A Redis that comes back empty receives everything again.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { UploadsUnderWay } from '../store/media-quota.js';
import type { Limiter } from '../util/limiter.js';
import type { Engine, Note, SeatedSession } from './engine.js';
import { RedisLimiter } from './redis-limiter.js';
import { RedisNotes } from './redis-notes.js';
import { ENTER, HEARTBEAT, LEAVE, ROOM_MEMBERS } from './redis-scripts.js';
import { RedisUploads } from './redis-uploads.js';
import { Registry } from './registry.js';

const HEARTBEAT_MS = 1_000;
const NODE_LEASE_MS = 5_000;
/** Renewed well within it. */
const ENTRY_LEASE_MS = 90_000;
const RENEW_MS = 30_000;
/** Entries of one write. */
const RENEWED_AT_ONCE = 500;
const COMMAND_TIMEOUT_MS = 2_000;
const LONGEST_RETRY_MS = 2_000;
interface Stored extends SeatedSession {
  node: string;
}

/**
 * @param prefix of all keys and channels: it keeps the deployments on one Redis apart
 * @param onCommand receives how long each command took
 */
export async function redisEngine(
  url: string,
  prefix: string,
  log: Logger,
  onCommand: (ms: number) => void,
): Promise<Engine> {
  const options = {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    // A command that cannot be sent now is refused now, and its caller says so.
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy: (tries: number) => Math.min(tries * 100, LONGEST_RETRY_MS),
  };
  const commands = new Redis(url, options);
  timeCommands(commands, onCommand);
  // Notes may be far apart, so its silence means nothing.
  const notes = new Redis(url, { ...options, enableAutoPipelining: false });
  const engine = new RedisEngine(commands, notes, prefix, log);
  try {
    await engine.open();
  } catch (error) {
    await engine.close();
    throw new Error(`Redis cannot be reached: ${error instanceof Error ? error.message : String(error)}`);
  }
  return engine;
}

/** From the moment a command is written to its reply, or to its failure. Those of a pipeline are timed each by itself. */
function timeCommands(redis: Redis, onCommand: (ms: number) => void): void {
  const send = redis.sendCommand.bind(redis);
  redis.sendCommand = (command, stream) => {
    const sinceMs = performance.now();
    const done = (): void => onCommand(performance.now() - sinceMs);
    command.promise.then(done, done);
    return send(command, stream);
  };
}

class RedisEngine implements Engine {
  readonly isShared = true;
  readonly #node = randomUUID();
  readonly #registry = new Registry();
  #live: ReadonlySet<string> = new Set();
  #onGap: () => void = () => {};
  #onNote: (note: Note) => Promise<void> | void = () => {};
  readonly #notes: RedisNotes;
  #isUp = false;
  #beating: Promise<void> | undefined;
  #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly commands: Redis,
    private readonly notes: Redis,
    private readonly prefix: string,
    private readonly log: Logger,
  ) {
    for (const redis of [commands, notes]) redis.on('error', () => this.#lost());
    notes.on('close', () => this.#lost());
    const onLost = (): void => this.#lost();
    this.#notes = new RedisNotes({
      commands,
      notes,
      channel: `${prefix}notes`,
      node: this.#node,
      log,
      onLost,
    });
    this.#notes.listen((note) => (note.kind === 'joined' ? this.#meet() : this.#onNote(note)));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  get nodes(): number {
    return Math.max(1, this.#live.size);
  }

  async open(): Promise<void> {
    await this.commands.connect();
    await this.notes.connect();
    await this.#notes.open();
    await this.#beat();
    // The others would find out by their next heartbeat, and until then take the sessions of this node for offline.
    await this.#notes.announce({ kind: 'joined' });
    this.#timers = [
      setInterval(() => void this.#beat().catch(() => this.#lost()), HEARTBEAT_MS),
      setInterval(() => void this.#renew().catch(() => this.#lost()), RENEW_MS),
    ];
    for (const timer of this.#timers) timer.unref();
  }

  publish(note: Note): void {
    this.#notes.publish(note);
  }

  announce(note: Note): Promise<void> {
    return this.#notes.announce(note);
  }

  listen(onNote: (note: Note) => Promise<void> | void): void {
    this.#onNote = onNote;
  }

  onGap(action: () => void): void {
    this.#onGap = action;
  }

  enter(session: SeatedSession): void {
    this.#registry.enter(session);
    void this.#tell(session).catch(() => this.#lost());
  }

  leave(session: SeatedSession): void {
    this.#registry.leave(session);
    const { uid, platform, seat } = session;
    void this.commands.eval(LEAVE, 1, this.#sessionsOf(uid), platform, seat).catch(() => this.#lost());
  }

  async elsewhere(uid: number): Promise<SeatedSession[]> {
    const all = Object.values(await this.commands.hgetall(this.#sessionsOf(uid)));
    return all
      .map((text): Stored => JSON.parse(text))
      .filter(({ node }) => node !== this.#node && this.#live.has(node));
  }

  enterRoom(roomId: number, uid: number): void {
    if (!this.#registry.enterRoom(roomId, uid)) return;
    const key = this.#roomOf(roomId, this.#node);
    void this.commands.sadd(key, uid).catch(() => this.#lost());
    void this.commands.pexpire(key, ENTRY_LEASE_MS).catch(() => this.#lost());
  }

  leaveRoom(roomId: number, uid: number): void {
    if (!this.#registry.leaveRoom(roomId, uid)) return;
    void this.commands.srem(this.#roomOf(roomId, this.#node), uid).catch(() => this.#lost());
  }

  /** Without Redis it is the number of those who are here. */
  roomMembers(roomIds: readonly number[], local: (roomId: number) => number): Promise<number[]> {
    return Promise.all(
      roomIds.map(async (roomId) => {
        const keys = [...this.#live].map((node) => this.#roomOf(roomId, node));
        try {
          return Number(await this.commands.eval(ROOM_MEMBERS, keys.length, ...keys));
        } catch {
          this.#lost();
          return local(roomId);
        }
      }),
    );
  }

  limiter(local: Limiter): Limiter {
    return new RedisLimiter(this.commands, this.prefix, local, () => this.#lost());
  }

  uploads(local: UploadsUnderWay): UploadsUnderWay {
    return new RedisUploads(this.commands, this.prefix, local, () => this.#lost());
  }

  remember(name: string, forMs: number): void {
    void this.commands.set(this.#memoryOf(name), 1, 'PX', forMs).catch(() => this.#lost());
  }

  async remembers(name: string): Promise<boolean> {
    try {
      return (await this.commands.exists(this.#memoryOf(name))) === 1;
    } catch {
      this.#lost();
      return false;
    }
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    if (this.commands.status === 'ready') {
      await this.commands.zrem(`${this.prefix}nodes`, this.#node).catch(() => {});
    }
    this.commands.disconnect();
    this.notes.disconnect();
  }

  #sessionsOf(uid: number): string {
    return `${this.prefix}sessions:${uid}`;
  }

  #roomOf(roomId: number, node: string): string {
    return `${this.prefix}room:{${roomId}}:${node}`;
  }

  #memoryOf(name: string): string {
    return `${this.prefix}known:${name}`;
  }

  #tell(session: SeatedSession): Promise<unknown> {
    const { uid, platform, seat } = session;
    const stored: Stored = { ...session, node: this.#node };
    const key = this.#sessionsOf(uid);
    return this.commands.eval(ENTER, 1, key, platform, seat, JSON.stringify(stored), ENTRY_LEASE_MS);
  }

  /** A heartbeat that was under way may have asked before the new node was there. */
  async #meet(): Promise<void> {
    await this.#beating?.catch(() => {});
    await this.#beat();
  }

  /** Says that this node lives, and learns which others do. */
  #beat(): Promise<void> {
    this.#beating ??= this.#beatOnce().finally(() => {
      this.#beating = undefined;
    });
    return this.#beating;
  }

  async #beatOnce(): Promise<void> {
    const key = `${this.prefix}nodes`;
    const [known, live] = (await this.commands.eval(HEARTBEAT, 1, key, this.#node, NODE_LEASE_MS)) as [
      number,
      string[],
    ];
    this.#live = new Set(live);
    const isBack = !this.#isUp && this.notes.status === 'ready';
    if (isBack) {
      this.#isUp = true;
      this.log.info('the other nodes can be reached');
    }
    // Redis was away, or is not the one that had the entries, or this node was paused.
    if (known === 0) await this.#renew();
    if (known === 0 || isBack) this.#onGap();
  }

  /** Each part is read when it is sent, so that it does not bring back what has left meanwhile. */
  async #renew(): Promise<void> {
    const { sessions, rooms } = this.#registry;
    for (let start = 0; start < sessions.length; start += RENEWED_AT_ONCE) {
      const lot = sessions.slice(start, start + RENEWED_AT_ONCE);
      await Promise.all(lot.filter((one) => this.#registry.has(one)).map((one) => this.#tell(one)));
    }
    for (const roomId of rooms) {
      const key = this.#roomOf(roomId, this.#node);
      const uids = this.#registry.membersOf(roomId);
      const renewing = this.commands.multi().del(key);
      if (uids.length > 0) renewing.sadd(key, ...uids).pexpire(key, ENTRY_LEASE_MS);
      await renewing.exec();
    }
  }

  #lost(): void {
    if (!this.#isUp) return;
    this.#isUp = false;
    this.log.warn('the other nodes cannot be reached: Redis does not answer');
  }
}
