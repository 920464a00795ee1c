/** One promise, two stores. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Conversation } from '../../src/protocol/index.js';
import { groupId, singleId } from '../../src/protocol/worker.js';
import { IdbStore, openDatabase } from '../../src/worker/store/idb-store.js';
import { MemoryStore } from '../../src/worker/store/memory-store.js';
import type { Store, StoredMessage } from '../../src/worker/store/store.js';
import { apiMessage } from './fakes/messages.js';

const BOB = singleId('app', 'bob');

const openIdb = async () =>
  new IdbStore(await openDatabase('account', { onBlocked: () => undefined, onClosed: () => undefined }));

const stored = (id: number, conversation = BOB, at?: number): StoredMessage => ({
  conversation,
  message: apiMessage(id, at === undefined ? {} : { at }),
});
const conversation = (key: number): Conversation => ({
  type: 3,
  key,
  name: `user ${key}`,
  nickname: '',
  avatar: '',
  appkey: 'app',
  username: `user${key}`,
  mtime: key,
  unread_msg_count: 0,
  extras: {},
});

describe.each<[string, () => Promise<Store>]>([
  ['MemoryStore', async () => new MemoryStore()],
  ['IdbStore', openIdb],
])('%s', (_name, open) => {
  let store: Store;
  beforeEach(async () => {
    globalThis.indexedDB = new IDBFactory();
    store = await open();
  });
  afterEach(() => store.close());

  const recentIds = async (count: number) =>
    Object.fromEntries(
      [...(await store.recent(count))].map(([id, list]) => [id, list.map(({ msg_id }) => msg_id)]),
    );

  test('gives the latest messages of each conversation, oldest first', async () => {
    await store.putMessages([stored(3), stored(1), stored(2)]);
    await store.putMessages([stored(7, groupId(5)), stored(4), stored(6, singleId('app', 'bobby'))]);
    expect(await recentIds(3)).toEqual({
      [BOB]: [2, 3, 4],
      [groupId(5)]: [7],
      [singleId('app', 'bobby')]: [6],
    });
  });

  test('orders messages of the same millisecond by id', async () => {
    await store.putMessages([stored(9, BOB, 50), stored(8, BOB, 50), stored(10, BOB, 49)]);
    expect(await recentIds(10)).toEqual({ [BOB]: [10, 8, 9] });
  });

  test('keeps a message that is written again once', async () => {
    await store.putMessages([stored(1), stored(1)]);
    await store.putMessages([stored(1)]);
    expect(await recentIds(10)).toEqual({ [BOB]: [1] });
  });

  test('forgets messages of one conversation, and asks not whether they are there', async () => {
    await store.putMessages([stored(1), stored(2), stored(3), stored(2, groupId(5))]);
    await store.forgetMessages(BOB, [2, 9]);
    await store.forgetMessages(singleId('app', 'bobby'), [1]);
    expect(await recentIds(10)).toEqual({ [BOB]: [1, 3], [groupId(5)]: [2] });
  });

  test("keeps the server's list in its order, and only the last one", async () => {
    expect(await store.conversations()).toEqual([]);
    await store.putConversations([3, 1, 2].map(conversation));
    await store.putConversations([2, 3].map(conversation));
    expect((await store.conversations()).map(({ key }) => key)).toEqual([2, 3]);
    await store.putConversations([]);
    expect(await store.conversations()).toEqual([]);
  });

  test('takes nothing for a message', async () => {
    await store.putMessages([]);
    expect(await recentIds(10)).toEqual({});
  });

  test('gives what was put, whatever names and texts there are', async () => {
    const put = await store.putMessages([
      { conversation: singleId('a/b', ''), message: apiMessage(1, { text: '\u0000\ud800' }) },
    ]);
    expect(put).toBeUndefined();
    expect(await recentIds(1)).toEqual({ [singleId('a/b', '')]: [1] });
  });
});

test('both give the same history for any writes', async () => {
  const write = fc.record({
    id: fc.integer({ min: 1, max: 40 }),
    to: fc.constantFrom(BOB, singleId('app', 'carol'), groupId(5), groupId(51)),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(write, { maxLength: 10 }), { maxLength: 5 }),
      fc.integer({ min: 1, max: 5 }),
      async (batches, count) => {
        globalThis.indexedDB = new IDBFactory();
        const memory = new MemoryStore();
        const idb = await openIdb();
        for (const batch of batches) {
          // A message has one place: the same id is always in the same conversation.
          const messages = batch.map(({ id, to }) =>
            stored(id * 4 + [BOB, singleId('app', 'carol'), groupId(5), groupId(51)].indexOf(to), to),
          );
          await memory.putMessages(messages);
          await idb.putMessages(messages);
        }
        expect(new Map([...(await idb.recent(count))].sort())).toEqual(
          new Map([...(await memory.recent(count))].sort()),
        );
        idb.close();
      },
    ),
    { numRuns: 40 },
  );
});
