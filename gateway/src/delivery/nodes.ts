/**
 * This node's part in a gateway of several. It tells the others what it has stored, and hands on what they have stored. It ends sessions that were
 * replaced or ended elsewhere, and forgets cached data that changed elsewhere. Every {@link SWEEP_MS} it looks at the database for whatever no note has said.
 */
import type { Logger } from 'pino';
import type { PushEvent } from '../../../src/protocol/index.js';
import type { Connection } from '../connection/connection.js';
import type { Parties } from '../connection/parties.js';
import type { Cached, Engine, Note, SeatedSession, StreamName } from '../engine/engine.js';
import { userKeyOf } from '../store/accounts.js';
import type { SharedStore, Store } from '../store/index.js';
import type { StoredMessage } from '../store/message-writer.js';
import type { Committed } from '../store/order.js';
import type { StoredRoomMessage } from '../store/rooms.js';
import { deviceDigest, type SeatRow } from '../store/seats.js';
import { within } from '../util/within.js';
import type { NumberedEvent } from './changes.js';
import type { Deliverable } from './delivery.js';
import { endSessions, REASONS, type Reason } from './end-sessions.js';
import { type EventDelivery, EventSource } from './event-source.js';
import { Follower } from './follower.js';
import { MessageSource } from './message-source.js';
import type { Presence } from './presence.js';
import type { RoomPresence } from './room-presence.js';
import { type RoomDelivery, RoomSource } from './room-source.js';

/** How long a lost note can go unnoticed. */
const SWEEP_MS = 2_000;
/** After this long without a look at the database a node serves nothing before the next one: it may have been paused. */
const TRUST_MS = 10_000;
/** How long a look may take. */
const LOOK_MS = 5_000;
/** A node that has had no look for so long closes its sessions: their accounts may be elsewhere, and other nodes may serve them. */
const CUT_OFF_MS = 20_000;
/** How often the nodes tell each other what accounts have asked for, and of how many requests at least. */
const SPENT_MS = 1_000;
const LEAST_SPENT = 20;

interface Parts {
  engine: Engine;
  store: Store;
  shared: SharedStore;
  presence: Presence<Connection>;
  inRooms: RoomPresence;
  log: Logger;
}

export class Nodes {
  readonly #messageSource: MessageSource;
  readonly #eventSource: EventSource;
  readonly #roomSource: RoomSource;
  readonly #messages: Follower<Deliverable>;
  readonly #events: Follower<EventDelivery>;
  readonly #rooms: Follower<RoomDelivery>;
  readonly #seated = new Map<Connection, SeatedSession>();
  #timers: NodeJS.Timeout[] = [];
  #parties: Parties | undefined;
  #sweeping: Promise<void> | undefined;
  #sweptAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: Parts) {
    const { shared, store, presence, inRooms, log } = parts;
    const { db, groups } = store;
    this.#messageSource = new MessageSource({ db, groups, presence });
    this.#eventSource = new EventSource(db, presence);
    this.#roomSource = new RoomSource(db, inRooms);
    this.#messages = new Follower(shared.messages, this.#messageSource, log);
    this.#events = new Follower(shared.events, this.#eventSource, log);
    this.#rooms = new Follower(shared.rooms, this.#roomSource, log);
  }

  /** To be waited for before the first socket is accepted. */
  async start(): Promise<void> {
    const { engine, log } = this.parts;
    await Promise.all([this.#messages, this.#events, this.#rooms].map((follower) => follower.start()));
    await this.#sweep();
    const sweep = (): void => {
      this.#sweep().catch((error: unknown) => {
        log.warn({ err: error }, 'the database could not be looked at');
        if (performance.now() - this.#sweptAt > CUT_OFF_MS) this.#sendAway();
      });
    };
    engine.listen((note) => this.#apply(note));
    engine.onGap(sweep);
    this.#timers = [setInterval(sweep, SWEEP_MS), setInterval(() => this.#saySpent(), SPENT_MS)];
    for (const timer of this.#timers) timer.unref();
  }

  /** An account's limit of requests holds over all nodes, about a second late. */
  limit(parties: Parties): void {
    this.#parties = parties;
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    for (const follower of [this.#messages, this.#events, this.#rooms]) follower.close();
    await this.#sweeping?.catch(() => {});
  }

  /** Commits that wait to be handed on. */
  get waiting(): number {
    return this.#messages.waiting + this.#events.waiting + this.#rooms.waiting;
  }

  /** Resolves when this node knows what it has to know to serve a request: at once, unless it was paused or cut off. */
  async verified(): Promise<void> {
    if (performance.now() - this.#sweptAt > TRUST_MS) await this.#sweep();
  }

  readonly messages = {
    prepared: (message: StoredMessage): void => this.#messageSource.prepared(message),
    stored: (messages: readonly StoredMessage[], committed: Committed): void => {
      this.#messages.committed(committed, messages);
      const uids = new Set<number>();
      const gids = new Set<number>();
      for (const { from } of messages) {
        uids.add(from.sender);
        if (from.gid > 0) gids.add(from.gid);
        else uids.add(from.recipient);
      }
      this.#hint('messages', committed, uids, gids);
    },
  };

  readonly rooms = {
    prepared: (message: StoredRoomMessage): void => this.#roomSource.prepared(message),
    stored: (messages: readonly StoredRoomMessage[], committed: Committed): void => {
      this.#rooms.committed(committed, messages);
      this.#hint('rooms', committed, [], new Set(messages.map(({ from }) => from.roomId)));
    },
  };

  readonly events = {
    prepared: (events: readonly NumberedEvent[]): void => this.#eventSource.prepared(events),
    stored: (events: readonly NumberedEvent[], committed: Committed): void => {
      const liveEvents = events.map(({ event, recipients, except }) => ({
        event,
        recipients,
        except,
        exceptPlatform: '',
      }));
      this.#events.committed(committed, liveEvents);
      this.#hint('events', committed, new Set(events.flatMap(({ recipients }) => [...recipients])), []);
    },
  };

  /** Pushes to the accounts' sessions on other nodes what is stored nowhere. */
  push(uids: readonly number[], event: PushEvent, payload: object, platform?: string): void {
    this.parts.engine.publish({
      kind: 'push',
      uids,
      event,
      payload,
      ...(platform !== undefined && { platform }),
    });
  }

  /** The other nodes have forgotten it when this resolves, or will within a few seconds. */
  forget(cached: Cached, key: number | string): Promise<void> {
    return this.parts.engine.announce({ kind: 'forget', cached, key });
  }

  /** A session of the account began or was ended. */
  seatsChanged(uid: number): void {
    this.parts.engine.publish({ kind: 'seat', uid });
  }

  entered(connection: Connection): void {
    const { session, socket } = connection;
    if (!session) return;
    const { account, platform, seat, id, loginMs } = session;
    const { agent, address } = socket;
    const seated = { uid: account.uid, platform, seat, id, agent, address, loginMs };
    this.#seated.set(connection, seated);
    this.parts.engine.enter(seated);
  }

  left(connection: Connection): void {
    const seated = this.#seated.get(connection);
    if (!seated) return;
    this.#seated.delete(connection);
    this.parts.engine.leave(seated);
  }

  #hint(stream: StreamName, committed: Committed, uids: Iterable<number>, gids: Iterable<number>): void {
    this.parts.engine.publish({ kind: 'stored', stream, uids: [...uids], gids: [...gids], ...committed });
  }

  #saySpent(): void {
    const requests = this.#parties?.spent(LEAST_SPENT) ?? [];
    if (requests.length > 0) this.parts.engine.publish({ kind: 'spent', requests });
  }

  async #apply(note: Note): Promise<void> {
    if (note.kind === 'stored') this.#hinted(note);
    else if (note.kind === 'push') this.#pushHere(note);
    else if (note.kind === 'seat') await this.#lookAt([note.uid]);
    else if (note.kind === 'spent') this.#parties?.spentElsewhere(note.requests);
    else if (note.kind === 'forget') await this.#forgetHere(note.cached, note.key);
  }

  #hinted({ stream, uids, gids, prev, last }: Note & { kind: 'stored' }): void {
    const { presence, inRooms } = this.parts;
    const here = new Set(uids.filter((uid) => presence.isOnline(uid)));
    if (stream === 'messages') {
      this.#messages.hinted({ prev, last }, { uids: here, gids: new Set(gids) });
    } else if (stream === 'events') {
      this.#events.hinted({ prev, last }, { uids: here, gids: new Set() });
    } else {
      const rooms = new Set(gids.filter((roomId) => inRooms.audience(roomId) > 0));
      this.#rooms.hinted({ prev, last }, { uids: new Set(), gids: rooms });
    }
  }

  #pushHere({ uids, event, payload, platform }: Note & { kind: 'push' }): void {
    for (const connection of this.parts.presence.among(uids, platform)) {
      if (event === 'event_notification') connection.session?.feed.deliverEvent(payload as never, false);
      else connection.push(event, payload);
    }
  }

  async #forgetHere(cached: Cached, key: number | string): Promise<void> {
    const { store, presence } = this.parts;
    if (cached === 'standing') await store.disabledAccounts.reload();
    else if (cached !== 'account') store.caches[cached].forget(Number(key));
    else {
      store.caches.account.forget(String(key));
      const { appkey, username } = userKeyOf(String(key));
      const account = await store.accounts.find(appkey, username);
      if (!account) return;
      for (const { session } of presence.of(account.uid).values()) if (session) session.account = account;
    }
  }

  /** One at a time. */
  #sweep(): Promise<void> {
    this.#sweeping ??= this.#sweepOnce().finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async #sweepOnce(): Promise<void> {
    await within(LOOK_MS, this.#look());
    for (const follower of [this.#messages, this.#events, this.#rooms]) await follower.sweep();
  }

  async #look(): Promise<void> {
    const { shared, store } = this.parts;
    const sinceMs = performance.now();
    await store.disabledAccounts.reload();
    this.#endDisabled();
    this.#judge(await shared.seats.changed());
    const changes = await shared.cacheChanges.next();
    if (!changes) store.forgetAll();
    for (const { cached, key } of changes ?? []) await this.#forgetHere(cached, key);
    this.#sweptAt = Math.max(this.#sweptAt, sinceMs);
  }

  #sendAway(): void {
    for (const { socket } of this.#seated.keys()) socket.close();
  }

  #endDisabled(): void {
    const { store } = this.parts;
    for (const connection of this.#seated.keys()) {
      const account = connection.session?.account;
      if (account && store.disabledAccounts.isDisabled(account.uid)) {
        endSessions(this.parts, connection, account, 'disabled');
      }
    }
  }

  async #lookAt(uids: readonly number[]): Promise<void> {
    const here = uids.filter((uid) => this.parts.presence.isOnline(uid));
    this.#judge(await this.parts.shared.seats.of(here));
  }

  /** Ends sessions here whose seats have gone to others, or to nobody. */
  #judge(rows: readonly SeatRow[]): void {
    for (const { uid, platform, seat, device_digest, ended } of rows) {
      const connection = this.parts.presence.of(uid).get(platform);
      const session = connection?.session;
      if (!connection || !session || session.seat >= seat) continue;
      const isTheSame =
        ended === '' && session.device !== undefined && device_digest === deviceDigest(session.device);
      // The client's own earlier socket.
      if (isTheSame) connection.socket.close();
      else endSessions(this.parts, connection, session.account, reasonOf(ended));
    }
  }
}

const reasonOf = (ended: string): Reason =>
  Object.hasOwn(REASONS, ended) ? (ended as Reason) : 'otherLogin';
