/** Waits that an abort ends. */
import { describe, expect, test } from 'vitest';
import { delay } from '../../../../src/worker/util/clock.js';
import { unlessAborted } from '../../../../src/worker/util/deferred.js';
import { FakeClock, settle } from '../../fakes/clock.js';

/** A controller that counts the listeners of its signal. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (type: string, listener: EventListener) => {
    listeners.add(listener);
    add(type, listener);
  };
  signal.removeEventListener = (type: string, listener: EventListener) => {
    listeners.delete(listener);
    remove(type, listener);
  };
  return { controller, signal, listeners };
}

const never = new Promise<string>(() => undefined);

describe('a promise, unless aborted', () => {
  test('settles as the promise does, and leaves no listener at the signal', async () => {
    const { signal, listeners } = counted();
    const answered = unlessAborted(Promise.resolve('answer'), signal);
    const refused = unlessAborted(Promise.reject(new Error('no network')), signal);
    expect(listeners.size).toBe(2);
    await expect(answered).resolves.toBe('answer');
    await expect(refused).rejects.toThrow('no network');
    await settle();
    expect(listeners.size).toBe(0);
  });

  test('resolves without a value when the signal is aborted', async () => {
    const { controller, signal } = counted();
    const waiting = unlessAborted(never, signal);
    controller.abort();
    await expect(waiting).resolves.toBeUndefined();
    await expect(unlessAborted(never, signal)).resolves.toBeUndefined();
  });

  test('handles a rejection that comes after the abort', async () => {
    const { controller, signal } = counted();
    controller.abort();
    await expect(unlessAborted(Promise.reject(new Error('late')), signal)).resolves.toBeUndefined();
    await settle();
  });
});

describe('a delay', () => {
  test('ends with its time, and leaves no listener at the signal', async () => {
    const clock = new FakeClock();
    const { signal, listeners } = counted();
    const waiting = delay(clock, 1_000, signal);
    expect(listeners.size).toBe(1);
    await clock.advance(1_000);
    await waiting;
    expect(listeners.size).toBe(0);
  });

  test('ends at once when the signal is aborted, and leaves neither timer nor listener', async () => {
    const clock = new FakeClock();
    const { controller, signal, listeners } = counted();
    const waiting = delay(clock, 1_000, signal);
    controller.abort();
    await waiting;
    expect(clock.pending).toBe(0);
    expect(listeners.size).toBe(0);
    await delay(clock, 1_000, signal);
    expect(clock.pending).toBe(0);
  });
});
