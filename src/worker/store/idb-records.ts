/** The small records of an account in IndexedDB: conversations, extras, progress, outbox and token. */
import {
  type Conversation,
  type ConversationId,
  type Extras,
  isExtras,
  type ResumeToken,
} from '../../protocol/worker.js';
import { allOf, doneOf, resultOf, type STORES } from './idb.js';
import { readList, readOutbox, readProgress, readToken } from './records.js';
import type { OutboxRecord, Progress } from './store.js';
import { withBytes, withFiles } from './stored-files.js';

export type StoreName = (typeof STORES)[number];

export class IdbRecords {
  constructor(protected readonly db: IDBDatabase) {}

  putConversations(conversations: readonly Conversation[]): Promise<void> {
    return this.put('account', conversations, 'conversations');
  }

  async conversations(): Promise<Conversation[]> {
    return readList(await this.#account('conversations')) as unknown as Conversation[];
  }

  async extras(): Promise<Map<ConversationId, Extras>> {
    const found = await allOf(this.reading('extras'));
    return new Map(found.flatMap(([key, value]) => (isExtras(value) ? [[String(key), value]] : [])));
  }

  putExtras(conversation: ConversationId, extras: Extras): Promise<void> {
    return this.put('extras', extras, conversation);
  }

  async progress(): Promise<Progress | undefined> {
    return readProgress(await this.#account('progress'));
  }

  putProgress(progress: Progress): Promise<void> {
    return this.put('account', progress, 'progress');
  }

  async outbox(): Promise<OutboxRecord[]> {
    const records = readOutbox(await resultOf(this.reading('outbox').getAll()));
    return Promise.all(records.map(withFiles));
  }

  async putOutbox(records: readonly OutboxRecord[]): Promise<void> {
    const stored = await Promise.all(records.map(withBytes));
    await this.write('outbox', 'strict', (store) => {
      for (const record of stored) store.put(record, record.id);
    });
  }

  forgetOutbox(ids: readonly number[]): Promise<void> {
    return this.write('outbox', 'strict', (store) => {
      for (const id of ids) store.delete(id);
    });
  }

  async token(): Promise<ResumeToken | null> {
    return readToken(await this.#account('token'));
  }

  putToken(token: ResumeToken | null): Promise<void> {
    return this.write('account', 'strict', (store) => store.put(token, 'token'));
  }

  close(): void {
    this.db.close();
  }

  /** Writes everything in one transaction, or nothing. */
  protected async write(
    name: StoreName,
    durability: IDBTransactionDurability,
    work: (store: IDBObjectStore) => void,
  ): Promise<void> {
    const tx = this.db.transaction(name, 'readwrite', { durability });
    const done = doneOf(tx);
    try {
      work(tx.objectStore(name));
    } catch (error) {
      tx.abort();
      await done.catch(() => undefined);
      throw error;
    }
    await done;
  }

  protected put(name: StoreName, value: unknown, key: string): Promise<void> {
    return this.write(name, 'relaxed', (store) => store.put(value, key));
  }

  protected reading(name: StoreName): IDBObjectStore {
    return this.db.transaction(name).objectStore(name);
  }

  #account(key: string): Promise<unknown> {
    return resultOf(this.reading('account').get(key));
  }
}
