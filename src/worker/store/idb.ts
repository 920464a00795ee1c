/**
 * IndexedDB through the library idb. Reads and whole transactions are awaited. A failed write rejects its transaction, so writes use the bare
 * store and have no promise of their own.
 */
import { deleteDB, openDB, unwrap, wrap } from 'idb';

const VERSION = 2;

export const STORES = ['journal', 'messages', 'spans', 'answers', 'extras', 'outbox', 'account'] as const;

/** @param onBlocked an older version in another worker does not close the database */
export async function openDatabase(name: string, onBlocked: () => void): Promise<IDBDatabase> {
  const db = await openDB(name, VERSION, {
    upgrade(upgraded) {
      // Version 1 was only a cache.
      for (const store of upgraded.objectStoreNames) upgraded.deleteObjectStore(store);
      for (const store of STORES) upgraded.createObjectStore(store, { autoIncrement: true });
    },
    blocked: onBlocked,
    // Newer code needs the database, or the user deletes it. The next access fails, and opens it again.
    blocking: (_current, _blocked, { target }) => (target as IDBDatabase).close(),
  });
  return unwrap(db);
}

/** Always resolves: a database that is open elsewhere is deleted once it is closed there. */
export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    deleteDB(name, { blocked: () => resolve() }).then(resolve, () => resolve());
  });
}

export const resultOf = <T>(request: IDBRequest<T>): Promise<T> => wrap(request);

export const doneOf = (transaction: IDBTransaction): Promise<void> => wrap(transaction).done;

/** All records with their keys, as of one moment. */
export async function allOf(store: IDBObjectStore): Promise<[IDBValidKey, unknown][]> {
  const [keys, values] = await Promise.all([
    resultOf(store.getAllKeys()),
    resultOf<unknown[]>(store.getAll()),
  ]);
  return keys.map((key, place) => [key, values[place]]);
}

/**
 * Visits a range from its end backwards.
 * @param visit returns the key to continue at, or null to stop
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
