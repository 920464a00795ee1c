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
  type GroupMark,
  groupHistory,
  inGroupsBeyond,
  lastInGroups,
  pendingInGroups,
} from './group-mail.js';
import { idList } from './id-list.js';
import { firstIdAt, timeOf } from './message-ids.js';
import { wireMessageOf } from './messages.js';
import { type SizedId, slicesOf } from './pages.js';
import { unreadCounts } from './reading.js';
import type { Database } from './schema.js';

/** Ids in one query. */
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
  async trimPending(uid?: number): Promise<void> {
    await sql`
      update mailbox set pending = false
      from (
        select uid, peer, msg_id,
          row_number() over (partition by uid, peer order by msg_id desc) as place
        from mailbox where pending and ${uid === undefined ? sql`true` : sql`uid = ${uid}`}
      ) as ranked
      where (ranked.place > ${this.limits.offlineMessages} or ranked.msg_id < ${this.#offline().oldest})
        and mailbox.uid = ranked.uid and mailbox.peer = ranked.peer and mailbox.msg_id = ranked.msg_id`.execute(
      this.db,
    );
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
    const oldest = firstIdAt(this.now() - this.limits.historyAgeMs);
    const history = sql`
      union select recent.msg_id from conversation
      cross join lateral (
        select msg_id from mailbox
        where mailbox.uid = conversation.uid and mailbox.peer = conversation.peer and msg_id >= ${oldest}
        order by msg_id desc limit ${this.limits.historyMessages}
      ) as recent
      where conversation.uid = ${uid} and conversation.last_msg_id >= ${oldest}
      union ${groupHistory(uid, { oldest, count: this.limits.historyMessages })}`;
    const beyondKey = sql`
      union select mailbox.msg_id from conversation
      join mailbox on mailbox.uid = conversation.uid and mailbox.peer = conversation.peer and mailbox.msg_id > ${key}
      where conversation.uid = ${uid} and conversation.last_msg_id > ${key}
      union ${inGroupsBeyond(uid, key)}`;
    const { rows } = await sql<{ msg_id: number }>`
      select msg_id from (
        select msg_id from mailbox where uid = ${uid} and pending and msg_id >= ${this.#offline().oldest}
        union select msg_id from (${pendingInGroups(uid, this.#offline())}) as pending
        ${roaming ? (key === 0 ? history : beyondKey) : sql``}
      ) as missed
      where msg_id > ${after} and msg_id <= ${upTo}
      order by msg_id limit ${MAX_IDS}`.execute(this.db);
    return rows.map(({ msg_id }) => msg_id);
  }

  /** Reads messages slice by slice, in the order of ids; what is no longer there is left out. */
  async *slices(uid: number, ids: readonly SizedId[]): AsyncGenerator<MailedMessage[]> {
    const limits = { maxBytes: this.limits.readSliceBytes, maxCount: SLICE_MESSAGES };
    for (const slice of slicesOf(ids, limits)) yield await this.messages(uid, slice);
  }

  /** How large each message is, which the database knows without reading it. */
  async sized(ids: readonly number[]): Promise<SizedId[]> {
    if (ids.length === 0) return [];
    const { rows } = await sql<SizedId>`
      select msg_id, octet_length(content_json) as bytes from message
      where msg_id in ${idList(ids)}
      order by msg_id`.execute(this.db);
    return rows;
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
