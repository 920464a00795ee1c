/** The events that a tab has received, and the confirmation of those that its application has. */
import { type AccountEvent, decodeEvents, type LastHeard, type TabMessage } from '../../protocol/tab.js';
import type { Page } from '../page/page.js';
import type { LinkHandlers } from './handlers.js';
import type { ReachedWorker } from './open-calls.js';

/** In a burst one confirmation stands for that long. Each is a post to the worker, which costs the page as much as some twenty events. */
const CONFIRM_MS = 100;

export class ReceivedEvents {
  #last: LastHeard | null = null;
  /** The last event that the application has received. */
  #handed = { instance: '', seq: 0 };
  #confirmedAt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly reached: () => ReachedWorker | undefined,
    private readonly page: Pick<Page, 'now' | 'visible'>,
  ) {}

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
    // After a log-out the session takes no confirmation, and the server repeats at the next login what it has none of.
    this.confirm();
    if (this.#last) this.#last = Object.assign({}, this.#last, { newestMs: 0 });
  }

  /** Hands on the events that are new to this tab. */
  receive(
    { instance, events }: Extract<TabMessage, { kind: 'events' }>,
    onEvents: LinkHandlers['onEvents'],
  ): void {
    const last = this.#last;
    const seen = last?.instance === instance ? last.seq : 0;
    let newestMs = last?.newestMs ?? 0;
    const fresh: AccountEvent[] = [];
    for (const event of decodeEvents(events)) {
      if (event.seq <= seen) continue;
      fresh.push(event);
      newestMs = Math.max(newestMs, newestIn(event));
    }
    const newest = fresh[fresh.length - 1];
    if (!newest) return;
    const handed = { instance, seq: newest.seq };
    this.#last = Object.assign({ newestMs }, handed);
    onEvents(fresh, () => {
      this.#handed = handed;
      this.#confirmSoon();
    });
  }

  /** A worker has answered: it may be another one than before. */
  opened(instance: string): void {
    if (this.#handed.instance !== instance) this.#handed = { instance, seq: 0 };
    this.confirm();
  }

  /** Confirms at once. A hidden page is about to be frozen, and its timers are late. */
  confirm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { instance, seq } = this.#handed;
    if (seq === 0 || instance !== this.#last?.instance) return;
    this.#confirmedAt = this.page.now();
    this.reached()?.confirm(seq);
  }

  #confirmSoon(): void {
    const { page } = this;
    const waitMs = this.#confirmedAt + CONFIRM_MS - page.now();
    // After a longer wait than that the clock has been set back.
    const isBurst = waitMs > 0 && waitMs <= CONFIRM_MS;
    if (isBurst && page.visible()) this.#timer ??= setTimeout(() => this.confirm(), waitMs);
    else this.confirm();
  }
}

/** `ctime_ms` of the newest message in it; 0 if it is about something else. */
export function newestIn({ listener, data }: AccountEvent): number {
  if (listener === 'onMsgReceive') return data.ctime_ms;
  if (listener !== 'onSyncConversation') return 0;
  return Math.max(0, ...data.map(({ msgs }) => msgs[msgs.length - 1]?.ctime_ms ?? 0));
}
