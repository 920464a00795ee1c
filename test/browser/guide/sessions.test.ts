/** The guide's chapters 快速开始, API, 初始化, 断线监听, 注册与登录: each example as it stands there. */
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { Actor } from '../api/cast.js';
import { atOnce, type Chapter, chapter, failsWith, number, succeeds, text } from './stage.js';

let stage: Chapter<'alice' | 'bob'>;
let alice: Actor;
let bob: Actor;

beforeAll(async () => {
  stage = await chapter('sessions', ['alice', 'bob'], { loggedIn: false });
  ({ alice, bob } = stage.actors);
});
afterAll(() => stage.close());

const signed = (flag: unknown) => {
  const { appkey, random_str, signature, timestamp } = stage.world.auth();
  return { appkey, random_str, signature, timestamp, flag };
};
const INIT = `return JIM.init({
   "appkey" : appkey, "random_str" : random_str, "signature" : signature, "timestamp" : timestamp, "flag" : flag
})`;
const LOGIN = `return JIM.login({ 'username' : username, 'password' : password })`;

test('new JMessage() and new JMessage({debug:true}): both make an instance that is neither initialised nor logged in', async () => {
  const made = await atOnce(
    alice,
    `return [new JMessage(), new JMessage({debug:true})].map(function (JIM) {
       var state = [JIM.isInit(), JIM.isLogin()];
       JIM.destroy();
       return state;
     })`,
  );
  expect(made).toEqual([
    [false, false],
    [false, false],
  ]);
});

test('a call before init fails by onFail, where V2 throws', async () => {
  expect(await failsWith(alice, LOGIN, { ...stage.world.user(alice.username) })).toBe(889001);
  expect(await failsWith(alice, 'return JIM.getGroups()')).toBe(889001);
});

test('init: takes the timestamp as text and flag "0", answers code and message, and the server has acknowledged it', async () => {
  const { timestamp, ...rest } = signed('0');
  const { data } = await succeeds(alice, INIT, { ...rest, timestamp: String(timestamp) });
  expect(data).toMatchObject({ code: 0, message: text });
  expect(await alice.tab.flags()).toMatchObject({ init: true, login: false });
  expect(await failsWith(alice, 'return JIM.getGroups()')).toBe(889002);
});

test('init: a wrong signature of any form is 880102, an unknown appkey 880101', async () => {
  const tab = await stage.world.tab(stage.profile);
  const other = new Actor('nobody', { world: stage.world, tab, appkey: alice.appkey });
  // An application without a session here, because a live session would answer.
  const wrong = { ...stage.world.auth(stage.world.gateway.otherAppkey) };
  expect(await failsWith(other, INIT, { ...wrong, signature: 'E422A978DE37196588531CD0C42010B5' })).toBe(
    880102,
  );
  expect(await failsWith(other, INIT, { ...wrong, signature: 'not even hex' })).toBe(880102);
  expect(await failsWith(other, INIT, { ...wrong, appkey: 'unknown' })).toBe(CODES.appkeyNotExist);
  await tab.close();
});

test('register: with the optional is_md5 and without; a taken name is 882002', async () => {
  const REGISTER = `return JIM.register({ 'username' : username, 'password' : password, 'is_md5' : is_md5 })`;
  const digest = createHash('md5').update('secret').digest('hex');
  const { data } = await succeeds(alice, REGISTER, {
    username: 'sessions-new',
    password: digest,
    is_md5: true,
  });
  expect(data).toMatchObject({ code: 0, message: text });
  await succeeds(alice, REGISTER, { username: 4711_000, password: 123456, is_md5: null });
  expect(await failsWith(alice, REGISTER, { username: 'sessions-new', password: 'x', is_md5: '' })).toBe(
    882002,
  );
});

test('login: answers code and message, and since 2.6 online_list; a wrong password is 880104', async () => {
  const wrong = { username: alice.username, password: 'wrong' };
  expect(await failsWith(alice, LOGIN, wrong)).toBe(CODES.invalidPassword);
  const { data } = await succeeds(alice, LOGIN, { username: 'sessions-new', password: 'secret' });
  expect(data).toMatchObject({
    code: 0,
    message: text,
    username: 'sessions-new',
    online_list: expect.any(Array),
  });
  expect(await alice.tab.flags()).toEqual({ init: true, login: true, connect: true });
});

test('register: fails with 880006 after login', async () => {
  expect(
    await failsWith(alice, `return JIM.register({ 'username' : 'sessions-more', 'password' : 'p' })`),
  ).toBe(CODES.logOutBeforeRegister);
});

test('loginOut: has no callbacks and takes effect before it returns', async () => {
  await atOnce(alice, 'JIM.loginOut();');
  expect(await atOnce(alice, 'return JIM.isLogin()')).toBe(false);
});

test('login: takes numbers as names and passwords', async () => {
  await succeeds(alice, INIT, signed(1));
  const { data } = await succeeds(alice, LOGIN, { username: 4711_000, password: 123456 });
  expect(data.username).toBe('4711000');
  await atOnce(alice, 'JIM.loginOut();');
});

test('sendSingleMsg with all four callbacks: onSuccess and onAck of the guide’s first example', async () => {
  for (const actor of [alice, bob]) {
    await succeeds(actor, INIT, signed(0));
    await succeeds(actor, LOGIN, { ...stage.world.user(actor.username) });
  }
  const { data, acks } = await succeeds(
    alice,
    `return JIM.sendSingleMsg({ 'target_username' : xiezefan, 'content' : 'Hi, JiGuang ' })`,
    { xiezefan: bob.username },
  );
  expect(data.msg_id).toEqual(number);
  expect(acks).toMatchObject([{ rid: number, data: { target_id: bob.username } }]);
  await bob.tab.waitForText('Hi, JiGuang ');
});

test('onDisconnect: is called for a lost connection and not for a log-out', async () => {
  await alice.tab.forget();
  const { relay } = stage.world;
  relay.refuse(true);
  relay.cutAll();
  await alice.tab.waitForHeard('onDisconnect');
  relay.refuse(false);
  await alice.tab.waitForState('ready');
  await alice.tab.forget();
  for (const actor of [alice, bob]) await atOnce(actor, 'JIM.loginOut();');
  expect(await alice.tab.received('onDisconnect')).toEqual([]);
});

test('onEventNotification: after a login elsewhere the page receives event 1 with event_id, event_type and ctime', async () => {
  await bob.tab.forget();
  await succeeds(bob, INIT, signed(0));
  await succeeds(bob, LOGIN, { ...stage.world.user(bob.username) });
  const elsewhere = await stage.world.wire(bob.username);
  expect(await bob.event(1)).toMatchObject({ event_id: number, event_type: 1, ctime: number, extra: 0 });
  await bob.tab.waitForState('ended');
  expect(await atOnce(bob, 'return JIM.isLogin()')).toBe(false);
  elsewhere.close();
});
