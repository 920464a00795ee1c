/**
 * Tells the account's other tabs what was sent. Answers may come late and crosswise: what was sent in a conversation is told in the order in which
 * it was.
 */
import type { ConversationId } from '../../protocol/worker.js';
import type { Settled } from '../methods/outcome.js';
import type { CallsParts } from '../session/calls.js';
import { readCount } from '../util/read-answer.js';

export class SentNotifier {
  /** The last one of each conversation that has not been told. */
  readonly #last = new Map<ConversationId, Promise<unknown>>();

  constructor(private readonly parts: Pick<CallsParts, 'inbox' | 'rooms' | 'audience' | 'receipts'>) {}

  /** @param from the tab that sent it, and knows */
  tell(lane: ConversationId, from: string, settling: Promise<Settled>): void {
    const { inbox, rooms, audience, receipts } = this.parts;
    const told = Promise.all([settling, this.#last.get(lane)]).then(([outcome]) => {
      if (outcome.kind !== 'success' || !outcome.sent) return;
      if ('message' in outcome.sent) {
        const { message } = outcome.sent;
        // A single message has one reader; the answer of a group's says how many there are.
        const unread_count = readCount(outcome.data.unread_count, 1);
        if (message.need_receipt) {
          receipts.note([{ msg_id: message.msg_id, unread_count, mtime: message.ctime_ms }]);
        }
        return inbox.sent(message, from);
      }
      const { room } = outcome.sent;
      const hears = rooms.hears(room.room_id);
      if (rooms.received(room)) audience.publish('onRoomMsg', room, (id) => id !== from && hears(id));
    });
    this.#last.set(lane, told);
    void told.then(() => {
      if (this.#last.get(lane) === told) this.#last.delete(lane);
    });
  }
}
