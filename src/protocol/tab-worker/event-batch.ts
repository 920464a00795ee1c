/**
 * Events on their way from the worker to its tabs, as one text. A tab parses it in less time than a structured clone takes, and a worker makes
 * it once for all tabs.
 */
import type { AccountEvent } from './link.js';

/** A tab takes about a millisecond to parse so many. After each batch its page has a turn. */
const MAX_EVENTS = 100;
/** Of the latest batches: a burst of some thousand events is encoded once for all tabs. */
const REMEMBERED_BATCHES = 64;

export class EventEncoder {
  /** By their first event. */
  readonly #latest = new Map<AccountEvent, { events: readonly AccountEvent[]; text: string }>();

  /** The texts of the events, in order. */
  *batches(events: readonly AccountEvent[]): Generator<string> {
    for (let from = 0; from < events.length; from += MAX_EVENTS) {
      yield this.#encode(events.slice(from, from + MAX_EVENTS));
    }
  }

  #encode(events: readonly AccountEvent[]): string {
    const [first] = events;
    if (!first) return '[]';
    const known = this.#latest.get(first);
    if (known?.events.length === events.length && events.every((event, i) => event === known.events[i])) {
      return known.text;
    }
    const text = JSON.stringify(events.map(withoutRepeat));
    this.#latest.delete(first);
    this.#latest.set(first, { events, text });
    const [oldest] = this.#latest.keys();
    if (this.#latest.size > REMEMBERED_BATCHES && oldest) this.#latest.delete(oldest);
    return text;
  }
}

export function decodeEvents(text: string): AccountEvent[] {
  const events: AccountEvent[] = JSON.parse(text);
  for (const event of events) {
    if (event.listener !== 'onMsgReceive') continue;
    const message = event.data;
    event.data = Object.assign({}, message);
    event.data.messages = [message];
  }
  return events;
}

/** A received message has itself in `messages`, as V2.3 made it. The tab repeats it again. */
function withoutRepeat(event: AccountEvent): object {
  if (event.listener !== 'onMsgReceive') return event;
  const { messages: _repeat, ...data } = event.data;
  return { ...event, data };
}
