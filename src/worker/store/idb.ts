/**
 * IndexedDB by way of idb. Reads and whole transactions are awaited; what fails within a transaction rejects the transaction's promise, so a
 * write is made on the bare store and needs no promise of its own.
 */
import { deleteDB, openDB, unwrap, wrap } from 'idb';

const VERSION = 2;

export const STORES = ['journal', 'messages', 'spans', 'answers', 'extras', 'outbox', 'account'] as const;

/** @param onBlocked an older version in another worker does not let go */
export async function openDatabase(name: string, onBlocked: () => void): Promise<IDBDatabase> {
  const db = await openDB(name, VERSION, {
    upgrade(upgraded) {
      // What version 1 had was a cache.
      for (const store of upgraded.objectStoreNames) upgraded.deleteObjectStore(store);
      for (const store of STORES) upgraded.createObjectStore(store, { autoIncrement: true });
    },
    blocked: onBlocked,
    // Newer code wants it, or somebody deletes it: who uses it next finds it closed.
    blocking: (_current, _blocked, { target }) => (target as IDBDatabase).close(),
  });
  return unwrap(db);
}

/** Resolves in any case: where another connection does not let go it is deleted when that does. */
export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    deleteDB(name, { blocked: () => resolve() }).then(resolve, () => resolve());
  });
}

export const resultOf = <T>(request: IDBRequest<T>): Promise<T> => wrap(request);

export const doneOf = (transaction: IDBTransaction): Promise<void> => wrap(transaction).done;

/** All records of a range with their keys, from one point of time. */
export async function allOf(store: IDBObjectStore): Promise<[IDBValidKey, unknown][]> {
  const [keys, values] = await Promise.all([
    resultOf(store.getAllKeys()),
    resultOf<unknown[]>(store.getAll()),
  ]);
  return keys.map((key, place) => [key, values[place]]);
}

/**
 * From the end of a range backwards.
 * @param visit gives the key to go back to, or null for the end
 */
export async function backwards(
  store: IDBObjectStore,
  range: IDBKeyRange,
  visit: (cursor: IDBCursorWithValue) => IDBValidKey | null | undefined,
): Promise<void> {
  const request = store.openCursor(range, 'prev');
  for (let cursor = await resultOf(request); cursor; cursor = await resultOf(request)) {
    const next = visit(cursor);
    if (next === null) return;
    cursor.continue(next);
  }
}
