/** An accepted message is sent once, whatever breaks on the way; a message that was reported as ended is not sent afterwards. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CODES, type Outcome } from '../../../../src/protocol/index.js';
import { codeOf, goOffline, goOnline, loggedInAlice, outboxOf, post } from '../../fakes/sends.js';
import type { FakeTab } from '../../fakes/tab.js';
import type { World } from '../../fakes/world.js';

const DAY_MS = 24 * 3_600_000;
const V2_TIMEOUT_MS = 25_000;
const SESSION_LINGER_MS = 15_000;

let world: World;
let alice: FakeTab;
beforeEach(async () => {
  ({ world, alice } = await loggedInAlice());
});

const stored = () => world.server.texts('alice', 'bob');

describe('off line', () => {
  test('a send stays open, says so, and goes out when there is a connection', async () => {
    await goOffline(world);
    const sent = post(alice, 'hello');
    await world.clock.advance(3_600_000);
    expect(sent.outcome).toBeUndefined();
    expect(alice.queued).toHaveLength(1);
    await goOnline(world);
    expect(sent.outcome?.kind).toBe('success');
    expect(stored()).toEqual(['hello']);
  });

  test('a send with a connection is not reported as queued', async () => {
    await world.passing(alice.send('bob', 'hello'));
    expect(alice.queued).toEqual([]);
  });

  test('a conversation keeps its order, over many sends and several tabs', async () => {
    const second = await world.loggedIn('alice');
    await goOffline(world);
    const texts = Array.from({ length: 60 }, (_, n) => `${n}`);
    for (const [n, text] of texts.entries()) post(n % 2 ? second : alice, text);
    await world.clock.advance(10);
    await goOnline(world);
    expect(stored()).toEqual(texts);
  });

  test('a send that is older than its age times out, and is never sent afterwards', async () => {
    await goOffline(world);
    const sent = post(alice, 'too late');
    await world.clock.advance(DAY_MS + 1_000);
    expect(sent.outcome).toMatchObject({ kind: 'timeout', responseTimeout: false });
    await goOnline(world);
    expect(stored()).toEqual([]);
    expect(await outboxOf(world, alice)).toMatchObject([{ state: 'failed', code: CODES.timeout }]);
  });

  test('with the timing of V2 it times out after 25 s', async () => {
    const hasty = await world.loggedIn('alice', { outboxAgeMs: V2_TIMEOUT_MS });
    await goOffline(world);
    const sent = post(hasty, 'hello');
    await world.clock.advance(V2_TIMEOUT_MS - 1_000);
    expect(sent.outcome).toBeUndefined();
    await world.clock.advance(2_000);
    expect(sent.outcome?.kind).toBe('timeout');
    await goOnline(world);
    expect(stored()).toEqual([]);
  });

  test('a send that was acknowledged before a cut and has expired is not sent again', async () => {
    const hasty = await world.loggedIn('alice', { outboxAgeMs: V2_TIMEOUT_MS });
    world.network.loses = ({ way, event }) => way === 'up' && event === 's_across_single_text';
    const sent = post(hasty, 'lost on its way');
    await world.clock.advance(1_000);
    await goOffline(world);
    await world.clock.advance(V2_TIMEOUT_MS);
    expect(sent.outcome?.kind).toBe('timeout');
    world.network.loses = () => false;
    await goOnline(world);
    expect(stored()).toEqual([]);
  });
});

describe('without its tab', () => {
  test('a send goes out though its tab has gone, and the other tabs receive the message', async () => {
    const other = await world.loggedIn('alice');
    await goOffline(world);
    post(alice, 'hello');
    await world.clock.advance(10);
    alice.crash();
    await goOnline(world);
    expect(stored()).toEqual(['hello']);
    expect(other.texts('bob')).toEqual(['hello']);
  });

  test('the accepted sends of a killed worker are sent by the next one, in order, once', async () => {
    await goOffline(world);
    for (const text of ['1', '2', '3']) post(alice, text);
    await world.clock.advance(10);
    alice.crash();
    world.worker.kill();
    const next = await world
      .tab()
      .connect()
      .then(() => world.tabs.at(-1) as FakeTab);
    world.network.mode = 'up';
    await world.passing(next.init());
    await world.passing(next.login('alice'));
    post(next, '4');
    await world.clock.advance(10_000);
    expect(stored()).toEqual(['1', '2', '3', '4']);
    expect(await outboxOf(world, next)).toEqual([]);
  });

  test('a send in flight at the death of the worker is stored once, and its tab gets the answer', async () => {
    world.network.loses = ({ way, event }) => way === 'down' && event === 's_single_text';
    const sent = post(alice, 'hello');
    await world.clock.advance(100);
    world.worker.kill();
    world.network.loses = () => false;
    await alice.connect();
    await world.clock.advance(40_000);
    expect(sent.outcome).toMatchObject({ kind: 'success', data: { msg_id: expect.any(Number) } });
    expect(stored()).toEqual(['hello']);
  });

  test('a session that lapsed for want of tabs leaves its sends to the next one', async () => {
    await goOffline(world);
    post(alice, 'hello');
    await world.clock.advance(10);
    alice.leave();
    await world.clock.advance(SESSION_LINGER_MS * 30);
    world.network.mode = 'up';
    await world.loggedIn('alice');
    await world.clock.advance(5_000);
    expect(stored()).toEqual(['hello']);
  });
});

describe('a send that was reported as ended', () => {
  test('a refused message fails once and does not hold up those behind it', async () => {
    await goOffline(world);
    const refused = post(alice, 'x', 'nobody');
    const second = post(alice, 'hello');
    const third = post(alice, 'again', 'nobody');
    await goOnline(world);
    expect(codeOf((await refused.done) as Outcome)).toBe(CODES.targetUserNotExist);
    expect(codeOf((await third.done) as Outcome)).toBe(CODES.targetUserNotExist);
    expect((await second.done).kind).toBe('success');
    expect(await outboxOf(world, alice)).toMatchObject([
      {
        state: 'failed',
        code: CODES.targetUserNotExist,
        username: 'nobody',
        content: { msg_body: { text: 'x' } },
      },
      { state: 'failed' },
    ]);
  });

  test('a failure is on the disk before it is reported, so that a next worker does not send it', async () => {
    const callId = 'the-call';
    const outcome = alice.call('sendSingleMsg', { target_username: 'nobody', content: 'x' }, callId);
    expect(codeOf(await world.passing(outcome))).toBe(CODES.targetUserNotExist);
    world.server.addUser('nobody', 'p');
    world.worker.kill();
    await alice.connect();
    await world.clock.advance(10_000);
    const again = alice.call('sendSingleMsg', { target_username: 'nobody', content: 'x' }, callId);
    expect(codeOf(await world.passing(again))).toBe(CODES.targetUserNotExist);
    expect(world.server.texts('alice', 'nobody')).toEqual([]);
  });

  test('log-out fails what waits, and the next login does not send it', async () => {
    await goOffline(world);
    const sent = post(alice, 'hello');
    await world.clock.advance(10);
    await world.passing(alice.call('loginOut'));
    expect(codeOf((await sent.done) as Outcome)).toBe(CODES.sessionEnded);
    world.network.mode = 'up';
    await world.passing(alice.enter('alice'));
    await world.clock.advance(10_000);
    expect(stored()).toEqual([]);
    expect(await outboxOf(world, alice)).toMatchObject([{ state: 'failed', code: CODES.sessionEnded }]);
  });

  test('so does a log-in elsewhere', async () => {
    world.network.loses = ({ way, event }) => way === 'up' && event === 's_across_single_text';
    const sent = post(alice, 'hello');
    await world.clock.advance(100);
    world.server.kick('alice');
    await world.clock.advance(100);
    expect(codeOf((await sent.done) as Outcome)).toBe(CODES.sessionEnded);
  });
});

describe('a tab that comes late to ask for what was delivered meanwhile', () => {
  /** Ends the worker, and starts the next one with this tab only. */
  const nextWorker = async (tab: FakeTab) => {
    world.worker.kill();
    await tab.connect();
    await world.clock.advance(40_000);
  };

  test('gets the answer, though its file was delivered by a worker that has died: nothing is uploaded or sent again', async () => {
    let uploads = 0;
    world.postForm = async () => {
      uploads += 1;
      const image = { width: 1, height: 1, format: 'png' };
      return { status: 200, body: { media_id: `m${uploads}`, media_crc32: 1, fsize: 1, ...image } };
    };
    const other = await world.loggedIn('alice');
    await goOffline(world);
    const image = { formParts: [['image', new Blob(['x']), 'x.png']] };
    const sent = alice.call('sendSinglePic', { target_username: 'bob', image }, 'the-picture');
    await world.clock.advance(100);
    alice.leave();
    other.leave();
    world.network.mode = 'up';
    await nextWorker(other);
    expect(world.server.messages).toHaveLength(1);
    await nextWorker(other);
    expect(await outboxOf(world, other)).toEqual([]);
    for (const method of ['cancelSend', 'retrySend'] as const) {
      const outcome = await world.passing(other.call(method, { id: 'the-picture' }));
      expect(codeOf(outcome)).toBe(CODES.noSuchSend);
    }
    await alice.connect();
    const { wire } = world.server.messages[0] ?? {};
    expect(await world.passing(sent)).toMatchObject({ kind: 'success', data: { msg_id: wire?.msg_id } });
    expect(world.server.messages).toHaveLength(1);
    expect(uploads).toBe(1);
  });

  test('gets the answer from the same worker without another request', async () => {
    // During the sync of a login the outbox would still have the record.
    await world.clock.advance(10_000);
    const params = { target_username: 'bob', content: 'hello' };
    const first = await world.passing(alice.call('sendSingleMsg', params, 'the-call'));
    const frames = world.network.sent('s_across_single_text').length;
    expect(await world.passing(alice.call('sendSingleMsg', params, 'the-call'))).toEqual(first);
    expect(world.network.sent('s_across_single_text')).toHaveLength(frames);
  });

  test('gets the answer to its retry, by which the message was stored once', async () => {
    const other = await world.loggedIn('alice');
    await world.passing(alice.send('dave', 'hello'));
    const [entry] = await outboxOf(world, alice);
    world.server.addUser('dave', 'p');
    await goOffline(world);
    const retry = alice.call('retrySend', { id: entry?.id }, 'the retry');
    await world.clock.advance(100);
    alice.leave();
    other.leave();
    world.network.mode = 'up';
    await nextWorker(other);
    await nextWorker(other);
    await alice.connect();
    expect((await world.passing(retry)).kind).toBe('success');
    expect(world.server.texts('alice', 'dave')).toEqual(['hello']);
  });
});
