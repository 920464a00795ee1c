/** One promise, three stores. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Conversation } from '../../../../src/protocol/index.js';
import { groupId, singleId } from '../../../../src/protocol/worker.js';
import { BEGINNING, type Place, type Span } from '../../../../src/worker/store/store.js';
import { apiMessage } from '../../fakes/messages.js';
import { BOB, outboxRecord, place, STORES, stored, type Wipeless } from '../../fakes/stores.js';

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

describe.each(STORES)('%s', (_name, open) => {
  let store: Wipeless;
  beforeEach(async () => {
    vi.stubGlobal('indexedDB', new IDBFactory());
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

  test('gives all messages of a time or later', async () => {
    await store.putMessages([1, 2, 3, 4].map((id) => stored(id)));
    await store.putMessages([stored(9, groupId(5)), stored(1, groupId(6))]);
    const since = [...(await store.since(1_003))].map(([id, list]) => [id, list.map(({ msg_id }) => msg_id)]);
    expect(Object.fromEntries(since)).toEqual({ [BOB]: [3, 4], [groupId(5)]: [9] });
  });

  test('gives pages from the end or before a place, and of one conversation only', async () => {
    await store.putMessages([1, 2, 3, 4, 5].map((id) => stored(id)));
    await store.putMessages([stored(1, 's/app/bo'), stored(9, 's/app/bobby')]);
    const page = async (before: Place | undefined, limit: number) =>
      (await store.page(BOB, before, limit)).map(({ msg_id }) => msg_id);
    expect(await page(undefined, 2)).toEqual([4, 5]);
    expect(await page(place(4), 2)).toEqual([2, 3]);
    expect(await page(place(2), 9)).toEqual([1]);
    expect(await page(place(1), 9)).toEqual([]);
    expect(await page({ ctime_ms: 1_003, msg_id: 0 }, 9)).toEqual([1, 2]);
    expect(await store.page(groupId(5), undefined, 9)).toEqual([]);
  });

  test('keeps spans for each conversation', async () => {
    const spans: Span[] = [{ from: BEGINNING, to: place(3) }];
    await store.putSpans(BOB, spans);
    expect(await store.spans(BOB)).toEqual(spans);
    expect(await store.spans(groupId(5))).toEqual([]);
  });

  test('keeps the last answer, extras and progress', async () => {
    expect([await store.answer('a'), await store.progress()]).toEqual([undefined, undefined]);
    await store.putAnswer('a', { is: 1 });
    await store.putAnswer('a', { is: [2] });
    await store.putExtras(BOB, { pinned: true });
    const progress = { syncKey: 1, eventKey: 2, receiptKey: 3, seenEvents: [4], seenReceipts: [] };
    await store.putProgress(progress);
    expect(await store.answer('a')).toEqual({ is: [2] });
    expect(await store.answer('b')).toBeUndefined();
    expect(await store.extras()).toEqual(new Map([[BOB, { pinned: true }]]));
    expect(await store.progress()).toEqual(progress);
  });

  test('keeps the outbox in the order of ids, until it is forgotten', async () => {
    await store.putOutbox([10, 9, 1].map((id) => outboxRecord(id)));
    await store.putOutbox([outboxRecord(9, { attempt: 1, state: { is: 'sending' } })]);
    expect(await store.outbox()).toEqual([
      outboxRecord(1),
      outboxRecord(9, { attempt: 1, state: { is: 'sending' } }),
      outboxRecord(10),
    ]);
    await store.forgetOutbox([1, 10, 77]);
    expect((await store.outbox()).map(({ id }) => id)).toEqual([9]);
  });

  test('keeps a file that is to be uploaded, with all of its bytes', async () => {
    const file = new Blob(['bytes']);
    await store.putOutbox([outboxRecord(1, { params: { file: { formParts: [['file', file, 'a.txt']] } } })]);
    const [record] = await store.outbox();
    const [[name, kept, filename] = []] = (record?.params.file?.formParts ?? []) as [string, Blob, string][];
    expect([name, await kept?.text(), filename]).toEqual(['file', 'bytes', 'a.txt']);
  });

  test('keeps a token until it is taken away', async () => {
    expect(await store.token()).toBeNull();
    const token = { device: 'd', token: 't', renewals: 1, roaming: true };
    await store.putToken(token);
    expect(await store.token()).toEqual(token);
    await store.putToken(null);
    expect(await store.token()).toBeNull();
  });
});
