/**
 * The store in IndexedDB, with the cache of messages and answers. No other worker writes here.
 *
 * Each batch of new messages is one entry of a journal, whatever their conversations. The journal is in memory as well. A long journal is
 * folded into blocks (`blocks.ts`), each under the place where it begins: [conversation, ctime_ms, msg_id]. So a conversation is one stretch
 * of keys in order, and needs no index. A page of history costs the same in a store of any size.
 */
import type { ConversationId, Message } from '../../protocol/worker.js';
import { Mutex } from '../util/mutex.js';
import { type BlockKey, fileIn, forgetIn, latestIn, upTo, weightOf } from './block-records.js';
import { inOrder, shortened } from './blocks.js';
import { backwards, doneOf, resultOf } from './idb.js';
import { IdbRecords, type StoreName } from './idb-records.js';
import { byConversation } from './memory-store.js';
import { readEntry, readJson, readList, readMessages, readSpans } from './records.js';
import { byPlace, type Place, type Span, type Store, type StoredMessage } from './store.js';

/** Some thousands of messages. A long journal brings more messages of a conversation into a block at once. */
const JOURNAL_BYTES = 2_000_000;
/** The error allowed in the stored size of the cache. */
const MAX_UNSTORED_BYTES = 65_536;
/** The share of the limit to which a cache is cut that exceeds it. */
const KEPT_SHARE = 0.9;

type Stores = (name: StoreName) => IDBObjectStore;

/** The object stores of a change of the cache. */
const CACHE: StoreName[] = ['journal', 'messages', 'spans', 'answers', 'account'];

interface Journal {
  messages: readonly StoredMessage[];
  bytes: number;
}

const EMPTY: Journal = { messages: [], bytes: 0 };

export class IdbStore extends IdbRecords implements Omit<Store, 'wipe'> {
  /** As on the disk. It is loaded when it is needed, and again after a fault. */
  #journal: Journal | undefined;
  /** For conversations that were shed, the place of the first stored message. */
  readonly #floors = new Map<ConversationId, Place>();
  readonly #writers = new Mutex();
  /** The bytes of blocks and answers, in memory and as last stored. It is loaded when it is needed. */
  #bytes: number | undefined;
  #storedBytes = 0;

  /** @param cap bytes that messages and answers may take */
  constructor(
    db: IDBDatabase,
    private readonly cap: () => number,
  ) {
    super(db);
  }

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
    await backwards(this.reading('messages'), upTo(conversation, before, true), ({ value }) => {
      page = [...readMessages(value).filter(isWanted), ...page];
      return page.length < limit ? undefined : null;
    });
    return inOrder([...page, ...unfolded]).slice(-limit);
  }

  async spans(conversation: ConversationId): Promise<Span[]> {
    return readSpans(await resultOf(this.reading('spans').get(conversation)));
  }

  /** Spans may have been computed before a part was shed. */
  putSpans(conversation: ConversationId, spans: readonly Span[]): Promise<void> {
    const floor = this.#floors.get(conversation);
    return this.put('spans', floor ? shortened(spans, floor) : spans, conversation);
  }

  async answer(key: string): Promise<object | undefined> {
    return readList([readJson(await resultOf(this.reading('answers').get(key)))])[0];
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

  /** Deletes a part of the cache: the oldest messages of the longest idle conversations. @param keptBytes half of it, unless given */
  shed(keptBytes?: number): Promise<void> {
    return this.#change(async (stores, journal) => {
      const store = stores('messages');
      // A full disk may have no room to fold.
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

  /** Moves the journal into blocks. */
  async #fold(stores: Stores, { messages }: Journal): Promise<Journal> {
    const filing = [...byConversation(messages)].map(([conversation, list]) =>
      fileIn(stores('messages'), conversation, inOrder(list)),
    );
    for (const grown of await Promise.all(filing)) this.#grow(grown);
    stores('journal').clear();
    return EMPTY;
  }

  async cacheBytes(): Promise<number> {
    await this.#change(async (_stores, journal) => journal);
    return (this.#bytes ?? 0) + (this.#journal?.bytes ?? 0);
  }

  #grow(bytes: number): void {
    this.#bytes = (this.#bytes ?? 0) + bytes;
  }

  /** The messages of the journal. */
  async #unfolded(): Promise<readonly StoredMessage[]> {
    if (!this.#journal) await this.#change(async (_stores, journal) => journal);
    return this.#journal?.messages ?? [];
  }

  /** Messages of all conversations, from blocks and journal. */
  async #pick(
    isEnough: (list: readonly Message[]) => boolean,
    pick: (list: Message[]) => Message[],
  ): Promise<Map<ConversationId, Message[]>> {
    const unfolded = byConversation(await this.#unfolded());
    const latest = await latestIn(this.reading('messages'), isEnough);
    for (const [id, list] of unfolded) latest.set(id, inOrder([...(latest.get(id) ?? []), ...list]));
    const picked = [...latest].map(([id, list]) => [id, pick(list)] as const);
    return new Map(picked.filter(([, list]) => list.length > 0));
  }

  /**
   * Changes the cache, one change after the other, since each starts from the journal that the one before left in memory.
   * @param work returns the changed journal
   */
  #change(work: (stores: Stores, journal: Journal) => Promise<Journal>): Promise<void> {
    return this.#writers.run('', async () => {
      const tx = this.db.transaction(CACHE, 'readwrite', { durability: 'relaxed' });
      const stores: Stores = (name) => tx.objectStore(name);
      const working = async () => {
        this.#bytes ??= this.#storedBytes =
          Number(await resultOf<unknown>(stores('account').get('bytes'))) || 0;
        const journal = this.#journal ?? (await readJournal(stores('journal')));
        const changed = await work(stores, journal);
        if (Math.abs(this.#bytes - this.#storedBytes) > MAX_UNSTORED_BYTES) {
          this.#storedBytes = this.#bytes;
          stores('account').put(this.#bytes, 'bytes');
        }
        return changed;
      };
      try {
        const [journal] = await Promise.all([working(), doneOf(tx)]);
        this.#journal = journal;
      } catch (error) {
        // The memory must not be ahead of the disk.
        this.#journal = this.#bytes = undefined;
        throw error;
      }
    });
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
