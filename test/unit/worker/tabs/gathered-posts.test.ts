import { beforeEach, expect, test } from 'vitest';
import { CALLS, EVENTS, type Port } from '../../../../src/protocol/worker.js';
import { gatheredPosts } from '../../../../src/worker/tabs/gathered-posts.js';
import { FakeClock } from '../../fakes/clock.js';

let clock: FakeClock;
let posted: unknown[];
let port: Port;
beforeEach(() => {
  clock = new FakeClock();
  posted = [];
  port = {
    postMessage: (list: unknown) => posted.push(list),
    close: () => posted.push('closed'),
  } as unknown as Port;
});

const ANSWER = { id: 'answer' };
const ACK = { kind: 'ack' };
const EVENT = { kind: 'events' };

test('the first answer is posted at once, and those that the worker has soon after follow as one post', async () => {
  const { post } = gatheredPosts(port, clock);
  post(EVENTS, ACK);
  expect(posted).toEqual([[EVENTS, ACK]]);
  post(CALLS, ANSWER);
  post(EVENTS, ACK);
  expect(posted).toHaveLength(1);
  await clock.advance(0);
  expect(posted.slice(1)).toEqual([[CALLS, ANSWER, EVENTS, ACK]]);
});

test('after a burst an answer is posted at once again, and no timer is left', async () => {
  const { post } = gatheredPosts(port, clock);
  post(CALLS, ANSWER);
  await clock.advance(0);
  expect(clock.pending).toBe(0);
  post(CALLS, ANSWER);
  expect(posted).toHaveLength(2);
});

test('events are a post of their own, behind the answers before them', () => {
  const { post } = gatheredPosts(port, clock);
  post(CALLS, ANSWER);
  post(CALLS, ANSWER);
  post(EVENTS, EVENT);
  post(EVENTS, EVENT);
  expect(posted).toEqual([
    [CALLS, ANSWER],
    [CALLS, ANSWER],
    [EVENTS, EVENT],
    [EVENTS, EVENT],
  ]);
});

test('nothing waits in a page, whose timers may be late', () => {
  const { post } = gatheredPosts(port, null);
  post(CALLS, ANSWER);
  post(CALLS, ANSWER);
  expect(posted).toEqual([
    [CALLS, ANSWER],
    [CALLS, ANSWER],
  ]);
});

test('a port that closes takes along what waited for it', () => {
  const { close, post } = gatheredPosts(port, clock);
  post(CALLS, ANSWER);
  post(EVENTS, ACK);
  close();
  expect(posted).toEqual([[CALLS, ANSWER], [EVENTS, ACK], 'closed']);
});

test('a closed BroadcastChannel drops later posts', async () => {
  const { close, post } = gatheredPosts(new BroadcastChannel('gathered-posts.test'), clock);
  close();
  post(CALLS, ANSWER);
  post(EVENTS, ACK);
  await clock.advance(0);
  expect(clock.pending).toBe(0);
});
