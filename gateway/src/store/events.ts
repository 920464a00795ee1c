/**
 * Business events: stored once, in the box of each account that they concern, until that account has acknowledged them. An account's
 * events have increasing ids and are committed in that order: see `Changes`, the only writer.
 */
import { sql, type Transaction } from 'kysely';
import type { Json, WireEvent as PushedEvent, UserName } from '../../../src/protocol/index.js';
import type { Settings } from '../config.js';
import type { Account } from './accounts.js';
import type { GroupRow } from './groups.js';
import { Marks } from './marks.js';
import { firstIdAt, timeOf } from './message-ids.js';
import type { Database, Tables } from './schema.js';

/** Events that are read from the database at once. */
const READ_AT_ONCE = 500;

/** An event as it is delivered; a missing field is 0 or ''. */
export interface NewEvent {
  event_type: number;
  /** The author. */
  from?: Pick<Account, 'uid' | 'username' | 'appkey' | 'profile'>;
  gid?: number;
  /** The group that it is about, where clients receive more of it than `gid`. */
  group?: Pick<GroupRow, 'gid' | 'name' | 'avatar'>;
  /** The targets. */
  to_usernames?: UserName[];
  extra?: number;
  return_code?: number;
  description?: string;
  /** Fields of this type of event only. */
  more?: Readonly<Record<string, Json>>;
}

export type WireEvent = PushedEvent & Record<string, unknown>;

/** An event on the wire, every documented field there. Its time is part of its id. */
export function wireEvent(event_id: number, event: NewEvent): WireEvent {
  const ctime_ms = timeOf(event_id);
  return {
    event_id,
    event_type: event.event_type,
    from_uid: event.from?.uid ?? 0,
    gid: event.group?.gid ?? event.gid ?? 0,
    from_username: event.from?.username ?? '',
    from_appkey: event.from?.appkey ?? '',
    from_nickname: event.from?.profile.nickname ?? '',
    to_usernames: event.to_usernames ?? [],
    ctime: Math.floor(ctime_ms / 1_000),
    ctime_ms,
    extra: event.extra ?? 0,
    return_code: event.return_code ?? 0,
    description: event.description ?? '',
    ...(event.group && aboutGroup(event.group)),
    ...event.more,
  };
}

const aboutGroup = ({ gid, name, avatar }: Pick<GroupRow, 'gid' | 'name' | 'avatar'>) => ({
  // A client of V2 answers a request to join by this one.
  from_gid: gid,
  group_name: name,
  media_id: avatar,
});

export interface BoxedEvent {
  event: WireEvent;
  recipients: readonly number[];
}

interface StoredEvent extends BoxedEvent {
  /** The platform that it need not be told to, since it came from there; '' for none. */
  exceptPlatform: string;
}

export class Events {
  readonly marks: Marks;

  constructor(
    private readonly db: Database,
    private readonly limits: Pick<Settings, 'eventAgeMs'>,
    private readonly now: () => number,
  ) {
    this.marks = new Marks(db, 'events');
  }

  async store(transaction: Transaction<Tables>, boxed: readonly StoredEvent[]): Promise<void> {
    if (boxed.length === 0) return;
    const input = boxed.map(({ event, recipients, exceptPlatform }) => ({
      event_id: event.event_id,
      event_json: JSON.stringify(event),
      except_platform: exceptPlatform,
      recipients: [...new Set(recipients)],
    }));
    await sql`
      with input as (
        select * from json_to_recordset(${JSON.stringify(input)}::json)
          as input (event_id bigint, event_json text, except_platform text, recipients bigint[])
      ),
      receivers as (
        insert into event (event_id, event_json, except_platform)
        select event_id, event_json, except_platform from input
      )
      insert into event_box (uid, event_id) select unnest(recipients), event_id from input`.execute(
      transaction,
    );
  }

  /** The events in between that are new to that platform, oldest first, in chunks. */
  async *missed(uid: number, platform: string, after: number, upTo: number): AsyncGenerator<WireEvent[]> {
    let from = Math.max(after, firstIdAt(this.now() - this.limits.eventAgeMs) - 1);
    for (;;) {
      const rows = await this.db
        .selectFrom('event_box')
        .innerJoin('event', 'event.event_id', 'event_box.event_id')
        .select(['event.event_id', 'event_json'])
        .where('uid', '=', uid)
        .where('event_box.event_id', '>', from)
        .where('event_box.event_id', '<=', upTo)
        .where('except_platform', '<>', platform)
        .orderBy('event_box.event_id')
        .limit(READ_AT_ONCE)
        .execute();
      const last = rows.at(-1);
      if (!last) return;
      yield rows.map(({ event_json }) => JSON.parse(event_json));
      if (rows.length < READ_AT_ONCE) return;
      from = last.event_id;
    }
  }
}
