/** The disk store's own features: its cap, its journal, and its handling of broken records. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { groupId, singleId } from '../../../../src/protocol/worker.js';
import { withSpan } from '../../../../src/worker/inbox/history.js';
import { doneOf, openDatabase, resultOf } from '../../../../src/worker/store/idb.js';
import { byPlace } from '../../../../src/worker/store/store.js';
import { apiMessage } from '../../fakes/messages.js';
import { BOB, openIdb, outboxRecord, place, stored, type Wipeless } from '../../fakes/stores.js';

describe('a cache that becomes too large', () => {
  const CAROL = singleId('app', 'carol');
  const CAP_BYTES = 100_000;
  /** About 1 000 bytes. */
  const large = (number: number, conversation: string) => ({
    conversation,
    message: apiMessage(number, { text: 'x'.repeat(700) }),
  });
  const fill = async (store: Wipeless, first: number, count: number, conversation: string) => {
    for (let at = first; at < first + count; at += 10)
      await store.putMessages(Array.from({ length: 10 }, (_, i) => large(at + i, conversation)));
  };
  const idsOf = async (store: Wipeless, conversation: string) =>
    (await store.page(conversation, undefined, 1_000)).map(({ msg_id }) => msg_id);

  beforeEach(() => {
    vi.stubGlobal('indexedDB', new IDBFactory());
  });

  test('loses its oldest messages of the conversation that was quiet for longest', async () => {
    const store = await openIdb(CAP_BYTES);
    await fill(store, 1, 50, CAROL);
    await fill(store, 101, 50, BOB);
    const [carol, bob] = [await idsOf(store, CAROL), await idsOf(store, BOB)];
    expect(bob).toHaveLength(50);
    expect(carol.length).toBeGreaterThan(10);
    expect(carol.length).toBeLessThan(50);
    expect(carol.at(-1)).toBe(50);
    store.close();
  });

  test('stays below its cap over any number of sessions', async () => {
    for (let session = 0; session < 6; session += 1) {
      const store = await openIdb(CAP_BYTES * 2);
      await fill(store, session * 100 + 1, 100, BOB);
      store.close();
    }
    const store = await openIdb();
    const kept = JSON.stringify(await store.page(BOB, undefined, 1_000)).length;
    expect(kept).toBeGreaterThan(CAP_BYTES);
    expect(kept).toBeLessThan(CAP_BYTES * 2 + 6 * 65_536);
    expect((await idsOf(store, BOB)).at(-1)).toBe(600);
    store.close();
  });

  test('keeps what must not be lost', async () => {
    const store = await openIdb(1_000);
    await store.putOutbox([outboxRecord(1)]);
    await store.putProgress({ syncKey: 1, eventKey: 2, receiptKey: 3, seenEvents: [], seenReceipts: [] });
    await store.putToken({ device: 'd', token: 't', renewals: 1, roaming: true });
    await fill(store, 1, 50, BOB);
    expect(await store.outbox()).toHaveLength(1);
    expect(await store.progress()).toBeDefined();
    expect(await store.token()).not.toBeNull();
    store.close();
  });

  test('drops answers when there is nothing else to drop', async () => {
    const store = await openIdb(1_000);
    await store.putAnswer('a', { text: 'x'.repeat(3_000) });
    await store.putMessages([large(1, BOB)]);
    expect(await store.answer('a')).toBeUndefined();
    store.close();
  });

  test('never claims in a span what was shed, whoever writes the span afterwards', async () => {
    const CONVERSATIONS = [BOB, CAROL, groupId(5)];
    const fills = fc.array(fc.record({ to: fc.nat(2), at: fc.nat(20), stale: fc.boolean() }), {
      minLength: 5,
      maxLength: 15,
    });
    await fc.assert(
      fc.asyncProperty(fills, async (writes) => {
        vi.stubGlobal('indexedDB', new IDBFactory());
        const store = await openIdb(40_000);
        for (const write of writes) {
          const conversation = CONVERSATIONS[write.to] ?? BOB;
          const before = await store.spans(conversation);
          const first = write.at * 10 + 1;
          await store.putMessages(Array.from({ length: 10 }, (_, i) => large(first + i, conversation)));
          const spans = write.stale ? before : await store.spans(conversation);
          await store.putSpans(conversation, withSpan(spans, { from: place(first), to: place(first + 9) }));
          for (const one of CONVERSATIONS) {
            const kept = await idsOf(store, one);
            for (const { from, to: end } of await store.spans(one)) {
              const claimed = everWritten(writes, writes.indexOf(write), CONVERSATIONS.indexOf(one)).filter(
                (each) => byPlace(place(each), from) >= 0 && byPlace(place(each), end) <= 0,
              );
              expect(kept).toEqual(expect.arrayContaining(claimed));
            }
          }
        }
        store.close();
      }),
      { numRuns: 40 },
    );
  });

  /** Ids that were written to a conversation by the first writes. */
  const everWritten = (writes: { to: number; at: number }[], last: number, conversation: number) =>
    writes
      .slice(0, last + 1)
      .filter((write) => write.to === conversation)
      .flatMap((write) => Array.from({ length: 10 }, (_, i) => write.at * 10 + 1 + i));
});

describe('a record that is broken is left out:', () => {
  const write = async (store: string, entries: [IDBValidKey, unknown][]) => {
    const db = await openDatabase('account', () => undefined);
    const tx = db.transaction(store, 'readwrite');
    for (const [key, value] of entries) tx.objectStore(store).put(value, key);
    await doneOf(tx);
    db.close();
  };
  beforeEach(() => {
    vi.stubGlobal('indexedDB', new IDBFactory());
  });

  test('messages', async () => {
    const first = await openIdb();
    await first.putMessages([stored(1), stored(5)]);
    first.close();
    const good = JSON.stringify(stored(7).message);
    await write('messages', [
      [[BOB, 1_007, 7], `${good},{},null,{"msg_id":8},"text"`],
      [[BOB, 1_008, 8], '{"half of'],
      [[BOB, 1_009, 9], { not: 'text' }],
      [[BOB, 1_010], 'x'],
      [[BOB, 'x', 'y'], ''],
      [[BOB], 'x'],
      [BOB, good],
      [17, good],
    ]);
    const store = await openIdb();
    const ids = async () => (await store.page(BOB, place(8), 9)).map(({ msg_id }) => msg_id);
    expect([...(await store.recent(9)).keys()]).toContain(BOB);
    expect(await ids()).toEqual(expect.arrayContaining([1, 5, 7]));
    await store.putMessages([stored(20), stored(3)]);
    expect(await ids()).toEqual(expect.arrayContaining([1, 3, 5, 7]));
    await store.forgetMessages(BOB, [1, 3, 5, 7, 20]);
    expect(await ids()).toEqual([]);
    store.close();
  });

  test.each<[string, [string, IDBValidKey, unknown][]]>([
    ['null', [null].flatMap((value) => everywhere(value))],
    ['a number', everywhere(7)],
    ['a text', everywhere('text')],
    ['an empty object', everywhere({})],
    ['a list of nonsense', everywhere([null, 1, 'x', {}, []])],
  ])('%s in the place of anything', async (_what, entries) => {
    for (const [store, key, value] of entries) await write(store, [[key, value]]);
    const store = await openIdb();
    expect(await store.outbox()).toEqual([]);
    expect(await store.token()).toBeNull();
    expect(await store.progress()).toBeUndefined();
    expect(await store.spans(BOB)).toEqual([]);
    expect((await store.conversations()).every((one) => typeof one === 'object' && one !== null)).toBe(true);
    expect([...(await store.extras()).values()].every((one) => /object|string/.test(typeof one))).toBe(true);
    expect(typeof (await store.answer('a'))).toMatch(/undefined|object/);
    expect(await store.recent(5)).toEqual(new Map());
    await store.putMessages([stored(1)]);
    expect(await store.recent(5)).toEqual(new Map([[BOB, [stored(1).message]]]));
    store.close();
  });

  function everywhere(value: unknown): [string, IDBValidKey, unknown][] {
    return [
      ['journal', 1, value],
      ['messages', [BOB, 1_001, 1], value],
      ['spans', BOB, value],
      ['answers', 'a', value],
      ['extras', BOB, value],
      ['outbox', 1, value],
      ...['conversations', 'progress', 'token', 'bytes'].map((key): [string, IDBValidKey, unknown] => [
        'account',
        key,
        value,
      ]),
    ];
  }
});

test('the data of version 1 are deleted', async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  const request = indexedDB.open('account', 1);
  request.onupgradeneeded = () => {
    for (const name of ['messages', 'conversations', 'extras', 'progress'])
      request.result.createObjectStore(name).put('old', 'key');
  };
  (await resultOf(request)).close();
  const store = await openIdb();
  expect(await store.recent(5)).toEqual(new Map());
  await store.putMessages([stored(1)]);
  expect((await store.page(BOB, undefined, 5)).map(({ msg_id }) => msg_id)).toEqual([1]);
  store.close();
});

test('a write that fails leaves nothing in memory that is not on the disk', async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  const store = await openIdb();
  await store.putMessages([stored(1)]);
  const put = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore) {
    this.transaction.abort();
    throw new DOMException('no', 'UnknownError');
  });
  await expect(store.putMessages([stored(2)])).rejects.toThrow();
  put.mockRestore();
  await store.putMessages([stored(3)]);
  expect((await store.page(BOB, undefined, 5)).map(({ msg_id }) => msg_id)).toEqual([1, 3]);
  store.close();
});

test('writes that are under way at the same time lose nothing of each other', async () => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  const store = await openIdb();
  const ids = Array.from({ length: 60 }, (_, i) => i + 1);
  await Promise.all(ids.map((each) => store.putMessages([stored((each * 7) % 61)])));
  expect((await store.page(BOB, undefined, 99)).map(({ msg_id }) => msg_id)).toEqual(ids);
  store.close();
});

describe('the journal', () => {
  const recordsOf = async (name: string) => {
    const db = await openDatabase('account', () => undefined);
    const count = await resultOf(db.transaction(name).objectStore(name).count());
    db.close();
    return count;
  };
  beforeEach(() => {
    vi.stubGlobal('indexedDB', new IDBFactory());
  });

  test('takes one entry for a batch, whatever conversations it is of', async () => {
    const store = await openIdb();
    await store.putMessages([stored(1), stored(2, groupId(5)), stored(3, groupId(6))]);
    expect([await recordsOf('journal'), await recordsOf('messages')]).toEqual([1, 0]);
    store.close();
  });

  test('is folded when it has become long, and nothing is lost or delivered twice', async () => {
    const store = await openIdb();
    const ids = Array.from({ length: 900 }, (_, i) => i + 1);
    for (let at = 0; at < ids.length; at += 100) {
      await store.putMessages(
        ids.slice(at, at + 100).map((each) => ({
          conversation: each % 2 ? BOB : groupId(5),
          message: apiMessage(each, { text: 'x'.repeat(3_000) }),
        })),
      );
    }
    expect(await recordsOf('messages')).toBeGreaterThan(100);
    expect(await recordsOf('journal')).toBeLessThan(9);
    const kept = [...(await store.recent(1_000)).values()].flatMap((list) =>
      list.map(({ msg_id }) => msg_id),
    );
    expect(kept.sort((a, b) => a - b)).toEqual(ids);
    expect((await store.page(BOB, undefined, 30)).map(({ msg_id }) => msg_id)).toEqual(
      ids.filter((each) => each % 2).slice(-30),
    );
    store.close();
  });

  test('is there for the next worker', async () => {
    const first = await openIdb();
    await first.putMessages([stored(1)]);
    first.close();
    const second = await openIdb();
    await second.putMessages([stored(2), stored(1)]);
    second.close();
    const third = await openIdb();
    expect((await third.page(BOB, undefined, 9)).map(({ msg_id }) => msg_id)).toEqual([1, 2]);
    third.close();
  });
});
