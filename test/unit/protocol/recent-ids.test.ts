import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RecentIds } from '../../../src/protocol/tab.js';

test('an id is new once, in whatever order ids come, of messages and of chat rooms', () => {
  const id = fc.oneof(
    fc.nat(30),
    fc.nat(30).map(String),
    fc.nat(30).map((msg) => `7/${msg}`),
  );
  fc.assert(
    fc.property(fc.array(id), (ids) => {
      const recent = new RecentIds<number | string>();
      const known = new Set<number | string>();
      for (const one of ids) {
        expect(recent.add(one)).toBe(!known.has(one));
        known.add(one);
      }
      expect(new Set(recent.all())).toEqual(known);
    }),
  );
});

test('an id that was taken out is new again, though it is not the highest', () => {
  const recent = new RecentIds<number>();
  for (const id of [1, 2, 3]) recent.add(id);
  recent.all().delete(2);
  expect([1, 2, 3].map((id) => recent.add(id))).toEqual([false, true, false]);
});

test.each([
  ['rise', (i: number) => i],
  ['fall', (i: number) => 100_000 - i],
])('ids that %s are remembered, the latest 20 000 at least and fewer than 40 000', (_, idOf) => {
  const recent = new RecentIds<number>();
  for (let i = 1; i <= 100_000; i += 1) expect(recent.add(idOf(i))).toBe(true);
  expect(recent.all().size).toBeLessThan(40_000);
  for (let i = 80_001; i <= 100_000; i += 1) expect(recent.add(idOf(i))).toBe(false);
});
