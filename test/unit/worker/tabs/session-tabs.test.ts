/** The first deliveries to a joining tab. */
import { expect, test } from 'vitest';
import {
  type AccountEvent,
  decodeEvents,
  EventEncoder,
  type SyncedConversation,
  type TabMessage,
} from '../../../../src/protocol/worker.js';
import { EventLog } from '../../../../src/worker/tabs/event-log.js';
import { GATHER_MS, PostSchedule } from '../../../../src/worker/tabs/post-schedule.js';
import { SessionTabs } from '../../../../src/worker/tabs/session-tabs.js';
import { Tab } from '../../../../src/worker/tabs/tab.js';
import { FakeClock } from '../../fakes/clock.js';
import { apiMessage } from '../../fakes/messages.js';
import { SETTINGS } from '../../fakes/settings.js';

const conversation = (ids: number[], unread = 0): SyncedConversation => ({
  msg_type: 3,
  key: 2,
  from_username: 'bob',
  from_appkey: 'app',
  unread_msg_count: unread,
  receipt_msgs: [],
  msgs: ids.map((id) => apiMessage(id)),
});

function joining() {
  let seq = 0;
  const tabs = new SessionTabs(
    new EventLog(0),
    () => {
      seq += 1;
      return seq;
    },
    {
      now: () => 0,
      asSynced: (messages) => [{ ...conversation([]), msgs: messages }],
      onFull: () => undefined,
    },
  );
  const clock = new FakeClock();
  const events: AccountEvent[] = [];
  const port = {
    postMessage: (message: TabMessage) => {
      if (message.kind === 'events') events.push(...decodeEvents(message.events));
    },
    close: () => undefined,
  };
  const tab = new Tab('tab', SETTINGS, 'worker', port, new EventEncoder(), new PostSchedule(clock));
  return {
    tabs,
    tab,
    /** For each event that the tab received, the messages in it. */
    received: async () => {
      await clock.advance(GATHER_MS);
      return events.map(({ listener, data }) => {
        if (listener === 'onMsgReceive') return [data.msg_id];
        return listener === 'onSyncConversation' ? data.flatMap(({ msgs }) => msgs.map((m) => m.msg_id)) : [];
      });
    },
    events,
  };
}

test('messages of a sync before a tab joined are in its history and in their place, even if the store has lost them', async () => {
  const { tabs, tab, received } = joining();
  tabs.publishSync([conversation([1, 2, 3], 3)]);
  tabs.tabs.add(tab);
  const take = tabs.holdForHistory(tab, tabs.eventsFor(tab));
  tabs.publishSync([conversation([4], 4)]);
  take([conversation([3, 4])]);
  expect(await received()).toEqual([[1, 2, 3, 4], [1, 2, 3], [4]]);
});

test('a live message at the end of a conversation is not in its history', async () => {
  const { tabs, tab, received } = joining();
  tabs.tabs.add(tab);
  const take = tabs.holdForHistory(tab);
  tabs.publishMessage(apiMessage(5));
  take([conversation([3, 4, 5])]);
  expect(await received()).toEqual([[3, 4], [5]]);
});

test('a live message that the store has lost precedes the later messages of a sync', async () => {
  const { tabs, tab, received } = joining();
  tabs.tabs.add(tab);
  const take = tabs.holdForHistory(tab);
  tabs.publishMessage(apiMessage(5));
  tabs.publishSync([conversation([6, 7], 2)]);
  tabs.publishMessage(apiMessage(8));
  take([conversation([4])]);
  expect(await received()).toEqual([[4, 5, 6, 7], [5], [6, 7], [8]]);
});

test('a tab that leaves while its history is read gives its pushes back, though nothing else was for it', () => {
  const { tabs, tab } = joining();
  tabs.publishSync([conversation([1])]);
  tabs.tabs.add(tab);
  const { missed } = tabs.undeliveredTo(tab);
  const take = tabs.holdForHistory(tab, [], missed);
  tabs.left(tab);
  take([conversation([1])]);
  expect(tabs.deliveries.size).toBe(1);
});
