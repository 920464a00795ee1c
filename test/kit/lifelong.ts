/** Things that are opened once in a process and serve several test files. Vitest loads this file twice, so the list is a global. */

const KEY = Symbol.for('jmessage.lifelong');
type Close = () => Promise<unknown>;
const place = globalThis as { [KEY]?: Close[] };

export function beginLife(): void {
  place[KEY] = [];
}

/** Closes everything, the last first. */
export async function endLife(): Promise<void> {
  for (const close of place[KEY]?.splice(0).reverse() ?? []) await close();
}

/** Whether this process runs test files, one after the other. Benchmarks and chaos runs on the command line do not. */
export const isShared = (): boolean => place[KEY] !== undefined;

/** Has this closed after the last file. */
export function atEnd(close: Close): void {
  place[KEY]?.push(close);
}
