/**
 * Reads from the database what a cache lacks: all that waits, in one query. Many accounts begin to write at once after a start of the gateway.
 * On PGlite a query of its own for each of them took seconds in all.
 */

/** Names in one query. */
const MOST = 500;
/** One that hangs must not hold up all others. */
const QUERIES_AT_ONCE = 4;

interface Waiting<K, R> {
  name: K;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/** @param read answers each name at its index; begins after the name was asked for */
export function readTogether<K, R>(
  read: (names: readonly K[]) => Promise<readonly (R | undefined)[]>,
): (name: K) => Promise<R | undefined> {
  const waiting: Waiting<K, R | undefined>[] = [];
  let running = 0;
  const run = async (): Promise<void> => {
    running += 1;
    while (waiting.length > 0) {
      const lot = waiting.splice(0, MOST);
      try {
        const results = await read(lot.map(({ name }) => name));
        for (const [index, { resolve }] of lot.entries()) resolve(results[index]);
      } catch (error) {
        for (const { reject } of lot) reject(error);
      }
    }
    running -= 1;
  };
  return (name) =>
    new Promise((resolve, reject) => {
      waiting.push({ name, resolve, reject });
      if (running < QUERIES_AT_ONCE) void run();
    });
}
