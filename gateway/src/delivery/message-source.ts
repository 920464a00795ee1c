/** Messages of all nodes, for the sessions that are here. */
import { type Selectable, sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { Connection } from '../connection/connection.js';
import type { Groups } from '../store/groups.js';
import { idList } from '../store/id-list.js';
import type { StoredMessage } from '../store/message-writer.js';
import { encodedMessageOf } from '../store/messages.js';
import type { Database, Tables } from '../store/schema.js';
import { type Deliverable, deliverHere } from './delivery.js';
import type { Concerned, Source } from './follower.js';
import type { Presence } from './presence.js';

/** Messages that are looked at in one query. */
const READ_AT_ONCE = 1_000;
/** Messages of this node whose commit is under way. */
const MAX_ORIGINS = 20_000;

interface Parts {
  db: Database;
  groups: Groups;
  presence: Presence<Connection>;
}

/** Not for a recipient who was offline. */
type Row = Selectable<Tables['message']> & { passed_over: boolean };
type Head = Pick<Row, 'msg_id' | 'sender' | 'recipient' | 'gid'>;

export class MessageSource implements Source<Deliverable> {
  /** The sessions that messages came from: these have them. */
  readonly #origins = new LRUCache<number, string>({ max: MAX_ORIGINS });

  constructor(private readonly parts: Parts) {}

  /** A message of this node has its id, and is about to be committed. */
  prepared({ encoded, from }: StoredMessage): void {
    this.#origins.set(encoded.msg_id, from.origin);
  }

  idOf({ encoded }: Deliverable): number {
    return encoded.msg_id;
  }

  deliver(messages: readonly Deliverable[]): Promise<void> {
    return deliverHere(this.parts, messages);
  }

  async read(after: number, upTo: number, concerned: Concerned | undefined) {
    // Hints name accounts that are here, so most rows are wanted. A gap may hold anybody's: only the heads are read at first.
    const found: (Head | Row)[] = concerned
      ? await this.#between(after, upTo, concerned)
      : await this.#heads(after, upTo);
    const last = found.length < READ_AT_ONCE ? upTo : (found.at(-1)?.msg_id ?? upTo);
    const wanted: (Head | Row)[] = [];
    for (const one of found) if (await this.#isForHere(one)) wanted.push(one);
    if (wanted.length === 0) return { rows: [], upTo: last };
    const rows = wanted.every((one) => 'passed_over' in one)
      ? wanted
      : await this.#rows(wanted.map(({ msg_id }) => msg_id));
    return { rows: rows.map((row) => this.#deliverable(row)), upTo: last };
  }

  async #heads(after: number, upTo: number): Promise<Head[]> {
    const { rows } = await sql<Head>`
      select msg_id, sender, recipient, gid from message
      where msg_id > ${after} and msg_id <= ${upTo} order by msg_id limit ${READ_AT_ONCE}`.execute(
      this.parts.db,
    );
    return rows;
  }

  async #isForHere({ sender, recipient, gid }: Head): Promise<boolean> {
    const { presence, groups } = this.parts;
    if (presence.isOnline(sender) || presence.isOnline(recipient)) return true;
    if (gid === 0) return false;
    const audience = await groups.audience(gid);
    for (const uid of audience?.members.keys() ?? []) if (presence.isOnline(uid)) return true;
    return false;
  }

  async #between(after: number, upTo: number, { uids, gids }: Concerned): Promise<Row[]> {
    const { rows } = await sql<Row>`
      select * from messages_between(
        ${after}::bigint, ${upTo}::bigint, ${[...uids]}::bigint[], ${[...gids]}::bigint[], ${READ_AT_ONCE}::integer
      )`.execute(this.parts.db);
    return rows;
  }

  async #rows(ids: readonly number[]): Promise<Row[]> {
    const { rows } = await sql<Row>`
      select message.*, no_offline and gid = 0 and not exists (
        select from mailbox where uid = recipient and peer = sender and mailbox.msg_id = message.msg_id
      ) as passed_over
      from message where msg_id in ${idList(ids)} order by msg_id`.execute(this.parts.db);
    return rows;
  }

  #deliverable(row: Row): Deliverable {
    const {
      msg_id,
      sender,
      recipient,
      gid,
      msg_level,
      need_receipt,
      content_json,
      custom_notification_json,
    } = row;
    return {
      from: { sender, recipient, gid, origin: this.#origins.get(msg_id) ?? '' },
      delivered: gid === 0 && sender !== recipient && !row.passed_over,
      encoded: encodedMessageOf(
        {
          msg_id,
          sender,
          gid,
          msg_level,
          need_receipt,
          custom_notification: custom_notification_json ? JSON.parse(custom_notification_json) : null,
        },
        content_json,
      ),
    };
  }
}
