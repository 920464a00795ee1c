/** The schedule is a pure function of its seed, has every fault, and separates faults that together may lose a message. */
import { describe, expect, test } from 'vitest';
import { PROFILES, SLOTS, slotsIn } from './cast.js';
import { isNodeAction } from './node-faults.js';
import { makeRollingRestart, makeSchedule } from './schedule.js';

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

test('the page host has one tab of each account, with every fault', () => {
  const schedule = makeSchedule(7, 2 * MINUTE_MS, { slots: slotsIn('page') });
  const slots = new Set(schedule.flatMap((step) => ('slot' in step ? [step.slot] : [])));
  expect([...slots].map((slot) => SLOTS[slot]?.account).sort()).toEqual(['alice', 'bob', 'carol']);
  const kinds = (steps: typeof schedule) => new Set(steps.map((step) => step.do));
  expect(kinds(schedule)).toEqual(kinds(makeSchedule(7, 2 * MINUTE_MS)));
});

test('three nodes have every fault of theirs in some minutes, and a single process has none', () => {
  const kinds = (nodes: number) =>
    new Set(
      makeSchedule(7, 5 * MINUTE_MS, { nodes }).flatMap((step) => (isNodeAction(step) ? [step.do] : [])),
    );
  expect(kinds(3).size).toBe(9);
  expect(kinds(0).size).toBe(0);
  const paused = makeSchedule(7, 30 * MINUTE_MS, { nodes: 3 }).flatMap((step) =>
    step.do === 'pauseNode' ? [step.ms] : [],
  );
  // Longer than both pings, a node's lease, and the time after which it closes its sessions.
  expect(Math.max(...paused)).toBeGreaterThan(25_000);
});

test('a rolling restart has sends and the stop of each node in turn, and nothing else', () => {
  const steps = makeRollingRestart(7, MINUTE_MS, 3);
  expect(steps.flatMap((step) => (step.do === 'stopNode' ? [step.node] : []))).toEqual([0, 1, 2]);
  expect(new Set(steps.map((step) => step.do))).toEqual(new Set(['send', 'stopNode']));
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
