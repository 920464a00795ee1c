/**
 * The sessions in each chat room, for as long as they last. An account that is in with two sessions counts once. A session that enters gets
 * the room's latest messages first, and newer ones wait meanwhile.
 */
import type { RoomMessage } from '../../../src/protocol/index.js';
import type { Connection } from '../connection/connection.js';
import type { Engine } from '../engine/engine.js';
import { memoryEngine } from '../engine/memory.js';
import { loopTurn } from '../util/turns.js';

interface Stay {
  uid: number;
  /** The request that it began with: its retry is answered the same. */
  key: string;
  /** The messages since the entry; null once they need not wait. */
  held: RoomMessage[] | null;
  /** The last of the messages that it began with. */
  shown: number;
}

export class RoomPresence {
  readonly #rooms = new Map<number, Map<Connection, Stay>>();
  readonly #roomsOf = new Map<Connection, Set<number>>();

  /** @param engine counts the accounts of all nodes */
  constructor(
    private readonly engine: Pick<Engine, 'enterRoom' | 'leaveRoom' | 'roomMembers'> = memoryEngine,
  ) {}

  stay(roomId: number, connection: Connection): Stay | undefined {
    return this.#rooms.get(roomId)?.get(connection);
  }

  /** {@link show} has to follow. */
  enter(roomId: number, connection: Connection, { uid, key }: Pick<Stay, 'uid' | 'key'>): void {
    if (connection.isClosed) return;
    const inside = this.#rooms.get(roomId) ?? new Map<Connection, Stay>();
    if (!inside.has(connection)) this.engine.enterRoom(roomId, uid);
    inside.set(connection, { uid, key, held: [], shown: 0 });
    this.#rooms.set(roomId, inside);
    const rooms = this.#roomsOf.get(connection) ?? new Set<number>();
    if (rooms.size === 0) connection.socket.onClose(() => this.#leaveAll(connection));
    rooms.add(roomId);
    this.#roomsOf.set(connection, rooms);
  }

  /** Pushes the latest messages, oldest first, and the messages since they were read. */
  show(roomId: number, connection: Connection, latest: readonly Omit<RoomMessage, 'room_id'>[]): void {
    const stay = this.stay(roomId, connection);
    if (!stay) return;
    // Scripts hand each message on as it is.
    const msgs = latest.map((message) => ({ room_id: roomId, ...message }));
    if (msgs.length > 0) connection.push('room_msg_sync_his', { messages: [{ room_id: roomId, msgs }] });
    stay.shown = msgs.at(-1)?.msg_id ?? 0;
    const held = stay.held ?? [];
    stay.held = null;
    for (const message of held) pushOrHold(connection, stay, message);
  }

  /** @param origin the sender's connection, which receives no copy */
  async deliver(message: RoomMessage, origin: string): Promise<void> {
    // A session that enters meanwhile receives the message among the latest ones.
    for (const [connection, stay] of [...(this.#rooms.get(message.room_id) ?? [])]) {
      if (connection.id !== origin) pushOrHold(connection, stay, message);
      await loopTurn.breathe();
    }
  }

  /** The number of sockets that receive the room's messages. */
  audience(roomId: number): number {
    return this.#rooms.get(roomId)?.size ?? 0;
  }

  leave(roomId: number, connection: Connection): void {
    this.#roomsOf.get(connection)?.delete(roomId);
    const inside = this.#rooms.get(roomId);
    const stay = inside?.get(connection);
    if (stay) this.engine.leaveRoom(roomId, stay.uid);
    inside?.delete(connection);
    if (inside?.size === 0) this.#rooms.delete(roomId);
  }

  roomsOf(connection: Connection): number[] {
    return [...(this.#roomsOf.get(connection) ?? [])];
  }

  /** Rooms that somebody is in. */
  rooms(): number[] {
    return [...this.#rooms.keys()];
  }

  /** How many accounts are in each of the rooms. */
  counts(roomIds: readonly number[]): Promise<number[]> {
    return this.engine.roomMembers(
      roomIds,
      (roomId) => new Set([...(this.#rooms.get(roomId)?.values() ?? [])].map(({ uid }) => uid)).size,
    );
  }

  async count(roomId: number): Promise<number> {
    return (await this.counts([roomId]))[0] ?? 0;
  }

  #leaveAll(connection: Connection): void {
    for (const roomId of this.roomsOf(connection)) this.leave(roomId, connection);
    this.#roomsOf.delete(connection);
  }
}

function pushOrHold(connection: Connection, { held, shown }: Stay, message: RoomMessage): void {
  if (held) held.push(message);
  else if (message.msg_id > shown) connection.push('room_msg_sync', message);
}
