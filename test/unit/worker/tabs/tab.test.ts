/** The posts of a tab's port: a turn of the worker and a burst make as few as possible. */
import { expect, test, vi } from 'vitest';
import {
  type AccountEvent,
  decodeEvents,
  EventEncoder,
  type TabMessage,
} from '../../../../src/protocol/worker.js';
import { GATHER_MS, PostSchedule } from '../../../../src/worker/tabs/post-schedule.js';
import { Tab } from '../../../../src/worker/tabs/tab.js';
import { FakeClock, settle } from '../../fakes/clock.js';
import { apiMessage } from '../../fakes/messages.js';
import { SETTINGS } from '../../fakes/settings.js';

function withPort() {
  const posted: TabMessage[] = [];
  const port = { postMessage: (message: TabMessage) => posted.push(message), close: () => undefined };
  const clock = new FakeClock();
  const tab = new Tab('a tab', SETTINGS, 'a boot', port, new EventEncoder(), new PostSchedule(clock));
  return { posted, clock, tab };
}
const sizesOf = (posted: readonly TabMessage[]) =>
  posted.map((message) => (message.kind === 'events' ? decodeEvents(message.events).length : message.kind));
const event = (seq: number): AccountEvent => ({
  seq,
  listener: 'onMsgReceive',
  data: { ...apiMessage(seq), messages: [apiMessage(seq)] },
});

test('a burst travels as one message with the unread counts that it leads to', async () => {
  const { posted, tab } = withPort();
  for (let seq = 1; seq <= 100; seq += 1) {
    tab.updateUnread([['s/app/bob', seq]]);
    tab.deliver([event(seq)]);
  }
  await Promise.resolve();
  expect(posted).toMatchObject([{ kind: 'events', counts: [['s/app/bob', 100]] }]);
  const [batch] = posted;
  const events = decodeEvents(batch?.kind === 'events' ? batch.events : '[]');
  expect(events).toEqual(Array.from({ length: 100 }, (_, i) => event(i + 1)));
});

test('unread counts that no event has changed travel alone', async () => {
  const { posted, tab } = withPort();
  tab.updateUnread([['s/app/bob', 0]]);
  await Promise.resolve();
  expect(posted).toMatchObject([{ kind: 'unread', counts: [['s/app/bob', 0]] }]);
});

test('a long burst travels as batches of a hundred events, so that no task of the tab is long', async () => {
  const { posted, tab } = withPort();
  const burst = Array.from({ length: 250 }, (_, i) => event(i + 1));
  tab.deliver(burst);
  await Promise.resolve();
  const batches = posted.map((message) => (message.kind === 'events' ? decodeEvents(message.events) : []));
  expect(batches.map(({ length }) => length)).toEqual([100, 100, 50]);
  expect(batches.flat()).toEqual(burst);
});

test('a burst is encoded once for all tabs', () => {
  const encoder = new EventEncoder();
  const burst = Array.from({ length: 250 }, (_, i) => event(i + 1));
  const stringify = vi.spyOn(JSON, 'stringify');
  const [one, two] = [[...encoder.batches(burst)], [...encoder.batches([...burst])]];
  expect(stringify).toHaveBeenCalledTimes(3);
  expect(two).toEqual(one);
  expect([...encoder.batches(burst.slice(1))]).not.toEqual(one);
  stringify.mockRestore();
});

test('other posts come after the earlier events', async () => {
  const { posted, tab } = withPort();
  tab.deliver([event(1)]);
  tab.updateUnread([['s/app/bob', 1]]);
  tab.post({ kind: 'gap' });
  tab.updateUnread([]);
  await Promise.resolve();
  expect(posted.map(({ kind }) => kind)).toEqual(['events', 'gap']);
});

test('the first event after a pause is posted at once; those of a burst follow together, a frame later', async () => {
  const { posted, clock, tab } = withPort();
  for (let seq = 1; seq <= 5; seq += 1) {
    tab.deliver([event(seq)]);
    await settle();
  }
  expect(sizesOf(posted)).toEqual([1]);
  await clock.advance(GATHER_MS - 1);
  expect(sizesOf(posted)).toEqual([1]);
  await clock.advance(1);
  expect(sizesOf(posted)).toEqual([1, 4]);
  await clock.advance(GATHER_MS);
  tab.deliver([event(6)]);
  await settle();
  expect(sizesOf(posted)).toEqual([1, 4, 1]);
  expect(clock.pending).toBe(0);
});

test('a post amid a burst takes the gathered events along before it', async () => {
  const { posted, clock, tab } = withPort();
  tab.deliver([event(1)]);
  await settle();
  tab.deliver([event(2)]);
  tab.post({ kind: 'gap' });
  expect(sizesOf(posted)).toEqual([1, 1, 'gap']);
  tab.deliver([event(3)]);
  await clock.advance(GATHER_MS);
  expect(sizesOf(posted)).toEqual([1, 1, 'gap', 1]);
});

test('a clock that is set back holds no event', async () => {
  const { posted, clock, tab } = withPort();
  tab.deliver([event(1)]);
  await settle();
  clock.sleep(-60_000);
  tab.deliver([event(2)]);
  await settle();
  expect(sizesOf(posted)).toEqual([1, 1]);
});

test('a tab that has gone gets what waited for it and nothing later, since a closed BroadcastChannel throws', async () => {
  const { posted, tab } = withPort();
  tab.deliver([event(1)]);
  tab.close();
  tab.acknowledge('call', null);
  tab.postMirror();
  await Promise.resolve();
  expect(posted.map(({ kind }) => kind)).toEqual(['events']);
});
