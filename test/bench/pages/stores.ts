/** Stores messages in blocks, as the runtime does, and in one row for each with a secondary index, as is usual. */
import { openDB } from 'idb';
import type { Message } from '../../../src/protocol/index.js';
import { deleteDatabase, openDatabase } from '../../../src/worker/store/idb.js';
import { IdbStore } from '../../../src/worker/store/idb-store.js';
import type { StoredMessage } from '../../../src/worker/store/store.js';

const message = (id: number): Message => ({
  msg_id: id,
  msg_type: 3,
  from_username: 'bench',
  from_uid: 1,
  from_gid: 0,
  ctime_ms: id,
  msg_level: 'normal',
  need_receipt: false,
  key: 1,
  content: {
    version: 1,
    target_type: 'single',
    target_id: 'me',
    target_name: '',
    from_platform: 'web',
    from_id: 'somebody',
    from_name: 'somebody',
    create_time: id,
    msg_type: 'text',
    msg_body: { text: `message ${id}, of an ordinary length as chats go` },
  },
});

interface Layout {
  put(messages: StoredMessage[]): Promise<void>;
  /** Does the postponed work. */
  settle(): Promise<void>;
  page(conversation: string, before: number): Promise<unknown[]>;
  close(): Promise<void>;
}

const PAGE = 50;

async function blocks(): Promise<Layout> {
  const name = `bench-${crypto.randomUUID()}`;
  const store = new IdbStore(await openDatabase(name, () => undefined), () => Number.POSITIVE_INFINITY);
  return {
    put: (messages) => store.putMessages(messages),
    // The journal is folded before a message is removed.
    settle: () => store.forgetMessages('', []),
    page: (conversation, before) => store.page(conversation, { ctime_ms: before, msg_id: before }, PAGE),
    close() {
      store.close();
      return deleteDatabase(name);
    },
  };
}

async function rows(): Promise<Layout> {
  const name = `bench-${crypto.randomUUID()}`;
  const db = await openDB(name, 1, {
    upgrade(made) {
      made
        .createObjectStore('messages', { keyPath: 'msg_id' })
        .createIndex('order', ['conversation', 'ctime_ms']);
    },
  });
  return {
    async put(messages) {
      const tx = db.transaction('messages', 'readwrite', { durability: 'relaxed' });
      for (const stored of messages)
        void tx.store.put({ ...stored.message, conversation: stored.conversation });
      await tx.done;
    },
    settle: async () => undefined,
    async page(conversation, before) {
      const found: unknown[] = [];
      const range = IDBKeyRange.bound([conversation], [conversation, before], false, true);
      let cursor = await db.transaction('messages').store.index('order').openCursor(range, 'prev');
      while (cursor && found.push(cursor.value) < PAGE) cursor = await cursor.continue();
      return found;
    },
    close() {
      db.close();
      return deleteDatabase(name);
    },
  };
}

const LAYOUTS = { rows, blocks };

async function fill(layout: Layout, count: number, batch: number, conversations: number): Promise<number> {
  const all = Array.from({ length: Math.ceil(count / batch) }, (_, place) =>
    Array.from({ length: batch }, (_unused, i) => ({
      conversation: `s/app/user${(place * batch + i) % conversations}`,
      message: message(place * batch + i + 1),
    })),
  );
  const started = performance.now();
  for (const messages of all) await layout.put(messages);
  await layout.settle();
  return performance.now() - started;
}

async function write(
  kind: keyof typeof LAYOUTS,
  count: number,
  batch: number,
  conversations: number,
): Promise<number> {
  const layout = await LAYOUTS[kind]();
  const took = await fill(layout, count, batch, conversations);
  await layout.close();
  return took;
}

/** Filling a store is slow, so a filled one is used again. */
const filled = new Map<string, Promise<Layout>>();

async function filledWith(kind: keyof typeof LAYOUTS, count: number): Promise<Layout> {
  const layout = await LAYOUTS[kind]();
  const step = 10_000;
  for (let first = 0; first < count; first += step)
    await layout.put(
      Array.from({ length: Math.min(step, count - first) }, (_, i) => ({
        conversation: 's/app/user',
        message: message(first + i + 1),
      })),
    );
  await layout.settle();
  return layout;
}

async function pages(kind: keyof typeof LAYOUTS, count: number, turns: number): Promise<number> {
  const key = `${kind} ${count}`;
  const filling = filled.get(key) ?? filledWith(kind, count);
  filled.set(key, filling);
  const layout = await filling;
  const started = performance.now();
  for (let turn = 1; turn <= turns; turn += 1) {
    const found = await layout.page('s/app/user', Math.floor(((count - PAGE) * turn) / turns) + PAGE + 1);
    if (found.length !== PAGE) throw new Error(`a page of ${found.length}`);
  }
  return (performance.now() - started) / turns;
}

Object.assign(window, { stores: { write, pages } });
