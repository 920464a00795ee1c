/** The remains of closed tabs: the socket for a while, their sends until they are terminal, and in the end nothing. */
import { beforeEach, describe, expect, test } from 'vitest';
import { World } from '../../fakes/world.js';

const OPENING_LINGER_MS = 10_000;
const SESSION_LINGER_MS = 15_000;

let world: World;
beforeEach(() => {
  world = new World();
});

describe('when tabs go', () => {
  /** Invariant 6, as far as the outside can see it. */
  function expectNothingLeft(): void {
    expect(world.network.open).toHaveLength(0);
    expect(world.worker.timers).toBe(0);
    expect(world.worker.stores).toBe(0);
    expect(world.locks.held).toEqual([world.worker.lock]);
    expect(world.locks.awaited).toEqual([]);
  }

  test('a tab that leaves is no longer counted, and the socket stays for the others', async () => {
    const one = await world.loggedIn('alice');
    const two = await world.loggedIn('alice');
    one.leave();
    await world.clock.advance(60_000);
    expect(two.mirror.state).toMatchObject({ connected: true, tabs: 1 });
  });

  test('a tab that crashes is noticed by its lock', async () => {
    const one = await world.loggedIn('alice');
    const two = await world.loggedIn('alice');
    one.crash();
    await world.clock.advance(0);
    expect(two.mirror.state.tabs).toBe(1);
  });

  test('the socket outlives the last tab for a while, so that a reload does not reconnect', async () => {
    const tab = await world.loggedIn('alice');
    tab.leave();
    await world.clock.advance(SESSION_LINGER_MS - 1_000);
    await world.loggedIn('alice');
    await world.clock.advance(60_000);
    expect(world.network.connections).toHaveLength(1);
    expect(world.server.isOnline('alice')).toBe(true);
  });

  test('a session that lingered before lingers again for as long', async () => {
    const first = await world.loggedIn('alice');
    first.leave();
    await world.clock.advance(SESSION_LINGER_MS - 2_000);
    const second = await world.loggedIn('alice');
    second.leave();
    await world.clock.advance(SESSION_LINGER_MS - 2_000);
    expect(world.server.isOnline('alice')).toBe(true);
  });

  test('nothing is left after the last of them', async () => {
    const tabs = [await world.loggedIn('alice'), await world.loggedIn('alice'), await world.loggedIn('bob')];
    for (const tab of tabs) tab.leave();
    await world.clock.advance(SESSION_LINGER_MS + 1_000);
    expectNothingLeft();
  });

  test('nothing is left after one that logged out', async () => {
    const tab = await world.loggedIn('alice');
    await world.passing(tab.call('loginOut'));
    tab.leave();
    await world.clock.advance(SESSION_LINGER_MS + 1_000);
    expectNothingLeft();
  });

  test('nothing is left after one that initialised and went', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    tab.leave();
    await world.clock.advance(OPENING_LINGER_MS + 1_000);
    expectNothingLeft();
  });

  test.each([0, 2, 6, 12, 17, 30])('nothing is left after one that went %i ms into its login', async (ms) => {
    const tab = world.tab();
    void tab.init().then(() => tab.login('alice'));
    await world.clock.advance(ms);
    tab.leave();
    await world.clock.advance(SESSION_LINGER_MS + OPENING_LINGER_MS + 1_000);
    expectNothingLeft();
  });

  test.each([0, 2, 6, 12, 17])(
    'nothing is left after one that went %i ms into a refused login',
    async (ms) => {
      const tab = world.tab();
      await world.passing(tab.init());
      void tab.login('alice', 'wrong');
      await world.clock.advance(ms);
      tab.leave();
      await world.clock.advance(SESSION_LINGER_MS + OPENING_LINGER_MS + 1_000);
      expectNothingLeft();
    },
  );

  test('nothing is left after one that went during an outage', async () => {
    const tab = await world.loggedIn('alice');
    world.network.goDown();
    await world.clock.advance(5_000);
    tab.leave();
    await world.clock.advance(SESSION_LINGER_MS + 1_000);
    expectNothingLeft();
  });

  test('the sends of a closed tab reach the server', async () => {
    const tab = await world.loggedIn('alice');
    world.network.goDown();
    void tab.send('bob', 'last words');
    await world.clock.advance(0);
    tab.leave();
    await world.clock.advance(60_000);
    world.network.mode = 'up';
    await world.clock.advance(60_000);
    expect(world.server.texts('alice', 'bob')).toEqual(['last words']);
    expectNothingLeft();
  });
});
