/** The posts of a tab's port: one turn of the worker makes as few as possible. */
import { expect, test, vi } from 'vitest';
import {
  type AccountEvent,
  decodeEvents,
  EventEncoder,
  type TabMessage,
} from '../../../../src/protocol/worker.js';
import { Tab } from '../../../../src/worker/tabs/tab.js';
import { apiMessage } from '../../fakes/messages.js';
import { SETTINGS } from '../../fakes/settings.js';

function withPort() {
  const posted: TabMessage[] = [];
  const port = { postMessage: (message: TabMessage) => posted.push(message), close: () => undefined };
  return { posted, tab: new Tab('a tab', SETTINGS, 'a boot', port, new EventEncoder()) };
}
const event = (seq: number): AccountEvent => ({
  seq,
  listener: 'onMsgReceive',
  data: { ...apiMessage(seq), messages: [apiMessage(seq)] },
});

test('a burst and the unread counts it leads to travel as two messages, the last counts first', async () => {
  const { posted, tab } = withPort();
  for (let seq = 1; seq <= 100; seq += 1) {
    tab.updateUnread([['s/app/bob', seq]]);
    tab.deliver([event(seq)]);
  }
  await Promise.resolve();
  expect(posted).toMatchObject([{ kind: 'unread', counts: [['s/app/bob', 100]] }, { kind: 'events' }]);
  const [, batch] = posted;
  const events = decodeEvents(batch?.kind === 'events' ? batch.events : '[]');
  expect(events).toEqual(Array.from({ length: 100 }, (_, i) => event(i + 1)));
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
  expect(posted.map(({ kind }) => kind)).toEqual(['unread', 'events', 'gap']);
});
