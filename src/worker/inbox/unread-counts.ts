/**
 * The unread messages of each conversation, one count for all tabs. The server's list sets a count, and received messages raise it. A tab or
 * another device that reads the conversation sets it to 0. A conversation that a visible tab shows stays at 0.
 */
import type { Conversation, ConversationId } from '../../protocol/worker.js';
import type { Clock } from '../util/clock.js';
import { idOfConversation, readCount } from '../util/read-answer.js';

/** Messages that arrive in a shown conversation are reported as read together. */
const REPORT_AFTER_MS = 1_000;

interface UnreadCountsHandlers {
  /** Whether a visible tab shows it. */
  isOpen(conversation: ConversationId): boolean;
  onChange(counts: [ConversationId, number][]): void;
  /** The server has to get the report. */
  onRead(conversation: ConversationId): void;
}

interface Count {
  unread: number;
  /** The server's count includes messages up to this time. */
  listedUntil: number;
  /** The times of messages that were counted since. The next list may have been made before some of them. */
  later: number[];
}

export class UnreadCounts {
  readonly #counts = new Map<ConversationId, Count>();
  readonly #reporting = new Map<ConversationId, () => void>();

  constructor(
    private readonly clock: Clock,
    private readonly handlers: UnreadCountsHandlers,
  ) {}

  all(): [ConversationId, number][] {
    return [...this.#counts].map(([id, { unread }]) => [id, unread]);
  }

  of(conversation: ConversationId): number {
    return this.#count(conversation).unread;
  }

  /** The server's list. It counts messages up to a conversation's last time. */
  reset(conversations: readonly Conversation[], ownAppkey: string): void {
    for (const row of conversations) {
      const id = idOfConversation(row, ownAppkey);
      const before = this.#count(id);
      const listedUntil = readCount(row.mtime, 0);
      const later = before.later.filter((time) => time > listedUntil);
      const listed = readCount(row.unread_msg_count, before.unread - later.length);
      this.#set(id, { unread: this.handlers.isOpen(id) ? 0 : listed + later.length, listedUntil, later });
    }
  }

  /** A message by another user. */
  received(conversation: ConversationId, ctimeMs: number): void {
    const { unread, listedUntil, later } = this.#count(conversation);
    if (ctimeMs <= listedUntil) return;
    if (!this.handlers.isOpen(conversation)) {
      later.push(ctimeMs);
      return this.#set(conversation, { listedUntil, later, unread: unread + 1 });
    }
    this.#set(conversation, { listedUntil, later: [], unread: 0 });
    if (this.#reporting.has(conversation)) return;
    const cancel = this.clock.after(REPORT_AFTER_MS, () => {
      this.#reporting.delete(conversation);
      this.handlers.onRead(conversation);
    });
    this.#reporting.set(conversation, cancel);
  }

  /**
   * Missed messages. The server's list follows with its own counts, but some servers have none.
   * @param unsynced the number that was not acknowledged to the server @param fresh the number that is new here
   */
  synced(conversation: ConversationId, unsynced: number, fresh: number): void {
    const before = this.#count(conversation);
    const count = Math.max(unsynced, before.unread + Math.min(fresh, unsynced));
    this.#set(conversation, { ...before, unread: this.handlers.isOpen(conversation) ? 0 : count });
  }

  /** The conversation was read up to its end. @param here by a tab of this session, so the server gets a report */
  read(conversation: ConversationId, here: boolean): void {
    this.#set(conversation, { ...this.#count(conversation), unread: 0, later: [] });
    if (here) this.handlers.onRead(conversation);
  }

  close(): void {
    for (const cancel of this.#reporting.values()) cancel();
    this.#reporting.clear();
  }

  #count(conversation: ConversationId): Count {
    return this.#counts.get(conversation) ?? { unread: 0, listedUntil: 0, later: [] };
  }

  #set(conversation: ConversationId, count: Count): void {
    const before = this.of(conversation);
    this.#counts.set(conversation, count);
    if (count.unread !== before) this.handlers.onChange([[conversation, count.unread]]);
  }
}
