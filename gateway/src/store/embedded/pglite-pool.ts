/**
 * PGlite in a thread of its own, as Kysely's pool of one connection. So statements take no time from the network, and a second core works on
 * them.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { PostgresPoolClient, PostgresQueryResult } from 'kysely';
import type { ConnectionSource } from '../shared-connection.js';

export interface ThreadData {
  /** In memory without one. */
  directory: string | undefined;
  wasm: WebAssembly.Module;
}

export interface ThreadQuery {
  id: number;
  statement: string;
  parameters: readonly unknown[];
}

/** `changed` counts rows, and is 0 for a statement that only reads. */
export type ThreadAnswer =
  | { id: number; rows: unknown[]; changed: number }
  | { id: number; error: Record<string, unknown> };

interface Waiting {
  resolve(result: PostgresQueryResult<unknown>): void;
  reject(error: Error): void;
}

/** Compiled once for each process: that is most of a database's start. */
let compiled: Promise<WebAssembly.Module> | undefined;
async function compile(): Promise<WebAssembly.Module> {
  const path = new URL('./pglite.wasm', import.meta.resolve('@electric-sql/pglite'));
  return WebAssembly.compile(await readFile(fileURLToPath(path)));
}

export class PGlitePool implements ConnectionSource {
  readonly #waiting = new Map<number, Waiting>();
  readonly #queue: (() => void)[] = [];
  #isHeld = false;
  #lastId = 0;

  private constructor(private readonly thread: Worker) {
    thread.on('message', (answer: ThreadAnswer) => this.#receive(answer));
    // An error of the thread itself has no listener: without its database the process has to end.
    thread.on('exit', () => this.#fail(new Error('the database has ended')));
  }

  /** @param directory of the database; in memory without one */
  static async open(directory?: string): Promise<PGlitePool> {
    compiled ??= compile();
    const workerData: ThreadData = { directory, wasm: await compiled };
    const thread = new Worker(new URL('./pglite-thread.mjs', import.meta.url), { workerData });
    await new Promise<void>((resolve, reject) => {
      thread.once('message', () => {
        thread.off('error', reject);
        resolve();
      });
      thread.once('error', reject);
    });
    return new PGlitePool(thread);
  }

  get isWanted(): boolean {
    return this.#queue.length > 0;
  }

  async connect(): Promise<PostgresPoolClient> {
    if (this.#isHeld) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#isHeld = true;
    return {
      query: <R>(statement: unknown, parameters: readonly unknown[] = []) =>
        this.#query(String(statement), parameters) as Promise<PostgresQueryResult<R>>,
      release: () => {
        const next = this.#queue.shift();
        if (next) next();
        else this.#isHeld = false;
      },
    } as PostgresPoolClient;
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.thread.once('exit', resolve));
    this.thread.postMessage('close');
    await ended;
  }

  #query(statement: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<unknown>> {
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      const query: ThreadQuery = { id, statement, parameters };
      this.thread.postMessage(query);
    });
  }

  #receive(answer: ThreadAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('error' in answer) {
      waiting?.reject(Object.assign(new Error(String(answer.error.message)), answer.error));
      return;
    }
    const { rows, changed } = answer;
    waiting?.resolve({ rows, rowCount: changed, command: changed > 0 ? 'UPDATE' : 'SELECT' });
  }

  #fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
