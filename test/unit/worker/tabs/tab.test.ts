/** The posts of a tab's port: one turn of the worker makes as few as possible. */
import { expect, test } from 'vitest';
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

test('other posts come after the earlier events', async () => {
  const { posted, tab } = withPort();
  tab.deliver([event(1)]);
  tab.updateUnread([['s/app/bob', 1]]);
  tab.post({ kind: 'gap' });
  tab.updateUnread([]);
  await Promise.resolve();
  expect(posted.map(({ kind }) => kind)).toEqual(['unread', 'events', 'gap']);
});
