/** The messages of chat rooms on all nodes, for the sessions on this node that have entered them. */
import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import { idList } from '../store/id-list.js';
import { timeOf } from '../store/message-ids.js';
import type { StoredRoomMessage } from '../store/rooms.js';
import type { Database, Tables } from '../store/schema.js';
import type { Concerned, Source } from './follower.js';
import type { RoomPresence } from './room-presence.js';

/** Messages that are read in one query. */
const READ_AT_ONCE = 500;
/** Messages of this node whose commit is under way. */
const MAX_ORIGINS = 10_000;

export type RoomDelivery = Pick<StoredRoomMessage, 'msg_id' | 'ctime_ms' | 'content'> & {
  from: Pick<StoredRoomMessage['from'], 'roomId' | 'origin'>;
};

export class RoomSource implements Source<RoomDelivery> {
  readonly #origins = new LRUCache<number, string>({ max: MAX_ORIGINS });

  constructor(
    private readonly db: Database,
    private readonly inRooms: RoomPresence,
  ) {}

  /** A message of this node has its id, and its commit follows. */
  prepared({ msg_id, from }: StoredRoomMessage): void {
    this.#origins.set(msg_id, from.origin);
  }

  idOf({ msg_id }: RoomDelivery): number {
    return msg_id;
  }

  async deliver(messages: readonly RoomDelivery[]): Promise<void> {
    for (const { from, msg_id, ctime_ms, content } of messages) {
      await this.inRooms.deliver({ room_id: from.roomId, msg_id, ctime_ms, content }, from.origin);
    }
  }

  async read(after: number, upTo: number, concerned: Concerned | undefined) {
    const rooms = concerned ? [...concerned.gids] : this.inRooms.rooms();
    const { rows } = await sql<Tables['room_message']>`
      select * from room_message where msg_id > ${after} and msg_id <= ${upTo}
        and room_id in ${idList(rooms)}
      order by msg_id limit ${READ_AT_ONCE}`.execute(this.db);
    return {
      upTo: rows.length < READ_AT_ONCE ? upTo : (rows.at(-1)?.msg_id ?? upTo),
      rows: rows.map(({ msg_id, room_id, content_json }) => ({
        msg_id,
        ctime_ms: timeOf(msg_id),
        content: JSON.parse(content_json),
        from: { roomId: room_id, origin: this.#origins.get(msg_id) ?? '' },
      })),
    };
  }
}
