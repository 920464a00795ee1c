/** The limits of a cache of the database. */
export interface CacheLimits {
  /** How many entries. */
  max: number;
  /** How old they may become; 0 for any age. */
  ttl: number;
}

/** How long another node's change can stay unseen, if nothing that it says of the change arrives. */
export const SHARED_TTL_MS = 5_000;
