/**
 * Canonical JSON of a client's frame: the same value gives the same text whatever the order of its keys. The input of a request's digest. It
 * also detects frames that are nested too deeply or are not JSON.
 */

/** Deeper than any message is, and far from what recursion could not bear. */
const MAX_DEPTH = 48;

/** Up to here an insertion is the cheapest sort. */
const FEW_KEYS = 24;

/** @returns undefined for what is not JSON or is too deep */
export function canonicalJson(value: unknown, depth = 0): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : undefined;
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return undefined;
  return Array.isArray(value) ? ofArray(value, depth) : ofObject(value, depth);
}

// Every request passes here. So the text grows as it is, without lists of its parts.

function ofArray(items: readonly unknown[], depth: number): string | undefined {
  let text = '[';
  for (const item of items) {
    const part = canonicalJson(item, depth + 1);
    if (part === undefined) return undefined;
    text += text === '[' ? part : `,${part}`;
  }
  return `${text}]`;
}

function ofObject(value: object, depth: number): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  let text = '{';
  for (const key of sortedKeys(fields)) {
    const part = canonicalJson(fields[key], depth + 1);
    if (part === undefined) return undefined;
    text += `${text === '{' ? '' : ','}${JSON.stringify(key)}:${part}`;
  }
  return `${text}}`;
}

/** By insertion: objects of requests have few keys, for which the sort of arrays takes seven times the memory. */
function sortedKeys(fields: object): string[] {
  const keys = Object.keys(fields);
  if (keys.length > FEW_KEYS) return keys.sort();
  for (const [index, key] of keys.entries()) {
    let place = index;
    for (let before = keys[place - 1]; before !== undefined && before > key; before = keys[place - 1]) {
      keys[place] = before;
      place -= 1;
    }
    keys[place] = key;
  }
  return keys;
}
