/** Cached data of this node that were changed, here or on another node. */
import type { CachedById } from '../engine/engine.js';
import type { Store } from '../store/index.js';

/** The next request reads it from the database again. */
export function forgetCached(
  { groups, lists, rooms }: Pick<Store, 'groups' | 'lists' | 'rooms'>,
  cached: CachedById,
  key: number,
): void {
  if (cached === 'group') groups.forget(key);
  else if (cached === 'blacklist') lists.forgetBlacklist(key);
  else rooms.forget(key);
}
