/** The order of open requests: within a lane, and on a new connection before and after those whose effect is unknown. */
import { beforeEach, describe, expect, test } from 'vitest';
import { ACK_TIMEOUT_MS, MAX_TRIES } from '../../../../src/protocol/index.js';
import { settle } from '../../fakes/clock.js';
import { WireEnd } from '../../fakes/wire-end.js';

let end: WireEnd;
beforeEach(() => {
  end = new WireEnd();
});

describe('a lane', () => {
  test('lets nothing out before what stands ahead is acknowledged', async () => {
    void end.attach();
    for (const rid of [1, 2, 3]) void end.send({ rid, lane: 'bob' });
    expect(end.rids()).toEqual([1]);
    end.ack(1);
    expect(end.rids()).toEqual([1, 2]);
    await end.clock.advance(ACK_TIMEOUT_MS);
    expect(end.rids()).toEqual([1, 2, 2]);
    end.ack(2);
    expect(end.rids()).toEqual([1, 2, 2, 3]);
  });

  test('goes on when what stands ahead has failed', async () => {
    void end.attach();
    for (const rid of [1, 2]) void end.send({ rid, lane: 'bob' });
    await end.clock.advance(ACK_TIMEOUT_MS * MAX_TRIES);
    expect(end.rids().at(-1)).toBe(2);
  });

  test('does not hold up another lane', async () => {
    void end.attach();
    void end.send({ rid: 1, lane: 'bob' });
    void end.send({ rid: 2, lane: 'bob' });
    void end.send({ rid: 3, lane: 'carol' });
    void end.send({ rid: 4 });
    expect(end.rids()).toEqual([1, 3, 4]);
  });

  test('starts again from its first open request on the next connection', async () => {
    void end.attach();
    for (const rid of [1, 2, 3]) void end.send({ rid, lane: 'bob' });
    end.ack(1);
    end.requests.disconnect();
    void end.attach();
    expect(end.rids()).toEqual([1, 2, 1]);
    end.ack(1);
    end.ack(2);
    expect(end.rids()).toEqual([1, 2, 1, 2, 3]);
  });
});

describe('attaching', () => {
  test('resolves at once when nothing may be done already', async () => {
    await end.attach();
    void end.send();
    expect(end.frames).toHaveLength(1);
  });

  test('requests from before the first connection may be done already, by a dead worker', async () => {
    void end.send();
    let sure = false;
    void end.attach().then(() => {
      sure = true;
    });
    await settle();
    expect(sure).toBe(false);
    end.answer();
    await settle();
    expect(sure).toBe(true);
  });

  test('resolves when what may be done already is answered', async () => {
    void end.attach();
    void end.send();
    end.requests.disconnect();
    let sure = false;
    void end.attach().then(() => {
      sure = true;
    });
    await settle();
    expect(sure).toBe(false);
    end.answer();
    await settle();
    expect(sure).toBe(true);
    expect(end.clock.pending).toBe(0);
  });

  test('does not wait for ever for such an answer', async () => {
    void end.attach();
    void end.send();
    end.requests.disconnect();
    let sure = false;
    void end.attach().then(() => {
      sure = true;
    });
    await end.clock.advance(ACK_TIMEOUT_MS);
    expect(sure).toBe(true);
  });
});
