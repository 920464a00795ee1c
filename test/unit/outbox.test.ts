/** What was accepted is sent once, whatever breaks on the way; what was reported as over is not sent afterwards. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CODES, failure, type OutboxEntry, type Outcome } from '../../src/protocol/index.js';
import { Outbox } from '../../src/worker/outbox.js';
import { succeeded } from '../../src/worker/outcomes.js';
import { MemoryStore } from '../../src/worker/store/memory-store.js';
import type { OutboxRecord } from '../../src/worker/store/store.js';
import { FakeClock } from './fakes/clock.js';
import type { FakeTab } from './fakes/tab.js';
import { World } from './fakes/world.js';

const DAY_MS = 24 * 3_600_000;
const V2_TIMEOUT_MS = 25_000;
const SESSION_LINGER_MS = 15_000;

let world: World;
let alice: FakeTab;
beforeEach(async () => {
  world = new World();
  world.server.capabilities = ['resume', 'history'];
  alice = await world.loggedIn('alice');
});

const offline = async () => {
  world.network.mode = 'refuses';
  world.network.cutAll();
  await world.clock.advance(100);
};
const online = async () => {
  world.network.mode = 'up';
  for (const tab of world.tabs) tab.wake();
  await world.clock.advance(40_000);
};
const codeOf = (outcome: Outcome) => (outcome.kind === 'failure' ? outcome.error.code : outcome.kind);
const stored = () => world.server.texts('alice', 'bob');
const outboxOf = async (tab: FakeTab): Promise<OutboxEntry[]> => {
  const outcome = await world.passing(tab.call('getOutbox'));
  return outcome.kind === 'success' ? (outcome.data as { entries: OutboxEntry[] }).entries : [];
};
/** A send that nobody has to wait for. */
const post = (tab: FakeTab, text: string, to = 'bob') => {
  const sent = { outcome: undefined as Outcome | undefined, done: tab.send(to, text) };
  void sent.done.then((outcome) => {
    sent.outcome = outcome;
  });
  return sent;
};

describe('off line', () => {
  test('a send stays open, says so, and goes out when there is a connection', async () => {
    await offline();
    const sent = post(alice, 'hello');
    await world.clock.advance(3_600_000);
    expect(sent.outcome).toBeUndefined();
    expect(alice.queued).toHaveLength(1);
    await online();
    expect(sent.outcome?.kind).toBe('success');
    expect(stored()).toEqual(['hello']);
  });

  test('what is sent while there is a connection does not say that it is queued', async () => {
    await world.passing(alice.send('bob', 'hello'));
    expect(alice.queued).toEqual([]);
  });

  test('a conversation keeps its order, over many sends and several tabs', async () => {
    const second = await world.loggedIn('alice');
    await offline();
    const texts = Array.from({ length: 60 }, (_, n) => `${n}`);
    for (const [n, text] of texts.entries()) post(n % 2 ? second : alice, text);
    await world.clock.advance(10);
    await online();
    expect(stored()).toEqual(texts);
  });

  test('a send that is older than its age times out, and is never sent afterwards', async () => {
    await offline();
    const sent = post(alice, 'too late');
    await world.clock.advance(DAY_MS + 1_000);
    expect(sent.outcome).toMatchObject({ kind: 'timeout', responseTimeout: false });
    await online();
    expect(stored()).toEqual([]);
    expect(await outboxOf(alice)).toMatchObject([{ state: 'failed', code: CODES.timeout }]);
  });

  test('with the timing of V2 it times out after 25 s', async () => {
    const hasty = await world.loggedIn('alice', { outboxAgeMs: V2_TIMEOUT_MS });
    await offline();
    const sent = post(hasty, 'hello');
    await world.clock.advance(V2_TIMEOUT_MS - 1_000);
    expect(sent.outcome).toBeUndefined();
    await world.clock.advance(2_000);
    expect(sent.outcome?.kind).toBe('timeout');
    await online();
    expect(stored()).toEqual([]);
  });

  test('what was acknowledged before the line broke and is too old by then is not sent again', async () => {
    const hasty = await world.loggedIn('alice', { outboxAgeMs: V2_TIMEOUT_MS });
    world.network.loses = ({ way, event }) => way === 'up' && event === 's_across_single_text';
    const sent = post(hasty, 'lost on its way');
    await world.clock.advance(1_000);
    await offline();
    await world.clock.advance(V2_TIMEOUT_MS);
    expect(sent.outcome?.kind).toBe('timeout');
    world.network.loses = () => false;
    await online();
    expect(stored()).toEqual([]);
  });
});

describe('whoever made it may go', () => {
  test('a send goes out though its tab has gone, and the other tabs are told of the message', async () => {
    const other = await world.loggedIn('alice');
    await offline();
    post(alice, 'hello');
    await world.clock.advance(10);
    alice.crash();
    await online();
    expect(stored()).toEqual(['hello']);
    expect(other.texts('bob')).toEqual(['hello']);
  });

  test('what a killed worker had accepted is sent by the next one, in order, once', async () => {
    await offline();
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
    expect(await outboxOf(next)).toEqual([]);
  });

  test('what was on its way when the worker was killed is stored once, and its tab gets the answer', async () => {
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
    await offline();
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

describe('what was reported as over', () => {
  test('a refused message fails once and does not hold up those behind it', async () => {
    await offline();
    const refused = post(alice, 'x', 'nobody');
    const second = post(alice, 'hello');
    const third = post(alice, 'again', 'nobody');
    await online();
    expect(codeOf((await refused.done) as Outcome)).toBe(CODES.targetUserNotExist);
    expect(codeOf((await third.done) as Outcome)).toBe(CODES.targetUserNotExist);
    expect((await second.done).kind).toBe('success');
    expect(await outboxOf(alice)).toMatchObject([
      {
        state: 'failed',
        code: CODES.targetUserNotExist,
        username: 'nobody',
        content: { msg_body: { text: 'x' } },
      },
      { state: 'failed' },
    ]);
  });

  test('a failure is on the disk before it is told, so that a next worker does not send it', async () => {
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
    await offline();
    const sent = post(alice, 'hello');
    await world.clock.advance(10);
    await world.passing(alice.call('loginOut'));
    expect(codeOf((await sent.done) as Outcome)).toBe(CODES.sessionEnded);
    world.network.mode = 'up';
    await world.passing(alice.login('alice'));
    await world.clock.advance(10_000);
    expect(stored()).toEqual([]);
    expect(await outboxOf(alice)).toMatchObject([{ state: 'failed', code: CODES.sessionEnded }]);
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

describe('cancelling', () => {
  const entryId = async () => (await outboxOf(alice))[0]?.id ?? '';

  test('takes a send back that has not gone out: it fails with 889010 and is never sent', async () => {
    await offline();
    const sent = post(alice, 'hello');
    await world.clock.advance(10);
    expect((await world.passing(alice.call('cancelSend', { id: await entryId() }))).kind).toBe('success');
    expect(codeOf((await sent.done) as Outcome)).toBe(CODES.aborted);
    expect(await outboxOf(alice)).toEqual([]);
    await online();
    expect(stored()).toEqual([]);
  });

  test('holds though the worker dies before the tab has heard of it and submits its call again', async () => {
    const other = await world.loggedIn('alice');
    await offline();
    const params = { target_username: 'bob', content: 'hello' };
    const sent = alice.call('sendSingleMsg', params, 'the-call');
    await world.clock.advance(10);
    alice.leave();
    await world.passing(other.call('cancelSend', { id: 'the-call' }));
    world.worker.kill();
    world.network.mode = 'up';
    await alice.connect();
    expect(codeOf(await world.passing(sent))).toBe(CODES.aborted);
    await world.clock.advance(40_000);
    expect(stored()).toEqual([]);
  });

  test('does not hold up what comes behind in the conversation', async () => {
    await offline();
    post(alice, 'first');
    await world.clock.advance(10);
    const id = await entryId();
    post(alice, 'second');
    await world.passing(alice.call('cancelSend', { id }));
    await online();
    expect(stored()).toEqual(['second']);
  });

  test('lets nothing overtake what is still being uploaded', async () => {
    let uploaded: () => void = () => undefined;
    world.postForm = () =>
      new Promise((resolve) => {
        const media = { media_id: 'm', media_crc32: 1, fsize: 1, width: 1, height: 1, format: 'png' };
        uploaded = () => resolve({ status: 200, body: media });
      });
    const image = { formParts: [['image', new Blob(['x']), 'x.png']] };
    const picture = alice.call('sendSinglePic', { target_username: 'bob', image });
    await world.clock.advance(100);
    void alice.call('sendSingleMsg', { target_username: 'bob', content: 'cancelled' }, 'between');
    post(alice, 'behind');
    await world.clock.advance(100);
    expect((await world.passing(alice.call('cancelSend', { id: 'between' }))).kind).toBe('success');
    post(alice, 'after that');
    void alice.call('sendSingleMsg', { target_username: 'bob', content: 'cancelled' }, 'last');
    await world.clock.advance(100);
    for (const _again of [1, 2])
      expect((await world.passing(alice.call('cancelSend', { id: 'last' }))).kind).toBe('success');
    post(alice, 'at the end');
    await world.clock.advance(1_000);
    expect(world.server.messages).toHaveLength(0);
    uploaded();
    expect((await world.passing(picture)).kind).toBe('success');
    await world.clock.advance(1_000);
    const kinds = world.server.messages.map(({ wire }) => wire.content.msg_type);
    expect(kinds).toEqual(['image', 'text', 'text', 'text']);
    expect(stored().slice(1)).toEqual(['behind', 'after that', 'at the end']);
  });

  test('of what is on its way is refused with 889012', async () => {
    world.network.loses = ({ way, event }) => way === 'up' && event === 's_across_single_text';
    post(alice, 'hello');
    await world.clock.advance(100);
    const outcome = await world.passing(alice.call('cancelSend', { id: await entryId() }));
    expect(codeOf(outcome)).toBe(CODES.onItsWay);
  });

  test('of what is not there is refused with 889013, as is a retry', async () => {
    for (const method of ['cancelSend', 'retrySend'] as const) {
      expect(codeOf(await world.passing(alice.call(method, { id: 'x' })))).toBe(CODES.noSuchSend);
    }
  });
});

describe('retrying', () => {
  test('of what was refused is a new request, and is answered as the send would be', async () => {
    await world.passing(alice.send('dave', 'hello'));
    world.server.addUser('dave', 'p');
    const [entry] = await outboxOf(alice);
    const outcome = await world.passing(alice.call('retrySend', { id: entry?.id }));
    expect(outcome).toMatchObject({ kind: 'success', data: { msg_id: expect.any(Number) } });
    expect(world.server.texts('alice', 'dave')).toEqual(['hello']);
    const rids = world.network.sent('s_across_single_text').map(({ rid }) => rid);
    expect(new Set(rids).size).toBe(2);
    expect(await outboxOf(alice)).toEqual([]);
  });

  test('of what timed out, though it had been stored, is answered with the message that there is', async () => {
    world.network.loses = ({ way, event }) =>
      way === 'down' && (event === 's_single_text' || event === 'ack');
    const sent = post(alice, 'hello');
    await world.clock.advance(60_000);
    expect(sent.outcome?.kind).toBe('timeout');
    world.network.loses = () => false;
    const [entry] = await outboxOf(alice);
    const outcome = await world.passing(alice.call('retrySend', { id: entry?.id }));
    expect(outcome.kind).toBe('success');
    expect(stored()).toEqual(['hello']);
  });

  test("is one try, also when its call is submitted again after a worker's death", async () => {
    await world.passing(alice.send('dave', 'hello'));
    const [entry] = await outboxOf(alice);
    const retry = () => world.passing(alice.call('retrySend', { id: entry?.id }, 'the retry'));
    const outcome = await retry();
    world.worker.kill();
    await alice.connect();
    expect(await retry()).toEqual(outcome);
    expect(codeOf(outcome)).toBe(CODES.targetUserNotExist);
    expect(new Set(world.network.sent('s_across_single_text').map(({ rid }) => rid)).size).toBe(2);
  });

  test('of what was still waiting does not bring it back once it has failed', async () => {
    await offline();
    const sent = post(alice, 'hello');
    const id = await outboxOf(alice).then(([entry]) => String(entry?.id));
    const retry = alice.call('retrySend', { id }, 'the retry');
    await world.clock.advance(100);
    await world.passing(alice.call('loginOut'));
    expect([codeOf(await retry), sent.outcome && codeOf(sent.outcome)]).toEqual([
      CODES.sessionEnded,
      CODES.sessionEnded,
    ]);
    world.network.mode = 'up';
    await world.passing(alice.login('alice'));
    expect(codeOf(await world.passing(alice.call('retrySend', { id }, 'the retry')))).toBe(
      CODES.sessionEnded,
    );
    expect(stored()).toEqual([]);
  });

  test('a failed send can be taken out instead', async () => {
    await world.passing(alice.send('dave', 'hello'));
    const [entry] = await outboxOf(alice);
    await world.passing(alice.call('cancelSend', { id: entry?.id }));
    expect(await outboxOf(alice)).toEqual([]);
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
    await offline();
    const image = { formParts: [['image', new Blob(['x']), 'x.png']] };
    const sent = alice.call('sendSinglePic', { target_username: 'bob', image }, 'the-picture');
    await world.clock.advance(100);
    alice.leave();
    other.leave();
    world.network.mode = 'up';
    await nextWorker(other);
    expect(world.server.messages).toHaveLength(1);
    await nextWorker(other);
    expect(await outboxOf(other)).toEqual([]);
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

  test('gets the answer to its retry, by which the message was stored once', async () => {
    const other = await world.loggedIn('alice');
    await world.passing(alice.send('dave', 'hello'));
    const [entry] = await outboxOf(alice);
    world.server.addUser('dave', 'p');
    await offline();
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

test('of what was delivered the latest 200 are kept, and whatever failed or waits stays beside them', async () => {
  const clock = new FakeClock();
  const store = new MemoryStore();
  const box = new Outbox(store, clock, []);
  const put = (callId: string, state: OutboxRecord['state']) =>
    box.put({
      id: box.nextId(),
      callId,
      tabId: 'tab',
      method: 'sendSingleMsg',
      params: {},
      madeAt: clock.now(),
      expiresAt: clock.now() + DAY_MS,
      uploadUrl: '',
      attempt: 0,
      state,
    });
  await put('failed', { is: 'failed', error: failure(CODES.timeout) });
  await put('waiting', { is: 'queued' });
  for (let i = 0; i < 210; i += 1) await put(`sent ${i}`, { is: 'sent', outcome: succeeded({}) });
  await box.close();
  for (const one of [box, new Outbox(store, clock, await store.outbox())]) {
    const ids = one.all().map(({ callId }) => callId);
    expect(ids.slice(0, 3)).toEqual(['failed', 'waiting', 'sent 10']);
    expect(ids).toHaveLength(202);
  }
  await clock.advance(9 * DAY_MS);
  expect(new Outbox(store, clock, await store.outbox()).all().map(({ callId }) => callId)).toEqual([
    'waiting',
  ]);
});

describe('onOutboxChange', () => {
  const statesIn = (tab: FakeTab) => tab.heard('onOutboxChange').map(({ state }) => state);

  test('every tab that listens hears what becomes of a send, others do not', async () => {
    const watching = await world.loggedIn('alice', { watchesOutbox: true });
    await offline();
    post(alice, 'hello');
    await world.clock.advance(10);
    expect(statesIn(watching)).toEqual(['queued']);
    await online();
    expect(statesIn(watching)).toEqual(['queued', 'sending', 'sent']);
    expect(watching.heard('onOutboxChange').at(-1)).toMatchObject({
      username: 'bob',
      msg_id: expect.any(Number),
      content: { msg_body: { text: 'hello' } },
    });
    expect(statesIn(alice)).toEqual([]);
  });

  test('it tells of failures and of cancelling', async () => {
    const watching = await world.loggedIn('alice', { watchesOutbox: true });
    await world.passing(watching.send('dave', 'hello'));
    const [entry] = await outboxOf(watching);
    await world.passing(watching.call('cancelSend', { id: entry?.id }));
    expect(statesIn(watching)).toEqual(['sending', 'failed', 'cancelled']);
  });
});
