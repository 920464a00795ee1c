/** Faults of the browser's own database, and a view of it past the store. */
import { vi } from 'vitest';
import type { Store } from '../../../src/worker/store/store.js';

/** The name under which the store of `account` has its database. */
export const DATABASE = 'jmessage:account';

export const recentIds = async (store: Store): Promise<number[]> =>
  [...(await store.recent(10)).values()].flatMap((list) => list.map(({ msg_id }) => msg_id));

/**
 * Makes every write fail, and its transaction with it.
 * @param times the number of writes that fail; later ones work
 */
export function failPuts(name: string, times = Number.POSITIVE_INFINITY): void {
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

/** @returns a list that grows with each native database that is opened */
export function watchOpened(): IDBDatabase[] {
  const opened: IDBDatabase[] = [];
  const native = indexedDB.open.bind(indexedDB);
  vi.spyOn(indexedDB, 'open').mockImplementation((name, version) => {
    const request = native(name, version);
    request.addEventListener('success', () => opened.push(request.result));
    return request;
  });
  return opened;
}
