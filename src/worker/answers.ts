/** What a server answers, read with care: of fields that the runtime itself uses, only what has the documented type. */
import type { Conversation } from '../protocol/index.js';

/** `get_conversations`. */
export function readConversations(answer: object): Conversation[] {
  const { conversations } = answer as { conversations?: unknown };
  return Array.isArray(conversations)
    ? conversations.filter((one): one is Conversation => typeof one === 'object' && one !== null)
    : [];
}

/** A non-negative safe integer, or the fallback. */
export function readCount(value: unknown, fallback: number): number {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : fallback;
}
