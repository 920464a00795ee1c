/**
 * The messages that this tab has delivered to its application, so that each is delivered once. A worker may die after a delivery and before it
 * remembers that delivery. Its successor then delivers the message again.
 */
import { type AccountEvent, RecentIds } from '../../protocol/tab.js';

export class SeenMessages {
  /** Of chat rooms' messages with their rooms. */
  #ids = new RecentIds<number | string>();

  /** @returns the event without its known messages, or undefined if it has no others */
  fresh(event: AccountEvent): AccountEvent | undefined {
    if (event.listener === 'onMsgReceive') return this.#ids.add(event.data.msg_id) ? event : undefined;
    if (event.listener === 'onRoomMsg') {
      const { room_id, msg_id } = event.data;
      return this.#ids.add(`${room_id}/${msg_id}`) ? event : undefined;
    }
    if (event.listener !== 'onSyncConversation') return event;
    const data = event.data
      .map((conversation) =>
        Object.assign({}, conversation, {
          msgs: conversation.msgs.filter(({ msg_id }) => this.#ids.add(msg_id)),
        }),
      )
      .filter(({ msgs }) => msgs.length > 0);
    return data.length > 0 ? Object.assign({}, event, { data }) : undefined;
  }

  /** Remembers the message of an answered send. */
  sent(answer: object): void {
    const { msg_id } = answer as { msg_id?: unknown };
    if (typeof msg_id === 'number') this.#ids.add(msg_id);
  }

  /** A user who enters a chat room again receives its latest messages again. */
  leftRoom(room: unknown): void {
    const ids = this.#ids.all();
    ids.forEach((id) => {
      if (String(id).startsWith(`${room}/`)) ids.delete(id);
    });
  }

  clear(): void {
    this.#ids = new RecentIds();
  }
}
