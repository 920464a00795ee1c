/** How a session comes back, seen from its tabs. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CODES, SIGNATURE_LIFETIME_MS, SYNC_CHECK_INTERVAL_MS } from '../../../../src/protocol/index.js';
import { BAD_SIGNATURE } from '../../fakes/server.js';
import { World } from '../../fakes/world.js';

const MAX_BACKOFF_MS = 30_000;
const MINUTE_MS = 60_000;
/** The socket library's own limit on opening. */
const OPEN_TIMEOUT_MS = 10_000;

let world: World;
beforeEach(() => {
  world = new World();
});

describe('a lost connection', () => {
  test('comes back by itself, and tabs hear of it once', async () => {
    const tab = await world.loggedIn('alice');
    await world.clock.advance(1_000);
    world.network.goDown();
    await world.clock.advance(3 * MINUTE_MS);
    expect(tab.received('onDisconnect')).toHaveLength(1);
    expect(tab.mirror.state).toMatchObject({ connected: false, synced: false });
    world.network.mode = 'up';
    await world.clock.advance(MAX_BACKOFF_MS + 1_000);
    expect(tab.mirror.state).toMatchObject({ state: 'ready', connected: true, synced: true });
    expect(tab.received('onDisconnect')).toHaveLength(1);
    expect(world.network.open).toHaveLength(1);
  });

  test('gets the event again at the next outage', async () => {
    const tab = await world.loggedIn('alice');
    for (let outage = 1; outage <= 3; outage += 1) {
      world.network.cutAll();
      await world.clock.advance(MAX_BACKOFF_MS + 1_000);
      expect(tab.received('onDisconnect')).toHaveLength(outage);
      expect(tab.mirror.state.state).toBe('ready');
    }
  });

  test('comes back at once when a tab says that the network is there', async () => {
    const tab = await world.loggedIn('alice');
    world.network.goDown();
    await world.clock.advance(5 * MINUTE_MS);
    world.network.mode = 'up';
    tab.wake();
    await world.clock.advance(100);
    expect(tab.mirror.state.state).toBe('ready');
  });

  test('is tried again at the end of an attempt during which a tab says that the network is there', async () => {
    const tab = await world.loggedIn('alice');
    world.network.goDown();
    await world.clock.advance(5 * MINUTE_MS);
    world.network.mode = 'silent';
    tab.wake();
    await world.clock.advance(100);
    expect(tab.mirror.state.state).toBe('connecting');
    const tries = world.network.connections.length;
    tab.wake();
    await world.clock.advance(OPEN_TIMEOUT_MS);
    expect(world.network.connections).toHaveLength(tries + 1);
  });

  test('comes back after the usual delay if a tab was looked at while it was there', async () => {
    const tab = await world.loggedIn('alice');
    world.network.goDown();
    await world.clock.advance(5 * MINUTE_MS);
    world.network.mode = 'up';
    await world.clock.advance(MAX_BACKOFF_MS + 1_000);
    expect(tab.mirror.state.state).toBe('ready');
    tab.wake();
    world.network.cutAll();
    await world.clock.advance(1);
    expect(tab.mirror.state.state).toBe('waiting');
  });

  test('is tried less and less often, with when shown in the state', async () => {
    const tab = await world.loggedIn('alice');
    world.network.goDown();
    await world.clock.advance(10 * MINUTE_MS);
    const tries = world.network.connections.length - 1;
    expect(tries).toBeGreaterThan(20);
    expect(tries).toBeLessThan(100);
    if (tab.mirror.state.state === 'waiting') {
      expect(tab.mirror.state.retryAt).toBeGreaterThan(world.clock.now());
    }
  });

  test('is not synced before what was missed has arrived', async () => {
    const tab = await world.loggedIn('alice');
    await world.clock.advance(1_000);
    world.network.loses = ({ way, event }) => way === 'down' && event === 'sync_check';
    world.network.cutAll();
    await world.clock.advance(3_000);
    expect(tab.mirror.state).toMatchObject({ state: 'syncing', connected: true, synced: false });
  });

  test('brings what was missed, once and in order', async () => {
    const tab = await world.loggedIn('alice', { flag: true });
    world.server.deliver('bob', 'alice', 'before');
    await world.clock.advance(1_000);
    world.network.cutAll();
    world.server.deliver('bob', 'alice', 'while away');
    world.server.deliver('bob', 'alice', 'still away');
    await world.clock.advance(MAX_BACKOFF_MS + 1_000);
    world.server.deliver('bob', 'alice', 'after');
    await world.clock.advance(1_000);
    expect(tab.texts('bob')).toEqual(['before', 'while away', 'still away', 'after']);
    expect(world.server.pendingOf('alice')).toBe(0);
  });

  test('that was cut right after the login comes back as well', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    const login = tab.login('alice');
    await world.clock.advance(11);
    world.network.cutAll();
    expect(await world.passing(login)).toMatchObject({ kind: 'success' });
    await world.clock.advance(1_000);
    expect(world.network.open).toHaveLength(1);
    expect(tab.mirror.state.state).toBe('ready');
  });

  test('while nothing is lost the server is asked every 150 s what was missed', async () => {
    await world.loggedIn('alice');
    await world.clock.advance(SYNC_CHECK_INTERVAL_MS * 4 + 1_000);
    expect(world.network.sent('sync_check')).toHaveLength(5);
  });
});

describe('a signature', () => {
  test('that is stale is replaced by asking the page, before the server refuses it', async () => {
    const tab = await world.loggedIn('alice', { auth: () => world.auth() });
    await world.clock.advance(SIGNATURE_LIFETIME_MS + 1_000);
    world.network.cutAll();
    await world.clock.advance(MAX_BACKOFF_MS + 1_000);
    expect(tab.authAsked).toBe(1);
    expect(tab.mirror.state.state).toBe('ready');
    expect(world.network.sent('c_init')).toHaveLength(2);
  });

  test('that the server finds too old is replaced at once', async () => {
    const tab = await world.loggedIn('alice', {
      auth: () => world.auth({ timestamp: world.clock.now() + world.server.skewMs }),
    });
    world.server.skewMs = SIGNATURE_LIFETIME_MS + 1_000;
    world.network.cutAll();
    await world.clock.advance(2_000);
    expect(tab.authAsked).toBe(1);
    expect(tab.mirror.state.state).toBe('ready');
  });

  test('that is refused although fresh is not asked for in a loop', async () => {
    const tab = await world.loggedIn('alice', { auth: () => world.auth({ signature: BAD_SIGNATURE }) });
    await world.clock.advance(SIGNATURE_LIFETIME_MS);
    world.network.cutAll();
    await world.clock.advance(10 * MINUTE_MS);
    expect(tab.authAsked).toBeGreaterThan(1);
    expect(tab.authAsked).toBeLessThan(120);
  });

  test('that no page can replace is tried as long as the server takes it', async () => {
    const tab = await world.loggedIn('alice');
    world.server.skewMs = -SIGNATURE_LIFETIME_MS * 2;
    await world.clock.advance(SIGNATURE_LIFETIME_MS + 1_000);
    world.network.cutAll();
    await world.clock.advance(MAX_BACKOFF_MS + 1_000);
    expect(tab.mirror.state.state).toBe('ready');
  });

  describe('that is refused where no page can give another', () => {
    async function refused() {
      const tab = await world.loggedIn('alice');
      await world.clock.advance(SIGNATURE_LIFETIME_MS + 1_000);
      world.network.cutAll();
      await world.clock.advance(2_000);
      return tab;
    }

    test('is shown as needed', async () => {
      const tab = await refused();
      expect(tab.mirror.state).toMatchObject({ state: 'waiting', needsAuth: true });
    });

    test('is taken from the init that the application answers the outage with', async () => {
      const tab = await refused();
      expect(await world.passing(tab.init())).toMatchObject({ kind: 'success' });
      expect(tab.mirror.state.connected).toBe(true);
      expect(tab.mirror.state.needsAuth).toBeUndefined();
    });

    test('is waited for for a minute, and then the session has ended', async () => {
      const tab = await refused();
      await world.clock.advance(MINUTE_MS);
      expect(tab.mirror.state).toMatchObject({ state: 'ended', reason: 'signature_expired' });
      expect(tab.received('onDisconnect')).toHaveLength(1);
      expect(world.network.open).toHaveLength(0);
      await world.clock.advance(10 * MINUTE_MS);
      expect(world.network.open).toHaveLength(0);
    });

    test('is not given up early by a page that has nothing to give', async () => {
      const tab = await refused();
      tab.provideAuth(null);
      tab.provideAuth('junk');
      await world.clock.advance(1_000);
      expect(tab.mirror.state).toMatchObject({ state: 'waiting', needsAuth: true });
    });
  });
});

describe('a session that is ended', () => {
  test('while the page is asked for a signature opens no socket any more', async () => {
    const tab = await world.loggedIn('alice', { auth: () => new Promise(() => undefined) });
    await world.clock.advance(SIGNATURE_LIFETIME_MS);
    world.network.cutAll();
    await world.clock.advance(2_000);
    expect(tab.authAsked).toBe(1);
    const before = world.network.connections.length;
    await world.passing(tab.call('loginOut'));
    await world.clock.advance(MINUTE_MS);
    expect(world.network.connections).toHaveLength(before);
  });

  test('in the instant of its next try opens no socket any more', async () => {
    const tab = await world.loggedIn('alice');
    world.network.goDown();
    await world.clock.advance(MINUTE_MS);
    const before = world.network.connections.length;
    tab.wake();
    void tab.call('loginOut');
    await world.clock.advance(MINUTE_MS);
    expect(world.network.connections.length - before).toBeLessThanOrEqual(1);
    expect(world.network.open).toHaveLength(0);
    expect(world.worker.timers).toBe(0);
  });
});

describe('a login that is refused on the way back', () => {
  test('ends the session, and it does not come back', async () => {
    const tab = await world.loggedIn('alice');
    world.network.cutAll();
    world.server.changePassword('alice', 'new');
    await world.clock.advance(10 * MINUTE_MS);
    expect(tab.mirror.state).toMatchObject({ state: 'ended', reason: 'login_refused' });
    expect(world.network.sent('login')).toHaveLength(2);
    expect(world.network.open).toHaveLength(0);
    expect(await world.passing(tab.send('bob', 'hello'))).toMatchObject({
      error: { code: CODES.sessionEnded },
    });
  });
});
