/** Web Locks that a page may or may not use. */
import { afterEach, expect, test, vi } from 'vitest';
import { webLocks } from '../../../src/protocol/tab.js';
import { FakeLocks } from '../fakes/locks.js';

afterEach(() => vi.unstubAllGlobals());

const inPageWith = (locks: unknown) => {
  vi.stubGlobal('navigator', { locks });
  return webLocks();
};

test('are those of the browser, if they answer or refuse later', () => {
  const own = new FakeLocks().for('page');
  const refusing = { query: () => Promise.reject(new DOMException('denied', 'SecurityError')) };
  expect(inPageWith(own)).toBe(own);
  expect(inPageWith(refusing)).toBe(refusing);
});

test('count as none if the browser has none, or they throw at once', () => {
  const throwing = () => {
    throw new DOMException('denied', 'SecurityError');
  };
  for (const locks of [undefined, {}, { request: throwing, query: throwing }]) {
    expect(inPageWith(locks)).toBe(null);
  }
});
