/** Zones, where the page has them. The real zone.js is in the browser's tests. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { inZone, outsideZones } from '../../../../src/client/page/zones.js';

afterEach(() => vi.unstubAllGlobals());

/** As much of zone.js as is used: which zone is current. */
function zones() {
  let current = 'root';
  const within = <T>(name: string, fn: () => T): T => {
    const before = current;
    current = name;
    try {
      return fn();
    } finally {
      current = before;
    }
  };
  vi.stubGlobal('Zone', {
    root: { run: <T>(fn: () => T) => within('root', fn) },
    get current() {
      const name = current;
      return {
        wrap:
          (fn: (...args: unknown[]) => unknown) =>
          (...args: unknown[]) =>
            within(name, () => fn(...args)),
      };
    },
  });
  return { within, name: () => current };
}

describe('a callback', () => {
  test('runs in the zone in which it was registered, wherever it is called', () => {
    const { within, name } = zones();
    const received: unknown[] = [];
    const listener = within('angular', () => inZone((data: number) => received.push([name(), data])));
    within('elsewhere', () => listener?.(1));
    listener?.(2);
    expect(received).toEqual([
      ['angular', 1],
      ['angular', 2],
    ]);
  });

  test('is itself where there are no zones, or something else has their name', () => {
    const fn = () => undefined;
    expect(inZone(fn)).toBe(fn);
    vi.stubGlobal('Zone', { tagName: 'DIV' });
    expect(inZone(fn)).toBe(fn);
    expect(outsideZones(() => 1)).toBe(1);
  });

  test.each([undefined, null, 1, 'no', {}])('that is %o is none', (nothing) => {
    zones();
    expect(inZone(nothing)).toBeUndefined();
  });
});

test('work outside of zones runs in none', () => {
  const { within, name } = zones();
  expect(within('angular', () => outsideZones(name))).toBe('root');
});
