/** Storing messages: by a key that is itself the order, as the runtime does, and by one row with a secondary index, as is usual. */
import { openDB } from 'idb';
import type { Message } from '../../../src/protocol/payloads.js';
import { IdbStore, openDatabase } from '../../../src/worker/store/idb-store.js';

const conversation = 's/app/somebody';

const message = (id: number): Message => ({
  msg_id: id,
  msg_type: 3,
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

async function keyed(count: number, batch: number): Promise<number> {
  const name = `bench-${crypto.randomUUID()}`;
  const store = new IdbStore(
    await openDatabase(name, { onBlocked: () => undefined, onClosed: () => undefined }),
  );
  const started = performance.now();
  for (let first = 0; first < count; first += batch) {
    await store.putMessages(
      Array.from({ length: batch }, (_, i) => ({ conversation, message: message(first + i) })),
    );
  }
  const took = performance.now() - started;
  store.close();
  indexedDB.deleteDatabase(name);
  return took;
}

async function indexed(count: number, batch: number): Promise<number> {
  const name = `bench-${crypto.randomUUID()}`;
  const db = await openDB(name, 1, {
    upgrade(made) {
      made
        .createObjectStore('messages', { keyPath: 'msg_id' })
        .createIndex('order', ['conversation', 'ctime_ms']);
    },
  });
  const started = performance.now();
  for (let first = 0; first < count; first += batch) {
    const tx = db.transaction('messages', 'readwrite', { durability: 'relaxed' });
    for (let i = 0; i < batch; i += 1) void tx.store.put({ ...message(first + i), conversation });
    await tx.done;
  }
  const took = performance.now() - started;
  db.close();
  indexedDB.deleteDatabase(name);
  return took;
}

Object.assign(window, { stores: { keyed, indexed } });
