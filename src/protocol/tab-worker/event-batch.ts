/**
 * Events on their way from the worker to its tabs, as one text. A tab parses it in less time than a structured clone takes, and a worker makes
 * it once for all tabs.
 */
import type { AccountEvent } from './link.js';

export class EventEncoder {
  /** The latest batch. Tabs of a session mostly get the same one after the other. */
  #events: readonly AccountEvent[] = [];
  #text = '[]';

  encode(events: readonly AccountEvent[]): string {
    const isSame =
      events.length === this.#events.length && events.every((event, index) => event === this.#events[index]);
    if (!isSame) {
      this.#text = JSON.stringify(events.map(withoutRepeat));
      this.#events = events;
    }
    return this.#text;
  }
}

export const decodeEvents = (text: string): AccountEvent[] =>
  (JSON.parse(text) as AccountEvent[]).map((event) => {
    if (event.listener !== 'onMsgReceive') return event;
    const { data } = event;
    return Object.assign(event, { data: Object.assign({}, data, { messages: [data] }) });
  });

/** A received message has itself in `messages`, as V2.3 made it. The tab repeats it again. */
function withoutRepeat(event: AccountEvent): object {
  if (event.listener !== 'onMsgReceive') return event;
  const { messages: _repeat, ...data } = event.data;
  return { ...event, data };
}
