/** A FormData cannot be posted to a worker. Its parts can: the worker puts them together again. */
import type { FormParts } from '../protocol/tab.js';

/** Parameters as they are, but for the FormData in them. What cannot be looked at (getters that throw) fails when it is posted. */
export function takeApart(params: unknown): unknown {
  if (typeof params !== 'object' || params === null) return params;
  const entries = entriesOf(params);
  if (!entries.some(([, value]) => value instanceof FormData)) return params;
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value instanceof FormData ? partsOf(value) : value]),
  );
}

function entriesOf(params: object): [string, unknown][] {
  try {
    return Object.entries(params);
  } catch {
    return [];
  }
}

const partsOf = (form: FormData): FormParts => ({
  formParts: [...form].map(([name, value]) =>
    value instanceof File ? [name, value, value.name] : [name, value],
  ),
});
