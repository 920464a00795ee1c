/** The conversations of the account, the latest first, with their unread counts and last messages. */
import type { Conversation } from '../index.js';
import type { ConversationId, ConversationRef } from '../protocol/conversation-id.js';
import type { ChatMessage } from './message-log.js';

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
  /** The last message that this page has, own and unsent ones included. */
  last?: ChatMessage;
}

/** @internal */
export class ConversationList {
  readonly #items = new Map<ConversationId, ConversationItem>();
  /** The server was asked for their names. */
  readonly #asked = new Set<ConversationId>();

  snapshot(): readonly ConversationItem[] {
    return [...this.#items.values()].sort((a, b) => b.mtime - a.mtime || (a.id < b.id ? -1 : 1));
  }

  get unread(): number {
    let sum = 0;
    for (const { unread_msg_count } of this.#items.values()) sum += unread_msg_count;
    return sum;
  }

  /** The server's list. */
  load(rows: readonly Conversation[], unreadOf: (ref: ConversationRef) => number): void {
    for (const row of rows) {
      const item = itemOf(row);
      const known = this.#items.get(item.id);
      this.#asked.add(item.id);
      this.#put({
        ...item,
        mtime: Math.max(item.mtime, known?.mtime ?? 0),
        unread_msg_count: unreadOf(item.ref),
        ...(known?.last && { last: known.last }),
      });
    }
  }

  /** The conversation's messages have changed. @param last the message at its end */
  touch(
    id: ConversationId,
    ref: ConversationRef,
    last: ChatMessage | undefined,
    unread_msg_count: number,
  ): void {
    const { last: _before, ...known } = this.#items.get(id) ?? {
      id,
      ref,
      title: titleOf(ref),
      avatar: '',
      mtime: 0,
      unread_msg_count,
    };
    const mtime = Math.max(known.mtime, last?.ctime_ms ?? 0);
    this.#put({ ...known, mtime, ...(last && { last }) });
  }

  /** Whether the server has to be asked for the conversation's name. It is true once. */
  needsName(id: ConversationId): boolean {
    if (this.#asked.has(id)) return false;
    this.#asked.add(id);
    return true;
  }

  setUnread(id: ConversationId, unread_msg_count: number): void {
    const known = this.#items.get(id);
    if (known) this.#put({ ...known, unread_msg_count });
  }

  /** A conversation without a change stays the same object, so that a page draws it once. */
  #put(item: ConversationItem): void {
    const known = this.#items.get(item.id);
    if (known && isSameItem(known, item)) return;
    // The changed one is the last, as it is by its time: a list that is nearly in order is sorted fast.
    this.#items.delete(item.id);
    this.#items.set(item.id, item);
  }
}

/** The reference follows from the id. */
const isSameItem = (a: ConversationItem, b: ConversationItem): boolean =>
  a.title === b.title &&
  a.avatar === b.avatar &&
  a.unread_msg_count === b.unread_msg_count &&
  a.mtime === b.mtime &&
  a.last === b.last;

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
