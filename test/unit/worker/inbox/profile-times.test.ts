/** How a session learns that a user's profile has changed: by what messages say of their sender. */
import { expect, test } from 'vitest';
import { ProfileTimes } from '../../../../src/worker/inbox/profile-times.js';

const from = (from_id: string, sui_mtime: number) => ({
  content: { from_id, from_appkey: 'app', sui_mtime },
});
const live = (...messages: object[]) => ({ messages });
const update = (username: string, mtime: number) => ({
  username,
  appkey: 'app',
  mtime,
  from_username: username,
  from_appkey: 'app',
});

test('a message is news of its sender to who knew an older time, once', () => {
  const times = new ProfileTimes();
  expect(times.changesIn(live(from('bob', 100)))).toEqual([]);
  expect(times.changesIn(live(from('bob', 100), from('bob', 90)))).toEqual([]);
  expect(times.changesIn(live(from('bob', 101), from('bob', 102), from('carol', 7)))).toEqual([
    update('bob', 102),
  ]);
  expect(times.changesIn(live(from('bob', 102)))).toEqual([]);
});

test.each([
  ['get_conversations', { conversations: [{ appkey: 'app', username: 'bob', utime: 100_000 }] }],
  ['get_conversations', { conversations: [{ appkey: 'app', name: 'bob', utime: '1970-01-01T00:01:40Z' }] }],
  ['get_group_members', { member_list: [{ appkey: 'app', username: 'bob', mtime: 100_000 }] }],
  ['get_friend_list', { friend_list: [{ appkey: 'app', username: 'bob', mtime: 100 }] }],
])('%s says how old a profile is, each in its own unit', (event, answer) => {
  const times = new ProfileTimes();
  times.learn(event, answer);
  expect(times.changesIn(live(from('bob', 100)))).toEqual([]);
  expect(times.changesIn({ messages: [{ msgs: [from('bob', 101)] }] })).toEqual([update('bob', 101)]);
});

test('a server that says nonsense is no source of news', () => {
  const times = new ProfileTimes();
  times.learn('get_friend_list', { friend_list: [{ appkey: 'app', username: 'bob', mtime: 'soon' }, null] });
  times.learn('get_friend_list', null);
  times.learn('toString', {});
  const said = [null, {}, { messages: 'x' }, live({}, from('bob', Number.NaN), from('bob', -1))];
  for (const payload of said) expect(times.changesIn(payload)).toEqual([]);
});
