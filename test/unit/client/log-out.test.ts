/** A log-out: it ends the account's session for every tab, also while no worker is there, and nothing that it had received is repeated. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CODES } from '../../../src/protocol/index.js';
import { stubBrowser } from '../fakes/browser.js';
import { ClientTab } from '../fakes/client-tab.js';
import { World } from '../fakes/world.js';

const PATIENCE_MS = 60_000;
/** After it the server has the last frames. */
const LATENCY_MS = 20;

let world: World;
beforeEach(() => {
  world = new World();
  stubBrowser(world);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

async function enter(name: string, username: string): Promise<ClientTab> {
  const tab = new ClientTab(world, name);
  await world.passing(tab.init());
  await world.passing(tab.login(username));
  return tab;
}

test.each([
  ['returns with it', false],
  ['returns later', true],
])('the next worker ends the session, also for another tab that %s', async (_, isLater) => {
  const tab = await enter('first', 'alice');
  const other = await enter('second', 'alice');
  if (isLater) other.hide();
  world.worker.kill();
  const out = tab.call('loginOut');
  expect(tab.client.getState()).toMatchObject({ state: 'idle' });
  expect(await world.passing(out)).toMatchObject({ kind: 'success' });
  if (isLater) other.show();
  await world.clock.advance(PATIENCE_MS);
  expect(tab.client.getState()).toMatchObject({ state: 'idle' });
  expect(other.client.getState()).toMatchObject({ state: 'ended', reason: 'logged_out' });
  expect([tab.client.isActive(), other.client.isActive()]).toEqual([false, false]);
  expect(world.network.open).toEqual([]);
  const attached = tab.call('attach', { appkey: 'app', username: 'alice' });
  expect(await world.passing(attached)).toMatchObject({ error: { code: CODES.nothingToAttach } });
});

test('a login right after it is the login of the other account alone', async () => {
  const tab = await enter('first', 'alice');
  world.worker.kill();
  void tab.call('loginOut');
  await world.passing(tab.init());
  expect(await world.passing(tab.login('bob'))).toMatchObject({ kind: 'success' });
  await world.clock.advance(PATIENCE_MS);
  expect(tab.client.getState()).toMatchObject({ state: 'ready', username: 'bob' });
  expect(world.network.open).toHaveLength(1);
});

test('one that failed for want of a worker leaves the tab without an account', async () => {
  const tab = await enter('first', 'alice');
  const { start } = world;
  world.worker.kill();
  world.start = () => {
    throw new Error('no worker starts');
  };
  expect(await world.passing(tab.call('loginOut'))).toMatchObject({
    error: { code: CODES.hostUnavailable },
  });
  world.start = start;
  await world.clock.advance(PATIENCE_MS);
  expect(tab.client.getState()).toMatchObject({ state: 'idle' });
  expect(world.network.open).toEqual([]);
});

/** In a burst a tab confirms its events every 100 ms. */
test('nothing that the application had received right before it is repeated at the next login', async () => {
  const tab = await enter('first', 'alice');
  const receiptOf = (msg_id: number) => ({
    type: 4,
    gid: 9,
    receipt_msgs: [{ msg_id, unread_count: 1 }],
  });
  for (const msg_id of [1, 2]) {
    world.server.push('alice', 'receipt_change', receiptOf(msg_id));
    world.server.deliver('carol', 'alice', `message ${msg_id}`);
    await world.clock.advance(30);
  }
  expect(tab.events.filter(({ listener }) => listener === 'onMsgReceiptChange')).toHaveLength(2);
  expect(tab.current).toHaveLength(2);
  await world.passing(tab.call('loginOut'));
  await world.clock.advance(LATENCY_MS);
  expect(world.server.pendingOf('alice')).toBe(0);
  await world.passing(tab.init());
  await world.passing(tab.login('alice'));
  const receipts = [1, 2, 3].map(receiptOf);
  world.server.push('alice', 'sync_receipt', { sync_key: 3, receipts });
  await world.clock.advance(PATIENCE_MS);
  const synced = tab.events.filter(({ listener }) => listener === 'onSyncMsgReceipt');
  expect(synced.map(({ data }) => data)).toEqual([[receiptOf(3)]]);
  expect(tab.current).toEqual([]);
});
