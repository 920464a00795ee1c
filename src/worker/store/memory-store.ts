/** The store in memory: for private windows and the like, and for tests of what stands on a store. */
import type { Conversation, ConversationId, JsonObject, Message } from '../../protocol/worker.js';
import type { Progress, Store, StoredMessage } from './store.js';

/** Without a disk to shed to, only the end of each conversation is kept. */
const KEPT_PER_CONVERSATION = 500;

export class MemoryStore implements Store {
  readonly #messages = new Map<ConversationId, Message[]>();
  #conversations: Conversation[] = [];
  readonly #extras = new Map<ConversationId, JsonObject>();
  #progress: Progress | undefined;

  async putMessages(messages: readonly StoredMessage[]): Promise<void> {
    for (const { conversation, message } of messages) {
      const list = this.#messages.get(conversation) ?? [];
      this.#messages.set(conversation, list);
      if (list.some((known) => known.msg_id === message.msg_id)) continue;
      list.push(message);
      list.sort(byTime);
      if (list.length > KEPT_PER_CONVERSATION) list.shift();
    }
  }

  async forgetMessages(conversation: ConversationId, msgIds: readonly number[]): Promise<void> {
    const kept = this.#messages.get(conversation)?.filter(({ msg_id }) => !msgIds.includes(msg_id));
    if (kept) this.#messages.set(conversation, kept);
  }

  async recent(perConversation: number): Promise<Map<ConversationId, Message[]>> {
    return new Map([...this.#messages].map(([id, list]) => [id, list.slice(-perConversation)]));
  }

  async putConversations(conversations: readonly Conversation[]): Promise<void> {
    this.#conversations = [...conversations];
  }

  async conversations(): Promise<Conversation[]> {
    return this.#conversations;
  }

  async extras(): Promise<Map<ConversationId, JsonObject>> {
    return this.#extras;
  }

  async putExtras(conversation: ConversationId, extras: JsonObject): Promise<void> {
    this.#extras.set(conversation, extras);
  }

  async progress(): Promise<Progress | undefined> {
    return this.#progress;
  }

  async putProgress(progress: Progress): Promise<void> {
    this.#progress = progress;
  }

  close(): void {}
}

export const byTime = (a: Message, b: Message): number => a.ctime_ms - b.ctime_ms || a.msg_id - b.msg_id;
