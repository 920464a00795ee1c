/** The parts of a session, made and connected to each other. */
import type { EndReason } from '../../protocol/worker.js';
import { RequestChannel } from '../connection/request-channel.js';
import { ChatRooms } from '../inbox/chat-rooms.js';
import { ConversationForm } from '../inbox/conversation-form.js';
import { History } from '../inbox/history.js';
import { Inbox } from '../inbox/inbox.js';
import { ProfileTimes } from '../inbox/profile-times.js';
import { PushRouter } from '../inbox/push-router.js';
import { ReadState } from '../inbox/read-state.js';
import { StreamProgress } from '../inbox/stream-progress.js';
import { SendQueue } from '../outbox/send-queue.js';
import { SessionTabs } from '../tabs/session-tabs.js';
import { Calls } from './calls.js';
import type { SessionOptions } from './session-options.js';

export type SessionParts = ReturnType<typeof sessionParts>;

interface Ends {
  /** The account's events are more than may wait. */
  onFull(): void;
  onEnd(reason: EndReason): void;
}

export function sessionParts(options: SessionOptions, { onFull, onEnd }: Ends) {
  const { platform, account, requests, store } = options;
  const { clock } = platform;
  const shared = platform.address()?.host === 'shared';
  const rooms = new ChatRooms();
  const profiles = new ProfileTimes();
  /** Whether the device misses no message of the account. */
  const isWhole = (): boolean => channel.roaming && !sends.isBusy;
  const channel = new RequestChannel(() => platform.uuid(), requests, options.login.uid);
  const tabs = new SessionTabs(options.events, options.nextSeq, {
    now: () => clock.now(),
    asSynced: (messages) => form.fromMessages(messages),
    onFull,
  });
  const read = new ReadState(clock, { account, store, tabs, channel });
  const form = new ConversationForm(account, read);
  const progress = new StreamProgress(store, tabs, channel, options.progress);
  const inbox = new Inbox(
    { clock, store, self: account, form, channel, tabs, read, progress, shared, isWhole },
    options.keptUpTo,
  );
  const basic = {
    platform,
    account,
    store,
    channel,
    tabs,
    read,
    progress,
    inbox,
    rooms,
    profiles,
    shared,
    isWhole,
  };
  const sends: SendQueue = new SendQueue(basic, options.outbox);
  const history = new History(basic);
  const pushes = new PushRouter({ ...basic, self: account, onEnd });
  const calls = new Calls({ ...basic, sends, history });
  return { ...basic, sends, history, pushes, calls };
}
