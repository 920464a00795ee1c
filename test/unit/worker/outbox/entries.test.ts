/** User actions on undelivered sends: cancel, retry, watch. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CODES, type Outcome } from '../../../../src/protocol/index.js';
import { codeOf, goOffline, goOnline, loggedInAlice, outboxOf, post } from '../../fakes/sends.js';
import type { FakeTab } from '../../fakes/tab.js';
import type { World } from '../../fakes/world.js';

let world: World;
let alice: FakeTab;
beforeEach(async () => {
  ({ world, alice } = await loggedInAlice());
});

const stored = () => world.server.texts('alice', 'bob');

describe('cancelling', () => {
  const entryId = async () => (await outboxOf(world, alice))[0]?.id ?? '';

  test('takes a send back that has not gone out: it fails with 889010 and is never sent', async () => {
    await goOffline(world);
    const sent = post(alice, 'hello');
    await world.clock.advance(10);
    expect((await world.passing(alice.call('cancelSend', { id: await entryId() }))).kind).toBe('success');
    expect(codeOf((await sent.done) as Outcome)).toBe(CODES.aborted);
    expect(await outboxOf(world, alice)).toEqual([]);
    await goOnline(world);
    expect(stored()).toEqual([]);
  });

  test('holds though the worker dies before the tab knows of it and submits its call again', async () => {
    const other = await world.loggedIn('alice');
    await goOffline(world);
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
    await goOffline(world);
    post(alice, 'first');
    await world.clock.advance(10);
    const id = await entryId();
    post(alice, 'second');
    await world.passing(alice.call('cancelSend', { id }));
    await goOnline(world);
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
    const [entry] = await outboxOf(world, alice);
    const outcome = await world.passing(alice.call('retrySend', { id: entry?.id }));
    expect(outcome).toMatchObject({ kind: 'success', data: { msg_id: expect.any(Number) } });
    expect(world.server.texts('alice', 'dave')).toEqual(['hello']);
    const rids = world.network.sent('s_across_single_text').map(({ rid }) => rid);
    expect(new Set(rids).size).toBe(2);
    expect(await outboxOf(world, alice)).toEqual([]);
  });

  test('of what timed out, though it had been stored, is answered with the message that there is', async () => {
    world.network.loses = ({ way, event }) =>
      way === 'down' && (event === 's_single_text' || event === 'ack');
    const sent = post(alice, 'hello');
    await world.clock.advance(60_000);
    expect(sent.outcome?.kind).toBe('timeout');
    world.network.loses = () => false;
    const [entry] = await outboxOf(world, alice);
    const outcome = await world.passing(alice.call('retrySend', { id: entry?.id }));
    expect(outcome.kind).toBe('success');
    expect(stored()).toEqual(['hello']);
  });

  test("is one try, also when its call is submitted again after a worker's death", async () => {
    await world.passing(alice.send('dave', 'hello'));
    const [entry] = await outboxOf(world, alice);
    const retry = () => world.passing(alice.call('retrySend', { id: entry?.id }, 'the retry'));
    const outcome = await retry();
    world.worker.kill();
    await alice.connect();
    expect(await retry()).toEqual(outcome);
    expect(codeOf(outcome)).toBe(CODES.targetUserNotExist);
    expect(new Set(world.network.sent('s_across_single_text').map(({ rid }) => rid)).size).toBe(2);
  });

  test('of what was still waiting does not bring it back once it has failed', async () => {
    await goOffline(world);
    const sent = post(alice, 'hello');
    const id = await outboxOf(world, alice).then(([entry]) => String(entry?.id));
    const retry = alice.call('retrySend', { id }, 'the retry');
    await world.clock.advance(100);
    await world.passing(alice.call('loginOut'));
    expect([codeOf(await retry), sent.outcome && codeOf(sent.outcome)]).toEqual([
      CODES.sessionEnded,
      CODES.sessionEnded,
    ]);
    world.network.mode = 'up';
    await world.passing(alice.enter('alice'));
    expect(codeOf(await world.passing(alice.call('retrySend', { id }, 'the retry')))).toBe(
      CODES.sessionEnded,
    );
    expect(stored()).toEqual([]);
  });

  test('a failed send can be taken out instead', async () => {
    await world.passing(alice.send('dave', 'hello'));
    const [entry] = await outboxOf(world, alice);
    await world.passing(alice.call('cancelSend', { id: entry?.id }));
    expect(await outboxOf(world, alice)).toEqual([]);
  });
});

describe('onOutboxChange', () => {
  const statesIn = (tab: FakeTab) => tab.received('onOutboxChange').map(({ state }) => state);

  test('every tab that listens receives the states of a send, others do not', async () => {
    const watching = await world.loggedIn('alice', { watchesOutbox: true });
    await goOffline(world);
    post(alice, 'hello');
    await world.clock.advance(10);
    expect(statesIn(watching)).toEqual(['queued']);
    await goOnline(world);
    expect(statesIn(watching)).toEqual(['queued', 'sending', 'sent']);
    expect(watching.received('onOutboxChange').at(-1)).toMatchObject({
      username: 'bob',
      msg_id: expect.any(Number),
      content: { msg_body: { text: 'hello' } },
    });
    expect(statesIn(alice)).toEqual([]);
  });

  test('a send that asks for receipts says so in each state', async () => {
    const watching = await world.loggedIn('alice', { watchesOutbox: true });
    await world.passing(
      alice.call('sendSingleMsg', { target_username: 'bob', content: 'hello', need_receipt: true }),
    );
    await world.clock.advance(10);
    expect(watching.received('onOutboxChange')).toEqual([
      expect.objectContaining({ state: 'sending', need_receipt: true }),
      expect.objectContaining({ state: 'sent', need_receipt: true }),
    ]);
  });

  test('it tells of failures and of cancelling', async () => {
    const watching = await world.loggedIn('alice', { watchesOutbox: true });
    await world.passing(watching.send('dave', 'hello'));
    const [entry] = await outboxOf(world, watching);
    await world.passing(watching.call('cancelSend', { id: entry?.id }));
    expect(statesIn(watching)).toEqual(['sending', 'failed', 'cancelled']);
  });
});
