/** The events that workers have delivered to this tab, and the last one that its application has received. */
import type { AccountEvent, LastHeard } from '../../protocol/tab.js';
import type { ReachedWorker } from './open-calls.js';

export class ReceivedEvents {
  #last: LastHeard | null = null;
  /** The last event that the application has received, and whether a confirmation to the worker is in flight. */
  #handed = { instance: '', seq: 0 };
  #confirming = false;

  constructor(private readonly reached: () => ReachedWorker | undefined) {}

  /** The last event that has arrived. */
  get last(): LastHeard | null {
    return this.#last;
  }

  get handedSeq(): number {
    return this.#handed.seq;
  }

  /** A new login has not received any message yet. */
  startAfresh(): void {
    if (this.#last) this.#last = Object.assign({}, this.#last, { newestMs: 0 });
  }

  /** @param deliver gets the events that have not arrived before, and a function to call when the application has them */
  receive(
    instance: string,
    events: AccountEvent[],
    deliver: (fresh: AccountEvent[], handed: () => void) => void,
  ): void {
    const last = this.#last;
    const seen = last?.instance === instance ? last.seq : 0;
    const fresh = events.filter((event) => event.seq > seen);
    const newest = fresh[fresh.length - 1];
    if (!newest) return;
    const newestMs = Math.max(last?.newestMs ?? 0, ...fresh.map(newestIn));
    const handed = { instance, seq: newest.seq };
    this.#last = Object.assign({ newestMs }, handed);
    deliver(fresh, () => {
      this.#handed = handed;
      this.#confirm();
    });
  }

  /** A worker has been reached. */
  opened(instance: string): void {
    if (this.#handed.instance !== instance) this.#handed = { instance, seq: 0 };
    this.#confirm();
  }

  /** The worker is out of reach. */
  closed(): void {
    this.#confirming = false;
  }

  /** Confirms to the worker how far the application is: one message at a time, so that a burst costs few. */
  #confirm(): void {
    const reached = this.reached();
    const { instance, seq } = this.#handed;
    if (!reached || this.#confirming || seq === 0 || instance !== this.#last?.instance) return;
    this.#confirming = true;
    const done = () => {
      if (reached.signal.aborted) return;
      this.#confirming = false;
      if (this.#handed.seq !== seq) this.#confirm();
    };
    reached.api.confirm(seq).then(done, done);
  }
}

/** `ctime_ms` of the newest message in it; 0 if it is about something else. */
export function newestIn({ listener, data }: AccountEvent): number {
  if (listener === 'onMsgReceive') return data.ctime_ms;
  if (listener !== 'onSyncConversation') return 0;
  return Math.max(0, ...data.map(({ msgs }) => msgs[msgs.length - 1]?.ctime_ms ?? 0));
}
