/** The digest by which a retry is recognised. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '../src/util/canonical-json.js';

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
};

it('is the same text for the same value, whatever the order of its keys', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(reversed(value))).toBe(canonicalJson(value));
    }),
  );
});

it('is JSON of the value itself', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(JSON.parse(canonicalJson(value) ?? '')).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

it.each([
  ['undefined', undefined],
  ['a function', () => 0],
  ['bytes', Buffer.from('x')],
  ['a big integer', 1n],
  ['a number that JSON does not have', Number.NaN],
  ['49 levels of arrays', JSON.parse(`${'['.repeat(49)}${']'.repeat(49)}`)],
])('%s has none', (_, value) => {
  expect(canonicalJson(value)).toBeUndefined();
  expect(canonicalJson({ deeper: value })).toBeUndefined();
});

it('has the keys in the order of their code units, few or many', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 60 }), (keys) => {
      const value = JSON.parse(JSON.stringify(Object.fromEntries(keys.map((key) => [`k${key}`, 0]))));
      const sorted = Object.keys(value).sort();
      expect(canonicalJson(value)).toBe(`{${sorted.map((key) => `${JSON.stringify(key)}:0`).join()}}`);
    }),
  );
});
