/**
 * Opens an account's store and keeps it usable. A database that fails is opened again, since browsers drop connections in the background. A
 * full one loses a part of its cache. If that does not help, the store goes on in memory and reports that. No caller gets a storage error,
 * and none waits for ever.
 */
import type { Clock } from '../util/clock.js';
import { deleteDatabase, openDatabase } from './idb.js';
import { IdbStore } from './idb-store.js';
import { MemoryStore } from './memory-store.js';
import type { Store } from './store.js';

/** In some browsers the opening of a database can hang for ever. */
const OPEN_TIMEOUT_MS = 5_000;
/** So can an access to it. */
const CALL_TIMEOUT_MS = 30_000;
const CACHE_BYTES = 200_000_000;
const CACHE_SHARE_OF_QUOTA = 0.6;

type Method = Exclude<keyof Store, 'close' | 'wipe'>;
type Arguments = { [M in Method]: Parameters<Store[M]> };
type Results = { [M in Method]: Awaited<ReturnType<Store[M]>> };
type Calls = { [M in Method]: (...args: Arguments[M]) => Promise<Results[M]> };

/** Data that must not be lost. It is in memory as well while the store is open. */
const PRECIOUS_READS: ReadonlySet<Method> = new Set(['outbox', 'progress', 'token']);
const PRECIOUS_WRITES: ReadonlySet<Method> = new Set([
  'putOutbox',
  'forgetOutbox',
  'putProgress',
  'putToken',
]);

/** @param estimate `navigator.storage.estimate`, where there is one */
export async function openStore(
  account: string,
  clock: Clock,
  onDegraded: (reason: string) => void,
  estimate?: () => Promise<StorageEstimate>,
): Promise<Store> {
  const store = new ResilientStore(`jmessage:${account}`, clock, onDegraded, estimate);
  await store.open();
  return new Proxy<Store>(new MemoryStore(), {
    get(methods, name: keyof Store) {
      if (name === 'close' || name === 'wipe') return () => store[name]();
      return name in methods ? (...args: Arguments[Method]) => store.use(name, args) : undefined;
    },
  });
}

class ResilientStore {
  /** The precious data, and everything once the database has failed. */
  readonly #memory = new MemoryStore();
  #current: MemoryStore | IdbStore = this.#memory;
  #recovery: Promise<void> | undefined;
  #closed = false;
  #reported = false;
  #cap = CACHE_BYTES;

  constructor(
    private readonly name: string,
    private readonly clock: Clock,
    private readonly onDegraded: (reason: string) => void,
    private readonly estimate?: () => Promise<StorageEstimate>,
  ) {}

  async open(): Promise<void> {
    void this.#limit().catch(() => undefined);
    try {
      const opened = await this.#openDatabase();
      this.#current = opened;
      await this.#inTime(copyPrecious(opened, this.#memory));
    } catch (error) {
      this.#degrade(error);
    }
  }

  async use<M extends Method>(method: M, args: Arguments[M]): Promise<Results[M]> {
    const memory: Calls = this.#memory;
    if (PRECIOUS_READS.has(method)) return memory[method](...args);
    if (PRECIOUS_WRITES.has(method)) await memory[method](...args);
    const used = this.#current;
    try {
      return await this.#call(used, method, args);
    } catch (error) {
      if (used === this.#current) await this.#recover(error);
    }
    const recovered = this.#current;
    try {
      return await this.#call(recovered, method, args);
    } catch (error) {
      // A database on a full or read-only disk opens and does not work.
      if (recovered === this.#current) this.#degrade(error);
      return this.#call(this.#current, method, args);
    }
  }

  close(): void {
    this.#closed = true;
    this.#current.close();
  }

  async wipe(): Promise<void> {
    this.close();
    this.#current = this.#memory;
    await this.#memory.wipe();
    await this.#inTime(deleteDatabase(this.name)).catch(() => undefined);
  }

  #call<M extends Method>(store: MemoryStore | IdbStore, method: M, args: Arguments[M]): Promise<Results[M]> {
    const calls: Calls = store;
    return store === this.#memory ? calls[method](...args) : this.#inTime(calls[method](...args));
  }

  /** Accesses that fail at the same time share one recovery. */
  #recover(error: unknown): Promise<void> {
    this.#recovery ??= this.#repair(this.#current, error)
      .catch((again: unknown) => this.#degrade(again))
      .finally(() => {
        this.#recovery = undefined;
      });
    return this.#recovery;
  }

  async #repair(failed: MemoryStore | IdbStore, error: unknown): Promise<void> {
    const isFull = error instanceof Error && error.name === 'QuotaExceededError';
    if (isFull && failed instanceof IdbStore) return this.#inTime(failed.shed());
    failed.close();
    if (this.#closed) throw error;
    const opened = await this.#openDatabase();
    try {
      // The user may have deleted it.
      await this.#inTime(copyPrecious(this.#memory, opened));
    } catch (again) {
      opened.close();
      throw again;
    }
    this.#current = opened;
  }

  /** Fails on insecure pages, for which the browser gives no estimate. */
  async #limit(): Promise<void> {
    const { quota = Infinity } = (await this.estimate?.()) ?? {};
    this.#cap = Math.min(CACHE_BYTES, CACHE_SHARE_OF_QUOTA * quota);
  }

  async #openDatabase(): Promise<IdbStore> {
    let onBlocked = () => {};
    const blocked = new Promise<never>((_resolve, reject) => {
      onBlocked = () => reject(new Error('an older version is in use'));
    });
    const opening = openDatabase(this.name, onBlocked);
    try {
      return new IdbStore(
        await this.#inTime(Promise.race([opening, blocked]), OPEN_TIMEOUT_MS),
        () => this.#cap,
      );
    } catch (error) {
      // It may still open later.
      opening.then((db) => db.close()).catch(() => undefined);
      throw error;
    }
  }

  #inTime<T>(work: Promise<T>, ms = CALL_TIMEOUT_MS): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(ms, () => reject(new Error('the database is silent')));
      work.then(resolve, reject).finally(cancel);
    });
  }

  /** For the rest of this store's life. A fault after the close is not reported. */
  #degrade(error: unknown): void {
    if (this.#current !== this.#memory) this.#current.close();
    this.#current = this.#memory;
    if (this.#closed || this.#reported) return;
    this.#reported = true;
    this.onDegraded(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  }
}

async function copyPrecious(from: MemoryStore | IdbStore, to: MemoryStore | IdbStore): Promise<void> {
  const [outbox, progress, token] = await Promise.all([from.outbox(), from.progress(), from.token()]);
  await Promise.all([to.putOutbox(outbox), progress && to.putProgress(progress), to.putToken(token)]);
}
