/** Delivers sent messages to the account's other tabs, in the order of sending, however late or crosswise their answers come. */
import type { ConversationId, Outcome } from '../../protocol/worker.js';
import type { ChatRooms } from '../inbox/chat-rooms.js';
import type { Inbox } from '../inbox/inbox.js';
import type { ReadState } from '../inbox/read-state.js';
import type { Sent } from '../store/store.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import { readCount } from '../util/read-answer.js';

export interface SentNotifierParts {
  inbox: Inbox;
  rooms: ChatRooms;
  tabs: SessionTabs;
  read: ReadState;
}

/** A send's outcome, with the message if it is stored. */
type Told = Outcome & { sent?: Sent | undefined };

/** The turn of a send's message. */
export interface Turn {
  /** The message is delivered, or waits in the inbox, or there is none. */
  isPassed: boolean;
  readonly passed: Promise<void>;
  /** The inbox has the message, and delivers it when this resolves. */
  waiting?: Promise<void> | undefined;
}

export class SentNotifier {
  /** The last send of each conversation. */
  readonly #last = new Map<ConversationId, Turn>();

  constructor(private readonly parts: SentNotifierParts) {}

  /** @param from the tab that sent it, which has it already */
  deliver(conversation: ConversationId, from: string, settling: Promise<Told>): Turn {
    const before = this.#last.get(conversation);
    const turn: Turn = {
      isPassed: false,
      passed: settling.then((outcome) => {
        const pass = () => {
          turn.waiting = this.#deliver(outcome, from);
          turn.isPassed = true;
          if (this.#last.get(conversation) === turn) this.#last.delete(conversation);
        };
        // In the turn of the answer, unless an earlier send has to be answered first.
        return !before || before.isPassed ? pass() : before.passed.then(pass);
      }),
    };
    this.#last.set(conversation, turn);
    return turn;
  }

  #deliver(outcome: Told, from: string): Promise<void> | undefined {
    if (outcome.kind !== 'success' || !outcome.sent) return undefined;
    const { inbox, rooms, tabs, read } = this.parts;
    if ('message' in outcome.sent) {
      const { message } = outcome.sent;
      // A single message has one reader; the answer of a group's states how many there are.
      const unread_count = readCount(Object(outcome.data).unread_count, 1);
      if (message.need_receipt) {
        read.receipts.note([{ msg_id: message.msg_id, unread_count, mtime: message.ctime_ms }]);
      }
      return inbox.sent(message, from);
    }
    const { room } = outcome.sent;
    const isIn = rooms.isTabIn(room.room_id);
    if (rooms.received(room)) tabs.publish('onRoomMsg', room, (id) => id !== from && isIn(id));
    return undefined;
  }
}
