/**
 * The posts to a tab. Acknowledgements and answers of a burst travel together, since each post costs worker and tab more than they do themselves.
 * The first is posted at once. Those of the tasks that the worker has still to do follow as one post.
 */
import { CALLS, type Port, postOn, type TabMessage } from '../../protocol/worker.js';
import type { Clock } from '../util/clock.js';

/** @param clock null in a page, whose timers may take a second: there nothing waits */
export function gatheredPosts(port: Port, clock: Clock | null) {
  /** By turns a lane and its message. */
  const gathered: unknown[] = [];
  let isBurst = false;

  function flush(): void {
    isBurst = gathered.length > 0 && clock !== null;
    if (gathered.length > 0) postOn(port, gathered.splice(0));
    if (isBurst) clock?.after(0, flush);
  }

  return {
    post(lane: number, message: unknown): void {
      // Events are a task of their own: an answer before them reaches the application first, and each batch leaves the page its turn.
      const isAlone = lane !== CALLS && (message as TabMessage).kind !== 'ack';
      if (isAlone) flush();
      gathered.push(lane, message);
      if (isAlone || !isBurst) flush();
    },
    close(): void {
      flush();
      port.close();
    },
  };
}
