/** The mailbox of each account: its conversations, missed messages, and acknowledgements. */
import { sql } from 'kysely';
import {
  type Conversation,
  GROUP,
  type ReceiptChange,
  SINGLE,
  type WireMessage,
} from '../../../src/protocol/index.js';
import type { Settings } from '../config.js';
import { GroupCommit } from '../util/group-commit.js';
import { listConversations, unreadByName } from './conversations.js';
import {
  acknowledgeGroupsUpTo,
  acknowledgeInGroups,
  beyondInGroups,
  type GroupMark,
  groupHistory,
  lastInGroups,
  pendingInGroups,
} from './group-mail.js';
import { idList } from './id-list.js';
import { beyond, history, type MailSource, readSource } from './mail-sources.js';
import { mergeIds } from './merge-ids.js';
import { firstIdAt, timeOf } from './message-ids.js';
import { wireMessageOf } from './messages.js';
import { type SizedId, slicesOf } from './pages.js';
import { pendingIds, trimPending } from './pending.js';
import { unreadCounts } from './reading.js';
import type { Database } from './schema.js';

/** Ids that are read before the first of their messages. */
const MAX_IDS = 20_000;
/** Messages that are read at once, however small. */
const SLICE_MESSAGES = 50;
const MAX_LOT = 500;

/** A message with its conversation: the other user's, or the group's. */
export interface MailedMessage {
  conversation: {
    msg_type: 3 | 4;
    /** uid or gid. */
    key: number;
    from_appkey: string;
    from_username: string;
    from_gid: number;
  };
  wire: WireMessage;
  /** Of the account's own messages that asked for receipts. */
  receipt?: MailedReceipt;
}

export type MailedReceipt = ReceiptChange['receipt_msgs'][number];

export interface SyncRequest {
  uid: number;
  /** The highest message that the client has. */
  key: number;
  roaming: boolean;
  /** The highest message that is to be handed out. */
  upTo: number;
}

type Limits = Pick<
  Settings,
  'historyMessages' | 'historyAgeMs' | 'offlineMessages' | 'offlineAgeMs' | 'conversations' | 'readSliceBytes'
>;

export class Mailboxes {
  readonly #acknowledged: GroupCommit<{ uid: number; msgId: number }, true>;
  readonly #groupMarks: GroupCommit<GroupMark, true>;

  constructor(
    private readonly db: Database,
    private readonly limits: Limits,
    private readonly now: () => number,
  ) {
    this.#acknowledged = new GroupCommit(async (lot) => {
      await this.#acknowledge(lot);
      return lot.map(() => true as const);
    }, MAX_LOT);
    this.#groupMarks = new GroupCommit(async (lot) => {
      await acknowledgeInGroups(db, lot);
      return lot.map(() => true as const);
    }, MAX_LOT);
  }

  acknowledge(uid: number, msgId: number): Promise<true> {
    return this.#acknowledged.add({ uid, msgId });
  }

  /** A member has everything of a group up to a message. */
  acknowledgeInGroup(mark: GroupMark): Promise<true> {
    return this.#groupMarks.add(mark);
  }

  async #acknowledge(lot: readonly { uid: number; msgId: number }[]): Promise<void> {
    await sql`
      update mailbox set pending = false
      from json_to_recordset(${JSON.stringify(lot)}::json) as done (uid bigint, "msgId" bigint)
      where mailbox.uid = done.uid and mailbox.msg_id = done."msgId" and mailbox.pending`.execute(this.db);
  }

  async acknowledgeUpTo(uid: number, key: number): Promise<void> {
    await this.db
      .updateTable('mailbox')
      .set({ pending: false })
      .where('uid', '=', uid)
      .where('pending', '=', true)
      .where('msg_id', '<=', key)
      .execute();
    await acknowledgeGroupsUpTo(this.db, uid, key);
  }

  /** The highest message in which the account takes part; 0 for none. */
  async syncKey(uid: number): Promise<number> {
    const row = await this.db
      .selectFrom('conversation')
      .select(({ fn }) => fn.max('last_msg_id').as('key'))
      .where('uid', '=', uid)
      .executeTakeFirst();
    return Math.max(row?.key ?? 0, await lastInGroups(this.db, uid));
  }

  /** The unread counts by conversation, for the list of conversations. */
  async unread(uid: number): Promise<Map<string, number>> {
    return unreadByName(await unreadCounts(this.db, uid, this.#offline()));
  }

  /** Lets go of what is beyond the limits.
   * @param uid one account; without it all */
  trimPending(uid?: number): Promise<void> {
    return trimPending(this.db, this.#offline(), uid);
  }

  /** The ids of what a client missed, oldest first, in chunks. Unacknowledged messages are always among them. */
  async *missed(request: SyncRequest): AsyncGenerator<number[]> {
    let after = 0;
    for (;;) {
      const ids = await this.#missedAfter(request, after);
      const last = ids.at(-1);
      if (last === undefined) return;
      yield ids;
      if (ids.length < MAX_IDS) return;
      after = last;
    }
  }

  async #missedAfter({ uid, key, roaming, upTo }: SyncRequest, after: number): Promise<number[]> {
    const range = { after, upTo, most: MAX_IDS };
    const offline = this.#offline();
    let ids = await pendingIds(this.db, uid, { ...range, oldest: offline.oldest });
    for (const source of [pendingInGroups(uid, offline), ...(roaming ? this.#roaming(uid, key) : [])]) {
      ids = mergeIds(ids, await readSource(this.db, source, range), MAX_IDS);
    }
    return ids;
  }

  #roaming(uid: number, key: number): MailSource[] {
    if (key > 0) return [beyond(uid, key), beyondInGroups(uid, key)];
    const { historyAgeMs, historyMessages: count } = this.limits;
    const limits = { oldest: firstIdAt(this.now() - historyAgeMs), count };
    return [history(uid, limits), groupHistory(uid, limits)];
  }

  /** Reads messages slice by slice, in the order of ids; what is no longer there is left out. */
  async *slices(uid: number, ids: readonly SizedId[]): AsyncGenerator<MailedMessage[]> {
    const limits = { maxBytes: this.limits.readSliceBytes, maxCount: SLICE_MESSAGES };
    for (const slice of slicesOf(ids, limits)) yield await this.messages(uid, slice);
  }

  /** How large each message is, which the database knows without reading it. */
  async sized(ids: readonly number[]): Promise<SizedId[]> {
    if (ids.length === 0) return [];
    const { rows } = await sql<{ sized: string | null }>`
      select json_agg(json_build_array(msg_id, octet_length(content_json)) order by msg_id)::text as sized
      from message where msg_id in ${idList(ids)}`.execute(this.db);
    const sized: [number, number][] = JSON.parse(rows[0]?.sized ?? '[]');
    return sized.map(([msg_id, bytes]) => ({ msg_id, bytes }));
  }

  /** In the order of ids; what is no longer there is left out. */
  async messages(uid: number, ids: readonly number[]): Promise<MailedMessage[]> {
    if (ids.length === 0) return [];
    const rows = await this.db
      .selectFrom('message')
      .leftJoin('account', (join) =>
        join
          .on('message.gid', '=', 0)
          .on(sql<boolean>`account.uid = case when sender = ${uid} then recipient else sender end`),
      )
      .leftJoin('group_member as member', (join) =>
        join
          .onRef('member.gid', '=', 'message.gid')
          .on('member.uid', '=', uid)
          .onRef('message.msg_id', '>', 'member.joined_msg_id'),
      )
      .leftJoin('chat_group', 'chat_group.gid', 'member.gid')
      .selectAll('message')
      .select([
        sql<number | null>`(select unread_count from receipt where receipt.msg_id = message.msg_id)`.as(
          'unread_count',
        ),
        sql<number | null>`(select change_id from receipt where receipt.msg_id = message.msg_id)`.as(
          'change_id',
        ),
      ])
      .select(['account.uid as peer', 'account.appkey', 'username', 'chat_group.appkey as group_appkey'])
      .where('msg_id', 'in', ids)
      .where((where) =>
        where.or([
          where.and([
            where('message.gid', '=', 0),
            where.or([where('sender', '=', uid), where('recipient', '=', uid)]),
          ]),
          where('member.uid', 'is not', null),
        ]),
      )
      .orderBy('msg_id')
      .execute();
    return rows.map((row) => ({
      conversation: {
        msg_type: row.gid === 0 ? SINGLE : GROUP,
        key: row.gid === 0 ? (row.peer ?? 0) : row.gid,
        from_appkey: row.appkey ?? row.group_appkey ?? '',
        from_username: row.username ?? '',
        from_gid: row.gid,
      },
      wire: wireMessageOf(row),
      ...(row.need_receipt &&
        row.sender === uid && {
          receipt: {
            msg_id: row.msg_id,
            unread_count: row.unread_count ?? row.receivers,
            mtime: timeOf(row.change_id ?? row.msg_id),
          },
        }),
    }));
  }

  conversations(uid: number): Promise<Conversation[]> {
    return listConversations(this.db, uid, this.limits.conversations, this.#offline());
  }

  #offline(): { oldest: number; count: number } {
    const { offlineAgeMs, offlineMessages } = this.limits;
    return { oldest: firstIdAt(this.now() - offlineAgeMs), count: offlineMessages };
  }
}
