/** Chat rooms: who is in, what they hear, and that nothing is kept for who is away but the latest messages. */
import { describe, expect, it } from 'vitest';
import type { RoomMessage } from '../../src/protocol/index.js';
import { hostMounted } from '../../test/kit/gateway-in-process.js';
import { makeRoom as makeRoomIn } from '../../test/kit/gateway-rooms.js';
import { goAway } from '../../test/kit/wire-groups.js';
import { type Client, type Data, nextRid, OTHER_APPKEY, textOf, textTo } from '../../test/kit/wire-socket.js';

const SETTINGS = { roomHistory: 3, pageRows: 2, roomsOfSession: 3 };

const gateway = hostMounted(SETTINGS);
const { clients } = gateway;

const makeRoom = (fields: Parameters<typeof makeRoomIn>[1] = {}): Promise<number> =>
  makeRoomIn(gateway.store, fields);

const enter = (client: Client, id: number): Promise<Data> => client.ask('join_room', { id });

function roomText(id: number, text: string): object {
  const {
    target_id: _,
    content,
    ...rest
  } = textTo(String(id), text) as { target_id: string; content: object };
  return { ...rest, target_rid: id, content: { ...content, target_type: 'chatroom' } };
}

const say = (client: Client, id: number, text: string, rid?: number): Promise<Data> =>
  client.ask('send_room_msg', roomText(id, text), rid);

/** The live messages of a client. */
const received = (client: Client): string[] =>
  client.all('room_msg_sync').map((said) => textOf(said as unknown as RoomMessage));

const receives = (client: Client, text: string): Promise<Data> =>
  client.next('room_msg_sync', (said) => textOf(said as unknown as RoomMessage) === text);

describe('a chat room', () => {
  it('is listed by pages of its application, and says how many are in', async () => {
    const user = await clients.liveUser();
    const ids = [await makeRoom({ appkey: OTHER_APPKEY }), await makeRoom({ appkey: OTHER_APPKEY })];
    ids.push(await makeRoom({ appkey: OTHER_APPKEY }));
    await enter(user, Number(ids[1]));
    const room = {
      name: '聊天室 😀',
      description: 'about',
      appkey: OTHER_APPKEY,
      total_member_count: 0,
      max_member_count: 10,
    };
    const page = (start: number) => user.ask('room_list', { start, appkey: OTHER_APPKEY });
    expect((await page(0)).result).toEqual({
      total: 3,
      start: 0,
      count: 2,
      rooms: [
        { ...room, id: ids[0] },
        { ...room, id: ids[1], total_member_count: 1 },
      ],
    });
    expect((await page(2)).result).toEqual({
      total: 3,
      start: 2,
      count: 1,
      rooms: [{ ...room, id: ids[2] }],
    });
    expect(await user.ask('room_list', { start: 0, appkey: 'nowhere' })).toMatchObject({ code: 880101 });
    expect((await user.ask('room_info', { id: ids[1] })).info).toMatchObject({
      id: ids[1],
      total_member_count: 1,
    });
    expect((await user.ask('room_list_self')).chat_rooms).toMatchObject([{ id: ids[1] }]);
    expect(await user.ask('room_info', { id: 1 })).toMatchObject({ code: 881503 });
  });

  it('is entered and left, once for a request', async () => {
    const user = await clients.liveUser();
    const id = await makeRoom();
    expect(await user.ask('exit_room', { id })).toMatchObject({ code: 881501 });
    const rid = nextRid();
    expect(await user.ask('join_room', { id }, rid)).toMatchObject({ code: 0, id });
    expect(await user.ask('join_room', { id }, rid)).toMatchObject({ code: 0, id });
    expect(await enter(user, id)).toMatchObject({ code: 881507 });
    const leaving = nextRid();
    expect(await user.ask('exit_room', { id }, leaving)).toMatchObject({ code: 0, id });
    expect(await user.ask('exit_room', { id }, leaving)).toMatchObject({ code: 0, id });
    expect(await user.ask('exit_room', { id })).toMatchObject({ code: 881501 });
    expect(await enter(user, 1)).toMatchObject({ code: 881503 });
    expect(await enter(user, id)).toMatchObject({ code: 0 });
  });

  it('takes so many, and nobody when their sessions have ended', async () => {
    const [alice, bob] = await Promise.all([clients.liveUser(), clients.liveUser()]);
    const id = await makeRoom({ max_member_count: 1 });
    expect(await enter(alice, id)).toMatchObject({ code: 0 });
    expect(await enter(bob, id)).toMatchObject({ code: 881508 });
    const away = await goAway(alice);
    const back = await clients.liveUser(away);
    expect((await back.ask('room_list_self')).chat_rooms).toEqual([]);
    expect(await say(back, id, 'x')).toMatchObject({ code: 881501 });
    expect((await bob.ask('room_info', { id })).info).toMatchObject({ total_member_count: 0 });
    expect(await enter(bob, id)).toMatchObject({ code: 0 });
  });

  it('is one of so many that a session may be in', async () => {
    const user = await clients.liveUser();
    for (let rooms = 0; rooms < 3; rooms += 1)
      expect(await enter(user, await makeRoom())).toMatchObject({ code: 0 });
    expect(await enter(user, await makeRoom())).toMatchObject({ code: 880608 });
  });
});

describe('a message to a chat room', () => {
  it('reaches those who are in, in order, and not who said it', async () => {
    const [alice, bob, carol] = await Promise.all([
      clients.liveUser(),
      clients.liveUser(),
      clients.liveUser(),
    ]);
    const id = await makeRoom();
    for (const user of [alice, bob]) await enter(user, id);
    const texts = Array.from({ length: 30 }, (_, index) => `${index} 😀`);
    const answers = await Promise.all(texts.map((text) => say(alice, id, text)));
    expect(answers[0]).toMatchObject({ code: 0, room_id: id, msg_id: expect.any(Number) });
    const last = await receives(bob, '29 😀');
    expect(last).toMatchObject({
      room_id: id,
      msg_id: answers.at(-1)?.msg_id,
      ctime_ms: answers.at(-1)?.ctime_ms,
      content: { from_id: alice.username, target_type: 'chatroom', target_id: String(id) },
    });
    expect(received(bob)).toEqual(texts);
    await alice.ask('room_list_self');
    await carol.ask('room_list_self');
    expect([received(alice), received(carol)]).toEqual([[], []]);
  });

  it('is shown to who enters later: the latest, oldest first', async () => {
    const [alice, bob] = await Promise.all([clients.liveUser(), clients.liveUser()]);
    const id = await makeRoom();
    await enter(alice, id);
    for (const text of ['0', '1', '2', '3', '4']) await say(alice, id, text);
    await gateway.store.rooms.trim();
    await enter(bob, id);
    const { messages } = await bob.next('room_msg_sync_his');
    expect(messages).toMatchObject([{ room_id: id, msgs: [{}, {}, {}] }]);
    const shown = (messages[0] as unknown as { msgs: RoomMessage[] }).msgs;
    expect(shown.map(textOf)).toEqual(['2', '3', '4']);
    await say(alice, id, '5');
    await receives(bob, '5');
    expect(received(bob)).toEqual(['5']);
  });

  it('is heard once by who enters while it is said', async () => {
    const [alice, bob] = await Promise.all([clients.liveUser(), clients.liveUser()]);
    const id = await makeRoom();
    await enter(alice, id);
    const texts = Array.from({ length: 20 }, (_, index) => `${index}`);
    const said = Promise.all(texts.map((text) => say(alice, id, text)));
    await enter(bob, id);
    await said;
    await say(alice, id, 'end');
    await receives(bob, 'end');
    const history = bob
      .all('room_msg_sync_his')
      .flatMap(({ messages }) => messages.flatMap(({ msgs }) => msgs))
      .map(textOf);
    const all = [...history, ...received(bob)];
    expect(new Set(all).size).toBe(all.length);
    expect([...texts, 'end'].slice(-all.length)).toEqual(all);
  });

  it('is taken once, however often it is tried, also over another socket', async () => {
    const [alice, bob] = await Promise.all([clients.liveUser(), clients.liveUser()]);
    const id = await makeRoom();
    for (const user of [alice, bob]) await enter(user, id);
    const rid = nextRid();
    const first = await say(alice, id, 'once', rid);
    expect(await say(alice, id, 'once', rid)).toMatchObject({ code: 0, msg_id: first.msg_id });
    const back = await clients.liveUser(await goAway(alice));
    expect(await say(back, id, 'once', rid)).toMatchObject({ code: 0, msg_id: first.msg_id });
    await enter(back, id);
    await say(back, id, 'end');
    await receives(bob, 'end');
    expect(received(bob)).toEqual(['once', 'end']);
  });

  it('is refused to who is not in, is banned, or says too much', async () => {
    const [alice, bob] = await Promise.all([clients.liveUser(), clients.liveUser()]);
    const id = await makeRoom();
    expect(await say(alice, id, 'x')).toMatchObject({ code: 881501 });
    expect(await say(alice, 1, 'x')).toMatchObject({ code: 881503 });
    await enter(alice, id);
    await enter(bob, id);
    expect(await say(alice, id, 'x'.repeat(4_096))).toMatchObject({ code: 0 });
    expect(await say(alice, id, `${'x'.repeat(4_096)}y`)).toMatchObject({ code: 881504 });
    const { uid } = await alice.login(alice.username);
    await gateway.store.rooms.setBanned(id, [uid], true);
    expect(await say(alice, id, 'banned')).toMatchObject({ code: 881502 });
    await gateway.store.rooms.setBanned(id, [uid], false);
    expect(await say(alice, id, 'back')).toMatchObject({ code: 0 });
    await receives(bob, 'back');
    expect(received(bob)).toEqual(['x'.repeat(4_096), 'back']);
  });
});
