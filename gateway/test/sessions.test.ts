/** An account's own sessions: listed for it alone, and ended from another one. */

import { describe, expect, it } from 'vitest';
import type { UserSession } from '../../src/protocol/index.js';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { md5 } from '../../test/kit/signing.js';
import { APPKEY, type Client, nextRid, SECRET, sign, uniqueName } from '../../test/kit/wire-socket.js';

const gateway = hostGateway();
const { clients } = gateway;
const DEVICE = 'device-of-the-user';

async function enter(username: string, fromPlatForm: string, device?: string): Promise<[Client, string]> {
  const client = await clients.connect();
  await client.ask('c_init', { ...sign(APPKEY, SECRET, Date.now()), fromPlatForm });
  await client.ask('register', { username, password: md5('secret') });
  const payload = { username, password: md5('secret'), ...(device && { device }) };
  const { code, message, resume_token } = await client.ask('login', payload);
  if (code !== 0) throw new Error(message);
  return [client, String(resume_token)];
}

const sessionsOf = async (client: Client): Promise<UserSession[]> =>
  (await client.ask('get_sessions')).sessions as UserSession[];
const idOf = async (client: Client, platform: string): Promise<string> =>
  (await sessionsOf(client)).find((session) => session.platform === platform)?.id ?? '';
const resume = (client: Client, username: string, token: string, fromPlatForm: string) =>
  client.ask('resume', { appkey: APPKEY, username, device: DEVICE, token, fromPlatForm });

describe('sessions', () => {
  it('are listed whether they are here or can come back, and keep their id', async () => {
    const username = uniqueName('listed');
    const [phone, token] = await enter(username, 'android', DEVICE);
    const [web] = await enter(username, 'j');
    const ids = (await sessionsOf(web)).map(({ id }) => id).sort();
    expect(await sessionsOf(web)).toMatchObject([
      { platform: 'web', is_online: true, is_current: true, address: '127.0.0.1' },
      { platform: 'android', is_online: true, is_current: false },
    ]);
    phone.close();
    await phone.next('disconnect');
    expect(new Set(ids).size).toBe(2);
    const again = await clients.connect();
    expect(await resume(again, username, token, 'android')).toMatchObject({ code: 0 });
    expect((await sessionsOf(web)).map(({ id }) => id).sort()).toEqual(ids);
    const [, android] = await sessionsOf(again);
    expect(android).toMatchObject({ platform: 'android', is_current: true });
  });

  it('are ended with their token, and their client hears it', async () => {
    const username = uniqueName('ended');
    const [phone, token] = await enter(username, 'android', DEVICE);
    const [web] = await enter(username, 'j');
    const id = await idOf(web, 'android');
    const rid = nextRid();
    expect(await web.ask('logout_session', { id }, rid)).toMatchObject({ code: 0 });
    expect(await phone.next('event_notification')).toMatchObject({ event_type: 1 });
    await phone.next('disconnect');
    expect(await resume(await clients.connect(), username, token, 'android')).toMatchObject({ code: 882004 });
    expect((await sessionsOf(web)).map(({ platform }) => platform)).toEqual(['web']);
    // A retry of it was answered before; another request finds none.
    expect(await web.ask('logout_session', { id }, rid)).toMatchObject({ code: 0 });
    expect(await web.ask('logout_session', { id })).toMatchObject({ code: 880003 });
  });

  it('that are away are ended as well', async () => {
    const username = uniqueName('away');
    const [phone, token] = await enter(username, 'android', DEVICE);
    phone.close();
    await phone.next('disconnect');
    const [web] = await enter(username, 'j');
    expect(await web.ask('logout_session', { id: await idOf(web, 'android') })).toMatchObject({ code: 0 });
    expect(await resume(await clients.connect(), username, token, 'android')).toMatchObject({ code: 882004 });
  });

  it('of one’s own end after the answer', async () => {
    const username = uniqueName('own');
    const [web, token] = await enter(username, 'j', DEVICE);
    expect(await web.ask('logout_session', { id: await idOf(web, 'web') })).toMatchObject({ code: 0 });
    await web.next('disconnect');
    expect(await resume(await clients.connect(), username, token, 'j')).toMatchObject({ code: 882004 });
  });

  it('of somebody else are neither listed nor ended', async () => {
    const [mine] = await enter(uniqueName('mine'), 'j', DEVICE);
    const [theirs] = await enter(uniqueName('theirs'), 'j', DEVICE);
    const id = await idOf(theirs, 'web');
    expect((await sessionsOf(mine)).map((session) => session.id)).not.toContain(id);
    for (const other of [id, 'x', '\0', '\ud800']) {
      expect(await mine.ask('logout_session', { id: other })).toMatchObject({ code: 880003 });
    }
    expect(await theirs.ask('get_conversations')).toMatchObject({ code: 0 });
  });
});
