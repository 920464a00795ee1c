/**
 * How many messages of each conversation have not been read: one count for all tabs. The server's list sets it, what arrives counts it up, a tab
 * that reads it sets it to nothing, and so does another device. A conversation that is open in a visible tab does not count up.
 */
import type { Conversation, ConversationId } from '../../protocol/worker.js';
import type { Clock } from '../util/clock.js';
import { idOfConversation, readCount } from '../util/read-answer.js';

/** Messages that arrive in an open conversation are reported as read together. */
const REPORT_AFTER_MS = 1_000;

export interface UnreadCountsHandlers {
  /** Whether somebody is looking at it. */
  isOpen(conversation: ConversationId): boolean;
  onChange(counts: [ConversationId, number][]): void;
  /** The server has to know. */
  onRead(conversation: ConversationId): void;
}

interface Count {
  unread: number;
  /** Messages up to this time are in the server's count. */
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

  /** The server's list. What arrives with a time up to a conversation's last is counted in it. */
  reset(conversations: readonly Conversation[], ownAppkey: string): void {
    for (const row of conversations) {
      const id = idOfConversation(row, ownAppkey);
      const unread = this.handlers.isOpen(id) ? 0 : readCount(row.unread_msg_count, this.of(id));
      this.#set(id, { unread, listedUntil: readCount(row.mtime, 0) });
    }
  }

  /** Somebody else's message. */
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
   * What was missed. The list that follows has the server's own count; of servers whose list has none, this is all there is.
   * @param unsynced how many the server has not seen acknowledged @param fresh how many are new here
   */
  synced(conversation: ConversationId, unsynced: number, fresh: number): void {
    const { unread, listedUntil } = this.#counts.get(conversation) ?? { unread: 0, listedUntil: 0 };
    const count = Math.max(unsynced, unread + Math.min(fresh, unsynced));
    this.#set(conversation, { listedUntil, unread: this.handlers.isOpen(conversation) ? 0 : count });
  }

  /** Read up to its end. @param here by one of the tabs: the server is told */
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
