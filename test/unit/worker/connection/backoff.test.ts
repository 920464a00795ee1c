import { beforeEach, expect, test } from 'vitest';
import { Backoff } from '../../../../src/worker/connection/backoff.js';
import { FakeClock } from '../../fakes/clock.js';

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;
const STABLE_MS = 60_000;

let clock: FakeClock;
beforeEach(() => {
  clock = new FakeClock();
});

/** Random as high as it gets shows the ceiling. */
const ceilings = () => new Backoff(clock, () => 1);

test('the ceiling doubles from one second up to thirty', () => {
  const backoff = ceilings();
  expect(Array.from({ length: 8 }, () => backoff.next())).toEqual([
    FIRST_MS,
    2_000,
    4_000,
    8_000,
    16_000,
    LONGEST_MS,
    LONGEST_MS,
    LONGEST_MS,
  ]);
});

test('the wait is anywhere between nothing and the ceiling: full jitter', () => {
  expect(new Backoff(clock, () => 0).next()).toBe(0);
  expect(new Backoff(clock, () => 0.5).next()).toBe(FIRST_MS / 2);
});

test('a connection that is lost within a minute does not reset it', async () => {
  const backoff = ceilings();
  backoff.next();
  backoff.up();
  await clock.advance(STABLE_MS - 1);
  expect(backoff.next()).toBe(2_000);
});

test('a connection that has held for a minute does', async () => {
  const backoff = ceilings();
  backoff.next();
  backoff.next();
  backoff.up();
  await clock.advance(STABLE_MS);
  expect(backoff.next()).toBe(FIRST_MS);
  expect(backoff.next()).toBe(2_000);
});

test('after thousands of failures it still has a bound', () => {
  const backoff = ceilings();
  for (let i = 0; i < 5_000; i += 1) backoff.next();
  expect(backoff.next()).toBe(LONGEST_MS);
});
