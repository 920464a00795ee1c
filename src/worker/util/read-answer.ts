/** Reads the fields of a server's answer that the runtime uses, if they have the documented type. */
import { type Conversation, type ConversationId, groupId, singleId } from '../../protocol/worker.js';

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `get_conversations`. */
export function readConversations(answer: object): Conversation[] {
  const { conversations } = answer as { conversations?: unknown };
  return Array.isArray(conversations)
    ? conversations.filter(isObject).map((one) => one as unknown as Conversation)
    : [];
}

/** A non-negative safe integer, or the fallback. */
export function readCount(value: unknown, fallback: number): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fallback;
}

/** The conversation of a row of the list. Stock servers name a user only as `name`. */
export function idOfConversation(row: Conversation, ownAppkey: string): ConversationId {
  if (row.type === 4) return groupId(row.gid ?? row.key);
  return singleId(row.appkey || ownAppkey, row.username ?? row.name);
}
