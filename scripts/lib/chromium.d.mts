/** For test/kit, which is TypeScript. */
export function findChromium(): string | null;
