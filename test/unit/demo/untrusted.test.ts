/** Words of a hostile gateway in the demo: times, texts and addresses that break no rendering and run nothing. */
import { describe, expect, test } from 'vitest';
import { clock, day, isoTime, isSameDay, moment, shortTime } from '../../../demo/src/format.js';
import { textOf, timeOf, webAddressOf, withTexts } from '../../../demo/src/untrusted.js';

const NOW = Date.UTC(2026, 0, 15, 12);

describe.each([
  8.64e15 + 1,
  Number.MAX_SAFE_INTEGER,
  -8.64e15 - 1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  'soon' as unknown as number,
  null as unknown as number,
  undefined as unknown as number,
  {} as unknown as number,
])('the time %s', (at) => {
  test.each(['en', 'zh'] as const)('is shown in %s as some time or other', (language) => {
    for (const shown of [
      clock(at, language),
      moment(at, language),
      day(at, NOW, language),
      shortTime(at, NOW, language),
    ]) {
      expect(shown).not.toBe('');
    }
    expect(isoTime(at)).toBe('1970-01-01T00:00:00.000Z');
    expect(isSameDay(at, 0)).toBe(true);
  });
});

test('a time within what a date holds stays as it is', () => {
  for (const at of [0, NOW, -NOW, 8.64e15]) expect(timeOf(at)).toBe(at);
  expect(isoTime(NOW)).toBe('2026-01-15T12:00:00.000Z');
});

test.each([7, null, undefined, {}, [], true])('%j in place of a text is none', (text) => {
  expect(textOf(text)).toBe('');
  expect(withTexts({ name: text, other: text }, ['name'])).toEqual({ name: '', other: text });
});

test.each([
  'javascript:alert(1)',
  ' JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'blob:https://a.example/1',
  'file:///etc/passwd',
  'vbscript:x',
  'http://',
  '',
  7,
  null,
  { href: 'https://a.example' },
])('%j is no address of the web', (url) => {
  expect(webAddressOf(url, 'https://page.example/chat/')).toBe('');
});

test('an address of the web may be a relative one', () => {
  expect(webAddressOf('https://a.example/1', 'https://page.example/')).toBe('https://a.example/1');
  expect(webAddressOf('/media/1?e=2', 'https://page.example/chat/')).toBe('https://page.example/media/1?e=2');
});
