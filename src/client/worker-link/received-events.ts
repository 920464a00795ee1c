/** The events that a tab has received, and the confirmation of those that its application has. */
import { type AccountEvent, decodeEvents, type LastHeard, type TabMessage } from '../../protocol/tab.js';
import type { LinkHandlers } from './handlers.js';
import type { ReachedWorker } from './open-calls.js';

export class ReceivedEvents {
  #last: LastHeard | null = null;
  /** The last event that the application has received. */
  #handed = { instance: '', seq: 0 };

  constructor(private readonly reached: () => ReachedWorker | undefined) {}

  /** The last received event, for the next worker. */
  get last(): LastHeard | null {
    return this.#last;
  }

  /** The number of the last event that the application has received. */
  get handedSeq(): number {
    return this.#handed.seq;
  }

  /** A new login has not received any message yet. */
  startAfresh(): void {
    if (this.#last) this.#last = Object.assign({}, this.#last, { newestMs: 0 });
  }

  /** Hands on the events that are new to this tab. */
  receive(
    { instance, events }: Extract<TabMessage, { kind: 'events' }>,
    onEvents: LinkHandlers['onEvents'],
  ): void {
    const last = this.#last;
    const seen = last?.instance === instance ? last.seq : 0;
    const fresh = decodeEvents(events).filter((event) => event.seq > seen);
    const newest = fresh[fresh.length - 1];
    if (!newest) return;
    const newestMs = Math.max(last?.newestMs ?? 0, ...fresh.map(newestIn));
    const handed = { instance, seq: newest.seq };
    this.#last = Object.assign({ newestMs }, handed);
    onEvents(fresh, () => {
      this.#handed = handed;
      this.#confirm();
    });
  }

  /** A worker has answered: it may be another one than before. */
  opened(instance: string): void {
    if (this.#handed.instance !== instance) this.#handed = { instance, seq: 0 };
    this.#confirm();
  }

  #confirm(): void {
    const { instance, seq } = this.#handed;
    if (seq > 0 && instance === this.#last?.instance) this.reached()?.confirm(seq);
  }
}

/** `ctime_ms` of the newest message in it; 0 if it is about something else. */
export function newestIn({ listener, data }: AccountEvent): number {
  if (listener === 'onMsgReceive') return data.ctime_ms;
  if (listener !== 'onSyncConversation') return 0;
  return Math.max(0, ...data.map(({ msgs }) => msgs[msgs.length - 1]?.ctime_ms ?? 0));
}
