/** Coming back with a token instead of a password: what it is good for, and what ends it. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { Clients, hostMounted, mount } from '../../test/kit/gateway-in-process.js';
import { md5 } from '../../test/kit/signing.js';
import {
  APPKEY,
  type Client,
  type Data,
  nextRid,
  SECRET,
  sign,
  textOf,
  uniqueName,
} from '../../test/kit/wire-socket.js';

const DAY_MS = 24 * 60 * 60_000;
const DEVICE = 'device-of-the-user';
const ELSEWHERE = 'device-of-somebody';
const REFUSED = { code: 882004 };

let lateMs = 0;
const now = () => Date.now() + lateMs;
const gateway = hostMounted({}, now);
const { clients } = gateway;
afterEach(() => {
  lateMs = 0;
});

type Owner = Client & { username: string; token: string };

const logIn = (client: Client, username: string, extra: object = { device: DEVICE }): Promise<Data> =>
  client.ask('login', { username, password: md5('secret'), ...extra });

async function comeIn(username: string, extra?: object, fromPlatForm?: string): Promise<[Client, Data]> {
  const client = await clients.connect();
  await client.ask('c_init', { ...sign(APPKEY, SECRET, now()), ...(fromPlatForm && { fromPlatForm }) });
  return [client, await logIn(client, username, extra)];
}

async function owner(): Promise<Owner> {
  const username = uniqueName('resuming');
  const client = await clients.connect();
  await client.init(undefined, undefined, now());
  await client.ask('register', { username, password: md5('secret') });
  const { resume_token } = await logIn(client, username);
  return Object.assign(client, { username, token: String(resume_token) });
}

const resumption = (username: string, token: string, extra: object = {}) => ({
  appkey: APPKEY,
  username,
  device: DEVICE,
  token,
  flag: 1,
  ...extra,
});

async function comeBack(username: string, token: string, extra: object = {}): Promise<[Client, Data]> {
  const client = await clients.connect();
  return [client, await client.ask('resume', resumption(username, token, extra))];
}

describe('a token', () => {
  it('is given to a login that names its device, and to no other', async () => {
    const { username, token } = await owner();
    expect(token).toMatch(/^[\w-]{43,}$/);
    const [, bare] = await comeIn(username, {});
    expect(bare).toMatchObject({ code: 0 });
    expect(bare).not.toHaveProperty('resume_token');
  });

  it('brings the session back without signature or password, answered as a login', async () => {
    const user = await owner();
    const { username, token } = user;
    const [client, answer] = await comeBack(username, token);
    expect(answer).toMatchObject({
      code: 0,
      uid: expect.any(Number),
      username,
      appkey: APPKEY,
      online_list: [],
      capabilities: ['resume', 'history', 'ordered_sends'],
      resume_token: expect.any(String),
    });
    expect(answer.resume_token).not.toBe(token);
    expect(await client.ask('get_conversations')).toMatchObject({ code: 0 });
    // The client's own socket of before goes without being told that it was thrown out.
    await user.next('disconnect');
    expect(user.all('event_notification')).toEqual([]);
  });

  it('brings live messages, those missed, and with roaming the history', async () => {
    const user = await owner();
    const friend = await clients.liveUser();
    await user.sync(0, 0);
    await friend.send(user.username, 'before');
    for (const message of await user.live(1)) await user.acknowledge(message);
    user.close();
    await user.next('disconnect');
    await friend.send(user.username, 'missed');
    const [back] = await comeBack(user.username, user.token, { flag: '1' });
    await back.sync(0, 1);
    const [synced] = (await back.next('sync_conversation')).messages;
    expect(synced?.msgs.map(textOf)).toEqual(['before', 'missed']);
    await friend.send(user.username, 'live');
    await back.live(1);
    expect(back.texts()).toEqual(['live']);
  });

  it('is said to be there when a socket begins', async () => {
    const client = await clients.connect();
    expect(await client.init()).toMatchObject({
      code: 0,
      capabilities: ['resume', 'history', 'ordered_sends'],
    });
  });

  it('is not disturbed by a second login on the same socket', async () => {
    const user = await owner();
    const again = await logIn(user, user.username);
    expect(again).toMatchObject({ code: 0 });
    expect(again).not.toHaveProperty('resume_token');
    expect((await comeBack(user.username, user.token))[1]).toMatchObject({ code: 0 });
  });

  it('stays good while the answer with the next one is lost, until the next one has been used', async () => {
    const { username, token } = await owner();
    await comeBack(username, token);
    const [, second] = await comeBack(username, token);
    const next = String(second.resume_token);
    expect(second).toMatchObject({ code: 0 });
    expect((await comeBack(username, next))[1]).toMatchObject({ code: 0 });
    expect((await comeBack(username, token))[1]).toMatchObject(REFUSED);
  });

  it('presented twice in one and the same request on one socket is answered twice the same', async () => {
    const { username, token } = await owner();
    const client = await clients.connect();
    const rid = nextRid();
    const first = await client.ask('resume', resumption(username, token), rid);
    expect(await client.ask('resume', resumption(username, token), rid)).toEqual(first);
  });

  it.each([
    ['of another device', { device: ELSEWHERE }],
    ['of another platform', { fromPlatForm: 'android' }],
    ['of another application', { appkey: 'app2' }],
    ['of an unknown application', { appkey: 'nothing' }],
    ['of an unknown account', { username: 'somebody-unknown' }],
    ['that was made up', { token: 'x'.repeat(43) }],
  ])('%s is refused, all in the same words', async (_, extra) => {
    const { username, token } = await owner();
    const [, { rid: _rid, ...answer }] = await comeBack(username, token, extra);
    expect(answer).toEqual({ code: 882004, message: expect.stringContaining('this token is not good') });
    expect((await comeBack(username, token))[1]).toMatchObject({ code: 0 });
  });

  it('cannot be guessed at for long from one address', async () => {
    const { username, token } = await owner();
    const client = await clients.connect();
    const guess = () => client.ask('resume', resumption(username, 'x'.repeat(43)));
    for (let tries = 0; tries < 10; tries += 1) expect(await guess()).toMatchObject(REFUSED);
    expect(await guess()).toMatchObject({ code: 880209 });
    expect((await comeBack(username, token))[1]).toMatchObject({ code: 880209 });
  });

  it('is taken from its device whatever others guess, who cannot name that', async () => {
    const { username, token } = await owner();
    const client = await clients.connect();
    const guess = () => client.ask('resume', resumption(username, 'x'.repeat(43), { device: ELSEWHERE }));
    for (let tries = 0; tries < 12; tries += 1) await guess();
    expect(await guess()).toMatchObject({ code: 880209 });
    expect((await comeBack(username, token))[1]).toMatchObject({ code: 0 });
  });

  it('is good for 30 days after it was last used', async () => {
    const { username, token } = await owner();
    lateMs = 29 * DAY_MS;
    const [, answer] = await comeBack(username, token);
    expect(answer).toMatchObject({ code: 0 });
    lateMs += 31 * DAY_MS;
    await gateway.store.sweep();
    expect((await comeBack(username, String(answer.resume_token)))[1]).toMatchObject(REFUSED);
  });

  it('is in the database as a digest only', async () => {
    const { username, token } = await owner();
    const [, answer] = await comeBack(username, token);
    const rows = JSON.stringify([
      await gateway.store.db.selectFrom('resume_token').selectAll().execute(),
      await gateway.store.db.selectFrom('request').selectAll().execute(),
      await gateway.store.db.selectFrom('account').selectAll().execute(),
    ]);
    expect(rows).toContain(
      createHash('sha256')
        .update(JSON.stringify([DEVICE, token]))
        .digest('base64url'),
    );
    expect(rows).not.toContain(token);
    expect(rows).not.toContain(String(answer.resume_token));
  });
});

describe('a token is worth nothing any more', () => {
  it('after log_out, which closes the socket', async () => {
    const user = await owner();
    expect(await user.ask('log_out')).toMatchObject({ code: 0 });
    await user.next('disconnect');
    expect((await comeBack(user.username, user.token))[1]).toMatchObject(REFUSED);
  });

  it('after another password, on every platform', async () => {
    const user = await owner();
    const [, native] = await comeIn(user.username, { device: ELSEWHERE }, 'android');
    const old_pwd = md5('secret');
    expect(await user.ask('update_user_pwd', { old_pwd, new_pwd: md5('another') })).toMatchObject({
      code: 0,
    });
    await user.next('disconnect');
    expect((await comeBack(user.username, user.token))[1]).toMatchObject(REFUSED);
    const there = { device: ELSEWHERE, fromPlatForm: 'android' };
    expect((await comeBack(user.username, String(native.resume_token), there))[1]).toMatchObject(REFUSED);
  });

  it.each([
    ['another device', { device: ELSEWHERE }, true],
    ['a client that knows nothing of tokens', {}, true],
    ['the same device again', { device: DEVICE }, false],
  ])('after a login of %s', async (_, extra, isToldSo) => {
    const user = await owner();
    await comeIn(user.username, extra);
    await user.next('disconnect');
    expect(user.all('event_notification').map(({ event_type }) => event_type)).toEqual(isToldSo ? [1] : []);
    expect((await comeBack(user.username, user.token))[1]).toMatchObject(REFUSED);
  });

  it('but a login of another platform leaves it alone', async () => {
    const user = await owner();
    await comeIn(user.username, {}, 'android');
    expect((await comeBack(user.username, user.token))[1]).toMatchObject({ code: 0 });
  });

  it('after the account was shut out, also when it is let in again', async () => {
    const { username, token } = await owner();
    const account = await gateway.store.accounts.find(APPKEY, username);
    if (!account) throw new Error('no account');
    await gateway.store.disabledAccounts.disable(account.uid);
    expect((await comeBack(username, token))[1]).toMatchObject(REFUSED);
    await gateway.store.disabledAccounts.enable(account.uid);
    expect((await comeBack(username, token))[1]).toMatchObject(REFUSED);
  });
});

it('in every order of uses, the newest token and its predecessor are valid; an older one ends all of them', async () => {
  const { username } = await owner();
  const account = await gateway.store.accounts.find(APPKEY, username);
  if (!account) throw new Error('no account');
  const whose = { uid: account.uid, platform: 'web' };
  const hash = (await gateway.store.accounts.passwordHash(account.uid)) ?? '';
  const peer = { address: '', agent: '' };
  const { resumeTokens } = gateway.store;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat({ max: 3 }), { maxLength: 12 }), async (uses) => {
      const opened = await resumeTokens.open(whose, DEVICE, hash, peer, () => true);
      const first = typeof opened === 'string' ? '' : String(opened.token);
      const given = [first];
      let good = [first];
      for (const back of uses) {
        const used = given.at(-1 - back) ?? first;
        const renewed = await resumeTokens.renew(whose, DEVICE, used, peer, () => true);
        if (good.length === 0) expect(renewed).toBe('notGood');
        else if (!good.includes(used)) {
          expect(renewed).toBe('outdated');
          good = [];
        } else {
          if (typeof renewed === 'string') throw new Error(renewed);
          good = [used, renewed.token];
          given.push(renewed.token);
        }
      }
    }),
    { numRuns: 30 },
  );
});

describe('an outdated token', () => {
  it('that is used again ends the session of whoever has the newest one, who is told so', async () => {
    const user = await owner();
    const [, second] = await comeBack(user.username, user.token);
    const [third, answer] = await comeBack(user.username, String(second.resume_token));
    await third.sync(0, 0);
    expect((await comeBack(user.username, user.token))[1]).toMatchObject(REFUSED);
    expect(await third.next('event_notification')).toMatchObject({ event_type: 1, extra: 0 });
    await third.next('disconnect');
    // None of the family is good any more, not even the newest: it cannot be said whose it is.
    for (const token of [answer.resume_token, second.resume_token]) {
      expect((await comeBack(user.username, String(token)))[1]).toMatchObject(REFUSED);
    }
    // With the password a new one begins.
    const [, again] = await comeIn(user.username);
    expect((await comeBack(user.username, String(again.resume_token)))[1]).toMatchObject({ code: 0 });
  });

  it('of an earlier login, or of another device, ends nothing', async () => {
    const user = await owner();
    const [, again] = await comeIn(user.username);
    expect((await comeBack(user.username, user.token))[1]).toMatchObject(REFUSED);
    const [, second] = await comeBack(user.username, String(again.resume_token));
    const [, third] = await comeBack(user.username, String(second.resume_token));
    const elsewhere = { device: ELSEWHERE };
    expect((await comeBack(user.username, String(again.resume_token), elsewhere))[1]).toMatchObject(REFUSED);
    expect((await comeBack(user.username, String(third.resume_token)))[1]).toMatchObject({ code: 0 });
  });
});

it('a send that is tried again on the socket that came back is the same send', async () => {
  const user = await owner();
  const friend = await clients.liveUser();
  const rid = nextRid();
  const first = await user.send(friend.username, 'once', {}, rid);
  const [back] = await comeBack(user.username, user.token);
  const { msg_id } = await back.send(friend.username, 'once', {}, rid);
  expect(msg_id).toBe(first.msg_id);
  await back.send(friend.username, 'last');
  await friend.live(2);
  expect(friend.texts()).toEqual(['once', 'last']);
});

it('a gateway that goes away says so, and when to come back, before it closes the socket', async () => {
  const leaving = await mount(gateway.store, { retryAfterMs: 1_234 });
  const client = await new Clients(() => leaving.url).user();
  await leaving.close();
  expect(await client.next('going_away')).toMatchObject({ retry_after: 1_234 });
  await client.next('disconnect');
  expect(client.seen.map(({ event }) => event).slice(-2)).toEqual(['going_away', 'disconnect']);
});
