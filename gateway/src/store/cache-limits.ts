/** The limits of a cache of the database. */
export interface CacheLimits {
  /** How many entries. */
  max: number;
  /** How old they may become; 0 for any age. */
  ttl: number;
}

/** Of several nodes, though each hears of changes, or finds them in the database: see `CacheChanges`. */
export const SHARED_TTL_MS = 60_000;
