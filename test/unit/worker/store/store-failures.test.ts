/** A database that cannot be opened, read or written: the store goes on in memory, and reports the failure once. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { resultOf } from '../../../../src/worker/store/idb.js';
import { IdbStore } from '../../../../src/worker/store/idb-store.js';
import { openStore } from '../../../../src/worker/store/open-store.js';
import type { Store } from '../../../../src/worker/store/store.js';
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

describe('goes on in memory, and says so once,', () => {
  async function expectMemory(store: Store): Promise<void> {
    await store.putMessages([stored(1)]);
    await store.putConversations([]);
    expect(await recentIds(store)).toEqual([1]);
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
    const upgrade = indexedDB.open(DATABASE, 99);
    await new Promise((resolve) => upgrade.addEventListener('success', resolve));
    upgrade.result.close();
    await expectMemory(await open());
    expect(reasons[0]).toContain('VersionError');
  });

  test('if an older version does not close', async () => {
    const older = indexedDB.open(DATABASE, 1);
    await resultOf(older);
    await expectMemory(await open());
    expect(reasons[0]).toContain('older version');
    older.result.close();
    // It opens now, and is let go of: newer code is not held up.
    await resultOf(indexedDB.open(DATABASE, 3));
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
    (await resultOf(indexedDB.open(DATABASE, 3))).close();
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
