/**
 * The messages that this tab has handed to its application: each is handed over once, also when the worker died between telling the tab
 * and remembering that it had, and a new one cannot know.
 */
import type { AccountEvent, Message } from '../protocol/tab.js';

/** Some hundred conversations' history: after a worker's death a server may tell all of it again. */
const REMEMBERED_IDS = 20_000;

export class SeenMessages {
  readonly #ids = new Set<number>();

  /** @returns the event without what was seen before, or undefined if nothing is left of it */
  fresh(event: AccountEvent): AccountEvent | undefined {
    if (event.listener === 'onMsgReceive') return this.#isFresh(event.data) ? event : undefined;
    if (event.listener !== 'onSyncConversation') return event;
    const data = event.data
      .map((conversation) => ({
        ...conversation,
        msgs: conversation.msgs.filter((message) => this.#isFresh(message)),
      }))
      .filter(({ msgs }) => msgs.length > 0);
    return data.length > 0 ? { ...event, data } : undefined;
  }

  /** What a send was answered: its message is known here. */
  sent(answer: object): void {
    const { msg_id } = answer as { msg_id?: unknown };
    if (typeof msg_id === 'number') this.#remember(msg_id);
  }

  clear(): void {
    this.#ids.clear();
  }

  #isFresh({ msg_id }: Message): boolean {
    if (this.#ids.has(msg_id)) return false;
    this.#remember(msg_id);
    return true;
  }

  #remember(msgId: number): void {
    this.#ids.add(msgId);
    if (this.#ids.size <= REMEMBERED_IDS) return;
    const [oldest] = this.#ids;
    if (oldest !== undefined) this.#ids.delete(oldest);
  }
}
