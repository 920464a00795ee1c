/**
 * The messages of one conversation: stored ones in the order of `msg_id`, and the account's own that are not delivered. The same events
 * give the same list in any order. A push, a history page and an answer may bring one and the same message.
 */
import type { AccountRef, Failure, Message, MessageContent, OutboxEntry, Receipt } from '../index.js';

/** A message as an application draws it. */
export interface ChatMessage {
  /** Stays the same while a message changes from `queued` to `sent`: a key for a list. */
  id: string;
  /** Of a stored message. */
  msg_id?: number;
  /** The send's state; `sent` for received messages. */
  status: 'queued' | 'sending' | 'sent' | 'failed';
  /** Username of the sender. */
  from_username: string;
  /** Application of the sender. */
  from_appkey: string;
  /** The account's own, from any tab or device. */
  isOwn: boolean;
  /** The part that the sender wrote. */
  content: MessageContent;
  /** The server's time, or the sender's until the message is stored: ms since 1970. */
  ctime_ms: number;
  /** It was taken back: an application shows a note in place of its content. */
  isRetracted: boolean;
  /** The sender has asked for receipts. */
  need_receipt?: boolean;
  /** How many have not read it, for a message with `need_receipt`. */
  unread_count?: number;
  /** The file of a message that is not uploaded yet. */
  file?: Blob;
  /** Its name. */
  fname?: string;
  /** Names the send in `retrySend` and `cancelSend`, as long as it is not sent. */
  outboxId?: string;
  /** The reason of `failed`. */
  error?: Failure;
}

/** @internal */
export type Self = AccountRef;

/** @internal */
export class MessageLog {
  /** In the order of `msg_id`. */
  readonly #stored: ChatMessage[] = [];
  readonly #places = new Map<number, ChatMessage>();
  /** In the order of acceptance, by the id in the outbox. */
  readonly #unsent = new Map<string, ChatMessage>();
  readonly #settled = new Set<string>();
  readonly #retracted = new Set<number>();
  readonly #unreadCounts = new Map<number, number>();

  constructor(private readonly self: Self) {}

  /** The earliest stored message: the place before which an earlier page ends. */
  get first(): ChatMessage | undefined {
    return this.#stored[0];
  }

  /** The message at the end of the list. */
  get last(): ChatMessage | undefined {
    return [...this.#unsent.values()].at(-1) ?? this.#stored.at(-1);
  }

  hasFile(outboxId: string): boolean {
    return this.#unsent.get(outboxId)?.file !== undefined;
  }

  snapshot(): readonly ChatMessage[] {
    return [...this.#stored, ...this.#unsent.values()];
  }

  /** Adds stored messages, known ones included. @returns whether any is new */
  add(messages: readonly Message[]): boolean {
    let isChanged = false;
    for (const message of messages) {
      if (this.#places.has(message.msg_id)) continue;
      this.#place(this.#stores(message));
      isChanged = true;
    }
    return isChanged;
  }

  /** A send of the account has changed its state. */
  setEntry(entry: OutboxEntry): void {
    const { id, state, msg_id, ctime_ms } = entry;
    if (this.#settled.has(id)) return;
    const before = this.#unsent.get(id);
    if (state === 'sent' || state === 'cancelled') {
      this.#settled.add(id);
      this.#unsent.delete(id);
    }
    if (state === 'cancelled') return;
    const message = { ...fileOf(before), ...this.#fromEntry(entry), ...(before && { id: before.id }) };
    if (state !== 'sent') this.#unsent.set(id, message);
    else if (msg_id !== undefined)
      this.#place({ ...message, msg_id, ctime_ms: ctime_ms ?? message.ctime_ms });
  }

  /** Messages were taken back. Their places may come later. */
  retract(msgIds: readonly number[]): void {
    for (const id of msgIds) {
      this.#retracted.add(id);
      this.#replace(id, { isRetracted: true });
    }
  }

  /** Of two counts of one message the smaller one is newer. */
  setUnreadCounts(receipts: readonly Receipt[]): void {
    for (const { msg_id, unread_count } of receipts) {
      const known = this.#unreadCounts.get(msg_id);
      if (known !== undefined && known <= unread_count) continue;
      this.#unreadCounts.set(msg_id, unread_count);
      this.#replace(msg_id, { unread_count });
    }
  }

  #stores(message: Message): ChatMessage {
    const { msg_id, ctime_ms, content, need_receipt } = message;
    const from_appkey = content.from_appkey ?? this.self.appkey;
    return {
      id: `m${msg_id}`,
      msg_id,
      status: 'sent',
      from_username: content.from_id,
      from_appkey,
      isOwn: isSelf(this.self, content.from_id, from_appkey),
      content,
      ctime_ms,
      isRetracted: false,
      ...(need_receipt && { need_receipt }),
    };
  }

  #fromEntry(entry: OutboxEntry): ChatMessage {
    const { id, state, content, code, message } = entry;
    return {
      id: `o${id}`,
      status: state === 'cancelled' ? 'sent' : state,
      from_username: this.self.username,
      from_appkey: this.self.appkey,
      isOwn: true,
      content,
      ctime_ms: content.create_time,
      isRetracted: false,
      ...fileOf(entry),
      ...(state !== 'sent' && { outboxId: id }),
      ...(state === 'failed' && code !== undefined && { error: { code, message: message ?? '' } as Failure }),
    };
  }

  /** Puts a stored message into its place. */
  #place(message: ChatMessage): void {
    const { msg_id = 0 } = message;
    const known = this.#places.get(msg_id);
    const unread_count = this.#unreadCounts.get(msg_id);
    const placed = {
      ...message,
      isRetracted: this.#retracted.has(msg_id),
      ...(unread_count !== undefined && { unread_count }),
    };
    this.#places.set(msg_id, placed);
    const last = this.#stored.at(-1);
    if (!known && (!last || (last.msg_id ?? 0) < msg_id)) {
      this.#stored.push(placed);
      return;
    }
    this.#stored.splice(this.#indexOf(msg_id), known ? 1 : 0, placed);
  }

  #replace(msg_id: number, change: Partial<ChatMessage>): void {
    const message = this.#places.get(msg_id);
    if (message) this.#place({ ...message, ...change });
  }

  /** The place of an id, by halving. */
  #indexOf(msg_id: number): number {
    let [low, high] = [0, this.#stored.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stored[middle]?.msg_id ?? 0) < msg_id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The reports of an entry's changes have no file. Its earlier form may have it. */
const fileOf = ({ file, fname }: Pick<ChatMessage, 'file' | 'fname'> = {}) => ({
  ...(file && { file }),
  ...(fname && { fname }),
});

/** @internal */
export const isSelf = ({ appkey, username }: Self, fromUsername: string, fromAppkey: string): boolean =>
  fromUsername === username && fromAppkey === appkey;
