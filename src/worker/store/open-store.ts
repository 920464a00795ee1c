/**
 * Opens an account's store, and keeps it usable: a database that fails is opened once more (browsers drop connections in the background),
 * and if that fails too the store goes on in memory and says so once. No caller ever sees a storage error.
 */
import type { Conversation, Message } from '../../protocol/index.js';
import type { Clock } from '../platform.js';
import { IdbStore, openDatabase } from './idb-store.js';
import { MemoryStore } from './memory-store.js';
import type { ConversationId, Store, StoredMessage } from './store.js';

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
  #persistent = false;
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

  knownMessages(messages: readonly StoredMessage[]): Promise<Set<number>> {
    return this.#use((store) => store.knownMessages(messages));
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
      return work(this.#current);
    }
  }

  async #recover(error: unknown): Promise<void> {
    if (this.#closed || !this.#persistent) return this.#degrade(error);
    try {
      this.#current.close();
      await this.#openDatabase();
      // Shows whether the new connection works: a full or read-only disk fails again.
      await this.#current.putMessages([]);
    } catch (again) {
      this.#degrade(again);
    }
  }

  async #openDatabase(): Promise<void> {
    const current = new IdbStore(await this.#openInTime());
    this.#current = current;
    this.#persistent = true;
  }

  #openInTime(): ReturnType<typeof openDatabase> {
    return new Promise((resolve, reject) => {
      let late = false;
      const giveUp = (reason: string) => {
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

  #degrade(error: unknown): void {
    this.#current = new MemoryStore();
    if (!this.#persistent && this.#degraded) return;
    this.#persistent = false;
    this.#degraded = true;
    this.onDegraded(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }

  #degraded = false;
}
