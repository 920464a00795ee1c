/** Builds the SDK, the gateway and the demo, unless they are up to date. @returns exit code */
export function ensureAll(): Promise<number>;
