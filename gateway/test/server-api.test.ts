/** The server API over HTTP, for the application's own server only. */

import { describe, expect, it } from 'vitest';
import { callerOf, refused } from '../../test/kit/gateway-api.js';
import { freshData } from '../../test/kit/gateway-database.js';
import { Clients, hostGateway } from '../../test/kit/gateway-in-process.js';
import { basicAuth, md5 } from '../../test/kit/signing.js';
import { APPKEY, APPS, OTHER_APPKEY, OTHER_SECRET, SECRET, uniqueName } from '../../test/kit/wire-socket.js';
import { formOf, tokenOf, upload } from '../../test/kit/wire-uploads.js';
import { startGateway } from '../src/server.js';

const gateway = hostGateway();
const { clients } = gateway;
const call = callerOf(gateway);

describe('a call', () => {
  it.each([
    ['POST', '/v1/users/'],
    ['PUT', '/v1/users/x/forbidden?disable=true'],
    ['PUT', '/v1/users/x/password'],
    ['POST', '/v1/messages'],
    ['GET', '/v1/groups/1/members/'],
    ['POST', '/v1/chatroom/'],
    ['PUT', '/v1/chatroom/1/forbidden/x?status=1'],
  ])('%s %s needs the masterSecret of its application', async (method, path) => {
    const body = method === 'GET' ? undefined : {};
    expect(await call(method, path, body, null)).toEqual(refused(401, 899007));
    expect(await call(method, path, body, 'Bearer x')).toEqual(refused(401, 899007));
    expect(await call(method, path, body, basicAuth('nothing', SECRET))).toEqual(refused(401, 899009));
    expect(await call(method, path, body, basicAuth(APPKEY, OTHER_SECRET))).toEqual(refused(401, 899008));
    expect(await call(method, path, body, basicAuth(APPKEY, ''))).toEqual(refused(401, 899008));
  });

  it('that is no JSON is answered in the same form', async () => {
    expect(await call('POST', '/v1/users/', '{"a":')).toEqual(refused(400, 899003));
    expect(await call('POST', '/v1/messages', '"text"')).toEqual(refused(400, 899003));
    expect(await call('POST', '/v1/users/', `["${'x'.repeat(2_000_000)}"]`)).toEqual(refused(413, 899003));
  });
});

describe('registering users', () => {
  it('makes those that are right and says of each other what is wrong', async () => {
    const [a, b] = [uniqueName('made'), uniqueName('made')];
    const profile = { nickname: '张三 😀', gender: 1, region: 'here', extras: { a: { b: '\0' } } };
    const users = [
      { username: a, password: 'secret', ...profile },
      { username: a, password: 'another' },
      { username: b, password: 'abc' },
      { username: `${b}\0`, password: 'secret' },
      { password: 'secret' },
      'text',
      { username: b, password: 'secret' },
    ];
    const { status, body } = await call('POST', '/v1/users/', users);
    expect(status).toBe(201);
    const wrong = (username: string, code: number) => ({
      username,
      error: expect.objectContaining({ code }),
    });
    expect(body).toEqual([
      { username: a },
      wrong(a, 899001),
      wrong(b, 899003),
      wrong(`${b}\0`, 899003),
      wrong('', 899003),
      wrong('', 899003),
      { username: b },
    ]);
    const client = await clients.connect();
    await client.init();
    expect(await client.login(a)).toMatchObject({ code: 0 });
    const { user_info } = await client.ask('get_across_user_info', { username: a });
    expect(user_info).toMatchObject(profile);
    expect((await call('POST', '/v1/users', [{ username: a, password: 'secret' }])).body).toEqual([
      wrong(a, 899001),
    ]);
  });

  it('takes at most 500', async () => {
    const users = Array.from({ length: 501 }, (_, index) => ({
      username: `many-${index}`,
      password: 'secret',
    }));
    expect(await call('POST', '/v1/users/', users)).toEqual(refused(400, 899013));
    expect(await call('POST', '/v1/users/', [])).toEqual(refused(400, 899003));
    expect(await call('POST', '/v1/users/', {})).toEqual(refused(400, 899003));
  });

  it('makes them in the application that calls', async () => {
    const username = uniqueName('made');
    await call(
      'POST',
      '/v1/users/',
      [{ username, password: 'secret' }],
      basicAuth(OTHER_APPKEY, OTHER_SECRET),
    );
    const client = await clients.connect();
    await client.init();
    expect(await client.login(username)).toMatchObject({ code: 880103 });
  });
});

describe('a disabled account', () => {
  it('loses its sessions, cannot log in or upload, and is let in again when it is enabled', async () => {
    const user = await clients.user();
    const { username } = user;
    const token = await tokenOf(user);
    const path = `/v1/users/${username}/forbidden`;
    expect(await call('PUT', `${path}?disable=true`)).toEqual({ status: 204, body: undefined });
    expect(await user.next('event_notification')).toMatchObject({ event_type: 1, extra: 1 });
    await user.next('disconnect');
    const again = await clients.connect();
    await again.init();
    expect(await again.login(username, md5('wrong'))).toMatchObject({ code: 880104 });
    expect(await again.login(username)).toMatchObject({ code: 880111 });
    const { answer } = await upload(gateway.url, 'file', formOf(Buffer.from('x')), { username, token });
    expect(answer.error?.code).toBe(898008);
    expect(await call('PUT', `${path}?disable=false`)).toEqual({ status: 204, body: undefined });
    expect(await again.login(username)).toMatchObject({ code: 0 });
  });

  it('stays so when the gateway is started again', async () => {
    const own = await freshData();
    const first = await startGateway({ apps: APPS, data: own.path });
    const headers = { authorization: basicAuth(APPKEY, SECRET), 'content-type': 'application/json' };
    const body = JSON.stringify([{ username: 'forbidden', password: 'secret' }]);
    await fetch(`${first.url}/v1/users`, { method: 'POST', headers, body });
    const { authorization } = headers;
    await fetch(`${first.url}/v1/users/forbidden/forbidden?disable=true`, {
      method: 'PUT',
      headers: { authorization },
    });
    await first.close();
    const second = await startGateway({ apps: APPS, data: own.path });
    const visitors = new Clients(() => second.url);
    const client = await visitors.connect();
    await client.init();
    expect(await client.login('forbidden')).toMatchObject({ code: 880111 });
    visitors.leave();
    await second.close();
    await own.remove();
  });

  it('must exist, in the application that calls', async () => {
    const { username } = await clients.user();
    const path = `/v1/users/${username}/forbidden`;
    expect(await call('PUT', '/v1/users/nobody/forbidden?disable=true')).toEqual(refused(400, 899002));
    expect(await call('PUT', `${path}?disable=maybe`)).toEqual(refused(400, 899003));
    expect(
      await call('PUT', `${path}?disable=true`, undefined, basicAuth(OTHER_APPKEY, OTHER_SECRET)),
    ).toEqual(refused(400, 899002));
  });
});

it.each([
  ['shutting out and letting in again', ['forbidden?disable=true', 'forbidden?disable=false'], undefined],
  ['another password', ['password'], { new_password: md5('changed') }],
])('%s leaves no session that could come back by its token', async (_, paths, body) => {
  const { username } = await clients.user();
  const client = await clients.connect();
  await client.init();
  const device = 'device-of-the-user';
  const login = await client.ask('login', { username, password: md5('secret'), device });
  expect(login).toMatchObject({ code: 0, resume_token: expect.any(String) });
  for (const path of paths) {
    expect(await call('PUT', `/v1/users/${username}/${path}`, body)).toMatchObject({ status: 204 });
  }
  await client.next('disconnect');
  const back = await clients.connect();
  const resumption = { appkey: APPKEY, username, device, token: login.resume_token };
  expect(await back.ask('resume', resumption)).toMatchObject({ code: 882004 });
});

describe('changing a password', () => {
  it('ends every session and makes the new one the only one', async () => {
    const user = await clients.user();
    const path = `/v1/users/${encodeURIComponent(user.username)}/password`;
    expect(await call('PUT', path, { new_password: 'abc' })).toEqual(refused(400, 899003));
    expect(await call('PUT', path, { new_password: 'changed' })).toEqual({ status: 204, body: undefined });
    expect(await user.next('event_notification')).toMatchObject({ event_type: 2 });
    await user.next('disconnect');
    const again = await clients.connect();
    await again.init();
    expect(await again.login(user.username)).toMatchObject({ code: 880104 });
    expect(await again.login(user.username, md5('changed'))).toMatchObject({ code: 0 });
  });
});
