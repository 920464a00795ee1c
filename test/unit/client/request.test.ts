/** The return value of a method: the documented chain, which can also be awaited. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { JMessageError } from '../../../src/client/error.js';
import { type OpenRequest, PendingRequest } from '../../../src/client/request.js';
import { CODES, type Outcome } from '../../../src/protocol/tab.js';
import { settle } from '../fakes/clock.js';

interface Data {
  code: number;
}

const success: Outcome = { kind: 'success', data: { code: 0 }, second: { msg_id: 1 } };
/** The answer with the message. */
const awaited = { code: 0, msg: { msg_id: 1 } };
const refusal: Outcome = { kind: 'failure', error: { code: 880104, message: 'invalid password', more: 1 } };
const silence: Outcome = { kind: 'timeout', rid: 7, data: { a: 1 }, responseTimeout: true };

let open: OpenRequest<Data, { msg_id: number }>;
let received: unknown[];
const unhandled = vi.fn();

beforeEach(() => {
  open = PendingRequest.open('call-1');
  received = [];
  process.on('unhandledRejection', unhandled);
});
afterEach(() => {
  process.off('unhandledRejection', unhandled);
  unhandled.mockReset();
  vi.useRealTimers();
});

const listen = () =>
  open.request
    .onSuccess((data, msg) => received.push(['success', data, msg]))
    .onFail((data) => received.push(['fail', data]))
    .onTimeout((data) => received.push(['timeout', data]))
    .onAck((data) => received.push(['ack', data]));

test('a request has the id of its call', () => {
  expect(open.request.id).toBe('call-1');
});

describe('the chain', () => {
  test('tells a success, and nothing else', () => {
    listen();
    open.settle(success);
    expect(received).toEqual([['success', { code: 0 }, { msg_id: 1 }]]);
  });

  test('tells a failure with its code', () => {
    listen();
    open.settle(refusal);
    expect(received).toEqual([['fail', refusal.error]]);
  });

  test('tells a timeout, and whether it was acknowledged', () => {
    listen();
    open.settle(silence);
    expect(received).toEqual([['timeout', { rid: 7, data: { a: 1 }, response_timeout: true }]]);
  });

  test('tells each acknowledgement, until it is settled', () => {
    listen();
    open.acknowledge({ rid: 7, data: 'sent' });
    open.settle(success);
    open.acknowledge({ rid: 7, data: 'late' });
    expect(received.map((entry) => (entry as unknown[])[0])).toEqual(['ack', 'success']);
  });

  test('settles once', () => {
    listen();
    for (const outcome of [success, refusal, silence, success]) open.settle(outcome);
    expect(received).toHaveLength(1);
  });

  test('calls a handler that comes late, in a microtask', async () => {
    open.acknowledge({ rid: 7, data: null });
    open.settle(success);
    listen();
    expect(received).toEqual([]);
    await settle();
    expect(received.map((entry) => (entry as unknown[])[0])).toEqual(['success', 'ack']);
  });

  test('takes several handlers of a kind, in their order', () => {
    open.request.onSuccess(() => received.push(1)).onSuccess(() => received.push(2));
    open.settle(success);
    expect(received).toEqual([1, 2]);
  });

  test("keeps one handler's exception from the next handler, and reports it to the page", () => {
    vi.useFakeTimers();
    open.request.onSuccess(() => {
      throw new Error('the application');
    });
    listen();
    open.settle(success);
    expect(received).toHaveLength(1);
    expect(() => vi.runAllTimers()).toThrow('the application');
  });

  test('makes no unhandled rejection', async () => {
    listen();
    open.settle(refusal);
    await settle();
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('awaited', () => {
  test('a send resolves with the answer and its message, which `onSuccess` gets apart', async () => {
    listen();
    open.settle(success);
    expect(await open.request).toEqual(awaited);
    expect(received).toEqual([['success', { code: 0 }, { msg_id: 1 }]]);
  });

  test('a receipt report resolves with the answer and its ids, anything else with the answer alone', async () => {
    const report = PendingRequest.open('call-2');
    report.settle({ kind: 'success', data: { code: 0 }, second: [4, 5] });
    expect(await report.request).toEqual({ code: 0, msg_ids: [4, 5] });
    const other = PendingRequest.open('call-3');
    other.settle({ kind: 'success', data: { code: 0 } });
    expect(await other.request).toEqual({ code: 0 });
  });

  test('it rejects with an error that has the code and the whole answer', async () => {
    open.settle(refusal);
    const error = await open.request.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(JMessageError);
    expect(error).toMatchObject({ name: 'JMessageError', code: 880104, data: { more: 1 } });
  });

  test('it rejects on a timeout', async () => {
    open.settle(silence);
    expect(await open.request.catch((reason: unknown) => reason)).toMatchObject({ code: CODES.timeout });
  });

  test('it can be awaited more than once, before and after', async () => {
    const early = Promise.all([open.request, open.request]);
    open.settle(success);
    expect(await early).toEqual([awaited, awaited]);
    expect(await open.request).toEqual(awaited);
  });

  test('it does what promises do: all, finally, chains', async () => {
    open.settle(success);
    const done = vi.fn();
    expect(await open.request.finally(done)).toEqual(awaited);
    expect(done).toHaveBeenCalledOnce();
    expect(await open.request.then(({ code }) => code + 1)).toBe(1);
  });

  test('a rejection that is handled is not reported as unhandled', async () => {
    const handled = open.request.then(undefined, () => 'handled');
    open.settle(refusal);
    expect(await handled).toBe('handled');
    await settle();
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('an upload', () => {
  test('tells how far it is', () => {
    open.request.onProgress((data) => received.push(data));
    open.progress({ loaded: 1, total: 2 });
    expect(received).toEqual([{ loaded: 1, total: 2 }]);
  });

  test('can be given up while it is open', () => {
    const abort = vi.fn();
    const upload = PendingRequest.open('call-2', abort);
    upload.request.abort();
    upload.settle(success);
    upload.request.abort();
    expect(abort).toHaveBeenCalledOnce();
  });
});
