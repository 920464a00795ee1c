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
    return this.#counts.get(conversation)?.unread ?? 0;
  }

  /** The server's list. It counts messages up to a conversation's last time. */
  reset(conversations: readonly Conversation[], ownAppkey: string): void {
    for (const row of conversations) {
      const id = idOfConversation(row, ownAppkey);
      const unread = this.handlers.isOpen(id) ? 0 : readCount(row.unread_msg_count, this.of(id));
      this.#set(id, { unread, listedUntil: readCount(row.mtime, 0) });
    }
  }

  /** A message by another user. */
  received(conversation: ConversationId, ctimeMs: number): void {
    const count = this.#counts.get(conversation) ?? { unread: 0, listedUntil: 0 };
    if (ctimeMs <= count.listedUntil) return;
    if (!this.handlers.isOpen(conversation))
      return this.#set(conversation, { ...count, unread: count.unread + 1 });
    this.#set(conversation, { ...count, unread: 0 });
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
    const { unread, listedUntil } = this.#counts.get(conversation) ?? { unread: 0, listedUntil: 0 };
    const count = Math.max(unsynced, unread + Math.min(fresh, unsynced));
    this.#set(conversation, { listedUntil, unread: this.handlers.isOpen(conversation) ? 0 : count });
  }

  /** The conversation was read up to its end. @param here by a tab of this session, so the server gets a report */
  read(conversation: ConversationId, here: boolean): void {
    this.#set(conversation, { listedUntil: this.#counts.get(conversation)?.listedUntil ?? 0, unread: 0 });
    if (here) this.handlers.onRead(conversation);
  }

  close(): void {
    for (const cancel of this.#reporting.values()) cancel();
    this.#reporting.clear();
  }

  #set(conversation: ConversationId, count: Count): void {
    const before = this.of(conversation);
    this.#counts.set(conversation, count);
    if (count.unread !== before) this.handlers.onChange([[conversation, count.unread]]);
  }
}
