/** Ids of two lists that are in order: each once, in order, and at most so many. */
export function mergeIds(one: readonly number[], other: readonly number[], most: number): number[] {
  const all = [...new Set([...one, ...other])];
  // One after the other, as lists often are, needs no sorting.
  const isInOrder = (one.at(-1) ?? 0) < (other[0] ?? Number.POSITIVE_INFINITY);
  return (isInOrder ? all : all.sort((a, b) => a - b)).slice(0, most);
}
