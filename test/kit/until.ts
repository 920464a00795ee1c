/** Waits for a condition without an event of its own. Tests wait for conditions, never for time to pass. */
const POLL_MS = 20;
export const UNTIL_TIMEOUT_MS = 15_000;

/**
 * Polls until the answer is neither `undefined`, `null` nor `false`, and returns it.
 * @param what names the condition in words, for the error of a time-out
 */
export async function until<T>(
  what: string,
  ask: () => T | Promise<T>,
  timeoutMs = UNTIL_TIMEOUT_MS,
): Promise<NonNullable<Exclude<T, false>>> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== null && answer !== false) {
      return answer as NonNullable<Exclude<T, false>>;
    }
    if (performance.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
