/** Accounts: registration, login, and one session for each account. */

import { describe, expect, it } from 'vitest';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { md5 } from '../../test/kit/signing.js';
import { APPKEY, nextRid, OTHER_APPKEY, OTHER_SECRET, uniqueName } from '../../test/kit/wire-socket.js';

const { clients } = hostGateway();
describe('register', () => {
  it('makes an account with a profile', async () => {
    const client = await clients.connect();
    const username = uniqueName('registered');
    await client.init();
    const answer = await client.ask('register', {
      username,
      password: md5('secret'),
      nickname: '小明',
      birthday: 315_532_800,
      gender: '1',
      extras: { a: { b: '\0' } },
    });
    expect(answer).toMatchObject({ code: 0 });
    const { uid, appkey } = await client.login(username);
    expect(uid).toBeGreaterThan(0);
    expect(appkey).toBe(APPKEY);
    const { user_info } = await client.ask('get_across_user_info', { username });
    expect(user_info).toEqual({
      uid,
      username,
      appkey: APPKEY,
      nickname: '小明',
      avatar: '',
      birthday: '315532800',
      gender: 1,
      signature: '',
      region: '',
      address: '',
      mtime: expect.any(Number),
      extras: { a: { b: '\0' } },
    });
  });

  it('refuses a name that is taken, and knows a retry from another attempt', async () => {
    const first = await clients.connect();
    const second = await clients.connect();
    await Promise.all([first.init(), second.init()]);
    const payload = { username: uniqueName('taken'), password: md5('secret') };
    const rid = nextRid();
    expect(await first.ask('register', payload, rid)).toMatchObject({ code: 0 });
    // The answer was lost: the same request comes again, over another socket.
    expect(await second.ask('register', payload, rid)).toMatchObject({ code: 0 });
    expect(await second.ask('register', payload)).toMatchObject({ code: 882002 });
    const guess = { ...payload, password: md5('guess') };
    expect(await second.ask('register', guess, rid)).toMatchObject({ code: 882002 });
  });

  it('gives a name to one of many who ask for it at once', async () => {
    const sockets = await Promise.all(Array.from({ length: 5 }, () => clients.connect()));
    await Promise.all(sockets.map((client) => client.init()));
    const username = uniqueName('wanted');
    const answers = await Promise.all(
      sockets.map((client, index) => client.ask('register', { username, password: md5(`${index}`) })),
    );
    expect(answers.map(({ code }) => code).sort()).toEqual([0, 882002, 882002, 882002, 882002]);
  });

  it('has to be done while logged out', async () => {
    const user = await clients.user();
    const payload = { username: uniqueName('more'), password: md5('secret') };
    expect(await user.ask('register', payload)).toMatchObject({ code: 880006 });
  });

  it.each(['nul\0', 'half \ud800', '', 'x'.repeat(129), true])('refuses the name %j', async (username) => {
    const client = await clients.connect();
    await client.init();
    const { code } = await client.ask('register', { username, password: md5('secret') });
    expect([880003, 880004]).toContain(code);
  });

  it('takes a number for a name, as pages pass ids', async () => {
    const client = await clients.connect();
    await client.init();
    const username = Math.floor(Math.random() * 1e12);
    expect(await client.ask('register', { username, password: md5('secret') })).toMatchObject({ code: 0 });
    expect(await client.ask('login', { username, password: md5('secret') })).toMatchObject({
      code: 0,
      username: String(username),
    });
  });

  it('keeps the applications apart', async () => {
    const username = uniqueName('both');
    await clients.user(username);
    const other = await clients.connect();
    await other.init(OTHER_APPKEY, OTHER_SECRET);
    expect(await other.login(username)).toMatchObject({ code: 880103 });
    expect(await other.ask('register', { username, password: md5('else') })).toMatchObject({ code: 0 });
    expect(await other.login(username, md5('else'))).toMatchObject({ code: 0, appkey: OTHER_APPKEY });
  });
});

describe('login', () => {
  it('answers who and where', async () => {
    const user = await clients.user();
    const answer = await user.login(user.username);
    expect(answer).toMatchObject({
      code: 0,
      uid: expect.any(Number),
      username: user.username,
      appkey: APPKEY,
      online_list: [],
    });
  });

  it('refuses unknown users, wrong passwords and another account on the same socket', async () => {
    const user = await clients.user();
    const client = await clients.connect();
    await client.init();
    expect(await client.login(uniqueName('unknown'))).toMatchObject({ code: 880103 });
    expect(await client.login('nul\0')).toMatchObject({ code: 880103 });
    expect(await client.login(user.username, md5('wrong'))).toMatchObject({ code: 880104 });
    expect(await client.login(user.username, 'not a digest')).toMatchObject({ code: 880003 });
    const other = await clients.user();
    expect(await other.login(user.username)).toMatchObject({ code: 880107 });
    expect(await other.login(other.username)).toMatchObject({ code: 0 });
  });

  it('takes the digest in either case', async () => {
    const { username } = await clients.user();
    const client = await clients.connect();
    await client.init();
    expect(await client.login(username, md5('secret').toUpperCase())).toMatchObject({ code: 0 });
  });

  it('stops counting at the tenth wrong password of a minute, for that account only', async () => {
    const { username } = await clients.user();
    const other = await clients.user();
    const client = await clients.connect();
    await client.init();
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await client.login(username, md5('wrong'))).toMatchObject({ code: 880104 });
    }
    expect(await client.login(username, md5('wrong'))).toMatchObject({ code: 880209 });
    expect(await client.login(username)).toMatchObject({ code: 880209 });
    expect(await client.login(other.username)).toMatchObject({ code: 0 });
  });

  it('does not count right passwords', async () => {
    const user = await clients.user();
    for (let times = 0; times < 12; times += 1) {
      expect(await user.login(user.username)).toMatchObject({ code: 0 });
    }
  });

  it('ends the older session of the account with event 1, and closes its socket', async () => {
    const older = await clients.user(undefined, 'v2');
    const newer = await clients.user(older.username);
    expect(await older.next('event_notification')).toMatchObject({
      event_type: 1,
      extra: 0,
      from_username: older.username,
      from_appkey: APPKEY,
    });
    await older.next('disconnect');
    expect(await newer.ask('get_conversations')).toMatchObject({ code: 0 });
    expect(newer.all('event_notification')).toEqual([]);
  });

  it('is needed before anything of an account', async () => {
    const client = await clients.connect();
    await client.init();
    for (const event of ['get_conversations', 'sync_check', 'get_across_user_info', 'update_user_inf']) {
      expect(await client.ask(event, { username: 'u' })).toMatchObject({ code: 882004 });
    }
  });
});
