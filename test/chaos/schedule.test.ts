/** The schedule is a pure function of its seed, has every fault, and separates faults that together may lose a message. */
import { describe, expect, test } from 'vitest';
import { PROFILES, SLOTS } from './cast.js';
import { makeSchedule } from './schedule.js';

const MINUTE_MS = 60_000;
const SEEDS = [1, 2, 3, 4, 5];

test('the same seed makes the same schedule, another one another', () => {
  expect(makeSchedule(7, MINUTE_MS)).toEqual(makeSchedule(7, MINUTE_MS));
  expect(makeSchedule(8, MINUTE_MS)).not.toEqual(makeSchedule(7, MINUTE_MS));
});

test('steps are in the order of their times, and none starts after the end', () => {
  const times = makeSchedule(7, MINUTE_MS).map(({ atMs }) => atMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeGreaterThan(0);
});

test('two minutes have every fault, and sends of every kind', () => {
  const schedule = makeSchedule(7, 2 * MINUTE_MS);
  expect(new Set(schedule.map((step) => step.do))).toEqual(
    new Set([
      ...['send', 'retry', 'cut', 'delay', 'repeat', 'swallow', 'cutOn', 'freeze', 'refuse', 'offline'],
      ...['killGateway', 'stopGateway', 'close', 'reload', 'crash', 'open', 'killWorker', 'killBrowser'],
      ...['clearStorage', 'breakStorage', 'drain'],
    ]),
  );
  const sends = schedule.filter((step) => step.do === 'send');
  expect(new Set(sends.map(({ slot }) => slot)).size).toBe(SLOTS.length);
  expect(new Set(sends.map(({ to }) => to)).size).toBe(4);
  expect(sends.some(({ file }) => file)).toBe(true);
  expect(sends.some(({ cancel }) => cancel)).toBe(true);
  for (const { slot, to } of sends) expect(to).not.toBe(SLOTS[slot]?.account);
});

describe.each(SEEDS)('with seed %i', (seed) => {
  test('nothing dies in a profile from its storage failure to its drain, after which its worker is killed', () => {
    for (const profile of PROFILES) {
      const lane = makeSchedule(seed, 5 * MINUTE_MS).filter((step) => step.lane === profile);
      const failing = lane.flatMap((step, i) =>
        step.do === 'clearStorage' || step.do === 'breakStorage' ? [i] : [],
      );
      expect(failing.length).toBeGreaterThan(0);
      for (const i of failing) {
        expect(lane.slice(i + 1, i + 3).map((step) => step.do)).toEqual(['drain', 'killWorker']);
      }
    }
  });

  test('every closed tab and browser is opened again', () => {
    for (const profile of PROFILES) {
      const away = new Set<number>();
      for (const step of makeSchedule(seed, 5 * MINUTE_MS).filter(({ lane }) => lane === profile)) {
        if (step.do === 'close' || step.do === 'crash') away.add(step.slot);
        if (step.do === 'open') away.delete(step.slot);
      }
      expect(away).toEqual(new Set());
    }
  });
});
