/** Limits from settings of the gateway, low enough for a page to meet them. */
import { expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import { until } from '../../kit/until.js';
import { hostCast } from './cast.js';

const RETRACT_AGE_MS = 200;

const cast = hostCast(['alice', 'bob'], { args: ['--set', `retractAgeMs=${RETRACT_AGE_MS},roomMembers=1`] });

test('msgRetract: fails with 881401 when the message is too old', async () => {
  const { alice } = cast.actors;
  const { msg_id, ctime_ms } = await alice.ok('sendSingleMsg', { target_username: 'bob', content: 'stays' });
  await until('the message to be too old', () => Date.now() > ctime_ms + RETRACT_AGE_MS);
  expect(await alice.code('msgRetract', { msg_id })).toBe(CODES.retractOutOfTime);
});

test('enterChatroom: fails with 881508 when the room is full', async () => {
  const { alice, bob } = cast.actors;
  const room = { owner_username: 'alice', name: 'a small room', description: '' };
  const { chatroom_id } = await cast.world.gateway.rest('POST', '/v1/chatroom', room);
  const id = Number(chatroom_id);
  await alice.ok('enterChatroom', { id });
  expect(await bob.code('enterChatroom', { id })).toBe(CODES.chatroomFull);
});
