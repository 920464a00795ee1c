/**
 * The messages of one conversation: stored ones in the order of `msg_id`, and the account's own that are not delivered. The same events
 * give the same list in any order. A push, a history page and an answer may bring one and the same message.
 */
import type { AccountRef, Failure, Message, MessageContent, OutboxEntry, Receipt } from '../index.js';

/** A message as an application draws it. */
export interface ChatMessage {
  /** A key for a list: the same from `queued` to `sent`. */
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
  /** It was taken back. */
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

type StoredMessage = ChatMessage & { msg_id: number };

/** @internal */
export type Self = AccountRef;

/** @internal */
export class MessageLog {
  /** In the order of `msg_id`. */
  #stored: StoredMessage[] = [];
  readonly #places = new Map<number, StoredMessage>();
  /** In the order of acceptance, by the id in the outbox. */
  readonly #unsent = new Map<string, ChatMessage>();
  readonly #settled = new Set<string>();
  readonly #retracted = new Set<number>();
  readonly #unreadCounts = new Map<number, number>();
  #snapshot: readonly ChatMessage[] | undefined;

  constructor(private readonly self: Self) {}

  /** The earliest stored message: the place before which an earlier page ends. */
  get first(): StoredMessage | undefined {
    return this.#stored[0];
  }

  /** The message at the end of the list. */
  get last(): ChatMessage | undefined {
    return [...this.#unsent.values()].at(-1) ?? this.#stored.at(-1);
  }

  hasFile(outboxId: string): boolean {
    return this.#unsent.get(outboxId)?.file !== undefined;
  }

  /** The same list until the next change. */
  snapshot(): readonly ChatMessage[] {
    this.#snapshot ??= [...this.#stored, ...this.#unsent.values()];
    return this.#snapshot;
  }

  /** Adds stored messages, known ones included. @returns whether any is new */
  add(messages: readonly Message[]): boolean {
    const added = new Map<number, StoredMessage>();
    for (const message of messages) {
      if (!this.#places.has(message.msg_id)) added.set(message.msg_id, this.#marked(this.#stores(message)));
    }
    this.#insert([...added.values()].sort(byId));
    return added.size > 0;
  }

  /** A send of the account has changed its state. @returns false if it had left the outbox before */
  setEntry(entry: OutboxEntry): boolean {
    const { id, state, msg_id, ctime_ms, need_receipt, unread_count = 1 } = entry;
    if (this.#settled.has(id)) return false;
    this.#snapshot = undefined;
    const before = this.#unsent.get(id);
    if (state === 'sent' || state === 'cancelled') {
      this.#settled.add(id);
      this.#unsent.delete(id);
    }
    if (state === 'cancelled') return true;
    const message = { ...fileOf(before), ...this.#fromEntry(entry), ...(before && { id: before.id }) };
    if (state !== 'sent') this.#unsent.set(id, message);
    else if (msg_id !== undefined) {
      this.#place({ ...message, msg_id, ctime_ms: ctime_ms ?? message.ctime_ms });
      // A message to a user has one reader.
      if (need_receipt) this.setUnreadCounts([{ msg_id, unread_count }]);
    }
    return true;
  }

  /** Messages were taken back. Their places may come later. @returns whether any was there before */
  retract(msgIds: readonly number[]): boolean {
    const retracted = msgIds.filter((id) => !this.#retracted.has(id));
    for (const id of retracted) this.#retracted.add(id);
    return this.#remark(retracted);
  }

  /** Of two counts of one message the smaller one is newer. @returns whether a message has another one now */
  setUnreadCounts(receipts: readonly Receipt[]): boolean {
    const newer = new Set<number>();
    for (const { msg_id, unread_count } of receipts) {
      if (unread_count >= (this.#unreadCounts.get(msg_id) ?? Infinity)) continue;
      this.#unreadCounts.set(msg_id, unread_count);
      newer.add(msg_id);
    }
    return this.#remark([...newer]);
  }

  #stores(message: Message): StoredMessage {
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
    const { id, state, content, code, message, need_receipt } = entry;
    return {
      id: `o${id}`,
      status: state === 'cancelled' ? 'sent' : state,
      from_username: this.self.username,
      from_appkey: this.self.appkey,
      isOwn: true,
      content,
      ctime_ms: content.create_time,
      isRetracted: false,
      ...(need_receipt && { need_receipt }),
      ...fileOf(entry),
      ...(state !== 'sent' && { outboxId: id }),
      ...(state === 'failed' && code !== undefined && { error: { code, message: message ?? '' } as Failure }),
    };
  }

  /** Puts a stored message into its place. */
  #place(message: StoredMessage): void {
    this.#snapshot = undefined;
    const { msg_id } = message;
    const placed = this.#marked(message);
    if (!this.#places.has(msg_id)) return this.#insert([placed]);
    this.#places.set(msg_id, placed);
    this.#stored[this.#indexOf(msg_id)] = placed;
  }

  /** @param added new messages in order. Only one copy of a long list is made for all of them. */
  #insert(added: readonly StoredMessage[]): void {
    const [first] = added;
    if (!first) return;
    this.#snapshot = undefined;
    for (const message of added) this.#places.set(message.msg_id, message);
    const at = this.#indexOf(first.msg_id);
    const later = this.#stored.slice(at);
    if (later.length === 0) for (const message of added) this.#stored.push(message);
    else this.#stored = this.#stored.slice(0, at).concat(merged(added, later));
  }

  /** The message with the news that may have come before it. */
  #marked(message: StoredMessage): StoredMessage {
    const { msg_id } = message;
    const unread_count = this.#unreadCounts.get(msg_id);
    return {
      ...message,
      isRetracted: this.#retracted.has(msg_id),
      ...(unread_count !== undefined && { unread_count }),
    };
  }

  #remark(msgIds: readonly number[]): boolean {
    const known = msgIds.flatMap((id) => this.#places.get(id) ?? []);
    for (const message of known) this.#place(message);
    return known.length > 0;
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

const byId = (a: StoredMessage, b: StoredMessage): number => a.msg_id - b.msg_id;

/** Of two lists in order. A page of the history ends before the other one begins. */
const merged = (early: readonly StoredMessage[], late: readonly StoredMessage[]): StoredMessage[] => {
  const all = early.concat(late);
  const [next] = late;
  const last = early.at(-1);
  return next && last && byId(last, next) < 0 ? all : all.sort(byId);
};

/** The reports of an entry's changes have no file. Its earlier form may have it. */
const fileOf = ({ file, fname }: Pick<ChatMessage, 'file' | 'fname'> = {}) => ({
  ...(file && { file }),
  ...(fname && { fname }),
});

/** @internal */
export const isSelf = ({ appkey, username }: Self, fromUsername: string, fromAppkey: string): boolean =>
  fromUsername === username && fromAppkey === appkey;
