import { beforeEach, expect, test } from 'vitest';
import { EventLog } from '../../../../src/worker/tabs/event-log.js';

const KEPT_EVENTS = 5_000;

let log: EventLog;
beforeEach(() => {
  log = new EventLog(0);
});

const append = (from: number, to: number, isFor?: (tab: string) => boolean) => {
  for (let seq = from; seq <= to; seq += 1) log.append(seq, 'onDisconnect', undefined, isFor);
};
const seqs = (since: number, tab = 'a') => log.since(since, tab).events.map(({ seq }) => seq);

test('a tab that was away gets what came since, in order', () => {
  append(1, 5);
  expect(seqs(2)).toEqual([3, 4, 5]);
  expect(seqs(5)).toEqual([]);
  expect(log.since(2, 'a').isComplete).toBe(true);
});

test('an event that a tab caused is not delivered to it later either', () => {
  append(1, 1);
  append(2, 2, (tab) => tab !== 'a');
  append(3, 3);
  expect(seqs(0, 'a')).toEqual([1, 3]);
  expect(seqs(0, 'b')).toEqual([1, 2, 3]);
});

test('at least the last 5 000 events are kept', () => {
  append(1, 20_000);
  expect(log.since(20_000 - KEPT_EVENTS, 'a')).toMatchObject({ isComplete: true });
  expect(seqs(20_000 - KEPT_EVENTS)).toHaveLength(KEPT_EVENTS);
});

test('a tab that was away for longer learns that something is missing', () => {
  append(1, KEPT_EVENTS * 2 + 1);
  const { isComplete, events } = log.since(0, 'a');
  expect(isComplete).toBe(false);
  expect(events[0]?.seq).toBe(KEPT_EVENTS + 1);
  expect(log.since(KEPT_EVENTS, 'a').isComplete).toBe(true);
});

test('the log is bounded', () => {
  append(1, 100_000);
  expect(seqs(0).length).toBeLessThanOrEqual(KEPT_EVENTS * 2);
});
