/** A store that goes on whatever the browser's database does, and says so once. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDatabase, resultOf } from '../../../../src/worker/store/idb.js';
import { IdbStore } from '../../../../src/worker/store/idb-store.js';
import { openStore } from '../../../../src/worker/store/open-store.js';
import type { OutboxRecord, Store, StoredMessage } from '../../../../src/worker/store/store.js';
import { FakeClock, settle } from '../../fakes/clock.js';
import { apiMessage } from '../../fakes/messages.js';

const OPEN_TIMEOUT_MS = 5_000;
const CALL_TIMEOUT_MS = 30_000;
const NAME = 'jmessage:account';

let clock: FakeClock;
let reasons: string[];
beforeEach(() => {
  clock = new FakeClock();
  reasons = [];
  vi.stubGlobal('indexedDB', new IDBFactory());
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const open = () => openStore('account', clock, (reason) => reasons.push(reason));
const stored = (id: number): StoredMessage => ({ conversation: 's/app/bob', message: apiMessage(id) });
const ids = async (store: Store) =>
  [...(await store.recent(10)).values()].flatMap((list) => list.map(({ msg_id }) => msg_id));

const TOKEN = { device: 'd', token: 't', renewals: 1, roaming: true };
const PROGRESS = { syncKey: 1, eventKey: 2, receiptKey: 3, seenEvents: [4], seenReceipts: [] };
const outboxRecord = (id: number): OutboxRecord => ({
  id,
  callId: `call ${id}`,
  tabId: 'tab',
  method: 'sendSingleMsg',
  params: {},
  madeAt: 1,
  expiresAt: 2,
  uploadUrl: '',
  attempt: 0,
  state: { is: 'queued' },
});

/** Every write fails from now on, and its transaction with it. @param times after that they work again */
function failPuts(name: string, times = Number.POSITIVE_INFINITY): void {
  const put = IDBObjectStore.prototype.put;
  let failed = 0;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (
    this: IDBObjectStore,
    ...args: Parameters<typeof put>
  ) {
    failed += 1;
    if (failed <= times) throw new DOMException('no', name);
    return put.apply(this, args);
  });
}

/** The native databases that are opened from now on. */
function watchOpened(): IDBDatabase[] {
  const opened: IDBDatabase[] = [];
  const native = indexedDB.open.bind(indexedDB);
  vi.spyOn(indexedDB, 'open').mockImplementation((name, version) => {
    const request = native(name, version);
    request.addEventListener('success', () => opened.push(request.result));
    return request;
  });
  return opened;
}

test('the next store finds the data of the one before', async () => {
  const first = await open();
  await first.putMessages([stored(1)]);
  first.close();
  const second = await open();
  expect(await ids(second)).toEqual([1]);
  expect(reasons).toEqual([]);
  expect(clock.pending).toBe(0);
});

describe('goes on in memory, and says so once,', () => {
  async function expectMemory(store: Store): Promise<void> {
    await store.putMessages([stored(1)]);
    await store.putConversations([]);
    expect(await ids(store)).toEqual([1]);
    expect(reasons).toHaveLength(1);
    expect(clock.pending).toBe(0);
  }

  test('without IndexedDB', async () => {
    vi.stubGlobal('indexedDB', undefined);
    await expectMemory(await open());
  });

  test('if opening throws', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('no', 'SecurityError');
    });
    await expectMemory(await open());
    expect(reasons[0]).toContain('SecurityError');
  });

  test('if opening hangs', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => new IDBOpenDBRequest());
    const opening = open();
    await clock.advance(OPEN_TIMEOUT_MS);
    await expectMemory(await opening);
  });

  test('after newer code', async () => {
    const upgrade = indexedDB.open(NAME, 99);
    await new Promise((resolve) => upgrade.addEventListener('success', resolve));
    upgrade.result.close();
    await expectMemory(await open());
    expect(reasons[0]).toContain('VersionError');
  });

  test('if an older version does not close', async () => {
    const older = indexedDB.open(NAME, 1);
    await resultOf(older);
    await expectMemory(await open());
    expect(reasons[0]).toContain('older version');
    older.result.close();
    // It opens now, and is let go of: newer code is not held up.
    await resultOf(indexedDB.open(NAME, 3));
  });

  test('if the disk is full, and shedding does not help', async () => {
    const store = await open();
    failPuts('QuotaExceededError');
    await expectMemory(store);
    expect(reasons[0]).toContain('QuotaExceededError');
  });

  test.each(['ReadOnlyError', 'UnknownError', 'DataError'])('if writing fails: %s', async (name) => {
    const store = await open();
    failPuts(name);
    await expectMemory(store);
    expect(reasons[0]).toContain(name);
  });

  test('if newer code takes the database over', async () => {
    const store = await open();
    await store.putMessages([stored(9)]);
    (await resultOf(indexedDB.open(NAME, 3))).close();
    await expectMemory(store);
    expect(reasons[0]).toContain('VersionError');
  });

  test('if the database no longer answers', async () => {
    const store = await open();
    vi.spyOn(IdbStore.prototype, 'putMessages').mockImplementation(() => new Promise(() => undefined));
    const expected = expectMemory(store);
    await clock.advance(CALL_TIMEOUT_MS);
    for (let turn = 0; turn < 50; turn += 1) await settle();
    await clock.advance(CALL_TIMEOUT_MS);
    await expected;
  });

  test('if every access fails at once, and unsent messages are still there', async () => {
    const first = await open();
    await first.putOutbox([outboxRecord(1), outboxRecord(2)]);
    await first.putToken(TOKEN);
    first.close();
    const store = await open();
    await store.forgetOutbox([1]);
    await store.putProgress(PROGRESS);
    failPuts('UnknownError');
    await Promise.all([
      store.putOutbox([outboxRecord(3)]),
      store.putMessages([stored(1)]),
      store.putAnswer('a', { is: 1 }),
      store.putSpans('s/app/bob', []),
      store.putConversations([]),
      store.putExtras('s/app/bob', { a: 1 }),
    ]);
    expect((await store.outbox()).map(({ id }) => id)).toEqual([2, 3]);
    expect(await store.token()).toEqual(TOKEN);
    expect(await store.progress()).toEqual(PROGRESS);
    expect(await store.answer('a')).toEqual({ is: 1 });
    expect(reasons).toHaveLength(1);
  });

  test('if the connection is lost and cannot be opened again', async () => {
    const opened = watchOpened();
    const store = await open();
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('no', 'UnknownError');
    });
    opened[0]?.close();
    await expectMemory(store);
  });
});

test('a connection that the browser has closed is opened again, and nothing is lost', async () => {
  const opened = watchOpened();
  const store = await open();
  await store.putMessages([stored(1)]);
  opened[0]?.close();
  await store.putMessages([stored(2)]);
  expect(await ids(store)).toEqual([1, 2]);
  expect(opened).toHaveLength(2);
  expect(reasons).toEqual([]);
});

test('calls that find it closed at the same time open it once', async () => {
  const opened = watchOpened();
  const store = await open();
  opened[0]?.close();
  await Promise.all([store.putMessages([stored(1)]), store.putMessages([stored(2)]), store.conversations()]);
  expect(await ids(store)).toEqual([1, 2]);
  expect(opened).toHaveLength(2);
});

test('a database that opens too late is closed again', async () => {
  const opened = watchOpened();
  const opening = open();
  await clock.advance(OPEN_TIMEOUT_MS);
  await opening;
  expect(reasons).toHaveLength(1);
  for (let turn = 0; turn < 20 && opened.length === 0; turn += 1) await settle();
  const [late] = opened;
  expect(() => late?.transaction('messages')).toThrow();
});

test('a database that is deleted by hand is made anew, with what must not be lost', async () => {
  const store = await open();
  await store.putMessages([stored(1)]);
  await store.putOutbox([outboxRecord(1)]);
  await store.putProgress(PROGRESS);
  await store.putToken(TOKEN);
  await resultOf(indexedDB.deleteDatabase(NAME));
  await store.putMessages([stored(2)]);
  expect(await ids(store)).toEqual([2]);
  store.close();
  const next = await open();
  expect((await next.outbox()).map(({ id }) => id)).toEqual([1]);
  expect(await next.progress()).toEqual(PROGRESS);
  expect(await next.token()).toEqual(TOKEN);
  expect(await ids(next)).toEqual([2]);
  expect(reasons).toEqual([]);
});

test('a disk that is full is given room once: half of the cache goes, and the write is repeated', async () => {
  const store = await open();
  for (let id = 1; id <= 200; id += 1) await store.putMessages([stored(id)]);
  failPuts('QuotaExceededError', 1);
  await store.putOutbox([outboxRecord(1)]);
  const kept = (await store.page('s/app/bob', undefined, 1_000)).map(({ msg_id }) => msg_id);
  expect(kept.length).toBeLessThan(150);
  expect(kept.at(-1)).toBe(200);
  expect(await store.outbox()).toHaveLength(1);
  expect(reasons).toEqual([]);
});

test('the cache takes no more than its share of what the browser gives', async () => {
  const store = await openStore(
    'account',
    clock,
    (reason) => reasons.push(reason),
    async () => ({
      quota: 100_000,
    }),
  );
  for (let id = 1; id <= 400; id += 10)
    await store.putMessages(Array.from({ length: 10 }, (_, i) => stored(id + i)));
  const kept = await store.page('s/app/bob', undefined, 1_000);
  expect(JSON.stringify(kept).length).toBeLessThan(65_000);
  expect(kept.length).toBeGreaterThan(50);
  expect(reasons).toEqual([]);
});

test('a browser that tells nothing of its space is no fault', async () => {
  const store = await openStore(
    'account',
    clock,
    (reason) => reasons.push(reason),
    () => {
      throw new TypeError('navigator.storage is undefined');
    },
  );
  await store.putMessages([stored(1)]);
  expect(await ids(store)).toEqual([1]);
  expect(reasons).toEqual([]);
});

describe('wiping', () => {
  const names = async () => (await indexedDB.databases()).map(({ name }) => name);

  test('leaves nothing on the disk, and nothing is written there afterwards', async () => {
    const store = await open();
    await store.putOutbox([outboxRecord(1)]);
    expect(await names()).toEqual([NAME]);
    await store.wipe();
    expect(await store.outbox()).toEqual([]);
    await store.putMessages([stored(1)]);
    await store.putToken(null);
    expect(await names()).toEqual([]);
    expect(reasons).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('waits for no other connection', async () => {
    const store = await open();
    const other = await openDatabase(NAME, () => undefined);
    other.onversionchange = null;
    await store.wipe();
    other.close();
    await vi.waitFor(async () => expect(await names()).toEqual([]));
  });

  test('ends even where the browser does not answer', async () => {
    const store = await open();
    vi.spyOn(indexedDB, 'deleteDatabase').mockImplementation(() => new IDBOpenDBRequest());
    const wiping = store.wipe();
    await clock.advance(CALL_TIMEOUT_MS);
    await wiping;
    expect(reasons).toEqual([]);
  });
});

test('calls after closing cause no error', async () => {
  const store = await open();
  store.close();
  await store.putConversations([]);
  expect(reasons).toEqual([]);
});
