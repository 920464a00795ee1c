/** An inbox on a store whose writes a test can hold up, with a record of its steps. */
import { vi } from 'vitest';
import type { Message } from '../../../../src/protocol/index.js';
import { ConversationForm } from '../../../../src/worker/inbox/conversation-form.js';
import { Inbox } from '../../../../src/worker/inbox/inbox.js';
import { MemoryStore } from '../../../../src/worker/store/memory-store.js';
import type { StoredMessage } from '../../../../src/worker/store/store.js';
import { FakeClock, settle } from '../../fakes/clock.js';
import { syncPush, wireMessage } from '../../fakes/messages.js';

const self = { appkey: 'app', username: 'alice' };

class HeldStore extends MemoryStore {
  readonly #done: string[];
  #waiting: (() => void)[] = [];
  hold = false;

  constructor(done: string[]) {
    super();
    this.#done = done;
  }

  override async putMessages(messages: readonly StoredMessage[]): Promise<void> {
    if (this.hold) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#done.push(...messages.map(({ message }) => `stored ${message.msg_id}`));
    return super.putMessages(messages);
  }

  async release(): Promise<void> {
    this.hold = false;
    for (const resolve of this.#waiting.splice(0)) resolve();
    await settle();
  }
}

export interface InboxOptions {
  /** The server holds the pushes of a sync back. */
  hasWindow?: boolean;
  /** The worker outlives its tabs. */
  isShared?: boolean;
}

export class InboxWorld {
  /** The steps, in order. */
  readonly done: string[] = [];
  readonly delivered: { ids: number[]; exceptTab: string | undefined }[] = [];
  readonly messages: Message[] = [];
  readonly clock = new FakeClock();
  readonly store = new HeldStore(this.done);
  inbox: Inbox;

  constructor(options: InboxOptions = {}) {
    this.inbox = this.#open(options);
    this.inbox.endSync();
  }

  /** The inbox of the next worker, on the same store. @param keptUpTo the time of its newest message */
  reopen(keptUpTo = 0): void {
    this.inbox = this.#open({}, keptUpTo);
    this.inbox.endSync();
  }

  live(...ids: number[]): void {
    this.inbox.live({ messages: ids.map((id) => wireMessage(id)) });
  }

  synced(key: number, ...ids: number[]): void {
    const messages = ids.map((id) => wireMessage(id));
    this.inbox.synced(syncPush(key, messages));
  }

  /** @returns the number of writes since */
  countWrites(): () => number {
    const put = vi.spyOn(this.store, 'putMessages');
    return () => put.mock.calls.length;
  }

  get deliveredIds(): number[] {
    return this.delivered.flatMap(({ ids }) => ids);
  }

  #open({ hasWindow = false, isShared = false }: InboxOptions, keptUpTo = 0): Inbox {
    const { store, clock, done, delivered, messages } = this;
    const form = new ConversationForm(self, {
      unreadIn: () => 7,
      receiptsOf: (messages) => messages.map(({ msg_id }) => ({ msg_id, unread_count: 1, mtime: 0 })),
    });
    return new Inbox(
      {
        store,
        self,
        form,
        channel: {
          acknowledge: (event, payload) => {
            const { msg_id, sync_key } = payload as { msg_id?: number; sync_key?: number };
            if (event === 'sync_taken') done.push(`taken ${sync_key}`);
            else
              done.push(event === 'msg_recv_v2' ? `acknowledged ${msg_id}` : `acknowledged sync ${sync_key}`);
          },
          can: () => hasWindow,
        },
        tabs: {
          deliveries: { afterwards: (run) => run() },
          publishMessage: (message, exceptTab) => {
            done.push(`delivered ${message.msg_id}`);
            delivered.push({ ids: [message.msg_id], exceptTab });
            messages.push(message);
          },
          publishSync: (conversations) => {
            const ids = conversations.flatMap(({ msgs }) => msgs.map(({ msg_id }) => msg_id));
            done.push(...ids.map((id) => `delivered ${id}`));
            delivered.push({ ids, exceptTab: undefined });
          },
        },
        read: { received: () => undefined, counted: (_id, conversation) => conversation },
        progress: { advanceTo: () => undefined },
        clock,
        shared: isShared,
        isWhole: () => true,
      },
      keptUpTo,
    );
  }
}
