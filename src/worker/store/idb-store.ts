/**
 * The store in IndexedDB.
 *
 * New messages are one entry of a journal for each batch, whatever conversations they are of. What is in the journal is in memory as well, and is
 * folded into blocks (`blocks.ts`) when it has become long: a conversation's messages under the place where the block begins, [conversation,
 * ctime_ms, msg_id]. So a conversation is one stretch of keys in order, a page of history costs the same however much is stored, and no index
 * has to be kept. Nobody else writes here.
 */
import {
  type Conversation,
  type ConversationId,
  type Extras,
  isExtras,
  type Message,
  type ResumeToken,
} from '../../protocol/worker.js';
import { Mutex } from '../util/mutex.js';
import { type BlockKey, fileIn, forgetIn, latestIn, upTo, weightOf } from './block-records.js';
import { inOrder, shortened } from './blocks.js';
import { allOf, backwards, doneOf, resultOf, type STORES } from './idb.js';
import { byConversation } from './memory-store.js';
import {
  readEntry,
  readJson,
  readList,
  readMessages,
  readOutbox,
  readProgress,
  readSpans,
  readToken,
} from './records.js';
import {
  byPlace,
  type OutboxRecord,
  type Place,
  type Progress,
  type Span,
  type Store,
  type StoredMessage,
} from './store.js';

/** Some thousands of messages: the longer it is, the more of a conversation are folded into a block at once. */
const JOURNAL_BYTES = 2_000_000;
/** How far what is noted of the cache's size may be off. */
const UNNOTED_BYTES = 65_536;
/** What is left of the cache when it has become too large. */
const KEPT_SHARE = 0.9;

type StoreName = (typeof STORES)[number];
type Stores = (name: StoreName) => IDBObjectStore;

/** What a change of the cache may touch. */
const CACHE: StoreName[] = ['journal', 'messages', 'spans', 'answers', 'account'];

interface Journal {
  messages: readonly StoredMessage[];
  bytes: number;
}

const EMPTY: Journal = { messages: [], bytes: 0 };

export class IdbStore implements Omit<Store, 'wipe'> {
  /** As it is on the disk. Unknown until it is needed, and after a fault. */
  #journal: Journal | undefined;
  /** Where what is kept of a conversation begins, for those that were shed. */
  readonly #floors = new Map<ConversationId, Place>();
  readonly #writers = new Mutex();
  /** What blocks and answers take, and what is noted of it on the disk. Unknown until it is needed. */
  #bytes: number | undefined;
  #noted = 0;

  /** @param cap bytes that messages and answers may take */
  constructor(
    private readonly db: IDBDatabase,
    private readonly cap: () => number,
  ) {}

  async putMessages(messages: readonly StoredMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.#change(async (stores, journal) => {
      for (const { conversation, message } of messages) {
        const floor = this.#floors.get(conversation);
        if (floor && byPlace(message, floor) < 0) this.#floors.delete(conversation);
      }
      const json = JSON.stringify([...byConversation(messages)]);
      const longer = {
        messages: [...journal.messages, ...messages],
        bytes: journal.bytes + weightOf(json),
      };
      if (longer.bytes > JOURNAL_BYTES) return this.#fold(stores, longer);
      stores('journal').put(json);
      return longer;
    });
    const bytes = (this.#bytes ?? 0) + (this.#journal?.bytes ?? 0);
    if (bytes > this.cap()) await this.shed(KEPT_SHARE * this.cap());
  }

  async forgetMessages(conversation: ConversationId, msgIds: readonly number[]): Promise<void> {
    await this.#change(async (stores, journal) => {
      const folded = await this.#fold(stores, journal);
      this.#grow(await forgetIn(stores('messages'), conversation, msgIds));
      return folded;
    });
  }

  recent(perConversation: number): Promise<Map<ConversationId, Message[]>> {
    return this.#pick(
      (list) => list.length >= perConversation,
      (list) => list.slice(-perConversation),
    );
  }

  since(ctimeMs: number): Promise<Map<ConversationId, Message[]>> {
    return this.#pick(
      ([first]) => first !== undefined && first.ctime_ms < ctimeMs,
      (list) => list.filter(({ ctime_ms }) => ctime_ms >= ctimeMs),
    );
  }

  async page(conversation: ConversationId, before: Place | undefined, limit: number): Promise<Message[]> {
    const isWanted = (message: Message) => !before || byPlace(message, before) < 0;
    const unfolded = (await this.#unfolded()).flatMap((one) =>
      one.conversation === conversation && isWanted(one.message) ? [one.message] : [],
    );
    let page: Message[] = [];
    await backwards(this.#reading('messages'), upTo(conversation, before, true), ({ value }) => {
      page = [...readMessages(value).filter(isWanted), ...page];
      return page.length < limit ? undefined : null;
    });
    return inOrder([...page, ...unfolded]).slice(-limit);
  }

  async spans(conversation: ConversationId): Promise<Span[]> {
    return readSpans(await resultOf(this.#reading('spans').get(conversation)));
  }

  /** They may have been made from what was read before a part was shed. */
  putSpans(conversation: ConversationId, spans: readonly Span[]): Promise<void> {
    const floor = this.#floors.get(conversation);
    return this.#put('spans', floor ? shortened(spans, floor) : spans, conversation);
  }

  putConversations(conversations: readonly Conversation[]): Promise<void> {
    return this.#put('account', conversations, 'conversations');
  }

  async conversations(): Promise<Conversation[]> {
    return readList(await this.#account('conversations')) as unknown as Conversation[];
  }

  async extras(): Promise<Map<ConversationId, Extras>> {
    const found = await allOf(this.#reading('extras'));
    return new Map(found.flatMap(([key, value]) => (isExtras(value) ? [[String(key), value]] : [])));
  }

  putExtras(conversation: ConversationId, extras: Extras): Promise<void> {
    return this.#put('extras', extras, conversation);
  }

  async answer(key: string): Promise<object | undefined> {
    return readList([readJson(await resultOf(this.#reading('answers').get(key)))])[0];
  }

  async putAnswer(key: string, answer: object): Promise<void> {
    await this.#change(async (stores, journal) => {
      const json = JSON.stringify(answer);
      const before = await resultOf<unknown>(stores('answers').get(key));
      stores('answers').put(json, key);
      this.#grow(weightOf(json) - weightOf(before));
      return journal;
    });
  }

  async progress(): Promise<Progress | undefined> {
    return readProgress(await this.#account('progress'));
  }

  putProgress(progress: Progress): Promise<void> {
    return this.#put('account', progress, 'progress');
  }

  async outbox(): Promise<OutboxRecord[]> {
    return readOutbox(await resultOf(this.#reading('outbox').getAll()));
  }

  putOutbox(records: readonly OutboxRecord[]): Promise<void> {
    return this.#write('outbox', 'strict', (store) => {
      for (const record of records) store.put(record, record.id);
    });
  }

  forgetOutbox(ids: readonly number[]): Promise<void> {
    return this.#write('outbox', 'strict', (store) => {
      for (const id of ids) store.delete(id);
    });
  }

  async token(): Promise<ResumeToken | null> {
    return readToken(await this.#account('token'));
  }

  putToken(token: ResumeToken | null): Promise<void> {
    return this.#write('account', 'strict', (store) => store.put(token, 'token'));
  }

  close(): void {
    this.db.close();
  }

  /** Lets go of a part of the cache: of the conversation that was quiet for longest first, and of its oldest messages first. @param keptBytes half of it, unless told */
  shed(keptBytes?: number): Promise<void> {
    return this.#change(async (stores, journal) => {
      const store = stores('messages');
      // On a disk that is full there may be no room to fold.
      const mayFold = keptBytes !== undefined || !this.#bytes;
      const folded = mayFold ? await this.#fold(stores, journal) : journal;
      const bytes = this.#bytes ?? 0;
      const excess = bytes - (keptBytes ?? bytes / 2);
      const ends = await latestIn(store, (list) => list.length > 0);
      let shed = 0;
      for (const [conversation] of [...ends].sort(([, a], [, b]) => lastOf(a) - lastOf(b))) {
        if (shed >= excess) break;
        const request = store.openCursor(upTo(conversation));
        let cursor = await resultOf(request);
        for (; cursor && shed < excess; cursor = await resultOf(request)) {
          shed += weightOf(cursor.value);
          cursor.delete();
          cursor.continue();
        }
        const [, ctime_ms, msg_id] = (cursor?.key ?? [conversation, Infinity, 0]) as BlockKey;
        const floor = { ctime_ms, msg_id };
        this.#floors.set(conversation, floor);
        const spans = readSpans(await resultOf(stores('spans').get(conversation)));
        stores('spans').put(shortened(spans, floor), conversation);
      }
      if (shed < excess) stores('answers').clear();
      this.#grow(shed < excess ? -bytes : -shed);
      return folded;
    });
  }

  /** Puts what is in the journal into blocks. */
  async #fold(stores: Stores, { messages }: Journal): Promise<Journal> {
    const filing = [...byConversation(messages)].map(([conversation, list]) =>
      fileIn(stores('messages'), conversation, inOrder(list)),
    );
    for (const grown of await Promise.all(filing)) this.#grow(grown);
    stores('journal').clear();
    return EMPTY;
  }

  #grow(bytes: number): void {
    this.#bytes = (this.#bytes ?? 0) + bytes;
  }

  /** What is not in blocks yet. */
  async #unfolded(): Promise<readonly StoredMessage[]> {
    if (!this.#journal) await this.#change(async (_stores, journal) => journal);
    return this.#journal?.messages ?? [];
  }

  /** Of all conversations, from blocks and journal. */
  async #pick(
    isEnough: (list: readonly Message[]) => boolean,
    pick: (list: Message[]) => Message[],
  ): Promise<Map<ConversationId, Message[]>> {
    const unfolded = byConversation(await this.#unfolded());
    const latest = await latestIn(this.#reading('messages'), isEnough);
    for (const [id, list] of unfolded) latest.set(id, inOrder([...(latest.get(id) ?? []), ...list]));
    const picked = [...latest].map(([id, list]) => [id, pick(list)] as const);
    return new Map(picked.filter(([, list]) => list.length > 0));
  }

  /**
   * Changes the cache, one change after the other: the journal in memory is as the change before has left it.
   * @param work returns the journal as it is afterwards
   */
  #change(work: (stores: Stores, journal: Journal) => Promise<Journal>): Promise<void> {
    return this.#writers.run('', async () => {
      const tx = this.db.transaction(CACHE, 'readwrite', { durability: 'relaxed' });
      const stores: Stores = (name) => tx.objectStore(name);
      const working = async () => {
        this.#bytes ??= this.#noted = Number(await resultOf<unknown>(stores('account').get('bytes'))) || 0;
        const journal = this.#journal ?? (await readJournal(stores('journal')));
        const changed = await work(stores, journal);
        if (Math.abs(this.#bytes - this.#noted) > UNNOTED_BYTES) {
          this.#noted = this.#bytes;
          stores('account').put(this.#bytes, 'bytes');
        }
        return changed;
      };
      try {
        const [journal] = await Promise.all([working(), doneOf(tx)]);
        this.#journal = journal;
      } catch (error) {
        // Nothing in memory may be ahead of the disk.
        this.#journal = this.#bytes = undefined;
        throw error;
      }
    });
  }

  /** All that the work writes, or nothing. */
  async #write(
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

  #put(name: StoreName, value: unknown, key: string): Promise<void> {
    return this.#write(name, 'relaxed', (store) => store.put(value, key));
  }

  #reading(name: StoreName): IDBObjectStore {
    return this.db.transaction(name).objectStore(name);
  }

  #account(key: string): Promise<unknown> {
    return resultOf(this.#reading('account').get(key));
  }
}

async function readJournal(store: IDBObjectStore): Promise<Journal> {
  const entries = await resultOf<unknown[]>(store.getAll());
  return {
    messages: entries.flatMap(readEntry),
    bytes: entries.reduce<number>((sum, entry) => sum + weightOf(entry), 0),
  };
}

const lastOf = (messages: readonly Message[]): number => messages.at(-1)?.ctime_ms ?? 0;
