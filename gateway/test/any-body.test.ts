/** Any value in any field, from an application's server or a client, is answered with a code and never with an internal error. */

import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { callerOf } from '../../test/kit/gateway-api.js';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { md5 } from '../../test/kit/signing.js';
import { groupText } from '../../test/kit/wire-groups.js';
import { type Client, textTo, uniqueName } from '../../test/kit/wire-socket.js';

const errors: unknown[] = [];
const log = pino(
  { level: 'error' },
  new Writable({
    write(chunk, _encoding, done) {
      errors.push(JSON.parse(String(chunk)));
      done();
    },
  }),
);
// No request is to be refused for its frequency here.
const MANY = 1_000_000;
const gateway = hostGateway({
  log,
  requestBurst: MANY,
  strangerSocketBurst: MANY,
  strangerBurst: MANY,
  framesAtOnce: MANY,
  joinRequestIntervalMs: 0,
});
const { clients } = gateway;
const call = callerOf(gateway);

/** NUL and half a surrogate pair are what PostgreSQL's texts cannot hold; the numbers are beyond what its integers can. */
const NASTY: readonly unknown[] = [
  'nul \0 inside',
  'half \ud800 of a pair',
  {},
  null,
  2 ** 53,
  1e300,
  { toString: 1 },
  ['\0'],
];

/** The value with one of its fields replaced, at whatever depth, for each field and each nasty value. */
function* spoilt(value: unknown): Generator<unknown> {
  yield* NASTY;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    for (const bad of spoilt(inner)) {
      if (Array.isArray(value)) yield value.map((item, index) => (String(index) === key ? bad : item));
      else yield { ...value, [key]: bad };
    }
  }
}

const noErrors = (what: string): void => {
  expect({ what, errors: errors.splice(0) }).toEqual({ what, errors: [] });
};

describe('the server API', () => {
  const user = () => ({
    username: uniqueName('any'),
    password: 'secret',
    nickname: 'n',
    avatar: 'a',
    birthday: '2000-01-01',
    signature: 's',
    gender: 1,
    region: 'r',
    address: 'a',
    extras: { a: 'b' },
  });
  const message = (username: string, target_type: string, target_id: unknown) => ({
    version: 1,
    target_type,
    target_id,
    target_appkey: 'app1',
    target_name: 'n',
    from_type: 'admin',
    from_id: username,
    from_name: 'n',
    no_offline: false,
    no_notification: false,
    notification: { title: 't', alert: 'a' },
    msg_type: 'text',
    msg_body: { text: 'hello', extras: { a: 'b' } },
  });

  it('answers every body with a status below 500', async () => {
    const owner = await clients.user();
    const { username } = owner;
    const { gid } = await owner.ask('create_group', { group_name: 'g' });
    const room = { owner_username: username, name: 'room', description: 'd' };
    const { body } = await call('POST', '/v1/chatroom', room);
    const roomId = (body as { chatroom_id: number }).chatroom_id;
    const bodies: [method: string, path: string, body: unknown][] = [
      ['POST', '/v1/users', [user()]],
      ['PUT', `/v1/users/${username}/password`, { new_password: 'secret' }],
      ['POST', '/v1/messages', message(username, 'single', username)],
      ['POST', '/v1/messages', message(username, 'group', gid)],
      ['POST', '/v1/messages', message(username, 'chatroom', roomId)],
      ['POST', '/v1/chatroom', room],
    ];
    const failed: unknown[] = [];
    for (const [method, path, whole] of bodies) {
      const asked = [...spoilt(whole)].map(async (bad) => {
        const { status } = await call(method, path, bad);
        if (status >= 500) failed.push([method, path, bad, status]);
      });
      await Promise.all(asked);
    }
    expect(failed).toEqual([]);
    noErrors('bodies');
  });

  it('answers every path with a status below 500', async () => {
    const failed: unknown[] = [];
    for (const part of [
      '%00',
      '%ED%A0%80',
      '%',
      '-1',
      '1e300',
      '99999999999999999999',
      'x'.repeat(300),
      '__proto__',
    ]) {
      for (const [method, path] of [
        ['PUT', `/v1/users/${part}/forbidden?disable=true`],
        ['PUT', `/v1/users/${part}/password`],
        ['GET', `/v1/groups/${part}/members`],
        ['PUT', `/v1/chatroom/${part}/forbidden/x?status=1`],
        ['PUT', `/v1/chatroom/1/forbidden/${part}?status=1`],
        ['GET', `/media/${part}?e=1&s=${part}`],
      ] as const) {
        const { status } = await call(
          method,
          path,
          method === 'PUT' ? { new_password: 'secret' } : undefined,
        );
        if (status >= 500) failed.push([method, path, status]);
      }
    }
    expect(failed).toEqual([]);
    noErrors('paths');
  });
});

describe('a client', () => {
  it('gets an answer to every payload that is not an internal error', async () => {
    const [alice, bob] = await clients.three();
    const { gid } = await alice.ask('create_group', { group_name: 'g' });
    const { username } = bob;
    const named = { member_usernames: [{ username, appkey: 'app1' }] };
    const who = { target_name: username, appkey: 'app1' };
    const page = { start: 0, appkey: 'app1' };
    const payloads: [event: string, payload: object][] = [
      ['get_across_user_info', { username, appkey: 'app1' }],
      [
        'update_user_inf',
        {
          nickname: 'n',
          avatar: 'a',
          birthday: 'b',
          signature: 's',
          gender: 1,
          region: 'r',
          extras: { a: 1 },
        },
      ],
      [
        's_across_single_text',
        textTo(username, 'hello', { custom_notification: { enabled: true, title: 't' } }),
      ],
      ['send_group_msg', groupText(Number(gid), 'hello', { users: [{ username }] })],
      ['create_group', { group_name: 'g', group_description: 'd', media_id: 'm', is_limit: true }],
      ['update_group_info', { gid, group_name: 'g', group_description: 'd' }],
      ['add_across_group_member', { gid, ...named }],
      ['apply_join_group', { gid, reason: 'r' }],
      ['add_friend', { ...who, from_type: 1, why: 'w' }],
      ['update_friend_memo', { ...who, memo_name: 'm', memo_others: 'o' }],
      ['add_black_list', named],
      ['del_black_list', named],
      ['add_msg_no_disturb_single', { ...who, version: 0 }],
      ['public_group_list', page],
      ['room_list', page],
      ['get_history', { type: 3, username, appkey: 'app1', limit: 10, before: { ctime_ms: 1, msg_id: 1 } }],
      ['msg_retract', { msg_id: 1 }],
      ['get_resource', { media_id: 'm' }],
      ['logout_session', { id: 'x' }],
      ['trans_msg_single', { target_username: username, target_appkey: 'app1', cmd: 'c' }],
      ['receipt_report', { sessions: [{ type: 3, username, appkey: 'app1', msg_ids: [1] }] }],
      ['sync_check', { sync_key: 0, sync_type: 0, sync_event_key: 0, msg_receipt_key: 0 }],
      ['sync_conversation_ack', { sync_key: 1 }],
      ['sync_event_ack', { sync_key: 1 }],
    ];
    for (const [event, whole] of payloads) {
      const asked = [...spoilt(whole)].filter(
        (bad) => typeof bad === 'object' && bad !== null && !Array.isArray(bad),
      );
      const answers = await Promise.all(asked.map((bad) => alice.ask(event, bad as object)));
      expect(answers.map(({ code }) => code)).not.toContain(882001);
      noErrors(event);
    }
  });

  it('gets one also before it is logged in', async () => {
    const client: Client = await clients.connect();
    await client.init();
    const whole = {
      username: uniqueName('any'),
      password: md5('secret'),
      nickname: 'n',
      extras: { a: 1 },
      media_id: 'm',
    };
    const asked = [...spoilt(whole)].filter(
      (bad) => typeof bad === 'object' && bad !== null && !Array.isArray(bad),
    );
    for (const event of ['register', 'login']) {
      await Promise.all(asked.map((bad) => client.ask(event, bad as object)));
      noErrors(event);
    }
  });
});

describe('a new account’s name', () => {
  it.each([
    ['a character that nobody sees', 'ali\u200bce'],
    ['one that joins', 'ali\u200dce'],
    ['one that turns the direction', 'ali\u202ece'],
    ['a soft hyphen', 'ali\u00adce'],
    ['a filler that looks like nothing', 'ali\u3164ce'],
    ['a control character', 'ali\tce'],
    ['an end of line', 'ali\u2028ce'],
    ['a blank at its end', 'alice '],
    ['wide letters', 'ａｌｉｃｅ'],
    ['letters of mathematics', '𝐚𝐥𝐢𝐜𝐞'],
    ['a ligature', 'al\ufb01ce'],
    ['a letter and its accent apart', 'alice\u0301'],
  ])('cannot be taken for another one: %s', async (_, username) => {
    const client = await clients.connect();
    await client.init();
    expect(await client.ask('register', { username, password: md5('secret') })).toMatchObject({
      code: 880003,
    });
    const { body } = await call('POST', '/v1/users', [{ username, password: 'secret' }]);
    expect(body).toMatchObject([{ error: { code: 899003 } }]);
  });

  it.each(['alice smith', '小明-1', 'élise', 'иван', '🦊', 'a.b@c_d'])('may be %s', async (username) => {
    const client = await clients.connect();
    await client.init();
    expect(await client.ask('register', { username, password: md5('secret') })).toMatchObject({ code: 0 });
  });
});
