/** Profiles through pages: what an account shows, changes by itself, and uploads, and how others learn of it. */

import { expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { fileForm } from '../../kit/forms.js';
import { png } from '../../kit/images.js';
import { UNSET_PROFILE } from '../../kit/profile.js';
import { EMOJI, hostCast } from './cast.js';

const cast = hostCast(['alice', 'bob', 'carol']);
const { alice, bob, carol } = cast.actors;

test('getUserInfo: answers every field of the document, unset ones empty', async () => {
  const { code, user_info } = await bob.ok('getUserInfo', { username: 'carol' });
  expect(code).toBe(0);
  expect(user_info).toMatchObject({
    username: 'carol',
    appkey: carol.appkey,
    nickname: '',
    avatar: '',
    ...UNSET_PROFILE,
    mtime: expect.any(Number),
    extras: {},
  });
});

test('getUserInfo: finds users of another application by appkey, and fails with 880103 for an unknown one', async () => {
  const { user_info } = await bob.ok('getUserInfo', { username: 'stranger', appkey: cast.stranger.appkey });
  expect(user_info).toMatchObject({ username: 'stranger', appkey: cast.stranger.appkey });
  expect(await bob.code('getUserInfo', { username: 'stranger' })).toBe(CODES.userExists);
  expect(await bob.code('getUserInfo', { username: 'carol', appkey: cast.stranger.appkey })).toBe(
    CODES.userExists,
  );
  expect(await bob.code('getUserInfo', {})).toBe(CODES.invalidParameter);
});

test('updateSelfInfo: changes the given fields only, visible to others', async () => {
  await alice.ok('updateSelfInfo', { nickname: `Ali ${EMOJI}`, gender: '1', region: '珠海' });
  await alice.ok('updateSelfInfo', {
    signature: `signed ${EMOJI}`,
    birthday: '1999-12-31',
    extras: { a: [EMOJI] },
  });
  await alice.ok('updateSelfInfo', { address: 'here' });
  const { user_info } = await bob.ok('getUserInfo', { username: 'alice' });
  expect(user_info).toMatchObject({
    nickname: `Ali ${EMOJI}`,
    gender: 1,
    region: '珠海',
    signature: `signed ${EMOJI}`,
    birthday: '1999-12-31',
    address: 'here',
    extras: { a: [EMOJI] },
  });
  expect(await alice.code('updateSelfInfo', { gender: 3 })).toBe(CODES.invalidValue);
  expect(await alice.code('updateSelfInfo', { nickname: {} })).toBe(CODES.invalidType);
});

test('onUserInfUpdate: users with the older profile learn of a change with the next message', async () => {
  const { appkey } = alice;
  const write = async (content: string): Promise<void> => {
    for (const partner of ['bob', 'carol'])
      await alice.ok('sendSingleMsg', { target_username: partner, content });
  };
  const mtimeOf = async (): Promise<number> =>
    (await bob.ok('getUserInfo', { username: 'alice' })).user_info.mtime;
  await write('before');
  await bob.receives('onMsgReceive', { content: { msg_body: { text: 'before' } } });
  const before = await mtimeOf();
  await carol.misses(async () => {
    // The time of a profile change has a resolution of a second.
    do await alice.ok('updateSelfInfo', { nickname: 'new name' });
    while ((await mtimeOf()) === before);
    await write('after');
    const update = await bob.receives('onUserInfUpdate', { username: 'alice', appkey });
    const names = { username: 'alice', appkey, from_username: 'alice', from_appkey: appkey };
    expect(update).toEqual({ ...names, mtime: await mtimeOf() });
    const { content } = await bob.receives('onMsgReceive', { content: { msg_body: { text: 'after' } } });
    expect(content).not.toHaveProperty('sui_mtime');
  });
  await carol.receives('onUserInfUpdate', { username: 'alice', appkey });
  await cast.stranger.ok('getConversation');
  expect(await cast.stranger.tab.received('onUserInfUpdate')).toEqual([]);
});

test('updateSelfAvatar: uploads the image, and others find it in the profile', async () => {
  const image = png(3, 2);
  const answer = await alice.ok('updateSelfAvatar', {
    avatar: fileForm(Uint8Array.from(image), 'me.png', 'image/png'),
  });
  expect(answer).toMatchObject({ code: 0, message: expect.any(String) });
  const { avatar } = (await bob.ok('getUserInfo', { username: 'alice' })).user_info;
  expect(avatar).toMatch(/\w/);
  const { url } = await bob.ok('getResource', { media_id: avatar });
  expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(image)).toBe(true);
});

test('updateSelfAvatar: a form without a file fails with 880005, none at all with 880002', async () => {
  expect(await alice.code('updateSelfAvatar', { avatar: new FormData() })).toBe(CODES.fileNotExist);
  expect(await alice.code('updateSelfAvatar', {})).toBe(CODES.invalidParameter);
  expect(await alice.code('updateSelfAvatar', { avatar: 'me.png' })).toBe(CODES.invalidType);
});
