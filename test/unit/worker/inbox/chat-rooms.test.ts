/** Which tabs are in which chat rooms, where the server knows of one member only. */
import { expect, test, vi } from 'vitest';
import type { Outcome, RoomMessage } from '../../../../src/protocol/index.js';
import { ChatRooms } from '../../../../src/worker/inbox/chat-rooms.js';
import { failed, succeeded } from '../../../../src/worker/methods/outcome.js';

const message = (msg_id: number, room_id = 7) => ({ room_id, msg_id, ctime_ms: msg_id }) as RoomMessage;
const ids = (messages: readonly RoomMessage[]) => messages.map(({ msg_id }) => msg_id);
const refused = failed({ code: 881502, message: 'banned' });

function pending() {
  let answer: (outcome: Outcome) => void = () => undefined;
  const asked = vi.fn(
    () =>
      new Promise<Outcome>((resolve) => {
        answer = resolve;
      }),
  );
  return { asked, answer: (outcome: Outcome) => answer(outcome) };
}

test('the first tab asks the server, a second one is shown what the room has', async () => {
  const rooms = new ChatRooms();
  const show = vi.fn();
  await rooms.enter(7, 'a', show, async () => succeeded({ id: 7 }));
  rooms.received(message(1));
  const ask = vi.fn(async () => refused);
  expect(await rooms.enter(7, 'b', show, ask)).toMatchObject({ kind: 'success', data: { id: 7 } });
  expect(ask).not.toHaveBeenCalled();
  expect(show.mock.calls.map(([recent]) => ids(recent))).toEqual([[1]]);
});

test('a tab that enters during the first entry shares its outcome', async () => {
  for (const outcome of [refused, succeeded({ id: 7 })]) {
    const rooms = new ChatRooms();
    const { asked, answer } = pending();
    const both = [rooms.enter(7, 'a', () => undefined, asked), rooms.enter(7, 'b', () => undefined, asked)];
    answer(outcome);
    expect(await Promise.all(both)).toEqual([outcome, outcome]);
    expect(asked).toHaveBeenCalledOnce();
    expect(rooms.entered()).toEqual(outcome.kind === 'success' ? [7] : []);
  }
});

test('a tab that enters twice is not shown the history twice', async () => {
  const rooms = new ChatRooms();
  const show = vi.fn();
  await rooms.enter(7, 'a', show, async () => succeeded({ id: 7 }));
  rooms.received(message(1));
  expect((await rooms.enter(7, 'a', show, async () => refused)).kind).toBe('success');
  expect(show).not.toHaveBeenCalled();
});

test('after a refusal the next entry asks again', async () => {
  const rooms = new ChatRooms();
  await rooms.enter(
    7,
    'a',
    () => undefined,
    async () => refused,
  );
  expect(
    (
      await rooms.enter(
        7,
        'a',
        () => undefined,
        async () => succeeded({ id: 7 }),
      )
    ).kind,
  ).toBe('success');
  expect(rooms.of('a')).toEqual([7]);
});

test('the account leaves with the last of its tabs', async () => {
  const rooms = new ChatRooms();
  for (const tab of ['a', 'b']) rooms.opened(7, tab);
  expect(rooms.leave(7, 'a')).toBe(false);
  expect(rooms.leave(7, 'b')).toBe(true);
});

test('a tab that goes leaves the rooms that it was alone in', () => {
  const rooms = new ChatRooms();
  rooms.opened(7, 'a');
  rooms.opened(8, 'a');
  rooms.opened(8, 'b');
  expect(rooms.drop('a')).toEqual([7]);
  expect(rooms.entered()).toEqual([7, 8]);
});

test('a room keeps its last fifty messages, each once', async () => {
  const rooms = new ChatRooms();
  rooms.opened(7, 'a');
  const isNews = Array.from({ length: 60 }, (_, n) => rooms.received(message(n + 1)));
  expect(isNews.every(Boolean)).toBe(true);
  expect(rooms.received(message(60))).toBe(false);
  expect(rooms.received(message(1, 9))).toBe(false);
  let shown: number[] = [];
  const show = (recent: readonly RoomMessage[]) => {
    shown = ids(recent);
  };
  await rooms.enter(7, 'b', show, async () => refused);
  expect(shown).toEqual(Array.from({ length: 50 }, (_, n) => n + 11));
});
