import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ridOf } from '../../../../src/protocol/wire/rid.js';

test("a rid is within the wire's range, whatever the callId", () => {
  fc.assert(
    fc.property(fc.string(), (callId) => {
      const rid = ridOf(callId);
      expect(Number.isInteger(rid) && rid >= 1 && rid <= 0x7fff_ffff).toBe(true);
    }),
  );
});

test('the same call has the same rid, in every build', () => {
  // Raising these numbers would break retries over an update of the site.
  expect(ridOf('7c9e6679-7425-40de-944b-e07fc1f90ae7')).toMatchInlineSnapshot(`151384212`);
  expect(ridOf('')).toMatchInlineSnapshot(`18652615`);
});

test('calls that differ in one character differ in their rid', () => {
  const rids = new Set(Array.from({ length: 10_000 }, (_, i) => ridOf(`7c9e6679-7425-40de-944b-${i}`)));
  expect(rids.size).toBe(10_000);
});
