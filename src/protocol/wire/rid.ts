/**
 * A call's identity on the wire.
 *
 * `rid` is derived from the `callId`, so a call has the same `rid` on every try, in every worker and after every restart. The server recognises a
 * retry by its `rid` and its unchanged payload.
 */

/** Wire range of a `rid`: 1 … 2^31-1. */
const RID_RANGE = 0x7fff_ffff;

/** FNV-1a over the UUID's characters: all of the identifier counts, for every version of UUID. */
export function ridOf(callId: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < callId.length; i += 1) {
    hash ^= callId.charCodeAt(i);
    hash = Math.imul(hash, 0x0100_0193);
  }
  return ((hash >>> 0) % RID_RANGE) + 1;
}
