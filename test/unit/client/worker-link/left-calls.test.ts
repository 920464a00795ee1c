/** The sends and the log-out of a tab whose worker ends with it: the other tabs of its account submit them. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CODES, type HostKind, PROTOCOL, WORKER_NAME } from '../../../../src/protocol/tab.js';
import { textOf } from '../../../kit/message-parts.js';
import { stubBrowser } from '../../fakes/browser.js';
import { ClientTab } from '../../fakes/client-tab.js';
import { APPKEY } from '../../fakes/messages.js';
import { CAPABILITIES, goOffline } from '../../fakes/sends.js';
import { World } from '../../fakes/world.js';

let world: World;
beforeEach(() => {
  world = new World();
  world.server.capabilities = CAPABILITIES;
  stubBrowser(world);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  world.freezer.unfollow();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const isSend = ({ event }: { event: string }) => event.endsWith('single_text');
const ALICE = 'http://server|app|alice';
const PATIENCE_MS = 60_000;
/** After it a lost frame is lost for good. */
const LATENCY_MS = 20;

async function enter(name: string, username: string, host: HostKind = 'leader'): Promise<ClientTab> {
  const tab = new ClientTab(world, name, { host });
  await world.passing(tab.init());
  await world.passing(tab.login(username));
  return tab;
}

/** The leading tab sends, and goes before the server or the disk has anything. */
async function goWith(leading: ClientTab, texts: readonly string[], go: () => void): Promise<void> {
  const disk = vi
    .spyOn(world.storeOf(ALICE), 'putOutbox')
    .mockImplementation(() => new Promise(() => undefined));
  world.network.loses = isSend;
  for (const text of texts) void leading.send('bob', text);
  await world.clock.advance(LATENCY_MS);
  expect(leading.host.own).toBeDefined();
  go();
  disk.mockRestore();
  world.network.loses = () => false;
  await world.clock.advance(PATIENCE_MS);
}

test('another tab of the account submits its sends, in their order and once, and shows them as those of another tab', async () => {
  const leading = await enter('first', 'alice');
  const others = [await enter('second', 'alice'), await enter('third', 'alice')];
  const texts = ['one', 'two', 'three'];
  await goWith(leading, texts, () => leading.leave());
  expect(world.server.texts('alice', 'bob')).toEqual(texts);
  for (const tab of others) expect(tab.current.map(textOf)).toEqual(texts);
});

test('a tab of another account does not submit its sends', async () => {
  const leading = await enter('first', 'alice');
  const other = await enter('second', 'bob');
  await goWith(leading, ['hello'], () => leading.leave());
  expect(world.server.texts('alice', 'bob')).toEqual([]);
  expect(other.isLogin).toBe(true);
  expect(other.waiting).toEqual([]);
});

test('a destroyed instance hands them on too, since its page may stay', async () => {
  const leading = await enter('first', 'alice');
  await enter('second', 'alice');
  await goWith(leading, ['hello'], () => leading.client.destroy());
  expect(world.server.texts('alice', 'bob')).toEqual(['hello']);
});

describe('a log-out that the worker has not read', () => {
  /** The leading tab logs out, and its page is left in the same turn. */
  function logOutAndLeave(leading: ClientTab, params: unknown = null): void {
    void leading.call('loginOut', params);
    leading.leave();
    expect(world.network.sent('log_out')).toHaveLength(0);
  }

  test('ends the session for the other tabs of the account, and no tab is left with its token', async () => {
    const leading = await enter('first', 'alice');
    const others = [await enter('second', 'alice'), await enter('third', 'alice')];
    logOutAndLeave(leading);
    await world.clock.advance(PATIENCE_MS);
    for (const { client } of others)
      expect(client.getState()).toMatchObject({ state: 'ended', reason: 'logged_out', username: 'alice' });
    expect(world.network.sent('log_out')).toHaveLength(1);
    const next = new ClientTab(world, 'next', { host: 'leader' });
    expect(await world.passing(next.call('attach', { appkey: APPKEY, username: 'alice' }))).toMatchObject({
      error: { code: CODES.nothingToAttach },
    });
  });

  test('leaves the session of another account', async () => {
    const leading = await enter('first', 'alice');
    const other = await enter('second', 'bob');
    logOutAndLeave(leading);
    await world.clock.advance(PATIENCE_MS);
    expect(other.client.getState()).toMatchObject({ state: 'ready', username: 'bob' });
  });

  test('wipes the stored data if it was to do so', async () => {
    const leading = await enter('first', 'alice');
    await enter('second', 'alice');
    const wipe = vi.spyOn(world.storeOf(ALICE), 'wipe');
    logOutAndLeave(leading, { wipe: true });
    await world.clock.advance(PATIENCE_MS);
    expect(wipe).toHaveBeenCalled();
  });

  test.each<[HostKind, string, (tab: ClientTab) => void]>([
    ['shared', 'left', (tab) => tab.leave()],
    ['shared', 'hidden', (tab) => tab.hide()],
    ['leader', 'left', (tab) => tab.leave()],
    ['leader', 'hidden', (tab) => tab.hide()],
    ['page', 'left', (tab) => tab.leave()],
    ['page', 'hidden', (tab) => tab.hide()],
  ])(
    'ends the session for the next visit, in the host "%s" with a tab that is %s, and only that one',
    async (host, _how, end) => {
      world.server.capabilities = CAPABILITIES;
      const visit = async () => {
        const tab = new ClientTab(world, `tab ${world.workers.length}`, { host });
        return {
          tab,
          attached: await world.passing(tab.call('attach', { appkey: APPKEY, username: 'alice' })),
        };
      };
      const only = await enter('only', 'alice', host);
      void only.call('loginOut');
      end(only);
      if (host === 'shared') world.worker.kill();
      expect(world.network.sent('log_out')).toHaveLength(0);
      const { tab, attached } = await visit();
      expect(attached).toMatchObject({ error: { code: CODES.nothingToAttach } });
      await world.passing(tab.init());
      await world.passing(tab.login('alice'));
      await world.clock.advance(PATIENCE_MS);
      tab.leave();
      await world.clock.advance(PATIENCE_MS);
      if (host === 'shared') world.worker.kill();
      expect((await visit()).attached).toMatchObject({ kind: 'success' });
    },
  );

  test('ends the session for the other tabs too if a SharedWorker ended with its page, as in WebKit', async () => {
    const first = await enter('first', 'alice', 'shared');
    const second = await enter('second', 'alice', 'shared');
    const stranger = await enter('third', 'bob', 'shared');
    void first.call('loginOut');
    first.leave();
    world.worker.kill();
    await world.clock.advance(PATIENCE_MS);
    expect(second.client.getState()).toMatchObject({ state: 'ended', reason: 'logged_out' });
    expect(stranger.client.getState()).toMatchObject({ state: 'ready', username: 'bob' });
    expect(await world.storeOf(ALICE).token()).toBeNull();
  });

  test.each<HostKind>(['shared', 'leader', 'page'])(
    'fails the sends that wait, so the next login in the host "%s" does not send them',
    async (host) => {
      const only = await enter('only', 'alice', host);
      await goOffline(world);
      void only.send('bob', 'hello');
      await world.clock.advance(LATENCY_MS);
      logOutAndLeave(only);
      if (host === 'shared') world.worker.kill();
      world.network.mode = 'up';
      await world.clock.advance(PATIENCE_MS);
      await enter('next', 'alice', host);
      await world.clock.advance(PATIENCE_MS);
      expect(world.server.texts('alice', 'bob')).toEqual([]);
    },
  );

  test('does not end a later session, if a SharedWorker has read it after all', async () => {
    world.start({ protocol: PROTOCOL, host: 'shared', url: '/worker.js', name: WORKER_NAME });
    const first = await enter('first', 'alice', 'shared');
    void first.call('loginOut');
    await Promise.resolve();
    first.hide();
    await world.clock.advance(PATIENCE_MS);
    expect(world.network.sent('log_out')).toHaveLength(1);
    const second = await enter('second', 'alice', 'shared');
    second.leave();
    world.worker.kill();
    const third = new ClientTab(world, 'third', { host: 'shared' });
    const attached = await world.passing(third.call('attach', { appkey: APPKEY, username: 'alice' }));
    expect(attached).toMatchObject({ kind: 'success' });
  });

  test('does not end the next session when a frozen tab receives it late', async () => {
    world.freezer.follow();
    const leading = await enter('first', 'alice');
    const [second, frozen] = [await enter('second', 'alice'), await enter('third', 'alice')];
    await frozen.freeze();
    logOutAndLeave(leading);
    await world.clock.advance(PATIENCE_MS);
    await world.passing(second.init());
    await world.passing(second.login('alice'));
    frozen.thaw();
    await world.clock.advance(PATIENCE_MS);
    for (const { client } of [second, frozen])
      expect(client.getState()).toMatchObject({ state: 'ready', username: 'alice' });
  });
});
