/** One promise, three stores. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Conversation } from '../../src/protocol/index.js';
import { groupId, singleId } from '../../src/protocol/worker.js';
import { withSpan } from '../../src/worker/history.js';
import { doneOf, openDatabase, resultOf } from '../../src/worker/store/idb.js';
import { IdbStore } from '../../src/worker/store/idb-store.js';
import { MemoryStore } from '../../src/worker/store/memory-store.js';
import { openStore } from '../../src/worker/store/open-store.js';
import {
  BEGINNING,
  byPlace,
  type OutboxRecord,
  type Place,
  type Span,
  type Store,
  type StoredMessage,
} from '../../src/worker/store/store.js';
import { FakeClock } from './fakes/clock.js';
import { apiMessage } from './fakes/messages.js';

const BOB = singleId('app', 'bob');

type Wipeless = Omit<Store, 'wipe'>;

const openIdb = async (capBytes = Number.POSITIVE_INFINITY) =>
  new IdbStore(await openDatabase('account', () => undefined), () => capBytes);

const openResilient = () =>
  openStore('account', new FakeClock(), (reason) => {
    throw new Error(reason);
  });

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

const outboxRecord = (id: number, fields: Partial<OutboxRecord> = {}): OutboxRecord => ({
  id,
  callId: `call ${id}`,
  tabId: 'tab',
  method: 'sendSingleMsg',
  params: { content: `text ${id}` },
  madeAt: 1,
  expiresAt: 2,
  uploadUrl: '',
  attempt: 0,
  state: { is: 'queued' },
  ...fields,
});

const place = (id: number): Place => ({ ctime_ms: 1_000 + id, msg_id: id });

const STORES: [string, () => Promise<Wipeless>][] = [
  ['MemoryStore', async () => new MemoryStore()],
  ['IdbStore', () => openIdb()],
  ['ResilientStore', openResilient],
];

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
    await store.putOutbox([outboxRecord(1, { params: { formParts: [['file', file, 'a.txt']] } })]);
    const [record] = await store.outbox();
    const [[name, kept, filename] = []] = (record?.params.formParts ?? []) as [string, Blob, string][];
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

/** Messages of all lengths, so that blocks hold few or many. The same id is always the same message. */
const LENGTHS = [10, 400, 5_000, 20_000];
const message = (id: number, to: string): StoredMessage => ({
  conversation: to,
  message: apiMessage(id, { at: 1_000 + Math.floor(id / 2), text: '人'.repeat(LENGTHS[id % 4] ?? 0) }),
});

type Step =
  | { put: { id: number; to: string }[] }
  | { forget: number[]; from: string }
  | { page: number; before: number | undefined; of: string }
  | { reopen: true };

const to = fc.constantFrom(BOB, 's/app/bobb', groupId(5), groupId(51));
const id = fc.integer({ min: 1, max: 60 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: fc.array(fc.record({ id, to }), { maxLength: 30 }) }) },
  { weight: 3, arbitrary: fc.record({ forget: fc.array(id, { maxLength: 4 }), from: to }) },
  {
    weight: 2,
    arbitrary: fc.record({
      page: fc.integer({ min: 1, max: 20 }),
      before: fc.option(id, { nil: undefined }),
      of: to,
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ reopen: true }) },
);

describe.each(STORES)('%s, whatever is done with it,', (name, open) => {
  test('is the same as a plain list', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        vi.stubGlobal('indexedDB', new IDBFactory());
        let store = await open();
        const model = new Map<string, StoredMessage>();
        const listOf = (conversation: string) =>
          [...model.values()]
            .filter((one) => one.conversation === conversation)
            .map((one) => one.message)
            .sort(byPlace);
        for (const one of steps) {
          if ('put' in one) {
            const messages = one.put.map((each) => message(each.id, each.to));
            for (const each of messages) model.set(`${each.conversation} ${each.message.msg_id}`, each);
            await store.putMessages(messages);
          } else if ('forget' in one) {
            for (const each of one.forget) model.delete(`${one.from} ${each}`);
            await store.forgetMessages(one.from, one.forget);
          } else if ('page' in one) {
            const before = one.before === undefined ? undefined : message(one.before, one.of).message;
            const expected = listOf(one.of).filter((each) => !before || byPlace(each, before) < 0);
            expect(await store.page(one.of, before, one.page)).toEqual(expected.slice(-one.page));
          } else if (name !== 'MemoryStore') {
            store.close();
            store = await open();
          }
        }
        const recent = new Map<string, unknown>();
        for (const conversation of [...new Set([...model.values()].map((one) => one.conversation))].sort())
          recent.set(conversation, listOf(conversation).slice(-7));
        expect(new Map([...(await store.recent(7))].sort())).toEqual(recent);
        store.close();
      }),
      { numRuns: 60 },
    );
  });

  test('walking back page by page tells each message once, in order', async () => {
    const limits = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 300 }), fc.nat(), limits, async (count, seed, sizes) => {
        vi.stubGlobal('indexedDB', new IDBFactory());
        const store = await open();
        const ids = Array.from({ length: count }, (_, i) => i + 1);
        // Anywhere from in order to reversed by thirds.
        const shuffled = [...ids].sort((a, b) => ((a * seed) % 7) - ((b * seed) % 7));
        for (let at = 0; at < count; at += 40) {
          await store.putMessages(shuffled.slice(at, at + 40).map((each) => stored(each)));
          // The journal is folded before something is taken out.
          if (at % 3 !== 0) await store.forgetMessages(BOB, []);
        }
        const told: number[] = [];
        let before: Place | undefined;
        for (let turn = 0; ; turn += 1) {
          const page = await store.page(BOB, before, sizes[turn % sizes.length] ?? 1);
          if (page.length === 0) break;
          told.unshift(...page.map(({ msg_id }) => msg_id));
          before = page[0];
        }
        expect(told).toEqual(ids);
        store.close();
      }),
      { numRuns: 25 },
    );
  });
});

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
    expect([...(await store.extras()).values()].every((one) => typeof one === 'object')).toBe(true);
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

test('what version 1 had is let go of', async () => {
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

  test('is folded when it has become long, and nothing is lost or told twice', async () => {
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
