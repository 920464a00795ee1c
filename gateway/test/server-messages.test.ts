/** Messages of an application's own server over HTTP, to users, groups and chat rooms, and their recipients. */

import { describe, expect, it } from 'vitest';
import { callerOf, refused } from '../../test/kit/gateway-api.js';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { basicAuth } from '../../test/kit/signing.js';
import { APPKEY, type Client, OTHER_APPKEY, OTHER_SECRET, uniqueName } from '../../test/kit/wire-socket.js';

const gateway = hostGateway();
const { clients } = gateway;
const call = callerOf(gateway);

const text = (from_id: string, target_type: string, target_id: string | number, extra: object = {}) => ({
  version: 1,
  target_type,
  target_id,
  from_type: 'admin',
  from_id,
  msg_type: 'text',
  msg_body: { text: 'from above 😀', extras: { a: 1 } },
  ...extra,
});

async function firstLive(client: Client) {
  const [message] = await client.live(1);
  return message;
}

describe('sending', () => {
  it('to a user reaches them as a message from that sender, marked as an admin’s', async () => {
    const sender = await clients.user();
    const user = await clients.liveUser();
    const { status, body } = await call(
      'POST',
      '/v1/messages',
      text(sender.username, 'single', user.username),
    );
    expect([status, body]).toEqual([201, { msg_id: expect.any(Number), msg_ctime: expect.any(Number) }]);
    expect(await firstLive(user)).toMatchObject({
      msg_type: 3,
      from_uid: expect.any(Number),
      msg_level: 0,
      ...{ msg_id: (body as { msg_id: number }).msg_id },
      content: {
        version: 1,
        target_type: 'single',
        target_id: user.username,
        target_appkey: APPKEY,
        from_appkey: APPKEY,
        from_id: sender.username,
        from_type: 'admin',
        msg_type: 'text',
        msg_body: { text: 'from above 😀', extras: { a: 1 } },
      },
    });
  });

  it('reaches who was away when they come back, and shows the name that was given', async () => {
    const sender = await clients.user();
    const username = uniqueName('away');
    await call('POST', '/v1/users/', [{ username, password: 'secret' }]);
    const message = text(sender.username, 'single', username, { from_name: 'The Boss' });
    expect((await call('POST', '/v1/messages', message)).status).toBe(201);
    const client = await clients.connect();
    await client.init();
    await client.login(username);
    await client.sync(0, 0);
    const { messages } = await client.next('sync_conversation');
    expect(messages[0]?.msgs[0]?.content).toMatchObject({ from_name: 'The Boss', from_type: 'admin' });
  });

  it('to another application on this gateway crosses over', async () => {
    const sender = await clients.user();
    const username = uniqueName('across');
    await call(
      'POST',
      '/v1/users/',
      [{ username, password: 'secret' }],
      basicAuth(OTHER_APPKEY, OTHER_SECRET),
    );
    const message = text(sender.username, 'single', username, { target_appkey: OTHER_APPKEY });
    expect((await call('POST', '/v1/messages', message)).status).toBe(201);
    const client = await clients.connect();
    await client.init(OTHER_APPKEY, OTHER_SECRET);
    await client.login(username);
    await client.sync(0, 0);
    const { messages } = await client.next('sync_conversation');
    expect(messages[0]?.msgs[0]?.msg_level).toBe(1);
  });

  it('to a group reaches its members, and who they are can be asked', async () => {
    const owner = await clients.liveUser();
    const member = await clients.liveUser();
    const sender = await clients.user();
    const { gid } = (await owner.ask('create_group', { group_name: 'group' })) as unknown as { gid: number };
    await owner.ask('add_across_group_member', { gid, member_usernames: [{ username: member.username }] });
    expect((await call('POST', '/v1/messages', text(sender.username, 'group', gid))).status).toBe(201);
    for (const one of [owner, member]) {
      expect(await firstLive(one)).toMatchObject({
        msg_type: 4,
        from_gid: gid,
        content: { from_type: 'admin' },
      });
    }
    const { status, body } = await call('GET', `/v1/groups/${gid}/members/`);
    expect([status, body]).toEqual([
      200,
      [
        expect.objectContaining({ username: owner.username, flag: 1, nickname: '' }),
        expect.objectContaining({ username: member.username, flag: 0 }),
      ],
    ]);
    const other = basicAuth(OTHER_APPKEY, OTHER_SECRET);
    expect(await call('GET', `/v1/groups/${gid}/members`, undefined, other)).toEqual(refused(400, 899006));
    expect(await call('GET', '/v1/groups/x/members')).toEqual(refused(400, 899006));
  });

  it('is refused with what is wrong', async () => {
    const { username } = await clients.user();
    const send = (message: object) => call('POST', '/v1/messages', message);
    expect(await send(text('nobody', 'single', username))).toEqual(refused(400, 899002));
    expect(await send(text(username, 'single', 'nobody'))).toEqual(refused(400, 899002));
    expect(await send(text(username, 'single', username, { target_appkey: 'x' }))).toEqual(
      refused(400, 899002),
    );
    expect(await send(text(username, 'group', '1'))).toEqual(refused(400, 899006));
    expect(await send(text(username, 'chatroom', 'x'))).toEqual(refused(400, 899081));
    expect(await send(text(username, 'nobody', username))).toEqual(refused(400, 899003));
    expect(await send(text(username, 'single', username, { from_type: 'user' }))).toEqual(
      refused(400, 899003),
    );
    expect(await send(text(username, 'single', username, { msg_type: 'image' }))).toEqual(
      refused(400, 899003),
    );
    expect(await send(text(username, 'single', username, { msg_body: {} }))).toEqual(refused(400, 899003));
    const long = { msg_body: { text: 'x'.repeat(9_000) } };
    expect(await send(text(username, 'single', username, long))).toEqual(refused(400, 899003));
  });

  it('cannot be made to look like an admin’s by a page', async () => {
    const user = await clients.liveUser();
    const page = await clients.user();
    await page.send(user.username, 'hello');
    expect((await firstLive(user))?.content).not.toHaveProperty('from_type');
  });
});

describe('a chat room', () => {
  it('is made for an owner, and then found by those of its application', async () => {
    const { username } = await clients.user();
    const room = { owner_username: username, name: '测试聊天室', description: '测试', members_username: [] };
    const { status, body } = await call('POST', '/v1/chatroom/', room);
    expect([status, body]).toEqual([201, { chatroom_id: expect.any(Number) }]);
    const { chatroom_id: id } = body as { chatroom_id: number };
    const client = await clients.user();
    const { info } = (await client.ask('room_info', { id })) as unknown as { info: object };
    expect(info).toMatchObject({ id, name: '测试聊天室', description: '测试', appkey: APPKEY });
    expect(await call('POST', '/v1/chatroom/', { ...room, owner_username: 'nobody' })).toEqual(
      refused(400, 899002),
    );
    expect(await call('POST', '/v1/chatroom/', { ...room, name: '' })).toEqual(refused(400, 899003));
    expect(await call('POST', '/v1/chatroom/', { ...room, name: 'x'.repeat(65) })).toEqual(
      refused(400, 899003),
    );
  });

  it('hears what the server says, and not who has been forbidden to speak', async () => {
    const user = await clients.user();
    const { body } = await call('POST', '/v1/chatroom/', { owner_username: user.username, name: 'room' });
    const { chatroom_id: id } = body as { chatroom_id: number };
    await user.ask('join_room', { id });
    expect((await call('POST', '/v1/messages', text(user.username, 'chatroom', id))).status).toBe(201);
    expect(await user.next('room_msg_sync')).toMatchObject({ room_id: id, content: { from_type: 'admin' } });
    const path = `/v1/chatroom/${id}/forbidden/${user.username}`;
    expect(await call('PUT', `${path}?status=1`)).toEqual({ status: 204, body: undefined });
    const message = {
      target_rid: id,
      content: {
        version: 1,
        target_type: 'chatroom',
        target_id: String(id),
        from_id: user.username,
        create_time: 1,
        msg_type: 'text',
        msg_body: { text: 'hello' },
      },
    };
    expect(await user.ask('send_room_msg', message)).toMatchObject({ code: 881502 });
    expect(await call('PUT', `${path}?status=0`)).toEqual({ status: 204, body: undefined });
    expect(await user.ask('send_room_msg', message)).toMatchObject({ code: 0 });
    expect(await call('PUT', `${path}?status=2`)).toEqual(refused(400, 899003));
    expect(await call('PUT', `/v1/chatroom/1/forbidden/${user.username}?status=1`)).toEqual(
      refused(400, 899081),
    );
  });
});
