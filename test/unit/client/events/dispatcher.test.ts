/** Events for the application's listeners. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Dispatcher } from '../../../../src/client/events/dispatcher.js';
import type { EventNotification } from '../../../../src/protocol/tab.js';
import { IDLE } from '../../../../src/protocol/tab.js';

const KEEP_MS = 10_000;
const SLICE_MS = 4;

let dispatcher: Dispatcher;
/** Work that waits for the page's turn. */
let waiting: (() => void)[];
let received: number[];

beforeEach(() => {
  vi.useFakeTimers();
  waiting = [];
  received = [];
  dispatcher = new Dispatcher((fn) => waiting.push(fn));
});
afterEach(() => {
  vi.useRealTimers();
});

const event = (event_id: number): EventNotification => ({ event_id, event_type: 40, ctime: 0 });
const push = (...ids: number[]) => {
  for (const id of ids) dispatcher.push('onEventNotification', event(id));
};
const listen = ({ event_id }: EventNotification) => void received.push(event_id);
/** Lets the page have its turns. */
const pageTurns = () => {
  for (let fn = waiting.shift(); fn; fn = waiting.shift()) fn();
};

describe('a listener', () => {
  test('gets events in order', () => {
    dispatcher.set('onEventNotification', listen);
    push(1, 2, 3);
    expect(received).toEqual([1, 2, 3]);
  });

  test('that discards the events of its batch gets no more of them', () => {
    const handed = vi.fn();
    dispatcher.set('onEventNotification', (data) => {
      listen(data);
      if (data.event_id === 2) dispatcher.forget();
    });
    for (const id of [1, 2, 3]) dispatcher.enqueue('onEventNotification', event(id));
    dispatcher.afterwards(handed);
    pageTurns();
    expect(received).toEqual([1, 2]);
    expect(handed).not.toHaveBeenCalled();
  });

  test('replaces the one before it', () => {
    const before = vi.fn();
    dispatcher.set('onEventNotification', before);
    dispatcher.set('onEventNotification', listen);
    push(1);
    expect(before).not.toHaveBeenCalled();
    expect(received).toEqual([1]);
  });

  test('is removed by anything but a function', () => {
    dispatcher.set('onEventNotification', listen);
    dispatcher.set('onEventNotification', null);
    push(1);
    expect(received).toEqual([]);
  });

  test('may be one of several, and can be taken away again', () => {
    const remove = dispatcher.add('onEventNotification', listen);
    dispatcher.set('onEventNotification', listen);
    push(1);
    remove();
    push(2);
    expect(received).toEqual([1, 1, 2]);
  });

  test('that throws delays no other listener, and the page sees its error', () => {
    dispatcher.set('onEventNotification', () => {
      throw new Error('the application');
    });
    dispatcher.add('onEventNotification', listen);
    push(1, 2);
    expect(received).toEqual([1, 2]);
    expect(() => vi.runAllTimers()).toThrow('the application');
  });

  test('gets an event that it causes itself after the present one', () => {
    dispatcher.set('onEventNotification', (data) => {
      if (data.event_id === 1) push(2);
      listen(data);
    });
    push(1);
    expect(received).toEqual([1, 2]);
  });
});

describe('a listener that comes late', () => {
  test('gets what it missed, in order, before what comes then, and not within its own setting', () => {
    push(1, 2);
    dispatcher.set('onEventNotification', listen);
    expect(received).toEqual([]);
    push(3);
    expect(received).toEqual([1, 2, 3]);
    pageTurns();
    expect(received).toEqual([1, 2, 3]);
  });

  test('gets nothing that is older than ten seconds', () => {
    push(1);
    vi.advanceTimersByTime(KEEP_MS - 1);
    push(2);
    vi.advanceTimersByTime(1);
    dispatcher.set('onEventNotification', listen);
    pageTurns();
    expect(received).toEqual([2]);
  });

  test('gets no state that has passed', () => {
    dispatcher.push('onStateChange', IDLE);
    const listener = vi.fn();
    dispatcher.set('onStateChange', listener);
    pageTurns();
    expect(listener).not.toHaveBeenCalled();
  });

  test('is given it once', () => {
    push(1);
    dispatcher.set('onEventNotification', listen);
    dispatcher.set('onEventNotification', listen);
    pageTurns();
    expect(received).toEqual([1]);
  });
});

test('a burst gives the page its turn in between, and keeps its order', () => {
  dispatcher.set('onEventNotification', (data) => {
    listen(data);
    vi.advanceTimersByTime(SLICE_MS / 4);
  });
  for (let id = 1; id <= 100; id += 1) push(id);
  expect(received.length).toBeLessThan(10);
  let turns = 0;
  for (let fn = waiting.shift(); fn; fn = waiting.shift()) {
    const before = received.length;
    fn();
    turns += 1;
    expect(received.length - before).toBeLessThan(10);
  }
  expect(turns).toBeGreaterThan(10);
  expect(received).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
});

test('after closing no listener gets an event', () => {
  dispatcher.set('onEventNotification', listen);
  dispatcher.close();
  push(1);
  pageTurns();
  expect(received).toEqual([]);
});

test('in any order of listeners and events, each event is delivered once and in order', () => {
  const step = fc.constantFrom('push', 'listen', 'ignore', 'turn');
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
      received = [];
      waiting = [];
      dispatcher = new Dispatcher((fn) => waiting.push(fn));
      let pushed = 0;
      for (const one of steps) {
        if (one === 'push') {
          pushed += 1;
          push(pushed);
        }
        if (one === 'listen') dispatcher.set('onEventNotification', listen);
        if (one === 'ignore') dispatcher.set('onEventNotification', null);
        if (one === 'turn') waiting.shift()?.();
      }
      dispatcher.set('onEventNotification', listen);
      pageTurns();
      expect(received).toEqual(Array.from({ length: pushed }, (_, i) => i + 1));
    }),
  );
});
