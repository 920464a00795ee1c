/** Chat rooms through pages: found, entered, left; their messages, and the tabs that receive them. */
import { beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { fileForm } from '../../kit/forms.js';
import { png } from '../../kit/images.js';
import { mediaIdOf, textOf } from '../../kit/message-parts.js';
import { type Actor, EMOJI, hostCast } from './cast.js';

const cast = hostCast(['alice', 'bob', 'carol']);
const { alice, bob, carol } = cast.actors;
let lobby: number;

/** The application's own server creates rooms. */
async function makeRoom(name: string): Promise<number> {
  const room = { owner_username: 'alice', name, description: `about ${EMOJI}` };
  const { chatroom_id } = await cast.world.gateway.rest('POST', '/v1/chatroom', room);
  return Number(chatroom_id);
}

beforeAll(async () => {
  lobby = await makeRoom(`lobby ${EMOJI}`);
  for (const actor of [alice, bob]) await actor.ok('enterChatroom', { id: lobby });
});

const received = (actor: Actor, msg_body: object) => actor.receives('onRoomMsg', { content: { msg_body } });
const info = (id: number, total_member_count: number) => ({
  id,
  name: expect.any(String),
  description: `about ${EMOJI}`,
  appkey: alice.appkey,
  total_member_count,
  max_member_count: expect.any(Number),
});
const image = () => fileForm(Uint8Array.from(png(4, 3)), 'a.png', 'image/png');

test('getAppkeyChatrooms: pages through the rooms of an application', async () => {
  const second = await makeRoom('second');
  const { code, result } = await carol.ok('getAppkeyChatrooms', { start: '0' });
  expect(code).toBe(0);
  expect(result).toEqual({ total: 2, start: 0, count: 2, rooms: [info(lobby, 2), info(second, 0)] });
  const page = await cast.stranger.ok('getAppkeyChatrooms', { start: 1, appkey: alice.appkey });
  expect(page.result).toEqual({ total: 2, start: 1, count: 1, rooms: [info(second, 0)] });
  expect((await cast.stranger.ok('getAppkeyChatrooms', { start: 0 })).result).toMatchObject({
    total: 0,
    rooms: [],
  });
  expect(await carol.code('getAppkeyChatrooms', { start: 0, appkey: 'nobody' })).toBe(CODES.appkeyNotExist);
  expect(await carol.code('getAppkeyChatrooms', {})).toBe(CODES.invalidParameter);
});

test('getChatroomInfo: answers every field, takes its id as text, and fails with 881503 for an unknown room', async () => {
  const answer = await carol.ok('getChatroomInfo', { id: `${lobby}` });
  expect(answer.info).toEqual({ ...info(lobby, 2), name: `lobby ${EMOJI}` });
  expect(await carol.code('getChatroomInfo', { id: 999_999 })).toBe(CODES.chatroomNotExist);
});

test('getSelfChatrooms: lists the entered rooms', async () => {
  expect((await alice.ok('getSelfChatrooms')).chat_rooms).toEqual([info(lobby, 2)]);
  expect(await carol.ok('getSelfChatrooms')).toMatchObject({ code: 0, chat_rooms: [] });
  expect(await carol.code('getSelfChatrooms', { any: 1 })).toBe(0);
});

test('enterChatroom: answers the id, and the latest messages follow, oldest first', async () => {
  const id = await makeRoom('busy');
  await alice.ok('enterChatroom', { id });
  for (let i = 1; i <= 52; i += 1)
    await alice.ok('sendChatroomMsg', { target_rid: id, content: `line ${i}` });
  expect(await carol.ok('enterChatroom', { id: `${id}` })).toMatchObject({ code: 0, id });
  await received(carol, { text: 'line 52' });
  const texts = (await carol.tab.received('onRoomMsg')).map(textOf);
  expect(texts).toEqual(Array.from({ length: 50 }, (_, i) => `line ${i + 3}`));
  await carol.ok('exitChatroom', { id });
  await alice.ok('exitChatroom', { id });
});

test('enterChatroom: fails with 881503 for an unknown room, and members of another application may enter', async () => {
  expect(await alice.code('enterChatroom', { id: 999_999 })).toBe(CODES.chatroomNotExist);
  expect(await alice.code('enterChatroom', {})).toBe(CODES.invalidParameter);
  await cast.stranger.ok('enterChatroom', { id: lobby });
  await cast.stranger.ok('sendChatroomMsg', { target_rid: lobby, content: 'from afar' });
  expect((await received(bob, { text: 'from afar' })).content).toMatchObject({
    from_appkey: cast.stranger.appkey,
  });
  await cast.stranger.ok('exitChatroom', { id: lobby });
});

test('exitChatroom: answers the id and ends the messages of the room; outside of it fails with 881501', async () => {
  await carol.ok('enterChatroom', { id: lobby });
  expect(await carol.ok('exitChatroom', { id: `${lobby}` })).toMatchObject({ code: 0, id: lobby });
  await carol.tab.forget();
  await alice.ok('sendChatroomMsg', { target_rid: lobby, content: 'after' });
  await received(bob, { text: 'after' });
  await carol.ok('getSelfChatrooms');
  expect(await carol.tab.received('onRoomMsg')).toEqual([]);
  expect(await carol.code('exitChatroom', { id: lobby })).toBe(CODES.notInChatroom);
});

test('sendChatroomMsg: answers room_id, msg_id and ctime_ms, with the message as second argument', async () => {
  const outcome = await alice.call('sendChatroomMsg', {
    target_rid: `${lobby}`,
    target_rname: `lobby ${EMOJI}`,
    content: `大家好 ${EMOJI}`,
    extras: { [EMOJI]: 1 },
  });
  if (outcome.kind !== 'success') throw new Error(JSON.stringify(outcome));
  const { data, second } = outcome;
  expect(data).toMatchObject({
    code: 0,
    room_id: lobby,
    msg_id: expect.any(Number),
    ctime_ms: expect.any(Number),
  });
  expect(second).toMatchObject({
    msg_id: data.msg_id,
    target_gid: String(lobby),
    content: { target_type: 'chatroom', target_id: String(lobby) },
  });
  const message = await received(bob, { text: `大家好 ${EMOJI}` });
  expect(message).toMatchObject({
    room_id: lobby,
    msg_id: data.msg_id,
    ctime_ms: data.ctime_ms,
    content: {
      from_id: 'alice',
      from_appkey: alice.appkey,
      msg_type: 'text',
      msg_body: { extras: { [EMOJI]: 1 } },
    },
  });
});

test('sendChatroomMsg: forwards by msg_body, and fails with 881501 outside, 881503 for an unknown room, 881504 for a text that is too long', async () => {
  await alice.ok('sendChatroomMsg', { target_rid: lobby, msg_body: { text: 'passed on', extras: { f: 1 } } });
  await received(bob, { text: 'passed on', extras: { f: 1 } });
  const content = 'x';
  expect(await carol.code('sendChatroomMsg', { target_rid: lobby, content })).toBe(CODES.notInChatroom);
  expect(await alice.code('sendChatroomMsg', { target_rid: 999_999, content })).toBe(CODES.chatroomNotExist);
  const long = EMOJI.repeat(513);
  expect(await alice.code('sendChatroomMsg', { target_rid: lobby, content: long })).toBe(
    CODES.chatroomMessageTooLong,
  );
});

test('sendChatroomMsg: fails with 881502 for a user whom the application has banned', async () => {
  const { gateway } = cast.world;
  await gateway.rest('PUT', `/v1/chatroom/${lobby}/forbidden/bob?status=1`, {});
  expect(await bob.code('sendChatroomMsg', { target_rid: lobby, content: 'mmh' })).toBe(CODES.banned);
  await gateway.rest('PUT', `/v1/chatroom/${lobby}/forbidden/bob?status=0`, {});
  expect(await bob.code('sendChatroomMsg', { target_rid: lobby, content: 'ah' })).toBe(0);
});

test('sendChatroomPic: uploads the image, and its fields are in the message; a forwarded one is not uploaded again', async () => {
  const sent = await alice.ok('sendChatroomPic', { target_rid: lobby, image: image(), extras: { e: 1 } });
  expect(sent).toMatchObject({ room_id: lobby, msg_id: expect.any(Number) });
  const { content } = await received(bob, { format: 'png' });
  expect(content).toMatchObject({ msg_type: 'image', msg_body: { width: 4, height: 3, extras: { e: 1 } } });
  await bob.ok('sendChatroomPic', { target_rid: lobby, msg_body: content.msg_body });
  await received(alice, { media_id: mediaIdOf(content) });
  expect(await alice.code('sendChatroomPic', { target_rid: lobby })).toBe(CODES.invalidParameter);
});

test('sendChatroomFile: uploads the file, and its fields are in the message', async () => {
  const file = fileForm(new TextEncoder().encode(`text ${EMOJI}`), `名 ${EMOJI}.txt`, 'text/plain');
  await alice.ok('sendChatroomFile', { target_rid: lobby, file });
  const { content } = await received(bob, { fname: `名 ${EMOJI}.txt` });
  expect(content).toMatchObject({ msg_type: 'file', msg_body: { fsize: 13, media_id: expect.any(String) } });
  const again = fileForm(new TextEncoder().encode('x'), 'x.txt', 'text/plain');
  expect(await carol.code('sendChatroomFile', { target_rid: lobby, file: again })).toBe(CODES.notInChatroom);
});

test('sendChatroomLocation: takes its numbers as text', async () => {
  const place = { latitude: '-33.9', longitude: '18.4', scale: '12', label: `Kaap ${EMOJI}` };
  await alice.ok('sendChatroomLocation', { target_rid: lobby, ...place });
  const msg_body = { latitude: -33.9, longitude: 18.4, scale: 12, label: `Kaap ${EMOJI}` };
  expect((await received(bob, msg_body)).content.msg_type).toBe('location');
  expect(await alice.code('sendChatroomLocation', { target_rid: lobby, ...place, latitude: 'x' })).not.toBe(
    0,
  );
});

test("sendChatroomCustom: carries the application's own object, under custom, custome or msg_body", async () => {
  await alice.ok('sendChatroomCustom', { target_rid: lobby, custom: { n: 1, [EMOJI]: [EMOJI] } });
  await alice.ok('sendChatroomCustom', { target_rid: lobby, custome: { n: 2 } });
  await alice.ok('sendChatroomCustom', { target_rid: lobby, msg_body: { n: 3 } });
  expect((await received(bob, { n: 1, [EMOJI]: [EMOJI] })).content.msg_type).toBe('custom');
  for (const n of [2, 3]) await received(bob, { n });
  expect(await alice.code('sendChatroomCustom', { target_rid: lobby, custom: [] })).toBe(CODES.invalidType);
});

test('onRoomMsg: is for tabs that have entered; the account stays in the room until the last of them leaves', async () => {
  const second = await cast.secondTabOf(bob);
  await alice.ok('sendChatroomMsg', { target_rid: lobby, content: 'not for every tab' });
  await received(bob, { text: 'not for every tab' });
  await second.ok('getSelfChatrooms');
  expect(await second.tab.received('onRoomMsg')).toEqual([]);

  await second.ok('enterChatroom', { id: lobby });
  await received(second, { text: 'not for every tab' });
  await bob.ok('exitChatroom', { id: lobby });
  await bob.tab.forget();
  await second.ok('sendChatroomMsg', { target_rid: lobby, content: 'still in' });
  await received(alice, { text: 'still in' });
  expect(await bob.tab.received('onRoomMsg')).toEqual([]);
  await second.tab.close();
  await bob.ok('enterChatroom', { id: lobby });
});

test("onRoomMsg: one's own message is delivered once to one's other tabs in the room", async () => {
  const second = await cast.secondTabOf(alice);
  await second.ok('enterChatroom', { id: lobby });
  await alice.ok('sendChatroomMsg', { target_rid: lobby, content: 'mine' });
  await received(second, { text: 'mine' });
  await bob.ok('sendChatroomMsg', { target_rid: lobby, content: 'then his' });
  await received(second, { text: 'then his' });
  const texts = async (actor: Actor) => (await actor.tab.received('onRoomMsg')).map(textOf);
  expect(await texts(alice)).toEqual(['then his']);
  expect((await texts(second)).slice(-2)).toEqual(['mine', 'then his']);
  await second.tab.close();
});

test('onRoomMsg: messages are not stored for offline users; a user who enters again gets the latest ones', async () => {
  await bob.misses(() => alice.ok('sendChatroomMsg', { target_rid: lobby, content: 'while bob is away' }));
  expect((await bob.ok('getSelfChatrooms')).chat_rooms).toEqual([]);
  expect(await bob.tab.received('onRoomMsg')).toEqual([]);
  await bob.ok('enterChatroom', { id: lobby });
  await received(bob, { text: 'while bob is away' });
});
