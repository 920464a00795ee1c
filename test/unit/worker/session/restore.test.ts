/** Tabs that outlive their worker, or were away: what they had is there again, and what happened meanwhile is delivered. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CODES } from '../../../../src/protocol/index.js';
import { wireMessage } from '../../fakes/messages.js';
import type { FakeTab } from '../../fakes/tab.js';
import { World } from '../../fakes/world.js';

const SESSION_LINGER_MS = 15_000;
const REJOIN_TIMEOUT_MS = 5_000;

let world: World;
beforeEach(() => {
  world = new World();
});

async function restart(...tabs: FakeTab[]): Promise<void> {
  world.worker.kill();
  await Promise.all(tabs.map((tab) => tab.connect()));
}
const attach = (tab: FakeTab) => world.passing(tab.call('attach', { appkey: 'app', username: 'alice' }));

describe("after a worker's death", () => {
  test('the account is logged in again on one socket, for all of its tabs', async () => {
    const tabs = [
      await world.loggedIn('alice'),
      await world.loggedIn('alice'),
      await world.loggedIn('alice'),
    ];
    await restart(...tabs);
    await world.clock.advance(1_000);
    for (const tab of tabs)
      expect(tab.mirror.state).toMatchObject({ state: 'ready', username: 'alice', tabs: 3 });
    expect(world.network.open).toHaveLength(1);
    expect(world.server.doubleLogins).toEqual([]);
  });

  test('two accounts come back each on its own', async () => {
    const alice = await world.loggedIn('alice');
    const bob = await world.loggedIn('bob');
    await restart(alice, bob);
    await world.clock.advance(1_000);
    expect([alice.mirror.state.username, bob.mirror.state.username]).toEqual(['alice', 'bob']);
    expect(world.network.open).toHaveLength(2);
  });

  test('a tab without the password waits for one that has it', async () => {
    const owner = await world.loggedIn('alice');
    const guest = world.tab();
    await attach(guest);
    world.worker.kill();
    await guest.connect();
    await world.clock.advance(1_000);
    await owner.connect();
    await world.clock.advance(1_000);
    expect(guest.mirror.state).toMatchObject({ state: 'ready', username: 'alice' });
    expect(guest.mirror.restore.login?.digest).toBeNull();
  });

  test('a tab without the password that is alone learns that its session is lost', async () => {
    await world.loggedIn('alice');
    const guest = world.tab();
    await attach(guest);
    await restart(guest);
    await world.clock.advance(REJOIN_TIMEOUT_MS + 1_000);
    expect(guest.mirror.state).toMatchObject({ state: 'ended', reason: 'host_lost' });
    expect(guest.received('onDisconnect')).toHaveLength(1);
    expect(await world.passing(guest.send('bob', 'hello'))).toMatchObject({
      error: { code: CODES.sessionEnded },
    });
  });

  test('a tab that was only initialised is initialised again', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    await restart(tab);
    expect(tab.mirror.initialised).toBe(true);
    expect(await world.passing(tab.login('alice'))).toMatchObject({ kind: 'success' });
  });

  test('calls during the restore are executed once and in order', async () => {
    const tab = await world.loggedIn('alice');
    const before = [tab.send('bob', 'one'), tab.send('bob', 'two')];
    await world.clock.advance(6);
    world.worker.kill();
    const after = tab.send('bob', 'three');
    await tab.connect();
    for (const outcome of await world.passing(Promise.all([...before, after]))) {
      expect(outcome).toMatchObject({ kind: 'success' });
    }
    expect(world.server.texts('alice', 'bob')).toEqual(['one', 'two', 'three']);
  });

  test('a tab that changes its account receives the messages of both', async () => {
    const tab = await world.loggedIn('alice', { flag: true });
    await world.passing(tab.send('bob', 'from alice'));
    world.network.goDown();
    world.worker.kill();
    // A page's own idea: no account is there to log out of.
    const login = tab.login('bob');
    tab.mirror = { ...tab.mirror, restore: { ...tab.mirror.restore, login: null } };
    await tab.connect();
    world.network.mode = 'up';
    expect(await world.passing(login)).toMatchObject({ kind: 'success' });
    await world.clock.advance(1_000);
    expect(tab.texts('alice')).toEqual(['from alice']);
  });

  test('a login that was under way goes on', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    const login = tab.login('alice');
    await world.clock.advance(6);
    await restart(tab);
    expect(await world.passing(login)).toMatchObject({ kind: 'success' });
    expect(tab.mirror.state.connected).toBe(true);
  });

  test('a tab gets the later messages of the millisecond in which it joined, and not the earlier ones', async () => {
    const tab = await world.loggedIn('alice');
    const push = (id: number) =>
      world.server.push('alice', 'msg_sync', { messages: [wireMessage(id, { from: 'carol', at: 5_000 })] });
    push(1);
    await world.clock.advance(100);
    const guest = world.tab();
    await attach(guest);
    push(2);
    await world.clock.advance(100);
    // The third is on the disk when its worker dies, and no tab has it.
    world.storeLatencyMs = 50;
    push(3);
    await world.clock.advance(40);
    await restart(tab, guest);
    await world.clock.advance(1_000);
    push(3);
    await world.clock.advance(1_000);
    expect(tab.texts()).toEqual(['text 1', 'text 2', 'text 3']);
    expect(guest.texts()).toEqual(['text 2', 'text 3']);
  });

  test('no tab sees a message twice, or misses one', async () => {
    const tabs = [
      await world.loggedIn('alice', { flag: true }),
      await world.loggedIn('alice', { flag: true }),
    ];
    world.storeLatencyMs = 3;
    world.server.deliver('bob', 'alice', 'one');
    await world.clock.advance(1_000);
    world.server.deliver('bob', 'alice', 'two');
    // It is stored by then, and not delivered.
    await world.clock.advance(6);
    await restart(...tabs);
    world.server.deliver('bob', 'alice', 'three');
    await world.clock.advance(1_000);
    for (const tab of tabs) expect(tab.texts('bob')).toEqual(['one', 'two', 'three']);
  });
});

describe('a tab that was in the back/forward cache', () => {
  test('receives what it missed, once', async () => {
    const away = await world.loggedIn('alice');
    await world.loggedIn('alice');
    world.server.deliver('bob', 'alice', 'seen');
    await world.clock.advance(1_000);
    away.leave();
    world.server.deliver('bob', 'alice', 'missed');
    world.network.cutAll();
    await world.clock.advance(60_000);
    await away.connect();
    await world.clock.advance(1_000);
    expect(away.texts('bob')).toEqual(['seen', 'missed']);
    // The outage was over when it came back.
    expect(away.received('onDisconnect')).toHaveLength(0);
  });

  test('receives what came while the session waited for it', async () => {
    const away = await world.loggedIn('alice');
    away.leave();
    await world.clock.advance(1_000);
    world.server.deliver('bob', 'alice', 'missed');
    await world.clock.advance(SESSION_LINGER_MS + 60_000);
    expect(world.network.open).toHaveLength(0);
    await away.connect();
    await world.clock.advance(1_000);
    expect(away.mirror.state.state).toBe('ready');
    expect(away.texts('bob')).toEqual(['missed']);
  });

  test('receives a sync that came while no tab was there, though it had no event before it went', async () => {
    const away = await world.loggedIn('alice');
    away.leave();
    await world.clock.advance(1_000);
    world.network.cutAll();
    world.server.deliver('bob', 'alice', 'missed');
    await world.clock.advance(SESSION_LINGER_MS - 2_000);
    expect(world.network.open).toHaveLength(1);
    await away.connect();
    world.server.deliver('bob', 'alice', 'live');
    await world.clock.advance(1_000);
    expect(away.texts('bob')).toEqual(['missed', 'live']);
  });

  test('receives what the worker received before it died, though the tab had no message before it went', async () => {
    const here = await world.loggedIn('alice');
    world.server.deliver('bob', 'alice', 'before it joined');
    await world.clock.advance(1_000);
    world.network.goDown();
    await restart(here);
    const away = world.tab();
    await world.passing(away.init());
    await attach(away);
    away.leave();
    world.network.mode = 'up';
    here.wake();
    await world.clock.advance(1_000);
    world.server.deliver('bob', 'alice', 'missed');
    await world.clock.advance(1_000);
    world.worker.kill();
    await here.connect();
    await world.clock.advance(1_000);
    await away.connect();
    await world.clock.advance(1_000);
    expect(here.texts('bob')).toEqual(['before it joined', 'missed']);
    expect(away.texts('bob')).toEqual(['missed']);
  });

  test('receives what came before its session was ended, if it comes back to another one', async () => {
    const away = await world.loggedIn('alice');
    const here = await world.loggedIn('alice');
    world.server.deliver('bob', 'alice', 'seen');
    await world.clock.advance(1_000);
    away.leave();
    world.server.deliver('bob', 'alice', 'missed');
    await world.clock.advance(1_000);
    world.server.kick('alice');
    await world.clock.advance(1_000);
    await world.passing(here.enter('alice'));
    world.server.deliver('bob', 'alice', 'missed as well');
    await world.clock.advance(1_000);
    await away.connect();
    world.server.deliver('bob', 'alice', 'live');
    await world.clock.advance(1_000);
    expect(away.mirror.state.state).toBe('ready');
    expect(away.texts('bob')).toEqual(['seen', 'missed', 'missed as well', 'live']);
  });

  test('finds its answers', async () => {
    const tab = await world.loggedIn('alice');
    const outcome = tab.send('bob', 'hello');
    tab.leave();
    await world.clock.advance(1_000);
    await tab.connect();
    expect(await world.passing(outcome)).toMatchObject({ kind: 'success' });
    expect(world.server.texts('alice', 'bob')).toEqual(['hello']);
  });

  test('is logged in by the login that it left open', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    const login = tab.login('alice');
    await world.clock.advance(2);
    tab.leave();
    await tab.connect();
    expect(await world.passing(login)).toMatchObject({ kind: 'success' });
    expect(tab.mirror.state).toMatchObject({ connected: true, tabs: 1 });
    expect(world.network.open).toHaveLength(1);
  });

  test('that comes back to a session of somebody who logged in meanwhile does not read it', async () => {
    const away = await world.loggedIn('alice');
    const here = await world.loggedIn('alice');
    away.leave();
    await world.passing(here.call('loginOut'));
    await world.passing(here.login('bob'));
    await away.connect();
    world.server.deliver('carol', 'bob', 'for bob');
    await world.clock.advance(1_000);
    expect(away.mirror.state).toMatchObject({ state: 'ended', username: 'alice' });
    expect(away.texts()).toEqual([]);
  });
});

test('a tab that says hello again on a new port is one tab', async () => {
  const tab = await world.loggedIn('alice');
  await tab.connect();
  await world.clock.advance(1_000);
  expect(tab.mirror.state).toMatchObject({ connected: true, tabs: 1 });
  tab.leave();
  await world.clock.advance(SESSION_LINGER_MS + 1_000);
  expect(world.network.open).toHaveLength(0);
  expect(world.worker.timers).toBe(0);
});
