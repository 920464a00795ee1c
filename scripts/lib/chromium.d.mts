/** For the test harness, which is TypeScript. */
export function findChromium(): string | null;
