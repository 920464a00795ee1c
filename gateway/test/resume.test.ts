/** Resume tokens: the logins that receive one, the sessions that it resumes, and the presentations that are refused. */

import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { Clients, hostMounted, mount } from '../../test/kit/gateway-in-process.js';
import { DEVICE, OTHER_DEVICE, REFUSED, ResumingClients, resumption } from '../../test/kit/gateway-resume.js';
import { APPKEY, nextRid, textOf } from '../../test/kit/wire-socket.js';

const DAY_MS = 24 * 60 * 60_000;

let lateMs = 0;
const now = () => Date.now() + lateMs;
const gateway = hostMounted({}, now);
const { clients } = gateway;
const resuming = new ResumingClients(clients, now);
afterEach(() => {
  lateMs = 0;
});
describe('a token', () => {
  it('is given to a login that names its device, and to no other', async () => {
    const { username, token } = await resuming.owner();
    expect(token).toMatch(/^[\w-]{43,}$/);
    const [, bare] = await resuming.enter(username, {});
    expect(bare).toMatchObject({ code: 0 });
    expect(bare).not.toHaveProperty('resume_token');
  });

  it('brings the session back without signature or password, answered as a login', async () => {
    const user = await resuming.owner();
    const { username, token } = user;
    const [client, answer] = await resuming.resume(username, token);
    expect(answer).toMatchObject({
      code: 0,
      uid: expect.any(Number),
      username,
      appkey: APPKEY,
      online_list: [],
      capabilities: ['resume', 'history', 'ordered_sends', 'invitations', 'sync_window'],
      resume_token: expect.any(String),
    });
    expect(answer.resume_token).not.toBe(token);
    expect(await client.ask('get_conversations')).toMatchObject({ code: 0 });
    // The client's own socket of before goes without being told that it was thrown out.
    await user.next('disconnect');
    expect(user.all('event_notification')).toEqual([]);
  });

  it('brings live messages, those missed, and with roaming the history', async () => {
    const user = await resuming.owner();
    const friend = await clients.liveUser();
    await user.sync(0, 0);
    await friend.send(user.username, 'before');
    for (const message of await user.live(1)) await user.acknowledge(message);
    user.close();
    await user.next('disconnect');
    await friend.send(user.username, 'missed');
    const [back] = await resuming.resume(user.username, user.token, { flag: '1' });
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
      capabilities: ['resume', 'history', 'ordered_sends', 'invitations', 'sync_window'],
    });
  });

  it('is not disturbed by a second login on the same socket', async () => {
    const user = await resuming.owner();
    const again = await resuming.logIn(user, user.username);
    expect(again).toMatchObject({ code: 0 });
    expect(again).not.toHaveProperty('resume_token');
    expect((await resuming.resume(user.username, user.token))[1]).toMatchObject({ code: 0 });
  });

  it('stays good while the answer with the next one is lost, until the next one has been used', async () => {
    const { username, token } = await resuming.owner();
    await resuming.resume(username, token);
    const [, second] = await resuming.resume(username, token);
    const next = String(second.resume_token);
    expect(second).toMatchObject({ code: 0 });
    expect((await resuming.resume(username, next))[1]).toMatchObject({ code: 0 });
    expect((await resuming.resume(username, token))[1]).toMatchObject(REFUSED);
  });

  it('presented twice in one and the same request on one socket is answered twice the same', async () => {
    const { username, token } = await resuming.owner();
    const client = await clients.connect();
    const rid = nextRid();
    const first = await client.ask('resume', resumption(username, token), rid);
    expect(await client.ask('resume', resumption(username, token), rid)).toEqual(first);
  });

  it.each([
    ['of another device', { device: OTHER_DEVICE }],
    ['of another platform', { fromPlatForm: 'android' }],
    ['of another application', { appkey: 'app2' }],
    ['of an unknown application', { appkey: 'nothing' }],
    ['of an unknown account', { username: 'somebody-unknown' }],
    ['that was made up', { token: 'x'.repeat(43) }],
  ])('%s is refused, all in the same words', async (_, extra) => {
    const { username, token } = await resuming.owner();
    const [, { rid: _rid, ...answer }] = await resuming.resume(username, token, extra);
    expect(answer).toEqual({ code: 882004, message: expect.stringContaining('this token is not good') });
    expect((await resuming.resume(username, token))[1]).toMatchObject({ code: 0 });
  });

  it('cannot be guessed at for long from one address', async () => {
    const { username, token } = await resuming.owner();
    const client = await clients.connect();
    const guess = () => client.ask('resume', resumption(username, 'x'.repeat(43)));
    for (let tries = 0; tries < 10; tries += 1) expect(await guess()).toMatchObject(REFUSED);
    expect(await guess()).toMatchObject({ code: 880209 });
    expect((await resuming.resume(username, token))[1]).toMatchObject({ code: 880209 });
  });

  it('is taken from its device whatever others guess, who cannot name that', async () => {
    const { username, token } = await resuming.owner();
    const client = await clients.connect();
    const guess = () => client.ask('resume', resumption(username, 'x'.repeat(43), { device: OTHER_DEVICE }));
    for (let tries = 0; tries < 12; tries += 1) await guess();
    expect(await guess()).toMatchObject({ code: 880209 });
    expect((await resuming.resume(username, token))[1]).toMatchObject({ code: 0 });
  });

  it('is good for 30 days after it was last used', async () => {
    const { username, token } = await resuming.owner();
    lateMs = 29 * DAY_MS;
    const [, answer] = await resuming.resume(username, token);
    expect(answer).toMatchObject({ code: 0 });
    lateMs += 31 * DAY_MS;
    await gateway.store.sweep();
    expect((await resuming.resume(username, String(answer.resume_token)))[1]).toMatchObject(REFUSED);
  });

  it('is in the database as a digest only', async () => {
    const { username, token } = await resuming.owner();
    const [, answer] = await resuming.resume(username, token);
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

it('a send that is tried again on the socket that came back is the same send', async () => {
  const user = await resuming.owner();
  const friend = await clients.liveUser();
  const rid = nextRid();
  const first = await user.send(friend.username, 'once', {}, rid);
  const [back] = await resuming.resume(user.username, user.token);
  const { msg_id } = await back.send(friend.username, 'once', {}, rid);
  expect(msg_id).toBe(first.msg_id);
  await back.send(friend.username, 'last');
  await friend.live(2);
  expect(friend.texts()).toEqual(['once', 'last']);
});

it('a client that comes back gets what it missed before anything live, however late it asks', async () => {
  const owner = await resuming.owner();
  const missed = await clients.liveUser();
  await missed.send(owner.username, 'missed');
  const hasty = await mount(gateway.store, { syncGraceMs: 0 });
  const others = new Clients(() => hasty.url);
  const [back] = await new ResumingClients(others).resume(owner.username, owner.token);
  const friend = await others.user();
  await friend.send(owner.username, 'live');
  await back.ask('get_sessions');
  expect(back.all('msg_sync')).toEqual([]);
  await back.sync(0, 0);
  const { messages } = await back.next('sync_conversation');
  expect(messages.flatMap(({ msgs }) => msgs).map(textOf)).toContain('missed');
  others.leave();
  await hasty.close();
});

it('a gateway that goes away says so, and when to come back, before it closes the socket', async () => {
  const leaving = await mount(gateway.store, { retryAfterMs: 1_234 });
  const client = await new Clients(() => leaving.url).user();
  await leaving.close();
  expect(await client.next('going_away')).toMatchObject({ retry_after: 1_234 });
  await client.next('disconnect');
  expect(client.seen.map(({ event }) => event).slice(-2)).toEqual(['going_away', 'disconnect']);
});
