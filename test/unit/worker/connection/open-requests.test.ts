/** Open requests: each is sent again until it is acknowledged and answered, and settles once. */
import { beforeEach, describe, expect, test } from 'vitest';
import {
  ACK_TIMEOUT_MS,
  CODES,
  failure,
  MAX_TRIES,
  RESPONSE_TIMEOUT_MS,
} from '../../../../src/protocol/index.js';
import { settle } from '../../fakes/clock.js';
import { WireEnd } from '../../fakes/wire-end.js';

let end: WireEnd;
beforeEach(() => {
  end = new WireEnd();
});

describe('a request', () => {
  test('goes out with its rid and settles with its answer', async () => {
    void end.attach();
    const reply = end.send();
    expect(end.frames).toEqual([{ event: 'get_conversations', payload: { a: 1, rid: 7 } }]);
    end.ack();
    end.answer({ more: true });
    expect(await reply).toEqual({
      kind: 'answer',
      answer: { rid: 7, code: 0, message: 'success', more: true },
    });
    expect(end.clock.pending).toBe(0);
    expect(end.requests.size).toBe(0);
  });

  test('settles once, however often it is answered', async () => {
    void end.attach();
    void end.send();
    expect(end.answer({ code: 1 })).toBe(true);
    expect(end.answer({ code: 2 })).toBe(false);
    await end.clock.advance(1_000_000);
    expect(end.replies).toMatchObject([{ answer: { code: 1 } }]);
  });

  test('that acknowledges an event ends with its ack: servers say nothing more', async () => {
    void end.attach();
    const reply = end.send({ event: 'event_notification' });
    end.ack();
    expect(await reply).toMatchObject({ kind: 'answer', answer: { code: 0 } });
    await end.clock.advance(1_000_000);
    expect(end.frames).toHaveLength(1);
  });

  test('may be answered without an ack', async () => {
    void end.attach();
    const reply = end.send();
    end.answer();
    expect(await reply).toMatchObject({ kind: 'answer' });
  });

  test('is answered under the event that the wire names', async () => {
    void end.attach();
    const reply = end.send({ event: 's_across_single_text' });
    expect(end.answer({}, 's_across_single_text')).toBe(false);
    expect(end.answer({}, 's_single_text')).toBe(true);
    expect(await reply).toMatchObject({ kind: 'answer' });
  });

  test('without an ack goes out again as it was, five times in all, and then times out', async () => {
    void end.attach();
    void end.send();
    await end.clock.advance(ACK_TIMEOUT_MS * (MAX_TRIES - 1));
    expect(end.frames).toHaveLength(MAX_TRIES);
    for (const frame of end.frames) expect(frame).toEqual(end.frames[0]);
    expect(end.replies).toEqual([]);
    await end.clock.advance(ACK_TIMEOUT_MS);
    expect(end.replies).toEqual([{ kind: 'timeout', responseTimeout: false }]);
    expect(end.clock.pending).toBe(0);
  });

  test('that is acknowledged and never answered goes out again every 30 s, five times in all', async () => {
    void end.attach();
    void end.send();
    for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
      expect(end.frames).toHaveLength(tries);
      end.ack();
      await end.clock.advance(RESPONSE_TIMEOUT_MS);
    }
    expect(end.replies).toEqual([{ kind: 'timeout', responseTimeout: true }]);
    expect(end.frames).toHaveLength(MAX_TRIES);
  });

  test('tells of each try that was acknowledged, once', async () => {
    const acked: object[] = [];
    void end.attach();
    void end.send({ onAck: (sent) => acked.push(sent) });
    end.ack();
    end.ack();
    expect(acked).toEqual([{ a: 1, rid: 7 }]);
    await end.clock.advance(RESPONSE_TIMEOUT_MS);
    end.ack();
    expect(acked).toHaveLength(2);
  });

  test('waits for a connection, and uses up no try while there is none', async () => {
    void end.send();
    await end.clock.advance(1_000_000);
    expect(end.frames).toEqual([]);
    void end.attach();
    await end.clock.advance(ACK_TIMEOUT_MS * 3);
    expect(end.frames).toHaveLength(4);
    end.requests.disconnect();
    await end.clock.advance(1_000_000);
    expect(end.replies).toEqual([]);
    void end.attach();
    expect(end.frames).toHaveLength(5);
    end.answer();
    await settle();
    expect(end.replies).toMatchObject([{ kind: 'answer' }]);
  });

  test('that was on its way when the connection was lost goes out again on the next', async () => {
    void end.attach();
    void end.send();
    end.ack();
    end.requests.disconnect();
    expect(end.clock.pending).toBe(0);
    void end.attach();
    expect(end.frames[1]).toEqual(end.frames[0]);
  });

  test('with an answer that has no number for a code has not succeeded', async () => {
    void end.attach();
    const reply = end.send();
    end.answer({ code: '880104' });
    expect(await reply).toMatchObject({ answer: { code: CODES.unknown } });
  });

  test('that belongs to one connection ends with it', async () => {
    void end.attach();
    const reply = end.send({ scope: 'connection' });
    end.requests.disconnect();
    expect(await reply).toEqual({ kind: 'dropped', error: failure(CODES.sessionEnded) });
  });

  test('of the handshake goes out before the login, and the others wait for it', async () => {
    end.connect();
    void end.send({ rid: 1 });
    void end.send({ rid: 2, scope: 'connection' });
    const handshake = end.send({ rid: 3, scope: 'handshake' });
    expect(end.rids()).toEqual([3]);
    end.answer({ rid: 3 });
    expect(await handshake).toMatchObject({ kind: 'answer' });
    void end.requests.logIn();
    expect(end.rids()).toEqual([3, 1, 2]);
  });

  test.each([
    ['of the handshake is dropped, since another worker may have the account', 'handshake', 1],
    ['of the session is transmitted again', 'session', 2],
  ] as const)('that this worker was frozen over %s', async (_title, scope, tries) => {
    if (scope === 'handshake') end.connect();
    else void end.attach();
    void end.send({ scope });
    end.clock.sleep(60_000);
    await end.clock.advance(0);
    expect(end.frames).toHaveLength(tries);
    expect(end.replies).toMatchObject(scope === 'handshake' ? [{ kind: 'dropped' }] : []);
  });

  test('of the handshake is dropped with its connection', async () => {
    end.requests.connect(() => undefined);
    const handshake = end.send({ scope: 'handshake' });
    end.requests.disconnect();
    expect(await handshake).toMatchObject({ kind: 'dropped' });
  });

  test('is dropped when the table is closed, waiting or in flight', async () => {
    void end.attach();
    void end.send();
    void end.send({ rid: 8, lane: 'l' });
    void end.send({ rid: 9, lane: 'l' });
    const error = failure(CODES.superseded);
    end.requests.close(error);
    await settle();
    expect(end.replies).toEqual([1, 2, 3].map(() => ({ kind: 'dropped', error })));
    expect(await end.send()).toEqual({ kind: 'dropped', error });
    expect(end.requests.size).toBe(0);
    expect(end.clock.pending).toBe(0);
  });

  test('that shares its rid with an open one waits for that one', async () => {
    void end.attach();
    void end.send({ payload: { first: true } });
    void end.send({ payload: { second: true } });
    expect(end.frames).toHaveLength(1);
    end.answer({ who: 'first' });
    expect(end.frames[1]).toMatchObject({ payload: { second: true, rid: 7 } });
    end.answer({ who: 'second' });
    await settle();
    expect(end.replies).toMatchObject([{ answer: { who: 'first' } }, { answer: { who: 'second' } }]);
  });
});

describe('a frame that is not an answer', () => {
  test.each([undefined, null, 7, 'ack', {}, { rid: '7' }, { rid: 8 }])('%j is left to others', (payload) => {
    void end.attach();
    void end.send();
    expect(end.requests.handle('ack', payload)).toBe(false);
    expect(end.requests.handle('get_conversations', payload)).toBe(false);
  });
});
