/** The list of an account's conversations, with what is unread in each. */
import { type Conversation, SINGLE } from '../../../src/protocol/index.js';
import type { Profile } from './accounts.js';
import { type BareConversation, groupConversations } from './group-mail.js';
import { timeOf } from './message-ids.js';
import { type UnreadLimits, unreadCounts } from './reading.js';
import type { Database } from './schema.js';

/** A conversation's name: uids and gids may be equal. */
export const conversationName = (type: number, key: number): string => `${type}:${key}`;

/** The latest first. */
export async function listConversations(
  db: Database,
  uid: number,
  limit: number,
  unreadLimits: UnreadLimits,
): Promise<Conversation[]> {
  const unread = new Map(
    (await unreadCounts(db, uid, unreadLimits)).map(({ type, key, count }) => [
      conversationName(type, key),
      count,
    ]),
  );
  return [...(await singleConversations(db, uid, limit)), ...(await groupConversations(db, uid, limit))]
    .sort((one, other) => other.mtime - one.mtime)
    .slice(0, limit)
    .map((conversation) => ({
      ...conversation,
      unread_msg_count: unread.get(conversationName(conversation.type, conversation.key)) ?? 0,
      extras: {},
    }));
}

async function singleConversations(db: Database, uid: number, limit: number): Promise<BareConversation[]> {
  const rows = await db
    .selectFrom('conversation')
    .innerJoin('account', 'account.uid', 'conversation.peer')
    .select(['peer', 'last_msg_id', 'appkey', 'username', 'profile_json'])
    .where('conversation.uid', '=', uid)
    .orderBy('last_msg_id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(({ peer, last_msg_id, appkey, username, profile_json }) => {
    const profile: Profile = JSON.parse(profile_json);
    return {
      type: SINGLE,
      key: peer,
      name: username,
      nickname: profile.nickname ?? '',
      avatar: profile.avatar ?? '',
      appkey,
      username,
      mtime: timeOf(last_msg_id),
    };
  });
}
