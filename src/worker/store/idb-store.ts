/**
 * The store in IndexedDB.
 *
 * A message's key is its place: [conversation, ctime_ms, msg_id]. So a conversation is one stretch of keys in order, a page of history costs
 * the same however much is stored, no index has to be kept, and writing a message twice is writing it once.
 */
import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import type { Conversation, ConversationId, JsonObject, Message } from '../../protocol/worker.js';
import type { Progress, Store, StoredMessage } from './store.js';

const VERSION = 1;

type MessageKey = [conversation: ConversationId, ctime_ms: number, msg_id: number];

interface Schema extends DBSchema {
  messages: { key: MessageKey; value: Message };
  /** The list as the server last gave it, in its order. */
  conversations: { key: number; value: Conversation };
  extras: { key: ConversationId; value: JsonObject };
  progress: { key: 'progress'; value: Progress };
}

export type Database = IDBPDatabase<Schema>;

export interface OpenHandlers {
  /** An older version in another worker does not let go. */
  onBlocked(): void;
  /** Newer code wants the database, or the browser has closed it: it cannot be used any longer. */
  onClosed(): void;
}

export async function openDatabase(name: string, handlers: OpenHandlers): Promise<Database> {
  return openDB<Schema>(name, VERSION, {
    upgrade(db) {
      db.createObjectStore('messages');
      db.createObjectStore('conversations');
      db.createObjectStore('extras');
      db.createObjectStore('progress');
    },
    blocked: () => handlers.onBlocked(),
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      handlers.onClosed();
    },
    terminated: () => handlers.onClosed(),
  });
}

const keyOf = ({ conversation, message }: StoredMessage): MessageKey => [
  conversation,
  message.ctime_ms,
  message.msg_id,
];

export class IdbStore implements Store {
  constructor(private readonly db: Database) {}

  async putMessages(messages: readonly StoredMessage[]): Promise<void> {
    const tx = this.db.transaction('messages', 'readwrite', { durability: 'relaxed' });
    for (const stored of messages)
      void tx.store.put(stored.message, keyOf(stored)).catch(reportedByTheTransaction);
    await tx.done;
  }

  async forgetMessages(conversation: ConversationId, msgIds: readonly number[]): Promise<void> {
    const tx = this.db.transaction('messages', 'readwrite', { durability: 'relaxed' });
    for (const key of await tx.store.getAllKeys(IDBKeyRange.bound([conversation], [conversation, []]))) {
      if (msgIds.includes(key[2])) void tx.store.delete(key).catch(reportedByTheTransaction);
    }
    await tx.done;
  }

  async recent(perConversation: number): Promise<Map<ConversationId, Message[]>> {
    const found = new Map<ConversationId, Message[]>();
    const tx = this.db.transaction('messages');
    // From the end of each conversation backwards, then on to the one before it.
    let cursor = await tx.store.openCursor(null, 'prev');
    while (cursor) {
      const [conversation] = cursor.key;
      const list = found.get(conversation) ?? [];
      found.set(conversation, list);
      list.push(cursor.value);
      cursor =
        list.length < perConversation
          ? await cursor.continue()
          : await tx.store.openCursor(IDBKeyRange.upperBound([conversation], true), 'prev');
    }
    for (const list of found.values()) list.reverse();
    return found;
  }

  async putConversations(conversations: readonly Conversation[]): Promise<void> {
    const tx = this.db.transaction('conversations', 'readwrite', { durability: 'relaxed' });
    void tx.store.clear().catch(reportedByTheTransaction);
    conversations.forEach((conversation, place) => {
      void tx.store.put(conversation, place).catch(reportedByTheTransaction);
    });
    await tx.done;
  }

  conversations(): Promise<Conversation[]> {
    return this.db.getAll('conversations');
  }

  async extras(): Promise<Map<ConversationId, JsonObject>> {
    const tx = this.db.transaction('extras');
    const [keys, values] = await Promise.all([tx.store.getAllKeys(), tx.store.getAll()]);
    return new Map(keys.map((key, place) => [key, values[place] ?? {}]));
  }

  async putExtras(conversation: ConversationId, extras: JsonObject): Promise<void> {
    await this.db.put('extras', extras, conversation);
  }

  progress(): Promise<Progress | undefined> {
    return this.db.get('progress', 'progress');
  }

  async putProgress(progress: Progress): Promise<void> {
    await this.db.put('progress', progress, 'progress');
  }

  close(): void {
    this.db.close();
  }
}

/** A request that fails aborts its transaction, and that is what is awaited. */
function reportedByTheTransaction(): void {}
