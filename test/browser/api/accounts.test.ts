/** Accounts through pages: registration, login and log-out, passwords, and the ends of sessions. */

import { expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { METHODS, type MethodName } from '../../../src/protocol/index.js';
import { ENGINE } from '../../kit/engines/engine.js';
import { md5 } from '../../kit/signing.js';
import type { Tab } from '../../kit/tab.js';
import { until } from '../../kit/until.js';
import { EMOJI, hostCast } from './cast.js';

const cast = hostCast(['alice', 'bob', 'visitor']);
const { alice } = cast.actors;
const { bob } = cast.actors;
/** Logs in as any of the accounts. */
const { visitor } = cast.actors;

const auth = (appkey?: string) => cast.world.auth(appkey);
/** Logs out, and initialises for the next login. */
async function fresh(): Promise<void> {
  await visitor.ok('loginOut');
  await visitor.ok('init', auth());
}

test.runIf(ENGINE === 'chromium')(
  'isConnect: is true before init without a socket, and false without a network',
  async () => {
    const { world } = cast;
    const profile = await world.profile();
    const before = world.relay.total;
    const early = await world.tab(profile);
    await until('isConnect() before init', async () => (await early.flags()).connect);
    expect(await early.flags()).toEqual({ init: false, login: false, connect: true });
    expect(world.relay.total).toBe(before);
    await profile.context.setOffline(true);
    expect(await early.flags()).toMatchObject({ connect: false });
    await profile.context.setOffline(false);
    await early.login(world.auth(), world.user('visitor'));
    await early.ok('loginOut');
    await until('isConnect() after a log-out', async () => (await early.flags()).connect);
    expect(await early.flags()).toEqual({ init: false, login: false, connect: true });
    await profile.destroy();
  },
);

test('onAck: is called for init, register, login and receipt reports, also with a live session', async () => {
  await fresh();
  const username = 'acknowledged';
  const account = { username, password: 'secret' };
  const acked = async (...[tab, method, params]: Parameters<typeof ackOf>) => {
    const ack = await ackOf(tab, method, params);
    expect(ack, method).toMatchObject({ rid: expect.any(Number), data: expect.any(Object) });
    return ack.data;
  };
  const { tab } = visitor;
  const signed = auth();
  expect(await acked(tab, 'init', signed)).toMatchObject({ signature: signed.signature });
  expect(await acked(tab, 'register', account)).toMatchObject({ username });
  expect(await acked(tab, 'login', account)).toMatchObject({ username });
  const read = { username: 'bob', msg_ids: [1] };
  expect(await acked(tab, 'addSingleReceiptReport', read)).toMatchObject({ sessions: [{ msg_ids: [1] }] });
  const second = await cast.world.tab(cast.profile);
  await acked(second, 'init', signed);
  await acked(second, 'login', account);
  await second.close();
});

/** The argument of the call's last `onAck`. */
async function ackOf(tab: Tab, method: MethodName, params: object) {
  const { acks } = await tab.call(method, params as never);
  const ack = acks.at(-1);
  if (ack === undefined) throw new Error(`${method}: not acknowledged`);
  return ack;
}

test('init: takes numbers and booleans as text, answers code and message, and makes isInit() true', async () => {
  await visitor.ok('loginOut');
  const { timestamp, flag: _flag, ...rest } = auth();
  const answer = await visitor.ok('init', { ...rest, timestamp: `${timestamp}`, flag: '1' });
  expect(answer).toEqual({ code: 0, message: expect.any(String) });
  expect(await visitor.tab.flags()).toMatchObject({ init: true, login: false });
});

test('init: a signature of another secret fails with 880102, an unknown appkey with 880101', async () => {
  const tab = await cast.world.tab(cast.profile, { auth: false, address: cast.world.gateway.url });
  const wrong = { ...auth(), signature: '0'.repeat(32) };
  expect(await tab.call('init', wrong)).toMatchObject({ error: { code: CODES.signatureFail } });
  expect(await tab.call('init', { ...auth(), appkey: 'nobody' })).toMatchObject({
    error: { code: CODES.appkeyNotExist },
  });
  await tab.close();
});

test('register: takes the profile, extras and media_id, and a taken name fails with 882002', async () => {
  await fresh();
  const profile = {
    nickname: `Dora ${EMOJI}`,
    birthday: '2001-02-03',
    signature: `here ${EMOJI}`,
    gender: '2',
    region: '深圳',
    address: `街 ${EMOJI}`,
    extras: { level: 7, [EMOJI]: [true, null] },
  };
  const dora = { username: `dora-${EMOJI}`, password: `pass ${EMOJI}` };
  const answer = await visitor.ok('register', { ...dora, ...profile, media_id: 'qiniu/image/j/abc' });
  expect(answer).toMatchObject({ code: 0, message: expect.any(String) });
  const { user_info } = await bob.ok('getUserInfo', { username: dora.username });
  expect(user_info).toMatchObject({ ...profile, gender: 2, avatar: 'qiniu/image/j/abc', appkey: bob.appkey });
  await visitor.ok('login', dora);
  expect(await visitor.code('register', { username: 'somebody', password: 'x' })).toBe(
    CODES.logOutBeforeRegister,
  );
  await fresh();
  expect(await visitor.code('register', { ...dora, ...profile })).toBe(CODES.userExists);
});

test.each(['true', '1', 1, true] as const)(
  'register: is_md5 as %o says marks the password as a digest',
  async (is_md5) => {
    await fresh();
    const username = `digested-${typeof is_md5}-${is_md5}`;
    await visitor.ok('register', { username, password: md5('secret').toUpperCase(), is_md5 });
    await visitor.ok('login', { username, password: 'secret', is_md5: false });
  },
);

test('login: answers username, appkey and online_list, and makes isLogin() and isConnect() true', async () => {
  await fresh();
  const answer = await visitor.ok('login', cast.world.user('visitor'));
  expect(answer).toMatchObject({ code: 0, username: 'visitor', appkey: visitor.appkey });
  expect(answer.online_list).toEqual(expect.any(Array));
  expect(await visitor.tab.flags()).toEqual({ init: true, login: true, connect: true });
});

test('login: takes a digest with is_md5 as text or boolean', async () => {
  const { username, password } = cast.world.user('visitor');
  for (const is_md5 of ['true', true, 1, '1'] as const) {
    await fresh();
    await visitor.ok('login', { username, password: md5(password), is_md5 });
  }
  await fresh();
  await visitor.ok('login', { username, password, is_md5: 'false' });
});

test('login: an unknown name fails with 880103, a wrong password with 880104', async () => {
  await fresh();
  expect(await visitor.code('login', { username: 'nobody', password: 'x' })).toBe(CODES.userNotExist);
  expect(await visitor.code('login', { username: 'visitor', password: 'x' })).toBe(CODES.invalidPassword);
});

test('attach: joins the live session without a password, and fails with 889007 without a session', async () => {
  const second = await cast.secondTabOf(alice);
  expect(await second.tab.flags()).toEqual({ init: true, login: true, connect: true });
  expect((await second.ok('getUserInfo', { username: 'alice' })).user_info.username).toBe('alice');
  const nobody = { appkey: alice.appkey, username: 'nobody' };
  await second.tab.close();
  await fresh();
  expect(await visitor.code('attach', nobody)).toBe(CODES.nothingToAttach);
});

test('loginOut: needs no callback, ends the session at once, and another account can log in', async () => {
  await visitor.ok('login', cast.world.user('visitor'));
  await visitor.ok('loginOut');
  expect(await visitor.tab.flags()).toMatchObject({ init: false, login: false });
  expect(await visitor.code('getConversation')).toBe(CODES.notInitialised);
  await visitor.ok('init', auth());
});

const WITHOUT_PARAMETERS = Object.entries(METHODS).flatMap(([name, { params }]) =>
  params === null ? [name as MethodName] : [],
);
test.each(WITHOUT_PARAMETERS)('%s: fails with 889002 before login', async (method) => {
  expect(await visitor.code(method)).toBe(CODES.notLoggedIn);
});

test('updateSelfPwd: ends every session with event 2; afterwards the new password counts', async () => {
  await visitor.come();
  const second = await cast.secondTabOf(visitor);
  const { password: old_pwd } = cast.world.user('visitor');
  expect(await visitor.code('updateSelfPwd', { old_pwd: 'wrong', new_pwd: 'x' })).toBe(CODES.invalidPassword);
  await visitor.ok('updateSelfPwd', {
    old_pwd: md5(old_pwd),
    new_pwd: md5(`new ${EMOJI}`),
    is_md5: 'true',
  });
  for (const actor of [visitor, second]) {
    const event = await actor.event(2);
    expect(event).toMatchObject({ event_id: expect.any(Number), ctime: expect.any(Number) });
    await actor.tab.waitForState('ended');
    expect(await actor.tab.state()).toMatchObject({ reason: 'password_changed' });
  }
  await second.tab.close();
  await visitor.ok('init', auth());
  expect(await visitor.code('login', { username: 'visitor', password: old_pwd })).toBe(CODES.invalidPassword);
  await visitor.ok('login', { username: 'visitor', password: `new ${EMOJI}` });
  await visitor.ok('updateSelfPwd', { old_pwd: `new ${EMOJI}`, new_pwd: old_pwd });
});

test('onEventNotification: a login elsewhere is event 1 with extra 0, and it ends the session', async () => {
  await visitor.come();
  await visitor.tab.forget();
  const elsewhere = await cast.world.wire('visitor');
  expect(await visitor.event(1)).toMatchObject({
    extra: 0,
    event_id: expect.any(Number),
    ctime: expect.any(Number),
  });
  await visitor.tab.waitForState('ended');
  elsewhere.close();
});

test('onEventNotification: a disabled account receives event 1 with extra 1, and may not return', async () => {
  const { gateway } = cast.world;
  await visitor.come();
  await visitor.tab.forget();
  await gateway.rest('PUT', '/v1/users/visitor/forbidden?disable=true', {});
  await visitor.event(1, { extra: 1 });
  await visitor.tab.waitForState('ended');
  await visitor.ok('init', auth());
  expect(await visitor.code('login', cast.world.user('visitor'))).toBe(CODES.userDisabled);
  await gateway.rest('PUT', '/v1/users/visitor/forbidden?disable=false', {});
  await visitor.ok('login', cast.world.user('visitor'));
});

test('onDisconnect: is called once for an outage, in every tab', async () => {
  for (const actor of [alice, bob]) await actor.tab.forget();
  cast.world.relay.cutAll();
  for (const actor of [alice, bob]) {
    await actor.tab.waitForHeard('onDisconnect');
    await actor.tab.waitForState('ready');
    expect(await actor.tab.received('onDisconnect')).toHaveLength(1);
  }
});

test('onStateChange: reports every state of an outage and the reconnect', async () => {
  await alice.tab.forget();
  cast.world.relay.cutAll();
  await alice.receives('onStateChange', { connected: false, synced: false });
  await alice.receives('onStateChange', { state: 'syncing', connected: true, synced: false });
  await alice.receives('onStateChange', { state: 'ready', connected: true, synced: true, username: 'alice' });
  const states = (await alice.tab.received('onStateChange')).map(({ state }) => state);
  expect(states.at(-1)).toBe('ready');
  expect(await alice.tab.flags()).toEqual({ init: true, login: true, connect: true });
});
