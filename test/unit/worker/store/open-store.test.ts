/** A store over the browser's database: it opens again, makes room and wipes itself, and the next store finds its data. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openDatabase, resultOf } from '../../../../src/worker/store/idb.js';
import { openStore } from '../../../../src/worker/store/open-store.js';
import { FakeClock, settle } from '../../fakes/clock.js';
import { DATABASE, failPuts, recentIds, watchOpened } from '../../fakes/native-database.js';
import { outboxRecord, PROGRESS, stored, TOKEN } from '../../fakes/stores.js';

const OPEN_TIMEOUT_MS = 5_000;
const CALL_TIMEOUT_MS = 30_000;

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

test('the next store finds the data of the one before', async () => {
  const first = await open();
  await first.putMessages([stored(1)]);
  first.close();
  const second = await open();
  expect(await recentIds(second)).toEqual([1]);
  expect(reasons).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('a connection that the browser has closed is opened again, and nothing is lost', async () => {
  const opened = watchOpened();
  const store = await open();
  await store.putMessages([stored(1)]);
  opened[0]?.close();
  await store.putMessages([stored(2)]);
  expect(await recentIds(store)).toEqual([1, 2]);
  expect(opened).toHaveLength(2);
  expect(reasons).toEqual([]);
});

test('calls that find it closed at the same time open it once', async () => {
  const opened = watchOpened();
  const store = await open();
  opened[0]?.close();
  await Promise.all([store.putMessages([stored(1)]), store.putMessages([stored(2)]), store.conversations()]);
  expect(await recentIds(store)).toEqual([1, 2]);
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
  await resultOf(indexedDB.deleteDatabase(DATABASE));
  await store.putMessages([stored(2)]);
  expect(await recentIds(store)).toEqual([2]);
  store.close();
  const next = await open();
  expect((await next.outbox()).map(({ id }) => id)).toEqual([1]);
  expect(await next.progress()).toEqual(PROGRESS);
  expect(await next.token()).toEqual(TOKEN);
  expect(await recentIds(next)).toEqual([2]);
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
  expect(await recentIds(store)).toEqual([1]);
  expect(reasons).toEqual([]);
});

describe('wiping', () => {
  const names = async () => (await indexedDB.databases()).map(({ name }) => name);

  test('leaves nothing on the disk, and nothing is written there afterwards', async () => {
    const store = await open();
    await store.putOutbox([outboxRecord(1)]);
    expect(await names()).toEqual([DATABASE]);
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
    const other = await openDatabase(DATABASE, () => undefined);
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
