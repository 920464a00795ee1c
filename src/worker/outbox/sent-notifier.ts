/** Delivers sent messages to the account's other tabs, in the order of sending, however late or crosswise their answers come. */
import type { ConversationId } from '../../protocol/worker.js';
import type { ChatRooms } from '../inbox/chat-rooms.js';
import type { Inbox } from '../inbox/inbox.js';
import type { ReadState } from '../inbox/read-state.js';
import type { Settled } from '../methods/outcome.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import { readCount } from '../util/read-answer.js';

export interface SentNotifierParts {
  inbox: Inbox;
  rooms: ChatRooms;
  tabs: SessionTabs;
  read: ReadState;
}

export class SentNotifier {
  /** The last undelivered message of each conversation. */
  readonly #last = new Map<ConversationId, Promise<unknown>>();

  constructor(private readonly parts: SentNotifierParts) {}

  /** @param from the tab that sent it, which has it already */
  deliver(conversation: ConversationId, from: string, settling: Promise<Settled>): void {
    const delivered = Promise.all([settling, this.#last.get(conversation)]).then(([outcome]) =>
      this.#deliver(outcome, from),
    );
    this.#last.set(conversation, delivered);
    void delivered.then(() => {
      if (this.#last.get(conversation) === delivered) this.#last.delete(conversation);
    });
  }

  #deliver(outcome: Settled, from: string): void {
    if (outcome.kind !== 'success' || !outcome.sent) return;
    const { inbox, rooms, tabs, read } = this.parts;
    if ('message' in outcome.sent) {
      const { message } = outcome.sent;
      // A single message has one reader; the answer of a group's states how many there are.
      const unread_count = readCount(outcome.data.unread_count, 1);
      if (message.need_receipt) {
        read.receipts.note([{ msg_id: message.msg_id, unread_count, mtime: message.ctime_ms }]);
      }
      return inbox.sent(message, from);
    }
    const { room } = outcome.sent;
    const isIn = rooms.isTabIn(room.room_id);
    if (rooms.received(room)) tabs.publish('onRoomMsg', room, (id) => id !== from && isIn(id));
  }
}
