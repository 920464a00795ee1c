/**
 * The store in IndexedDB.
 *
 * Messages lie in blocks ({@link Block}) under the place where they begin: [conversation, ctime_ms, msg_id]. So a conversation is one stretch of
 * keys in order, a page of history costs the same however much is stored, and no index has to be kept. Nobody else writes here: the last block
 * of a conversation is kept in memory, and what is new is added to it without reading.
 */
import type {
  Conversation,
  ConversationId,
  JsonObject,
  Message,
  ResumeToken,
} from '../../protocol/worker.js';
import { Mutex } from '../mutex.js';
import { appended, type Block, inOrder, jsonOf, merged, shortened } from './blocks.js';
import { allOf, backwards, doneOf, resultOf, type STORES } from './idb.js';
import { byConversation } from './memory-store.js';
import {
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

/** Conversations whose last block is kept in memory. */
const HEADS = 256;
/** How far what is noted of the cache's size may be off. */
const UNNOTED_BYTES = 65_536;
/** What is left of the cache when it has become too large. */
const KEPT_SHARE = 0.9;

type BlockKey = [conversation: ConversationId, ctime_ms: number, msg_id: number];
type StoreName = (typeof STORES)[number];
type Stores = (name: StoreName) => IDBObjectStore;

/** What a change of the cache may touch. */
const CACHE: StoreName[] = ['messages', 'spans', 'answers', 'account'];

const keyOf = (conversation: ConversationId, { ctime_ms, msg_id }: Place): BlockKey => [
  conversation,
  ctime_ms,
  msg_id,
];

/** Up to a place, or before it. */
const upTo = (conversation: ConversationId, place?: Place, isOpen = false) =>
  IDBKeyRange.bound([conversation], place ? keyOf(conversation, place) : [conversation, []], false, isOpen);

/** What it takes: browsers keep a text in one byte a character, or all of it in two. */
const weightOf = (json: unknown): number => {
  const text = String(json ?? '');
  return /[^ -ÿ]/.test(text) ? 2 * text.length : text.length;
};

export class IdbStore implements Omit<Store, 'wipe'> {
  /** The last used last. */
  readonly #heads = new Map<ConversationId, Block>();
  /** Where what is kept of a conversation begins, for those that were shed. */
  readonly #floors = new Map<ConversationId, Place>();
  readonly #writers = new Mutex();
  /** What messages and answers take, and what is noted of it on the disk. Unknown until it is needed. */
  #bytes: number | undefined;
  #noted = 0;

  /** @param cap bytes that messages and answers may take */
  constructor(
    private readonly db: IDBDatabase,
    private readonly cap: () => number,
  ) {}

  async putMessages(messages: readonly StoredMessage[]): Promise<void> {
    if (messages.length === 0) return;
    await this.#change(async (stores) => {
      const filing = [...byConversation(messages)].map(([conversation, list]) =>
        this.#file(stores('messages'), conversation, inOrder(list)),
      );
      return (await Promise.all(filing)).reduce((sum, bytes) => sum + bytes, 0);
    });
    if ((this.#bytes ?? 0) > this.cap()) await this.shed(KEPT_SHARE * this.cap());
  }

  async forgetMessages(conversation: ConversationId, msgIds: readonly number[]): Promise<void> {
    await this.#change(async (stores) => {
      const wanted = new Set(msgIds);
      let bytes = 0;
      await backwards(stores('messages'), upTo(conversation), (cursor) => {
        const messages = readMessages(cursor.value);
        const kept = messages.filter(({ msg_id }) => !wanted.delete(msg_id));
        if (kept.length < messages.length) {
          const json = jsonOf(kept);
          bytes += weightOf(json) - weightOf(cursor.value);
          // Its key stays: none is before it.
          if (json) cursor.update(json);
          else cursor.delete();
        }
        return wanted.size > 0 ? undefined : null;
      });
      this.#heads.delete(conversation);
      return bytes;
    });
  }

  async recent(perConversation: number): Promise<Map<ConversationId, Message[]>> {
    const latest = await this.#latest(this.#reading('messages'), (list) => list.length >= perConversation);
    return new Map([...latest].map(([id, list]) => [id, list.slice(-perConversation)]));
  }

  async since(ctimeMs: number): Promise<Map<ConversationId, Message[]>> {
    const latest = await this.#latest(
      this.#reading('messages'),
      ([first]) => first !== undefined && first.ctime_ms < ctimeMs,
    );
    const since = [...latest].map(
      ([id, list]) => [id, list.filter(({ ctime_ms }) => ctime_ms >= ctimeMs)] as const,
    );
    return new Map(since.filter(([, list]) => list.length > 0));
  }

  async page(conversation: ConversationId, before: Place | undefined, limit: number): Promise<Message[]> {
    let page: Message[] = [];
    await backwards(this.#reading('messages'), upTo(conversation, before, true), ({ value }) => {
      const messages = readMessages(value);
      page = [...messages.filter((message) => !before || byPlace(message, before) < 0), ...page];
      return page.length < limit ? undefined : null;
    });
    return page.slice(-limit);
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

  async extras(): Promise<Map<ConversationId, JsonObject>> {
    const found = await allOf(this.#reading('extras'));
    return new Map(found.flatMap(([key, value]) => readList([value]).map((extras) => [String(key), extras])));
  }

  putExtras(conversation: ConversationId, extras: JsonObject): Promise<void> {
    return this.#put('extras', extras, conversation);
  }

  async answer(key: string): Promise<object | undefined> {
    return readList([readJson(await resultOf(this.#reading('answers').get(key)))])[0];
  }

  async putAnswer(key: string, answer: object): Promise<void> {
    await this.#change(async (stores) => {
      const json = JSON.stringify(answer);
      const before = await resultOf<unknown>(stores('answers').get(key));
      stores('answers').put(json, key);
      return weightOf(json) - weightOf(before);
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
    return this.#change(async (stores, bytes) => {
      const store = stores('messages');
      const excess = bytes - (keptBytes ?? bytes / 2);
      const ends = await this.#latest(store, (list) => list.length > 0);
      let shed = 0;
      for (const [conversation] of [...ends].sort(([, a], [, b]) => lastOf(a) - lastOf(b))) {
        if (shed >= excess) return -shed;
        this.#heads.delete(conversation);
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
      if (shed >= excess) return -shed;
      stores('answers').clear();
      return -bytes;
    });
  }

  /** Puts messages of one conversation into its blocks. @returns by how much they have grown */
  async #file(store: IDBObjectStore, conversation: ConversationId, messages: Message[]): Promise<number> {
    const [first] = messages;
    const floor = this.#floors.get(conversation);
    if (floor && first && byPlace(first, floor) < 0) this.#floors.delete(conversation);
    let head = this.#heads.get(conversation) ?? (await find(store, conversation));
    let bytes = 0;
    // From the newest on: all that are left and not before the block of the newest belong into it.
    for (let latest = messages.at(-1); latest; latest = messages.at(-1)) {
      const isNew = !head || byPlace(latest, head.from) >= 0;
      const block = isNew ? head : await find(store, conversation, latest);
      const own = messages.splice(block ? messages.findIndex((one) => byPlace(one, block.from) >= 0) : 0);
      const blocks = block ? merged(block, own) : appended(undefined, own);
      if (isNew) head = blocks.at(-1);
      if (blocks[0] === block) blocks.shift();
      else bytes -= weightOf(block?.json);
      for (const { from, json } of blocks) {
        store.put(json, keyOf(conversation, from));
        bytes += weightOf(json);
      }
    }
    this.#heads.delete(conversation);
    if (head) this.#heads.set(conversation, head);
    const [oldest] = this.#heads.keys();
    if (oldest !== undefined && this.#heads.size > HEADS) this.#heads.delete(oldest);
    return bytes;
  }

  /** Of each conversation of the store, from its end backwards until it is enough. */
  async #latest(
    store: IDBObjectStore,
    isEnough: (list: readonly Message[]) => boolean,
  ): Promise<Map<ConversationId, Message[]>> {
    const found = new Map<ConversationId, Message[]>();
    await backwards(store, IDBKeyRange.bound([''], [[]]), ({ key, value }) => {
      const [conversation] = key as BlockKey;
      const list = [...readMessages(value), ...(found.get(conversation) ?? [])];
      if (list.length > 0) found.set(conversation, list);
      return isEnough(list) ? [conversation] : undefined;
    });
    return found;
  }

  /**
   * Changes the cache, one change after the other: a last block in memory is as the change before has left it.
   * @param work is told the size, and says by how much it has changed
   */
  #change(work: (stores: Stores, bytes: number) => Promise<number>): Promise<void> {
    return this.#writers.run('', async () => {
      const tx = this.db.transaction(CACHE, 'readwrite', { durability: 'relaxed' });
      const stores: Stores = (name) => tx.objectStore(name);
      const working = async () => {
        this.#bytes ??= this.#noted = Number(await resultOf<unknown>(stores('account').get('bytes'))) || 0;
        this.#bytes += await work(stores, this.#bytes);
        if (Math.abs(this.#bytes - this.#noted) < UNNOTED_BYTES) return;
        this.#noted = this.#bytes;
        stores('account').put(this.#bytes, 'bytes');
      };
      try {
        await Promise.all([doneOf(tx), working()]);
      } catch (error) {
        // Nothing in memory may be ahead of the disk.
        this.#heads.clear();
        this.#bytes = undefined;
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

/** The block that the place belongs into, or the last one. Broken ones are swept away. */
async function find(
  store: IDBObjectStore,
  conversation: ConversationId,
  place?: Place,
): Promise<Block | undefined> {
  let block: Block | undefined;
  await backwards(store, upTo(conversation, place), (cursor) => {
    const [, ctime_ms, msg_id] = cursor.key as BlockKey;
    const messages = readMessages(cursor.value);
    const to = messages.at(-1);
    if (to && typeof ctime_ms === 'number' && typeof msg_id === 'number') {
      block = { from: { ctime_ms, msg_id }, to, json: jsonOf(messages) };
      return null;
    }
    cursor.delete();
    return undefined;
  });
  return block;
}

const lastOf = (messages: readonly Message[]): number => messages.at(-1)?.ctime_ms ?? 0;
