/** The end of a session, by log-out, by the server and by another worker: it holds for every tab, and no socket is left. */
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { CODES, PROTOCOL } from '../../../../src/protocol/index.js';
import { CAPABILITIES, failsWith } from '../../fakes/sends.js';
import { FakeWorker, World } from '../../fakes/world.js';

/** Of all hand-overs of a test. Two workers that take an account from each other for ever open its store each time. */
const MAX_OPENINGS = 8;

const addressOf = (name: string) =>
  ({ protocol: PROTOCOL, host: 'leader', url: '/worker.js', name }) as const;

let world: World;
beforeEach(() => {
  world = new World();
});

describe('loginOut', () => {
  test('ends the session in every tab, and none takes it for a lost connection', async () => {
    const one = await world.loggedIn('alice');
    const two = await world.loggedIn('alice');
    expect(await world.passing(one.call('loginOut'))).toMatchObject({ kind: 'success' });
    expect(one.mirror.state.state).toBe('idle');
    expect(two.mirror.state).toMatchObject({ state: 'ended', reason: 'logged_out', connected: false });
    for (const tab of [one, two]) {
      expect(tab.received('onDisconnect')).toHaveLength(0);
      expect(tab.mirror.initialised).toBe(false);
    }
    expect(await world.passing(two.send('bob', 'hello'))).toMatchObject(failsWith(CODES.sessionEnded));
    expect(world.network.open).toHaveLength(0);
  });

  test('leaves the way free for a login as somebody else', async () => {
    const tab = await world.loggedIn('alice');
    await world.passing(tab.call('loginOut'));
    expect(await world.passing(tab.login('bob'))).toMatchObject(failsWith(CODES.notInitialised));
    expect(await world.passing(tab.enter('bob'))).toMatchObject({ kind: 'success' });
    expect(world.network.open).toHaveLength(1);
  });

  test('holds for a login that waits for the account to come back', async () => {
    const tab = await world.loggedIn('alice');
    world.network.goDown();
    await world.clock.advance(100);
    const login = tab.login('alice');
    await world.clock.advance(100);
    await world.passing(tab.call('loginOut'));
    world.network.mode = 'up';
    expect(await world.passing(login)).toMatchObject(failsWith(CODES.sessionEnded));
    await world.clock.advance(60_000);
    expect(tab.isLogin).toBe(false);
    expect(world.server.isOnline('alice')).toBe(false);
  });

  test('settles what was still open', async () => {
    const tab = await world.loggedIn('alice');
    world.network.goDown();
    const send = tab.send('bob', 'never sent');
    await world.clock.advance(0);
    await world.passing(tab.call('loginOut'));
    expect(await world.passing(send)).toMatchObject(failsWith(CODES.sessionEnded));
  });

  test('holds for a tab that was in the back/forward cache meanwhile', async () => {
    const away = await world.loggedIn('alice');
    const here = await world.loggedIn('alice');
    away.leave();
    await world.clock.advance(1_000);
    await world.passing(here.call('loginOut'));
    await away.connect();
    await world.clock.advance(30_000);
    expect(away.mirror.state).toMatchObject({ state: 'ended', reason: 'logged_out' });
    expect(world.network.open).toHaveLength(0);
  });
});

describe('the end of a session', () => {
  test('a login on another machine ends it in every tab and is not answered by another login', async () => {
    const tabs = [await world.loggedIn('alice'), await world.loggedIn('alice')];
    world.server.kick('alice');
    await world.clock.advance(60_000);
    for (const tab of tabs) {
      expect(tab.mirror.state).toMatchObject({ state: 'ended', reason: 'other_login' });
      expect(tab.received('onDisconnect')).toHaveLength(0);
      expect(tab.received('onEventNotification')).toMatchObject([{ event_type: 1 }]);
      expect(tab.mirror.initialised).toBe(false);
    }
    expect(world.network.connections).toHaveLength(1);
  });

  test('a password change ends it', async () => {
    const tab = await world.loggedIn('alice');
    world.server.changePassword('alice', 'new');
    await world.clock.advance(60_000);
    expect(tab.mirror.state).toMatchObject({ state: 'ended', reason: 'password_changed' });
    expect(world.network.connections).toHaveLength(1);
  });

  test('an init between a password change and the end that it brings counts for the next login', async () => {
    const tab = await world.loggedIn('alice');
    await world.passing(tab.init());
    world.server.changePassword('alice', 'new');
    await world.clock.advance(1_000);
    expect(tab.mirror).toMatchObject({ initialised: true, state: { state: 'ended' } });
    expect(await world.passing(tab.login('alice', 'new'))).toMatchObject({ kind: 'success' });
    world.server.kick('alice');
    await world.clock.advance(1_000);
    expect(tab.mirror.initialised).toBe(false);
  });

  test('a newer build that asks for the account takes it, and its tabs say why', async () => {
    const tab = await world.loggedIn('alice');
    world.worker.hear({ kind: 'stand-down', account: 'http://server|app|alice', version: '99.0.0' });
    await world.clock.advance(0);
    expect(tab.mirror.state).toMatchObject({ state: 'ended', reason: 'superseded' });
    expect(await world.passing(tab.send('bob', 'hello'))).toMatchObject(failsWith(CODES.superseded));
  });

  test('the account goes to another worker only after the server has seen the end of the old socket', async () => {
    const tab = await world.loggedIn('alice');
    world.network.closingMs = 1_500;
    world.workers.push(new FakeWorker(world, 'another'));
    const other = await world.loggedIn('alice');
    expect(tab.mirror.state).toMatchObject({ state: 'ended', reason: 'superseded' });
    expect(other.mirror.state.connected).toBe(true);
    expect(world.network.peakFor('alice')).toBe(1);
  });

  test.each([0, 3, 30])(
    'of three pages without a common worker that log in %i ms apart, the last one gets the account',
    async (apartMs) => {
      const tabs = ['first', 'second', 'third'].map((name) => {
        world.workers.push(new FakeWorker(world, name));
        return world.tab();
      });
      for (const tab of tabs) await world.passing(tab.init());
      const logins = [];
      for (const tab of tabs) {
        logins.push(tab.login('alice'));
        await world.clock.advance(apartMs);
      }
      const outcomes = await world.passing(Promise.all(logins));
      expect(outcomes.at(-1)).toMatchObject({ kind: 'success' });
      for (const outcome of outcomes)
        if (outcome.kind !== 'success') expect(outcome).toMatchObject(failsWith(CODES.superseded));
      await world.clock.advance(60_000);
      const ended = { state: 'ended', reason: 'superseded' };
      expect(tabs.map(({ mirror }) => mirror.state)).toMatchObject([ended, ended, { state: 'ready' }]);
      expect(world.server.doubleLogins).toEqual([]);
      expect(world.network.peakFor('alice')).toBe(1);
    },
  );

  test.each(['init', 'return'] as const)(
    'of two workers to which tabs of an account come at once (%s), neither takes it from the other for ever',
    async (how) => {
      world.worker.address = addressOf('first');
      const tabs = [await world.loggedIn('alice'), await world.loggedIn('alice')];
      if (how === 'return') world.worker.kill();
      const arrivals = tabs.map((tab, i) => {
        const name = `worker ${i}`;
        world.workers.push(new FakeWorker(world, name, addressOf(name)));
        return how === 'init' ? world.tab().init() : tab.connect();
      });
      await world.passing(Promise.all(arrivals));
      await world.clock.advance(60_000);
      if (how === 'return')
        for (const tab of tabs)
          expect(tab.mirror.state).toMatchObject({ state: 'ready', username: 'alice', tabs: 2 });
      expect(world.server.doubleLogins).toEqual([]);
      expect(world.network.peakFor('alice')).toBe(1);
    },
  );

  test.each(
    [2, 3].flatMap((workers) =>
      (['up', 'refuses'] as const).flatMap((network) =>
        [0, 3].flatMap((lateMs) => [true, false].map((isAlone) => ({ workers, network, lateMs, isAlone }))),
      ),
    ),
  )(
    'every init settles: $workers workers, a network that is $network, messages $lateMs ms late, no other tab: $isAlone',
    async ({ workers, network, lateMs, isAlone }) => {
      world.server.capabilities = CAPABILITIES;
      world.worker.address = addressOf('first');
      const tab = await world.loggedIn('alice');
      world.network.mode = network;
      if (network !== 'up') world.network.cutAll();
      world.broadcastLatencyMs = lateMs;
      if (isAlone) tab.leave();
      const open = world.storeOf.bind(world);
      const opened = vi.spyOn(world, 'storeOf').mockImplementation((account) => {
        if (opened.mock.calls.length > MAX_OPENINGS) throw new Error('the account goes to and fro');
        return open(account);
      });
      const inits = Array.from({ length: workers }, (_, i) => {
        const name = `worker-of-${i}`;
        world.workers.push(new FakeWorker(world, name, addressOf(name)));
        return world.tab().init();
      });
      const outcomes = await world.passing(Promise.all(inits));
      const kind = network === 'up' ? 'success' : 'timeout';
      expect(outcomes.map((outcome) => outcome.kind)).toEqual(inits.map(() => kind));
      expect(opened.mock.calls.length).toBeLessThan(MAX_OPENINGS);
      expect(world.server.doubleLogins).toEqual([]);
      expect(world.network.peakFor('alice')).toBe(1);
    },
  );

  test('an init does not follow an account to a worker that has closed since', async () => {
    const first = world.worker;
    first.address = addressOf('first');
    await world.loggedIn('alice');
    const second = new FakeWorker(world, 'second', addressOf('second'));
    world.workers.push(second);
    await world.loggedIn('alice');
    second.kill();
    // The next tab finds the first one.
    world.workers.splice(world.workers.indexOf(second), 1);
    const tab = world.tab();
    expect(await world.passing(tab.init())).toMatchObject({ kind: 'success' });
    expect(tab.movedTo).toBeUndefined();
    expect(world.network.peakFor('alice')).toBe(1);
  });

  test('a newer build of the same protocol gets the account with its waiting sends, and the tab is sent on to it', async () => {
    const tab = await world.loggedIn('alice');
    const first = world.worker;
    first.address = { protocol: PROTOCOL, host: 'shared', url: '/first.js', name: 'jmessage-8' };
    world.network.mode = 'refuses';
    world.network.cutAll();
    await world.clock.advance(0);
    const sent = tab.send('bob', 'waits');
    await world.clock.advance(10);
    const second = new FakeWorker(world, 'another');
    second.address = { protocol: PROTOCOL, host: 'shared', url: '/next.js', name: 'jmessage-9' };
    world.workers.push(second);
    first.hear({
      kind: 'stand-down',
      account: 'http://server|app|alice',
      version: '99.0.0',
      at: second.address,
    });
    await world.clock.advance(1_000);
    world.network.mode = 'up';
    expect(await world.passing(sent)).toMatchObject({ kind: 'success' });
    expect(tab.mirror.state).toMatchObject({ username: 'alice', connected: true });
    expect(first.stores).toBe(0);
    expect(world.network.peakFor('alice')).toBe(1);
  });

  test('a tab of an older build that logs in is sent on to the newer one that has the account', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    const at = { protocol: PROTOCOL, host: 'shared', url: '/next.js', name: 'jmessage-9' } as const;
    const { worker } = world;
    // Another worker has the account lock, and says so.
    void world.locks
      .for('newer')
      .request('jmessage:account:http://server|app|alice', () => new Promise(() => undefined));
    void tab.login('alice');
    await world.clock.advance(10);
    worker.hear({ kind: 'heard', account: 'http://server|app|alice', version: '99.0.0', at });
    await world.clock.advance(10);
    expect(tab.movedTo).toEqual(at);
  });

  test('an older build that asks for the account does not get it', async () => {
    const tab = await world.loggedIn('alice');
    world.worker.hear({ kind: 'stand-down', account: 'http://server|app|alice', version: '0.0.9' });
    await world.clock.advance(0);
    expect(tab.mirror.state.connected).toBe(true);
  });
});
