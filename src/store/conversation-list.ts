/** The conversations of the account, the latest first, with their unread counts and last messages. */
import type { Conversation, Message } from '../index.js';
import type { ConversationId, ConversationRef } from '../protocol/conversation-id.js';

/** A conversation as an application lists it. */
export interface ConversationItem {
  /** `s/<appkey>/<username>` or `g/<gid>`: a key for a list. */
  id: ConversationId;
  /** Names the conversation in `messages()` and in the methods of JMessage. */
  ref: ConversationRef;
  /** The group's name, or a user's memo, nickname or username. */
  title: string;
  /** Argument of `getResource`, or ''. */
  avatar: string;
  /** Unread messages. */
  unread_msg_count: number;
  /** Time of the last message, ms since 1970. */
  mtime: number;
  /** The last message that this page has received. */
  last?: Message;
}

/** @internal */
export class ConversationList {
  readonly #items = new Map<ConversationId, ConversationItem>();

  has(id: ConversationId): boolean {
    return this.#items.has(id);
  }

  snapshot(): readonly ConversationItem[] {
    return [...this.#items.values()].sort((a, b) => b.mtime - a.mtime || (a.id < b.id ? -1 : 1));
  }

  /** The server's list. */
  load(rows: readonly Conversation[], unreadOf: (ref: ConversationRef) => number): void {
    for (const row of rows) {
      const item = itemOf(row);
      const known = this.#items.get(item.id);
      this.#items.set(item.id, {
        ...item,
        mtime: Math.max(item.mtime, known?.mtime ?? 0),
        unread_msg_count: unreadOf(item.ref),
        ...(known?.last && { last: known.last }),
      });
    }
  }

  /** @returns whether the conversation is new, so that the server has to be asked for its name */
  receive(id: ConversationId, ref: ConversationRef, message: Message): boolean {
    const known = this.#items.get(id);
    const isLater = message.msg_id > (known?.last?.msg_id ?? 0);
    const item = known ?? { id, ref, title: titleOf(ref), avatar: '', unread_msg_count: 0, mtime: 0 };
    this.#items.set(id, {
      ...item,
      mtime: Math.max(item.mtime, message.ctime_ms),
      ...(isLater && { last: message }),
    });
    return !known;
  }

  setUnread(id: ConversationId, unread_msg_count: number): void {
    const known = this.#items.get(id);
    if (known) this.#items.set(id, { ...known, unread_msg_count });
  }
}

function itemOf(row: Conversation): ConversationItem {
  const { type, key, name, nickname, avatar, appkey, mtime, unread_msg_count } = row;
  if (type === 4) {
    const gid = row.gid ?? key;
    return { id: `g/${gid}`, ref: { gid }, title: name || String(gid), avatar, unread_msg_count, mtime };
  }
  const username = row.username ?? name;
  return {
    id: `s/${appkey}/${username}`,
    ref: { username, appkey },
    title: row.memo_name || nickname || username,
    avatar,
    unread_msg_count,
    mtime,
  };
}

const titleOf = (ref: ConversationRef): string => String('gid' in ref ? ref.gid : ref.username);
