/** A store that goes on whatever the browser's database does, and says so once. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { IdbStore } from '../../src/worker/store/idb-store.js';
import { openStore } from '../../src/worker/store/open-store.js';
import type { Store, StoredMessage } from '../../src/worker/store/store.js';
import { FakeClock, settle } from './fakes/clock.js';
import { apiMessage } from './fakes/messages.js';

const OPEN_TIMEOUT_MS = 5_000;
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

test('what one store keeps the next one finds', async () => {
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

  test('where there is no IndexedDB', async () => {
    vi.stubGlobal('indexedDB', undefined);
    await expectMemory(await open());
  });

  test('where opening throws', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('no', 'SecurityError');
    });
    await expectMemory(await open());
    expect(reasons[0]).toContain('SecurityError');
  });

  test('where opening hangs', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => new IDBOpenDBRequest());
    const opening = open();
    await clock.advance(OPEN_TIMEOUT_MS);
    await expectMemory(await opening);
  });

  test('where newer code has been', async () => {
    const upgrade = indexedDB.open(NAME, 99);
    await new Promise((resolve) => upgrade.addEventListener('success', resolve));
    upgrade.result.close();
    await expectMemory(await open());
    expect(reasons[0]).toContain('VersionError');
  });

  test('where an older version does not let go', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      const request = new IDBOpenDBRequest();
      vi.spyOn(request, 'addEventListener').mockImplementation((type, listener) => {
        if (type === 'blocked' && typeof listener === 'function')
          queueMicrotask(() => listener(new Event(type)));
      });
      return request;
    });
    await expectMemory(await open());
    expect(reasons[0]).toContain('older version');
  });

  test('where the disk is full', async () => {
    const store = await open();
    vi.spyOn(IdbStore.prototype, 'putMessages').mockImplementation(async () => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    await expectMemory(store);
    expect(reasons[0]).toContain('QuotaExceededError');
  });

  test('where the connection is lost and cannot be opened again', async () => {
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

test("what still comes after closing is nobody's error", async () => {
  const store = await open();
  store.close();
  await store.putConversations([]);
  expect(reasons).toEqual([]);
});
