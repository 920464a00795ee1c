/**
 * The messages that this tab has delivered to its application, so that each is delivered once. A worker may die after a delivery and before it
 * remembers that delivery. Its successor then delivers the message again.
 */
import type { AccountEvent } from '../../protocol/tab.js';

/** Some hundred conversations' history: after a worker's death a server may push all of it again. */
const REMEMBERED_IDS = 20_000;

export class SeenMessages {
  /** Ids; of chat rooms' messages with their rooms. */
  readonly #ids = new Set<number | string>();

  /** @returns the event without its known messages, or undefined if it has no others */
  fresh(event: AccountEvent): AccountEvent | undefined {
    if (event.listener === 'onMsgReceive') return this.#isFresh(event.data.msg_id) ? event : undefined;
    if (event.listener === 'onRoomMsg') {
      const { room_id, msg_id } = event.data;
      return this.#isFresh(`${room_id}/${msg_id}`) ? event : undefined;
    }
    if (event.listener !== 'onSyncConversation') return event;
    const data = event.data
      .map((conversation) =>
        Object.assign({}, conversation, {
          msgs: conversation.msgs.filter(({ msg_id }) => this.#isFresh(msg_id)),
        }),
      )
      .filter(({ msgs }) => msgs.length > 0);
    return data.length > 0 ? Object.assign({}, event, { data }) : undefined;
  }

  /** Remembers the message of an answered send. */
  sent(answer: object): void {
    const { msg_id } = answer as { msg_id?: unknown };
    if (typeof msg_id === 'number') this.#remember(msg_id);
  }

  /** A user who enters a chat room again receives its latest messages again. */
  leftRoom(room: unknown): void {
    this.#ids.forEach((id) => {
      if (String(id).startsWith(`${room}/`)) this.#ids.delete(id);
    });
  }

  clear(): void {
    this.#ids.clear();
  }

  #isFresh(id: number | string): boolean {
    if (this.#ids.has(id)) return false;
    this.#remember(id);
    return true;
  }

  #remember(id: number | string): void {
    this.#ids.add(id);
    if (this.#ids.size <= REMEMBERED_IDS) return;
    this.#ids.delete(this.#ids.values().next().value ?? id);
  }
}
