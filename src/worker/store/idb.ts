/**
 * IndexedDB with promises: the few lines of it that the store needs. What fails within a transaction rejects the transaction's promise: a write
 * needs no promise of its own.
 */

const VERSION = 2;

export const STORES = ['journal', 'messages', 'spans', 'answers', 'extras', 'outbox', 'account'] as const;

/** @param onBlocked an older version in another worker does not let go */
export async function openDatabase(name: string, onBlocked: () => void): Promise<IDBDatabase> {
  const request = indexedDB.open(name, VERSION);
  request.onblocked = onBlocked;
  request.onupgradeneeded = () => {
    const { result: db } = request;
    // What version 1 had was a cache.
    for (const store of db.objectStoreNames) db.deleteObjectStore(store);
    for (const store of STORES) db.createObjectStore(store, { autoIncrement: true });
  };
  const db = await resultOf(request);
  // Newer code wants it, or somebody deletes it: who uses it next finds it closed.
  db.onversionchange = () => db.close();
  return db;
}

/** Resolves in any case: where another connection does not let go it is deleted when that does. */
export function deleteDatabase(name: string): Promise<void> {
  return new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = request.onerror = request.onblocked = () => resolve();
  });
}

export function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function doneOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

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
