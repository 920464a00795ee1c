/** By wire event; codes by their names in `CODES`. */
export function readHandlers(): Map<string, { handler: string; file: string; codes: string[] }>;
