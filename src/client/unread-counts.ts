/** The tab's copy of the unread counts, since pages read them without waiting. */
import {
  type ConversationId,
  conversationId,
  conversationOf,
  type ParamsOf,
  type UnreadChange,
} from '../protocol/tab.js';

export class UnreadCounts {
  readonly #counts = new Map<ConversationId, number>();

  constructor(
    private readonly ownAppkey: () => string | undefined,
    private readonly onChange: (change: UnreadChange) => void,
  ) {}

  of(params: ParamsOf<'getUnreadMsgCnt'>): number {
    return this.#counts.get(this.#idOf(params) ?? '') ?? 0;
  }

  set(id: ConversationId, unread_msg_count: number): void {
    if ((this.#counts.get(id) ?? 0) === unread_msg_count) return;
    this.#counts.set(id, unread_msg_count);
    this.onChange(Object.assign(conversationOf(id), { unread_msg_count }));
  }

  /** Pages read the count right after `resetUnreadCount`, and expect zero. */
  reset(params: ParamsOf<'getUnreadMsgCnt'>): void {
    const id = this.#idOf(params);
    if (id !== undefined) this.set(id, 0);
  }

  clear(): void {
    this.#counts.clear();
  }

  /** @returns undefined if the parameters name no conversation, since pages pass anything */
  #idOf(params: ParamsOf<'getUnreadMsgCnt'>): ConversationId | undefined {
    try {
      return conversationId(params, this.ownAppkey() ?? '');
    } catch {
      return undefined;
    }
  }
}
