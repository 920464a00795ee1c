/** The confirmations of events that the application has received. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ReachedWorker } from '../../../../src/client/worker-link/open-calls.js';
import { ReceivedEvents } from '../../../../src/client/worker-link/received-events.js';

const GAP_MS = 100;

let confirmed: number[];
let isVisible: boolean;
let events: ReceivedEvents;

beforeEach(() => {
  vi.useFakeTimers();
  confirmed = [];
  isVisible = true;
  const worker = { confirm: (upTo: number) => void confirmed.push(upTo) } as ReachedWorker;
  events = new ReceivedEvents(() => worker, { now: () => Date.now(), visible: () => isVisible });
});
afterEach(() => {
  vi.useRealTimers();
});

const receive = (...seqs: number[]): void => {
  const data = { event_id: 1, event_type: 40, ctime: 0 };
  const batch = JSON.stringify(seqs.map((seq) => ({ seq, listener: 'onEventNotification', data })));
  events.receive({ kind: 'events', instance: 'a', events: batch }, (_fresh, handed) => handed());
};

test('the first events after a pause are confirmed at once', () => {
  receive(1, 2);
  vi.advanceTimersByTime(GAP_MS);
  receive(3);
  expect(confirmed).toEqual([2, 3]);
});

test('those of a burst have one confirmation for all of a tenth of a second, which comes though nothing follows', () => {
  receive(1);
  for (let seq = 2; seq <= 20; seq += 1) {
    vi.advanceTimersByTime(10);
    receive(seq);
  }
  expect(confirmed).toEqual([1, 10]);
  vi.advanceTimersByTime(GAP_MS);
  expect(confirmed).toEqual([1, 10, 20]);
  vi.advanceTimersByTime(10 * GAP_MS);
  expect(confirmed).toEqual([1, 10, 20]);
});

test('a hidden page confirms each post at once, since its timers are late', () => {
  receive(1);
  receive(2);
  isVisible = false;
  receive(3);
  expect(confirmed).toEqual([1, 3]);
  receive(4);
  vi.advanceTimersByTime(10 * GAP_MS);
  expect(confirmed).toEqual([1, 3, 4]);
});

test('a clock that was set back holds no confirmation back', () => {
  receive(1);
  vi.setSystemTime(Date.now() - 3_600_000);
  receive(2);
  expect(confirmed).toEqual([1, 2]);
});

test('a next worker gets no confirmation of events that its predecessor numbered', () => {
  receive(1);
  receive(2);
  events.opened('b');
  vi.advanceTimersByTime(10 * GAP_MS);
  expect(confirmed).toEqual([1]);
});
