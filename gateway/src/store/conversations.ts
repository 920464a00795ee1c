/** The list of an account's conversations, with what is unread in each. */
import { type Conversation, SINGLE } from '../../../src/protocol/index.js';
import type { Profile } from './accounts.js';
import { type Memo, NO_MEMO } from './friends.js';
import { type BareConversation, groupConversations } from './group-mail.js';
import { timeOf } from './message-ids.js';
import { type Unread, type UnreadLimits, unreadCounts } from './reading.js';
import type { Database } from './schema.js';

/** A conversation's name: uids and gids may be equal. */
export const conversationName = (type: number, key: number): string => `${type}:${key}`;

export const unreadByName = (counts: readonly Unread[]): Map<string, number> =>
  new Map(counts.map(({ type, key, count }) => [conversationName(type, key), count]));

/** The latest first. Counts and times are of one instant, since a client adds the messages after a conversation's time to its count. */
export function listConversations(
  db: Database,
  uid: number,
  limit: number,
  unreadLimits: UnreadLimits,
): Promise<Conversation[]> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute((transaction) => listed(transaction, uid, limit, unreadLimits));
}

async function listed(
  db: Database,
  uid: number,
  limit: number,
  unreadLimits: UnreadLimits,
): Promise<Conversation[]> {
  const unread = unreadByName(await unreadCounts(db, uid, unreadLimits));
  return [...(await singleConversations(db, uid, limit)), ...(await groupConversations(db, uid, limit))]
    .sort((one, other) => other.mtime - one.mtime)
    .slice(0, limit)
    .map((conversation) => ({
      ...conversation,
      unread_msg_count: unread.get(conversationName(conversation.type, conversation.key)) ?? 0,
      extras: {},
    }));
}

/** When the other user's profile changed last, in ms: scripts compare it with what messages say of their sender. */
type SingleConversation = BareConversation & { utime: number };

async function singleConversations(db: Database, uid: number, limit: number): Promise<SingleConversation[]> {
  const rows = await db
    .selectFrom('conversation')
    .innerJoin('account', 'account.uid', 'conversation.peer')
    .leftJoin('friend', (join) =>
      join.onRef('friend.uid', '=', 'conversation.uid').onRef('friend.friend', '=', 'conversation.peer'),
    )
    .select(['peer', 'last_msg_id', 'appkey', 'username', 'profile_json', 'account.mtime', 'memo_json'])
    .where('conversation.uid', '=', uid)
    .orderBy('last_msg_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ peer, last_msg_id, appkey, username, profile_json, mtime, memo_json }) => {
    const profile: Profile = JSON.parse(profile_json);
    const memo: Memo = memo_json === null ? NO_MEMO : JSON.parse(memo_json);
    return {
      type: SINGLE,
      key: peer,
      name: username,
      nickname: profile.nickname ?? '',
      avatar: profile.avatar ?? '',
      appkey,
      username,
      ...memo,
      mtime: timeOf(last_msg_id),
      utime: mtime * 1_000,
    };
  });
}
