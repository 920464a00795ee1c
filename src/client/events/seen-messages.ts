/**
 * The messages that this tab has handed to its application: each is handed over once, also when the worker died between telling the tab
 * and remembering that it had, and a new one cannot know.
 */
import type { AccountEvent } from '../../protocol/tab.js';

/** Some hundred conversations' history: after a worker's death a server may tell all of it again. */
const REMEMBERED_IDS = 20_000;

export class SeenMessages {
  /** Ids; of chat rooms' messages with their rooms. */
  readonly #ids = new Set<number | string>();

  /** @returns the event without what was seen before, or undefined if nothing is left of it */
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

  /** What a send was answered: its message is known here. */
  sent(answer: object): void {
    const { msg_id } = answer as { msg_id?: unknown };
    if (typeof msg_id === 'number') this.#remember(msg_id);
  }

  /** Whoever enters a chat room again is shown its latest messages again. */
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
