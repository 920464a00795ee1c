/** Open requests, without a runtime around them: the test is the other end of the wire. */
import { beforeEach, describe, expect, test } from 'vitest';
import {
  ACK_TIMEOUT_MS,
  CODES,
  failure,
  MAX_TRIES,
  RESPONSE_TIMEOUT_MS,
} from '../../../../src/protocol/index.js';
import { OpenRequests } from '../../../../src/worker/connection/open-requests.js';
import type { Reply, RequestSpec } from '../../../../src/worker/connection/request.js';
import { FakeClock, settle } from '../../fakes/clock.js';

let clock: FakeClock;
let requests: OpenRequests;
let wire: { event: string; payload: Record<string, unknown> }[];
let replies: Reply[];

beforeEach(() => {
  clock = new FakeClock();
  requests = new OpenRequests(clock);
  wire = [];
  replies = [];
});

/** A connection opens and logs in. */
const attach = () => {
  requests.connect(
    (event, payload) => void wire.push({ event, payload: payload as Record<string, unknown> }),
  );
  return requests.logIn();
};

function send(fields: Partial<RequestSpec> = {}): Promise<Reply> {
  const reply = requests.send({ event: 'get_conversations', rid: 7, payload: { a: 1 }, ...fields });
  void reply.then((settled) => replies.push(settled));
  return reply;
}

const ack = (rid = 7) => requests.handle('ack', { rid });
const answer = (fields: object = {}, event = 'get_conversations') =>
  requests.handle(event, { rid: 7, code: 0, message: 'success', ...fields });

const rids = () => wire.map(({ payload }) => payload.rid);

describe('a request', () => {
  test('goes out with its rid and settles with its answer', async () => {
    void attach();
    const reply = send();
    expect(wire).toEqual([{ event: 'get_conversations', payload: { a: 1, rid: 7 } }]);
    ack();
    answer({ more: true });
    expect(await reply).toEqual({
      kind: 'answer',
      answer: { rid: 7, code: 0, message: 'success', more: true },
    });
    expect(clock.pending).toBe(0);
    expect(requests.size).toBe(0);
  });

  test('settles once, however often it is answered', async () => {
    void attach();
    void send();
    expect(answer({ code: 1 })).toBe(true);
    expect(answer({ code: 2 })).toBe(false);
    await clock.advance(1_000_000);
    expect(replies).toMatchObject([{ answer: { code: 1 } }]);
  });

  test('that acknowledges an event ends with its ack: servers say nothing more', async () => {
    void attach();
    const reply = send({ event: 'event_notification' });
    ack();
    expect(await reply).toMatchObject({ kind: 'answer', answer: { code: 0 } });
    await clock.advance(1_000_000);
    expect(wire).toHaveLength(1);
  });

  test('may be answered without an ack', async () => {
    void attach();
    const reply = send();
    answer();
    expect(await reply).toMatchObject({ kind: 'answer' });
  });

  test('is answered under the event that the wire names', async () => {
    void attach();
    const reply = send({ event: 's_across_single_text' });
    expect(answer({}, 's_across_single_text')).toBe(false);
    expect(answer({}, 's_single_text')).toBe(true);
    expect(await reply).toMatchObject({ kind: 'answer' });
  });

  test('without an ack goes out again as it was, five times in all, and then times out', async () => {
    void attach();
    void send();
    await clock.advance(ACK_TIMEOUT_MS * (MAX_TRIES - 1));
    expect(wire).toHaveLength(MAX_TRIES);
    for (const frame of wire) expect(frame).toEqual(wire[0]);
    expect(replies).toEqual([]);
    await clock.advance(ACK_TIMEOUT_MS);
    expect(replies).toEqual([{ kind: 'timeout', responseTimeout: false }]);
    expect(clock.pending).toBe(0);
  });

  test('that is acknowledged and never answered goes out again every 30 s, five times in all', async () => {
    void attach();
    void send();
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      expect(wire).toHaveLength(tries);
      ack();
      await clock.advance(RESPONSE_TIMEOUT_MS);
    }
    expect(replies).toEqual([{ kind: 'timeout', responseTimeout: true }]);
    expect(wire).toHaveLength(MAX_TRIES);
  });

  test('tells of each try that was acknowledged, once', async () => {
    const acked: object[] = [];
    void attach();
    void send({ onAck: (sent) => acked.push(sent) });
    ack();
    ack();
    expect(acked).toEqual([{ a: 1, rid: 7 }]);
    await clock.advance(RESPONSE_TIMEOUT_MS);
    ack();
    expect(acked).toHaveLength(2);
  });

  test('waits for a connection, and uses up no try while there is none', async () => {
    void send();
    await clock.advance(1_000_000);
    expect(wire).toEqual([]);
    void attach();
    await clock.advance(ACK_TIMEOUT_MS * 3);
    expect(wire).toHaveLength(4);
    requests.disconnect();
    await clock.advance(1_000_000);
    expect(replies).toEqual([]);
    void attach();
    expect(wire).toHaveLength(5);
    answer();
    await settle();
    expect(replies).toMatchObject([{ kind: 'answer' }]);
  });

  test('that was on its way when the connection was lost goes out again on the next', async () => {
    void attach();
    void send();
    ack();
    requests.disconnect();
    expect(clock.pending).toBe(0);
    void attach();
    expect(wire[1]).toEqual(wire[0]);
  });

  test('with an answer that has no number for a code has not succeeded', async () => {
    void attach();
    const reply = send();
    answer({ code: '880104' });
    expect(await reply).toMatchObject({ answer: { code: CODES.unknown } });
  });

  test('that belongs to one connection ends with it', async () => {
    void attach();
    const reply = send({ scope: 'connection' });
    requests.disconnect();
    expect(await reply).toEqual({ kind: 'dropped', error: failure(CODES.sessionEnded) });
  });

  test('of the handshake goes out before the login, and the others wait for it', async () => {
    requests.connect(
      (event, payload) => void wire.push({ event, payload: payload as Record<string, unknown> }),
    );
    void send({ rid: 1 });
    void send({ rid: 2, scope: 'connection' });
    const handshake = send({ rid: 3, scope: 'handshake' });
    expect(rids()).toEqual([3]);
    answer({ rid: 3 });
    expect(await handshake).toMatchObject({ kind: 'answer' });
    void requests.logIn();
    expect(rids()).toEqual([3, 1, 2]);
  });

  test('of the handshake is dropped with its connection', async () => {
    requests.connect(() => undefined);
    const handshake = send({ scope: 'handshake' });
    requests.disconnect();
    expect(await handshake).toMatchObject({ kind: 'dropped' });
  });

  test('is dropped when the table is closed, waiting or in flight', async () => {
    void attach();
    void send();
    void send({ rid: 8, lane: 'l' });
    void send({ rid: 9, lane: 'l' });
    const error = failure(CODES.superseded);
    requests.close(error);
    await settle();
    expect(replies).toEqual([1, 2, 3].map(() => ({ kind: 'dropped', error })));
    expect(await send()).toEqual({ kind: 'dropped', error });
    expect(requests.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('that shares its rid with an open one waits for that one', async () => {
    void attach();
    void send({ payload: { first: true } });
    void send({ payload: { second: true } });
    expect(wire).toHaveLength(1);
    answer({ who: 'first' });
    expect(wire[1]).toMatchObject({ payload: { second: true, rid: 7 } });
    answer({ who: 'second' });
    await settle();
    expect(replies).toMatchObject([{ answer: { who: 'first' } }, { answer: { who: 'second' } }]);
  });
});

describe('a lane', () => {
  test('lets nothing out before what stands ahead is acknowledged', async () => {
    void attach();
    for (const rid of [1, 2, 3]) void send({ rid, lane: 'bob' });
    expect(rids()).toEqual([1]);
    ack(1);
    expect(rids()).toEqual([1, 2]);
    await clock.advance(ACK_TIMEOUT_MS);
    expect(rids()).toEqual([1, 2, 2]);
    ack(2);
    expect(rids()).toEqual([1, 2, 2, 3]);
  });

  test('goes on when what stands ahead has failed', async () => {
    void attach();
    for (const rid of [1, 2]) void send({ rid, lane: 'bob' });
    await clock.advance(ACK_TIMEOUT_MS * MAX_TRIES);
    expect(rids().at(-1)).toBe(2);
  });

  test('does not hold up another lane', async () => {
    void attach();
    void send({ rid: 1, lane: 'bob' });
    void send({ rid: 2, lane: 'bob' });
    void send({ rid: 3, lane: 'carol' });
    void send({ rid: 4 });
    expect(rids()).toEqual([1, 3, 4]);
  });

  test('starts again from its first open request on the next connection', async () => {
    void attach();
    for (const rid of [1, 2, 3]) void send({ rid, lane: 'bob' });
    ack(1);
    requests.disconnect();
    void attach();
    expect(rids()).toEqual([1, 2, 1]);
    ack(1);
    ack(2);
    expect(rids()).toEqual([1, 2, 1, 2, 3]);
  });
});

describe('attaching', () => {
  test('resolves at once when nothing may be done already', async () => {
    await attach();
    void send();
    expect(wire).toHaveLength(1);
  });

  test('requests from before the first connection may be done already, by a dead worker', async () => {
    void send();
    let sure = false;
    void attach().then(() => {
      sure = true;
    });
    await settle();
    expect(sure).toBe(false);
    answer();
    await settle();
    expect(sure).toBe(true);
  });

  test('resolves when what may be done already is answered', async () => {
    void attach();
    void send();
    requests.disconnect();
    let sure = false;
    void attach().then(() => {
      sure = true;
    });
    await settle();
    expect(sure).toBe(false);
    answer();
    await settle();
    expect(sure).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('does not wait for ever for such an answer', async () => {
    void attach();
    void send();
    requests.disconnect();
    let sure = false;
    void attach().then(() => {
      sure = true;
    });
    await clock.advance(ACK_TIMEOUT_MS);
    expect(sure).toBe(true);
  });
});

describe('a frame that is not an answer', () => {
  test.each([undefined, null, 7, 'ack', {}, { rid: '7' }, { rid: 8 }])('%j is left to others', (payload) => {
    void attach();
    void send();
    expect(requests.handle('ack', payload)).toBe(false);
    expect(requests.handle('get_conversations', payload)).toBe(false);
  });
});
