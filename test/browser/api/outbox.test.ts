/** The outbox through pages: sends that wait for a connection, fail, are retried or cancelled, with the same state in every tab. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import type { OutboxEntry } from '../../../src/protocol/index.js';
import { fileForm } from '../../kit/forms.js';
import { textOf } from '../../kit/message-parts.js';
import { until } from '../../kit/until.js';
import { type Actor, EMOJI, hostCast } from './cast.js';

const cast = hostCast(['alice', 'bob']);
const { alice, bob } = cast.actors;
/** Another tab of alice's. */
const alice2 = cast.second(alice);
let undo: () => void;

beforeEach(async () => {
  undo = () => undefined;
});
afterEach(async () => {
  undo();
  await online();
  for (const { id } of await entries(alice)) await alice.call('cancelSend', { id });
});

async function offline(): Promise<void> {
  cast.world.relay.refuse(true);
  cast.world.relay.cutAll();
  for (const { tab } of [alice, alice2]) await tab.waitForState('waiting');
}
async function online(): Promise<void> {
  cast.world.relay.refuse(false);
  await Promise.all([alice, bob].map((actor) => actor.ok('init', cast.world.auth())));
  for (const { tab } of [alice, alice2, bob]) await tab.waitForState('ready');
}

const send = (content: string) => alice.call('sendSingleMsg', { target_username: 'bob', content });
const entries = async (actor: Actor) => (await actor.ok('getOutbox')).entries;
/** Waits until a tab's outbox has the text, in that state. */
const entry = (actor: Actor, text: string, state: OutboxEntry['state']): Promise<OutboxEntry> =>
  until(`${text}: ${state}`, async () =>
    (await entries(actor)).find((one) => textOf(one) === text && one.state === state),
  );
/** The states of a text that a tab has received. */
const statesOf = async (actor: Actor, text: string) =>
  (await actor.tab.received('onOutboxChange'))
    .filter((one) => textOf(one) === text)
    .map(({ state }) => state);
/** The texts of these that bob has received, live or by a sync, in order, after the arrival of the last one. */
async function arrived(...texts: string[]): Promise<string[]> {
  const received = async () => (await bob.tab.textsTo('bob')).filter((text) => texts.includes(text));
  return until(`${texts.at(-1)} to arrive`, async () => {
    const found = await received();
    return found.includes(texts.at(-1) ?? '') ? found : undefined;
  });
}

test('getOutbox: offline sends wait in it with every field, in every tab, and are then sent once and in order', async () => {
  const texts = ['first', `second ${EMOJI}`, 'third'];
  await offline();
  const sends = texts.map(send);
  // The outbox lists a send before it is on the disk, and reports it afterwards.
  for (const text of texts)
    await until(`${text} to be reported`, async () => (await statesOf(alice, text)).includes('queued'));
  const listed = await entries(alice2);
  expect(listed.map(textOf)).toEqual(texts);
  expect(listed[0]).toEqual({
    id: expect.any(String),
    state: 'queued',
    method: 'sendSingleMsg',
    username: 'bob',
    appkey: alice.appkey,
    content: expect.objectContaining({ from_id: 'alice', msg_type: 'text', msg_body: { text: 'first' } }),
    expires_at: expect.any(Number),
  });
  await online();
  const outcomes = await Promise.all(sends);
  expect(outcomes.map(({ kind }) => kind)).toEqual(['success', 'success', 'success']);
  expect(outcomes.map(({ queued }) => queued[0]?.id)).toEqual(listed.map(({ id }) => id));
  expect(await arrived(...texts)).toEqual(texts);
  expect(await entries(alice)).toEqual([]);
});

test('getOutbox: a waiting file is in it, with its name', async () => {
  await offline();
  const file = await fileForm(new TextEncoder().encode('thirteen byte'), `a ${EMOJI}.txt`, 'text/plain');
  const sending = alice.call('sendSingleFile', { target_username: 'bob', file });
  const [waiting] = await until('the entry', async () => {
    const found = await entries(alice);
    return found.length > 0 ? found : undefined;
  });
  expect(waiting).toMatchObject({ state: 'queued', method: 'sendSingleFile', fname: `a ${EMOJI}.txt` });
  await online();
  expect((await sending).kind).toBe('success');
  expect(await entries(alice2)).toEqual([]);
});

test('onOutboxChange: reports each state and the stored message to every tab', async () => {
  await offline();
  const sending = send('step by step');
  await entry(alice2, 'step by step', 'queued');
  await online();
  const outcome = await sending;
  if (outcome.kind !== 'success') throw new Error(JSON.stringify(outcome));
  const { msg_id, ctime_ms } = outcome.data;
  for (const actor of [alice, alice2]) {
    await actor.receives('onOutboxChange', { state: 'sent', msg_id, ctime_ms, username: 'bob' });
    const states = await statesOf(actor, 'step by step');
    expect(states.filter((state, i) => state !== states[i - 1])).toEqual(['queued', 'sending', 'sent']);
  }
});

test('cancelSend: a waiting send is never sent; its request fails with 889010, and every tab learns of it', async () => {
  await offline();
  const sends = [send('kept back'), send('sent on')];
  const { id } = await entry(alice2, 'kept back', 'queued');
  await entry(alice2, 'sent on', 'queued');
  expect(await alice2.ok('cancelSend', { id })).toMatchObject({ code: 0 });
  expect(await sends[0]).toMatchObject({ kind: 'failure', error: { code: CODES.aborted } });
  for (const actor of [alice, alice2]) await actor.receives('onOutboxChange', { id, state: 'cancelled' });
  expect((await entries(alice)).map(textOf)).toEqual(['sent on']);
  await online();
  expect((await sends[1])?.kind).toBe('success');
  expect(await arrived('kept back', 'sent on')).toEqual(['sent on']);
});

test('cancelSend: fails with 889012 for a send that may have reached the server, and with 889013 for an unknown one', async () => {
  undo = cast.world.relay.rule(({ event, direction }) =>
    event === 's_across_single_text' && direction === 'up' ? 'drop' : 'pass',
  );
  const sending = send('on its way');
  const { id } = await entry(alice2, 'on its way', 'sending');
  expect(await alice2.code('cancelSend', { id })).toBe(CODES.onItsWay);
  undo();
  expect((await sending).kind).toBe('success');
  expect(await alice.code('cancelSend', { id })).toBe(CODES.noSuchSend);
  expect(await alice.code('cancelSend', { id: 'nothing' })).toBe(CODES.noSuchSend);
  expect(await alice.code('cancelSend', {})).toBe(CODES.invalidParameter);
});

test('retrySend: a refused send stays until a tab retries it, and then arrives once', async () => {
  await bob.ok('addSingleBlacks', { member_usernames: [{ username: 'alice' }] });
  expect(await send('not yet')).toMatchObject({ kind: 'failure', error: { code: CODES.inBlacklist } });
  const { id } = await entry(alice2, 'not yet', 'failed');
  expect(await entry(alice2, 'not yet', 'failed')).toMatchObject({ code: CODES.inBlacklist });
  await alice2.receives('onOutboxChange', { id, state: 'failed', code: CODES.inBlacklist });
  expect(await alice2.code('retrySend', { id })).toBe(CODES.inBlacklist);
  await entry(alice2, 'not yet', 'failed');
  await bob.ok('delSingleBlacks', { member_usernames: [{ username: 'alice' }] });
  const outcome = await alice2.call('retrySend', { id });
  expect(outcome).toMatchObject({
    kind: 'success',
    data: { code: 0, msg_id: expect.any(Number), target_username: 'bob' },
    second: { content: { msg_body: { text: 'not yet' } } },
  });
  await send('a later one');
  expect(await arrived('not yet', 'a later one')).toEqual(['not yet', 'a later one']);
  expect(await entries(alice)).toEqual([]);
});

test('retrySend: fails with 889013 for a send that is not in the outbox, such as a failed one that was cancelled', async () => {
  await bob.ok('addSingleBlacks', { member_usernames: [{ username: 'alice' }] });
  await send('given up');
  const { id } = await entry(alice, 'given up', 'failed');
  await alice.ok('cancelSend', { id });
  await bob.ok('delSingleBlacks', { member_usernames: [{ username: 'alice' }] });
  expect(await entries(alice2)).toEqual([]);
  expect(await alice2.code('retrySend', { id })).toBe(CODES.noSuchSend);
  expect(await alice.code('retrySend', { id: 'nothing' })).toBe(CODES.noSuchSend);
  expect(await alice.code('retrySend', { id: '' })).toBe(CODES.invalidValue);
});

test('getOutbox: a reloaded page finds its sends there, and they are still sent', async () => {
  await offline();
  void send('left behind').catch(() => undefined);
  const { id } = await entry(alice2, 'left behind', 'queued');
  // The cast's tabs are frames of one page, so the second tab is a page of its own.
  void alice2.call('sendSingleMsg', { target_username: 'bob', content: 'reloaded' }).catch(() => undefined);
  await entry(alice, 'reloaded', 'queued');
  await alice2.tab.reload();
  await alice2.tab.call('attach', { username: 'alice', appkey: alice.appkey });
  const found = await entries(alice2);
  expect(found.map(textOf)).toEqual(['left behind', 'reloaded']);
  expect(found[0]?.id).toBe(id);
  await online();
  expect(await arrived('left behind', 'reloaded')).toEqual(['left behind', 'reloaded']);
});
