/** The demo's reading of texts and bodies that strangers wrote: links, emoji, mentions, message bodies. */
import { expect, test } from 'vitest';
import { contentOf, mentions } from '../../../demo/src/content.js';
import { sizeText } from '../../../demo/src/files.js';
import { isFewEmoji, linkify } from '../../../demo/src/linkify.js';
import { addressed, matching, typedMention } from '../../../demo/src/mentions.js';
import type { JsonObject, MessageContent } from '../../../src/protocol/index.js';

const links = (text: string) => linkify(text).flatMap(({ href }) => href ?? []);

test('only http and https addresses become links', () => {
  expect(links('javascript:alert(1) data:text/html,x ftp://x.org file:///etc')).toEqual([]);
  expect(links('see http://a.example and https://b.example/c?d=1#e')).toEqual([
    'http://a.example/',
    'https://b.example/c?d=1#e',
  ]);
});

test('punctuation that ends a sentence is not part of an address', () => {
  expect(links('Is it https://a.example/x?')).toEqual(['https://a.example/x']);
  expect(links('(https://a.example/x).')).toEqual(['https://a.example/x']);
  expect(links('看 https://a.example/x，好吗')).toEqual(['https://a.example/x']);
  expect(links('https://en.example/wiki/A_(b)')).toEqual(['https://en.example/wiki/A_(b)']);
});

test('the parts of a text make the text', () => {
  const text = 'a https://b.example/c, d "https://e.example" <b>f</b>';
  expect(
    linkify(text)
      .map((part) => part.text)
      .join(''),
  ).toBe(text);
});

test('up to three emoji alone are shown large', () => {
  expect(['🎉', '👍🏽', '👩‍👩‍👧', '🇨🇳🇫🇷', '☕☕☕', ' 🎉 '].every(isFewEmoji)).toBe(true);
  expect(['', 'a', '🎉!', '12', '☕☕☕☕', '🎉'.repeat(100)].some(isFewEmoji)).toBe(false);
});

const alice = { username: 'alice', nickname: 'Alice Chen' };
const al = { username: 'al', nickname: 'Alice' };
const wang = { username: 'w', nickname: '王芳' };
const members = [al, alice, wang];

test('a name is being typed from its @ up to the caret', () => {
  expect(typedMention('hi @ali there', 7)).toEqual({ at: 3, query: 'ali' });
  expect(typedMention('@', 1)).toEqual({ at: 0, query: '' });
  expect(typedMention('你好@王', 4)).toEqual({ at: 2, query: '王' });
  expect(typedMention('mail@example.org', 16)).toBeUndefined();
  expect(typedMention('@alice done', 11)).toBeUndefined();
});

test('members are found by any word of their name, and by user name', () => {
  expect(matching(members, 'ch')).toEqual([alice]);
  expect(matching(members, 'AL')).toEqual([al, alice]);
  expect(matching(members, 'w')).toEqual([wang]);
});

test('a text addresses those whose whole name stands in it after an @', () => {
  expect(addressed('@Alice Chen, and @王芳你好', members)).toEqual([
    { username: 'alice' },
    { username: 'w' },
  ]);
  expect(addressed('@Alice?', members)).toEqual([{ username: 'al' }]);
  expect(addressed('@Alicent Alice Chen', members)).toBeUndefined();
  expect(addressed('@Alice @Alice Chen', members)).toHaveLength(2);
  expect(addressed('@alice', members)).toEqual([{ username: 'alice' }]);
});

test('everybody is addressed in either language', () => {
  expect(addressed('@everyone look', members)).toEqual([]);
  expect(addressed('@所有人开会', members)).toEqual([]);
  expect(addressed('everyone', members)).toBeUndefined();
});

const content = (msg_type: string, msg_body: JsonObject, more: object = {}) =>
  ({
    version: 1,
    target_type: 'group',
    target_id: '1',
    target_name: '',
    from_platform: 'web',
    from_id: 'bob',
    from_name: 'Bob',
    create_time: 0,
    msg_type,
    msg_body,
    ...more,
  }) as MessageContent;

test('a body that is not what its type says is shown as nothing else', () => {
  const other = (kind: string) => ({ type: 'other', kind });
  expect(contentOf(content('text', { text: 7 }))).toEqual(other('text'));
  expect(contentOf(content('image', { width: 10 }))).toEqual(other('image'));
  expect(contentOf(content('location', { latitude: 91, longitude: 0 }))).toEqual(other('location'));
  expect(contentOf(content('hologram', {}))).toEqual(other('hologram'));
});

test('latitude 0 and longitude 0 are a place', () => {
  expect(contentOf(content('location', { latitude: 0, longitude: 0, scale: 3, label: 'Null' }))).toEqual({
    type: 'location',
    latitude: 0,
    longitude: 0,
    scale: 3,
    label: 'Null',
  });
});

test('sizes that make no sense are no sizes', () => {
  const body = { media_id: 'x', width: -4, height: 'tall', fsize: Number.NaN };
  expect(contentOf(content('image', body))).toMatchObject({ width: 0, height: 0, size: 0 });
});

test('one is mentioned by name or with everybody', () => {
  const to = (at_list: unknown) => mentions(content('text', { text: '' }, { at_list }), 'alice');
  expect(to([{ username: 'alice' }])).toBe(true);
  expect(to([])).toBe(true);
  expect([undefined, 'alice', [null], [{ username: 'bob' }]].some(to)).toBe(false);
});

test('sizes are said as people say them', () => {
  expect([0, 999, 1_000, 26_432, 250_400, 10_485_760].map(sizeText)).toEqual([
    '0 B',
    '999 B',
    '1.0 kB',
    '26.4 kB',
    '250 kB',
    '10.5 MB',
  ]);
});
