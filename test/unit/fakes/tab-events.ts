/** The events of a fake tab: its position in them, the messages that it drops as known, and the rest, which its application receives. */
import { SeenMessages } from '../../../src/client/events/seen-messages.js';
import { newestIn } from '../../../src/client/worker-link/received-events.js';
import {
  type AccountEvent,
  decodeEvents,
  type LastHeard,
  type ListenerEvents,
  type TabMessage,
} from '../../../src/protocol/index.js';
import { textOf } from '../../kit/message-parts.js';
import { messagesOf } from './messages.js';

type Of<K extends TabMessage['kind']> = Extract<TabMessage, { kind: K }>;

export class TabEvents {
  readonly events: AccountEvent[] = [];
  readonly #seen = new SeenMessages();
  #last: LastHeard | null = null;
  /** The account whose events have come so far. */
  #account: string | undefined;

  /** The position that the tab names to the next worker. */
  get last(): LastHeard | null {
    return this.#last;
  }

  take({ instance, events }: Of<'events'>): void {
    const seen = this.#last?.instance === instance ? this.#last.seq : 0;
    for (const event of decodeEvents(events)) {
      if (event.seq <= seen) continue;
      const newestMs = Math.max(this.#last?.newestMs ?? 0, newestIn(event));
      this.#last = { instance, seq: event.seq, newestMs };
      const fresh = this.#seen.fresh(event);
      if (fresh) this.events.push(fresh);
    }
  }

  takeAccount(named: Of<'account'>['account']): void {
    const account = JSON.stringify(named);
    if (this.#account !== undefined && this.#account !== account) this.startAfresh();
    this.#account = account;
  }

  /** @param answer of a send, whose message the application knows then */
  sent(answer: object): void {
    this.#seen.sent(answer);
  }

  /** After another login the application expects the history again. */
  startAfresh(): void {
    this.#seen.clear();
    if (this.#last) this.#last = { ...this.#last, newestMs: 0 };
  }

  of<L extends AccountEvent['listener']>(listener: L): ListenerEvents[L][] {
    return this.events
      .filter((event) => event.listener === listener)
      .map(({ data }) => data as ListenerEvents[L]);
  }

  /** The texts of a conversation with that user, live or synced, in order. */
  texts(peer?: string): unknown[] {
    return this.events
      .flatMap(messagesOf)
      .filter(({ content }) => peer === undefined || content.from_id === peer || content.target_id === peer)
      .map(textOf);
  }
}
