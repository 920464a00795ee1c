/** Unread counts of the account's own messages with `need_receipt`, as far as this device knows. Histories are delivered with them. */
import type { ReceiptChange } from '../../protocol/worker.js';
import type { Store } from '../store/store.js';
import { isObject } from '../util/read-answer.js';

type ReceiptMessage = { msg_id: number; unread_count: number; mtime: number };

/** Messages whose receipts are kept; the oldest are forgotten first. */
const KEPT = 1_000;
/** Their key among the cached answers. */
const KEY = 'receipts';

export class KnownReceipts {
  readonly #known = new Map<number, ReceiptMessage>();
  #isWriting = false;

  constructor(private readonly store: Pick<Store, 'answer' | 'putAnswer'>) {
    void store.answer(KEY).then((kept) => {
      const { receipts } = (kept ?? {}) as { receipts?: unknown };
      if (Array.isArray(receipts)) this.#remember(receipts.filter(isObject) as unknown as ReceiptMessage[]);
    });
  }

  /** The smaller count wins, since unread counts only fall. */
  note(receipts: ReceiptChange['receipt_msgs']): void {
    if (receipts.length === 0) return;
    this.#remember(receipts);
    if (this.#isWriting) return;
    this.#isWriting = true;
    queueMicrotask(() => {
      this.#isWriting = false;
      void this.store.putAnswer(KEY, { receipts: [...this.#known.values()] });
    });
  }

  /** In the messages' order. */
  of(messages: readonly { msg_id: number }[]): ReceiptMessage[] {
    return messages.flatMap(({ msg_id }) => this.#known.get(msg_id) ?? []);
  }

  #remember(receipts: ReceiptChange['receipt_msgs']): void {
    for (const { msg_id, unread_count, mtime = 0 } of receipts) {
      const before = this.#known.get(msg_id);
      if (before && before.unread_count <= unread_count) continue;
      this.#known.delete(msg_id);
      this.#known.set(msg_id, { msg_id, unread_count, mtime });
    }
    for (const id of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(id);
    }
  }
}
