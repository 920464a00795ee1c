/** The mailbox of each account: its conversations, missed messages, and acknowledgements. */
import { sql } from 'kysely';
import type { Conversation } from '../../../src/protocol/index.js';
import type { Settings } from '../config.js';
import { GroupCommit } from '../util/group-commit.js';
import { listConversations, unreadByName } from './conversations.js';
import {
  acknowledgeInGroups,
  beyondInGroups,
  type GroupMark,
  groupHistory,
  lastInGroups,
  pendingInGroups,
} from './group-mail.js';
import { beyond, history, type MailSource, readSource } from './mail-sources.js';
import { type MailedMessage, readMailed } from './mailed-messages.js';
import { mergeIds } from './merge-ids.js';
import { firstIdAt } from './message-ids.js';
import { acknowledgeUpTo, pendingIds, trimPending } from './pending.js';
import { unreadCounts } from './reading.js';
import type { Database } from './schema.js';

/** Ids that are read before the first of their messages. */
const MAX_IDS = 20_000;
/** Messages that are read at once, however small. */
const SLICE_MESSAGES = 100;
const MAX_LOT = 500;

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

  acknowledgeUpTo(uid: number, key: number): Promise<void> {
    return acknowledgeUpTo(this.db, uid, key);
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
  async *slices(uid: number, ids: readonly number[]): AsyncGenerator<MailedMessage[]> {
    let left = ids;
    while (left.length > 0) {
      const slice = await readMailed(this.db, uid, left.slice(0, SLICE_MESSAGES), this.limits.readSliceBytes);
      const last = slice.at(-1);
      // The slice ends with its bytes, or with its ids. Those that are gone may stand behind its last message, and the next slice asks for them too.
      left = left.slice(last ? left.indexOf(last.wire.msg_id) + 1 : SLICE_MESSAGES);
      if (last) yield slice;
    }
  }

  conversations(uid: number): Promise<Conversation[]> {
    return listConversations(this.db, uid, this.limits.conversations, this.#offline());
  }

  #offline(): { oldest: number; count: number } {
    const { offlineAgeMs, offlineMessages } = this.limits;
    return { oldest: firstIdAt(this.now() - offlineAgeMs), count: offlineMessages };
  }
}
