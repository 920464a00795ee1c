/** Stored events of all nodes, for the sessions that are here. */
import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Connection } from '../connection/connection.js';
import type { WireEvent } from '../store/events.js';
import { idList } from '../store/id-list.js';
import type { Database } from '../store/schema.js';
import type { NumberedEvent } from './changes.js';
import type { Concerned, Source } from './follower.js';
import type { Presence } from './presence.js';

/** Events that are read in one query. */
const READ_AT_ONCE = 500;
/** Events of this node whose commit is under way. */
const MAX_ORIGINS = 10_000;

export interface EventDelivery {
  event: WireEvent;
  recipients: readonly number[];
  /** The session that it came from, and the platform that need not hear of it; '' for none. */
  except: Connection | undefined;
  exceptPlatform: string;
}

interface Row {
  event_id: number;
  event_json: string;
  except_platform: string;
  recipients: number[];
}

export class EventSource implements Source<EventDelivery> {
  readonly #origins = new LRUCache<number, Connection>({ max: MAX_ORIGINS });

  constructor(
    private readonly db: Database,
    private readonly presence: Presence<Connection>,
  ) {}

  /** Events of this node have their ids, and their commit follows. */
  prepared(events: readonly NumberedEvent[]): void {
    for (const { event, except } of events) if (except) this.#origins.set(event.event_id, except);
  }

  idOf({ event }: EventDelivery): number {
    return event.event_id;
  }

  async deliver(events: readonly EventDelivery[]): Promise<void> {
    for (const { event, recipients, except, exceptPlatform } of events) {
      for (const uid of new Set(recipients)) {
        for (const [platform, connection] of this.presence.of(uid)) {
          if (connection === except || platform === exceptPlatform) continue;
          connection.session?.feed.deliverEvent(event, true);
        }
      }
    }
  }

  async read(after: number, upTo: number, concerned: Concerned | undefined) {
    const only = concerned ? sql`and uid in ${idList(concerned.uids)}` : sql``;
    const { rows } = await sql<Row>`
      select event_id, event_json, except_platform,
        (select coalesce(json_agg(uid), '[]'::json) from event_box where event_box.event_id = event.event_id ${only})
          as recipients
      from event where event_id > ${after} and event_id <= ${upTo} order by event_id limit ${READ_AT_ONCE}`.execute(
      this.db,
    );
    return {
      upTo: rows.length < READ_AT_ONCE ? upTo : (rows.at(-1)?.event_id ?? upTo),
      rows: rows.map(({ event_id, event_json, except_platform, recipients }) => ({
        event: JSON.parse(event_json),
        recipients,
        except: this.#origins.get(event_id),
        exceptPlatform: except_platform,
      })),
    };
  }
}
