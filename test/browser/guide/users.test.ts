/** The guide's chapter 用户管理: each example as it stands there, and each field of its answers. */

import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { UNSET_PROFILE } from '../../kit/profile.js';
import type { Actor } from '../api/cast.js';
import { type Chapter, chapter, failsWith, number, succeeds } from './stage.js';

let stage: Chapter<'alice' | 'bob'>;
let alice: Actor;
let bob: Actor;

beforeAll(async () => {
  stage = await chapter('users', ['alice', 'bob']);
  ({ alice, bob } = stage.actors);
});
afterAll(() => stage.close());

const GET = `return JIM.getUserInfo({ 'username' : username, 'appkey' : appkey })`;
const profile = async (actor: Actor, username = alice.username) =>
  (await succeeds(actor, GET, { username, appkey: '' })).data.user_info;

test("getUserInfo: has every field of the guide, unset text as '', whether the appkey is given, empty or null", async () => {
  for (const appkey of [bob.appkey, '', null]) {
    const { data } = await succeeds(alice, GET, { username: bob.username, appkey });
    expect(data.user_info).toEqual({
      username: bob.username,
      appkey: bob.appkey,
      nickname: '',
      avatar: '',
      ...UNSET_PROFILE,
      mtime: number,
      extras: {},
    });
  }
});

test('updateSelfInfo: takes each field of the guide as it stands there, visible to others', async () => {
  await succeeds(
    alice,
    `return JIM.updateSelfInfo({
       'nickname' : '<your_nickname>', 'birthday' : '<your_birthday>', 'signature' : '<your_signature>',
       'gender' : '1', 'region' : '<your_region>', 'address' : '<your_address>'
     })`,
  );
  expect(await profile(bob)).toMatchObject({
    nickname: '<your_nickname>',
    birthday: '<your_birthday>',
    signature: '<your_signature>',
    gender: 1,
    region: '<your_region>',
    address: '<your_address>',
  });
});

test('updateSelfInfo: null leaves a field unchanged, empty text removes it, extras may be text', async () => {
  await succeeds(
    alice,
    `return JIM.updateSelfInfo({
       'nickname' : null, 'birthday' : undefined, 'signature' : '', 'gender' : '', 'region' : '', 'extras' : 'json object'
     })`,
  );
  expect(await profile(bob)).toMatchObject({
    nickname: '<your_nickname>',
    birthday: '<your_birthday>',
    signature: '',
    gender: 1,
    region: '',
    address: '<your_address>',
    extras: 'json object',
  });
  await succeeds(alice, `return JIM.updateSelfInfo({ 'extras' : { 'key1': 'val1' } })`);
  expect((await profile(bob)).extras).toEqual({ key1: 'val1' });
});

test('updateSelfAvatar: takes a FormData with an image, which is the avatar that others see and can fetch', async () => {
  await succeeds(
    alice,
    `var fd = new FormData(); fd.append('me.png', fileOf('me.png', 'image/png'));
     return JIM.updateSelfAvatar({ 'avatar' : fd })`,
  );
  const { avatar } = await profile(bob);
  const { data } = await succeeds(bob, `return JIM.getResource({ 'media_id ' : media_id })`, {
    media_id: avatar,
  });
  expect((await fetch(data.url)).headers.get('content-type')).toBe('image/png');
  expect(await failsWith(alice, `return JIM.updateSelfAvatar({ 'avatar' : null })`)).toBe(
    CODES.invalidParameter,
  );
});

test('updateSelfPwd: plain and as MD5; a wrong old one is 880104', async () => {
  const PWD = `return JIM.updateSelfPwd({ 'old_pwd' : old_pwd, 'new_pwd' : new_pwd, 'is_md5' : is_md5 })`;
  const before = stage.world.user(bob.username).password;
  const md5 = (password: string) => createHash('md5').update(password).digest('hex');
  expect(await failsWith(bob, PWD, { old_pwd: 'wrong', new_pwd: 'x', is_md5: '' })).toBe(
    CODES.invalidPassword,
  );
  await succeeds(bob, PWD, { old_pwd: before, new_pwd: 'next', is_md5: false });
  await bob.event(2);
  await bob.come().catch(() => undefined);
  await succeeds(bob, 'return JIM.init(auth)', { auth: stage.world.auth() });
  await succeeds(bob, 'return JIM.login(who)', { who: { username: bob.username, password: 'next' } });
  await succeeds(bob, PWD, { old_pwd: md5('next'), new_pwd: md5(before), is_md5: 'true' });
  await bob.tab.waitForHeard('onEventNotification', 2);
  await bob.come();
});
