/**
 * Opens an account's store, and keeps it usable: a database that fails is opened once more (browsers drop connections in the background),
 * and if that fails too the store goes on in memory and says so once. No caller ever sees a storage error.
 */
import type { Conversation, ConversationId, JsonObject, Message } from '../../protocol/worker.js';
import type { Clock } from '../platform.js';
import { IdbStore, openDatabase } from './idb-store.js';
import { MemoryStore } from './memory-store.js';
import type { Progress, Store, StoredMessage } from './store.js';

/** A database that has not opened by then is not waited for: opening can hang for ever in some browsers. */
const OPEN_TIMEOUT_MS = 5_000;

export async function openStore(
  account: string,
  clock: Clock,
  onDegraded: (reason: string) => void,
): Promise<Store> {
  const store = new ResilientStore(`jmessage:${account}`, clock, onDegraded);
  await store.open();
  return store;
}

class ResilientStore implements Store {
  #current: Store = new MemoryStore();
  #recovery: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly name: string,
    private readonly clock: Clock,
    private readonly onDegraded: (reason: string) => void,
  ) {}

  async open(): Promise<void> {
    try {
      await this.#openDatabase();
    } catch (error) {
      this.#degrade(error);
    }
  }

  putMessages(messages: readonly StoredMessage[]): Promise<void> {
    return this.#use((store) => store.putMessages(messages));
  }

  forgetMessages(conversation: ConversationId, msgIds: readonly number[]): Promise<void> {
    return this.#use((store) => store.forgetMessages(conversation, msgIds));
  }

  recent(perConversation: number): Promise<Map<ConversationId, Message[]>> {
    return this.#use((store) => store.recent(perConversation));
  }

  putConversations(conversations: readonly Conversation[]): Promise<void> {
    return this.#use((store) => store.putConversations(conversations));
  }

  conversations(): Promise<Conversation[]> {
    return this.#use((store) => store.conversations());
  }

  extras(): Promise<Map<ConversationId, JsonObject>> {
    return this.#use((store) => store.extras());
  }

  putExtras(conversation: ConversationId, extras: JsonObject): Promise<void> {
    return this.#use((store) => store.putExtras(conversation, extras));
  }

  progress(): Promise<Progress | undefined> {
    return this.#use((store) => store.progress());
  }

  putProgress(progress: Progress): Promise<void> {
    return this.#use((store) => store.putProgress(progress));
  }

  close(): void {
    this.#closed = true;
    this.#current.close();
  }

  async #use<T>(work: (store: Store) => Promise<T>): Promise<T> {
    const used = this.#current;
    try {
      return await work(used);
    } catch (error) {
      if (used === this.#current) await this.#recover(error);
    }
    const reopened = this.#current;
    try {
      return await work(reopened);
    } catch (error) {
      // It opens and yet does not work: a disk that is full or read-only.
      if (reopened === this.#current) this.#degrade(error);
      return work(this.#current);
    }
  }

  /** One recovery for all that fail at once. */
  #recover(error: unknown): Promise<void> {
    this.#recovery ??= this.#reopen(error).finally(() => {
      this.#recovery = undefined;
    });
    return this.#recovery;
  }

  async #reopen(error: unknown): Promise<void> {
    this.#current.close();
    if (this.#closed) return this.#degrade(error);
    try {
      await this.#openDatabase();
    } catch (again) {
      this.#degrade(again);
    }
  }

  async #openDatabase(): Promise<void> {
    this.#current = new IdbStore(await this.#openInTime());
    if (this.#closed) this.#current.close();
  }

  #openInTime(): ReturnType<typeof openDatabase> {
    return new Promise((resolve, reject) => {
      let late = false;
      const giveUp = (reason: string) => {
        cancel();
        late = true;
        reject(new Error(reason));
      };
      const cancel = this.clock.after(OPEN_TIMEOUT_MS, () => giveUp('the database did not open in time'));
      openDatabase(this.name, {
        onBlocked: () => giveUp('an older version of the database is in use'),
        onClosed: () => undefined,
      })
        .then((db) => {
          if (late) db.close();
          else resolve(db);
        }, reject)
        .finally(cancel);
    });
  }

  /** For the rest of this store's life. What comes after closing is nobody's loss. */
  #degrade(error: unknown): void {
    this.#current.close();
    this.#current = new MemoryStore();
    if (!this.#closed)
      this.onDegraded(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}
