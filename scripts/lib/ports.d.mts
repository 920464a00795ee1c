/** For test/kit, which is TypeScript. */
export const LOOPBACK: string;
export function freePort(from: number): Promise<number>;
