/** For the unit test, which is TypeScript. */
export function makePages(): Promise<Record<string, string>>;
