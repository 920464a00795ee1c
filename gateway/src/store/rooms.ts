/**
 * Chat rooms as they are stored: what they are, who is banned, and the latest messages of each. The sessions in a room are known in memory
 * only (`RoomPresence`). Rooms are made and bans set by the server API.
 */
import { type Selectable, sql } from 'kysely';
import type { Chatroom, MessageContent } from '../../../src/protocol/index.js';
import { success } from '../answers.js';
import { noteChange } from './cache-changes.js';
import type { CacheLimits } from './cache-limits.js';
import { IdempotentWriter, type Prepared } from './idempotent-writer.js';
import { timeOf } from './message-ids.js';
import type { Committed, Ids, Order } from './order.js';
import { ReadCache } from './read-cache.js';
import type { Database, Tables } from './schema.js';

export type RoomRow = Selectable<Tables['room']>;

/** The data of a room that a send needs. */
interface Rules {
  appkey: string;
  banned: ReadonlySet<number>;
}

/** @param members how many are in it now */
export const wireRoom = (room: RoomRow, members: number): Chatroom => ({
  id: room.id,
  name: room.name,
  description: room.description,
  appkey: room.appkey,
  total_member_count: members,
  max_member_count: room.max_member_count,
});

interface RoomMessageRow {
  msg_id: number;
  ctime_ms: number;
  content: MessageContent;
}

export class Rooms {
  /** The rules of rooms in use. A change of a ban ends with `forget`, on every node. */
  readonly cache: ReadCache<number, Rules>;

  constructor(
    private readonly db: Database,
    private readonly history: number,
    cache: CacheLimits,
    /** Whether other nodes keep them as well. */
    private readonly isShared: boolean,
  ) {
    this.cache = new ReadCache(cache, (id) => this.#readRules(id));
  }

  find(id: number): Promise<RoomRow | undefined> {
    return this.db.selectFrom('room').selectAll().where('id', '=', id).executeTakeFirst();
  }

  /** In the order of ids. */
  async byIds(ids: readonly number[]): Promise<RoomRow[]> {
    if (ids.length === 0) return [];
    return this.db.selectFrom('room').selectAll().where('id', 'in', ids).orderBy('id').execute();
  }

  async ofApp(appkey: string, start: number, count: number): Promise<{ total: number; rooms: RoomRow[] }> {
    const all = this.db.selectFrom('room').where('appkey', '=', appkey);
    const counted = await all.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirst();
    const rooms = await all.selectAll().orderBy('id').offset(start).limit(count).execute();
    return { total: Number(counted?.total ?? 0), rooms };
  }

  /** @returns the room's id */
  async create(room: Omit<RoomRow, 'id'>): Promise<number> {
    const { id } = await this.db.insertInto('room').values(room).returning('id').executeTakeFirstOrThrow();
    return id;
  }

  async setBanned(roomId: number, uids: readonly number[], banned: boolean): Promise<void> {
    if (uids.length === 0) return;
    await this.db.transaction().execute(async (transaction) => {
      await (banned
        ? transaction
            .insertInto('room_ban')
            .values(uids.map((uid) => ({ room_id: roomId, uid })))
            .onConflict((conflict) => conflict.doNothing())
            .execute()
        : transaction
            .deleteFrom('room_ban')
            .where('room_id', '=', roomId)
            .where('uid', 'in', uids)
            .execute());
      if (this.isShared) await noteChange(transaction, { cached: 'room', key: roomId });
    });
    this.cache.forget(roomId);
  }

  rules(id: number): Promise<Rules | undefined> {
    return this.cache.get(id);
  }

  async #readRules(id: number): Promise<Rules | undefined> {
    const rows = await this.db
      .selectFrom('room')
      .leftJoin('room_ban', 'room_id', 'room.id')
      .select(['appkey', 'uid'])
      .where('id', '=', id)
      .execute();
    const [first] = rows;
    if (!first) return undefined;
    return { appkey: first.appkey, banned: new Set(rows.flatMap(({ uid }) => uid ?? [])) };
  }

  /** The latest messages, oldest first. */
  async latest(roomId: number): Promise<RoomMessageRow[]> {
    const rows = await this.db
      .selectFrom('room_message')
      .selectAll()
      .where('room_id', '=', roomId)
      .orderBy('msg_id', 'desc')
      .limit(this.history)
      .execute();
    return rows.reverse().map(({ msg_id, content_json }) => ({
      msg_id,
      ctime_ms: timeOf(msg_id),
      content: JSON.parse(content_json),
    }));
  }

  /** Lets go of what nobody is shown any more. */
  async trim(): Promise<void> {
    await sql`
      delete from room_message using (
        select msg_id, row_number() over (partition by room_id order by msg_id desc) as place from room_message
      ) as ranked
      where room_message.msg_id = ranked.msg_id and ranked.place > ${this.history}`.execute(this.db);
  }
}

interface NewRoomMessage {
  /** See `requestKey`. */
  key: string;
  roomId: number;
  content: MessageContent;
  /** Identifies the session that sent it. */
  origin: string;
  /** Of its request, and how many sockets hear it: what it costs to hand it on. */
  bytes: number;
  receivers: number;
}

export interface StoredRoomMessage extends RoomMessageRow {
  from: NewRoomMessage;
}

interface Hooks {
  /** Before the commit: it has its id. */
  onPrepared?(message: StoredRoomMessage): void;
  onStored(messages: readonly StoredRoomMessage[], committed: Committed | undefined): Promise<void>;
  now(): number;
}

export class RoomWriter extends IdempotentWriter<NewRoomMessage, StoredRoomMessage> {
  constructor(db: Database, order: Order, hooks: Hooks) {
    super(db, order, {
      prepare: (from, ids) => prepare(from, ids, hooks),
      insert: (within, prepared) => insert(within, prepared, hooks.now()),
      onStored: (messages, committed) => hooks.onStored(messages, committed),
      senderOf: ({ origin }) => origin,
      costOf: ({ bytes, receivers }) => bytes * (1 + receivers),
    });
  }
}

function prepare(from: NewRoomMessage, ids: Ids, hooks: Hooks): Prepared<StoredRoomMessage> {
  const { key, roomId: room_id, content } = from;
  const msg_id = ids.next();
  const ctime_ms = timeOf(msg_id);
  const stored = { from, msg_id, ctime_ms, content };
  hooks.onPrepared?.(stored);
  return { key, stored, answer: success({ room_id, msg_id, ctime_ms }) };
}

async function insert(
  db: Database,
  prepared: readonly Prepared<StoredRoomMessage>[],
  nowMs: number,
): Promise<Set<string>> {
  const input = prepared.map(({ key, answer, stored }) => ({
    key,
    answer_json: JSON.stringify(answer),
    msg_id: stored.msg_id,
    room_id: stored.from.roomId,
    content_json: JSON.stringify(stored.content),
  }));
  const { rows } = await sql<{ key: string }>`
    with input as (
      select * from json_to_recordset(${JSON.stringify(input)}::json) as input (
        key text, answer_json text, msg_id bigint, room_id bigint, content_json text
      )
    ),
    fresh as (
      insert into request (key, answer_json, created_ms) select key, answer_json, ${nowMs}::bigint from input
      on conflict do nothing returning key
    ),
    stored as (
      insert into room_message (msg_id, room_id, content_json)
      select msg_id, room_id, content_json from input join fresh using (key)
    )
    select key from fresh`.execute(db);
  return new Set(rows.map(({ key }) => key));
}
