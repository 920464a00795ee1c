/** Turns the changesets into the next version. @returns it, or null without changesets */
export function nextVersion(folder?: string): Promise<string | null>;
