/** The store in memory, for private windows and for tests. */
import type { Conversation, ConversationId, Extras, Message, ResumeToken } from '../../protocol/worker.js';
import { inOrder, placeOf, shortened } from './blocks.js';
import {
  byPlace,
  type OutboxRecord,
  type Place,
  type Progress,
  type Span,
  type Store,
  type StoredMessage,
} from './store.js';

/** The memory holds only the end of each conversation. */
const KEPT_PER_CONVERSATION = 500;

export class MemoryStore implements Store {
  readonly #messages = new Map<ConversationId, Message[]>();
  readonly #spans = new Map<ConversationId, readonly Span[]>();
  #conversations: readonly Conversation[] = [];
  readonly #extras = new Map<ConversationId, Extras>();
  readonly #answers = new Map<string, object>();
  #progress: Progress | undefined;
  readonly #outbox = new Map<number, OutboxRecord>();
  #token: ResumeToken | null = null;

  async putMessages(messages: readonly StoredMessage[]): Promise<void> {
    for (const [conversation, added] of byConversation(messages)) {
      const list = this.#messages.get(conversation) ?? [];
      this.#messages.set(conversation, inOrder([...list, ...added]).slice(-KEPT_PER_CONVERSATION));
      this.#setSpans(conversation, this.#spans.get(conversation) ?? []);
    }
  }

  async forgetMessages(conversation: ConversationId, msgIds: readonly number[]): Promise<void> {
    const kept = this.#messages.get(conversation)?.filter(({ msg_id }) => !msgIds.includes(msg_id));
    if (kept) this.#messages.set(conversation, kept);
  }

  async cacheBytes(): Promise<number> {
    return JSON.stringify([[...this.#messages], [...this.#answers]]).length;
  }

  async recent(perConversation: number): Promise<Map<ConversationId, Message[]>> {
    return this.#each((list) => list.slice(-perConversation));
  }

  async since(ctimeMs: number): Promise<Map<ConversationId, Message[]>> {
    return this.#each((list) => list.filter(({ ctime_ms }) => ctime_ms >= ctimeMs));
  }

  async page(conversation: ConversationId, before: Place | undefined, limit: number): Promise<Message[]> {
    const list = this.#messages.get(conversation) ?? [];
    return list.filter((message) => !before || byPlace(message, before) < 0).slice(-limit);
  }

  async spans(conversation: ConversationId): Promise<Span[]> {
    return [...(this.#spans.get(conversation) ?? [])];
  }

  async putSpans(conversation: ConversationId, spans: readonly Span[]): Promise<void> {
    this.#setSpans(conversation, spans);
  }

  async putConversations(conversations: readonly Conversation[]): Promise<void> {
    this.#conversations = [...conversations];
  }

  async conversations(): Promise<Conversation[]> {
    return [...this.#conversations];
  }

  async extras(): Promise<Map<ConversationId, Extras>> {
    return new Map(this.#extras);
  }

  async putExtras(conversation: ConversationId, extras: Extras): Promise<void> {
    this.#extras.set(conversation, extras);
  }

  async answer(key: string): Promise<object | undefined> {
    return this.#answers.get(key);
  }

  async putAnswer(key: string, answer: object): Promise<void> {
    this.#answers.set(key, answer);
  }

  async progress(): Promise<Progress | undefined> {
    return this.#progress;
  }

  async putProgress(progress: Progress): Promise<void> {
    this.#progress = progress;
  }

  async outbox(): Promise<OutboxRecord[]> {
    return [...this.#outbox.values()].sort((a, b) => a.id - b.id);
  }

  async putOutbox(records: readonly OutboxRecord[]): Promise<void> {
    for (const record of records) this.#outbox.set(record.id, { ...record });
  }

  async forgetOutbox(ids: readonly number[]): Promise<void> {
    for (const id of ids) this.#outbox.delete(id);
  }

  async token(): Promise<ResumeToken | null> {
    return this.#token;
  }

  async putToken(token: ResumeToken | null): Promise<void> {
    this.#token = token;
  }

  close(): void {}

  async wipe(): Promise<void> {
    for (const kept of [this.#messages, this.#spans, this.#extras, this.#answers, this.#outbox]) kept.clear();
    this.#conversations = [];
    this.#progress = undefined;
    this.#token = null;
  }

  /** A full conversation has lost its earlier messages. */
  #setSpans(conversation: ConversationId, spans: readonly Span[]): void {
    const list = this.#messages.get(conversation) ?? [];
    const [first] = list;
    const isFull = first && list.length === KEPT_PER_CONVERSATION;
    this.#spans.set(conversation, isFull ? shortened(spans, placeOf(first)) : spans);
  }

  #each(pick: (list: Message[]) => Message[]): Map<ConversationId, Message[]> {
    const picked = [...this.#messages].map(([id, list]) => [id, pick(list)] as const);
    return new Map(picked.filter(([, list]) => list.length > 0));
  }
}

export function byConversation(messages: readonly StoredMessage[]): Map<ConversationId, Message[]> {
  const lists = new Map<ConversationId, Message[]>();
  for (const { conversation, message } of messages) {
    const list = lists.get(conversation);
    if (list) list.push(message);
    else lists.set(conversation, [message]);
  }
  return lists;
}
