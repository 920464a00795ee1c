/** Coming back after an outage without signature or password, where the server gives tokens. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CODES } from '../../../../src/protocol/index.js';
import type { FakeTab } from '../../fakes/tab.js';
import { World } from '../../fakes/world.js';

const HOUR_MS = 3_600_000;

let world: World;
let alice: FakeTab;
beforeEach(async () => {
  world = new World();
  world.server.capabilities = ['resume', 'history'];
  alice = await world.loggedIn('alice');
});

const outage = async (ms: number) => {
  world.network.goDown();
  await world.clock.advance(ms);
  world.network.mode = 'up';
  for (const tab of world.tabs) if (tab.open) tab.wake();
  await world.clock.advance(5_000);
};
const attach = (tab: FakeTab) => world.passing(tab.call('attach', { appkey: 'app', username: 'alice' }));

describe('with a token', () => {
  test('an account comes back after an hour, with neither a fresh signature nor the password', async () => {
    await outage(HOUR_MS);
    expect(alice.mirror.state).toMatchObject({ state: 'ready', connected: true, synced: true });
    expect(world.network.sent('c_init')).toHaveLength(1);
    expect(world.network.sent('login')).toHaveLength(1);
    expect(world.network.sent('resume')).toHaveLength(1);
  });

  test('each outage has the next token', async () => {
    await outage(1_000);
    await outage(1_000);
    await outage(1_000);
    const tokens = world.network.sent('resume').map(({ token }) => token);
    expect(new Set(tokens).size).toBe(3);
    expect(alice.mirror.state.state).toBe('ready');
  });

  test('a tab keeps no digest of the password, and the disk no password in any form', async () => {
    expect(alice.mirror.restore.login).toMatchObject({ digest: null, resume: { token: expect.any(String) } });
    const digest = world.worker.platform.md5("alice's password");
    const store = world.storeOf('http://server|app|alice');
    const kept = JSON.stringify([await store.token(), await store.progress(), await store.outbox()]);
    expect(kept).not.toContain(digest);
    expect(kept).not.toContain("alice's password");
  });

  test('an answer that was lost locks nobody out', async () => {
    world.network.loses = ({ way, event }) => way === 'down' && event === 'resume';
    world.network.cutAll();
    await world.clock.advance(3_000);
    world.network.loses = () => false;
    world.network.cutAll();
    await world.clock.advance(120_000);
    expect(alice.mirror.state.state).toBe('ready');
  });

  test('a token that the server takes no longer gives way to the password that this worker knows', async () => {
    world.server.revoke('alice');
    await outage(1_000);
    expect(alice.mirror.state.state).toBe('ready');
    expect(world.network.sent('login')).toHaveLength(2);
  });

  test('a token that the server takes no longer ends the session of a worker without the password', async () => {
    world.worker.kill();
    world.network.mode = 'refuses';
    await alice.connect();
    await world.clock.advance(1_000);
    world.server.revoke('alice');
    world.network.mode = 'up';
    alice.wake();
    await world.clock.advance(60_000);
    expect(alice.mirror.state).toMatchObject({ state: 'ended', reason: 'login_refused' });
    expect(alice.received('onDisconnect')).toHaveLength(1);
  });

  test("after a worker's death a tab without the password brings the session back by itself", async () => {
    const guest = world.tab();
    await attach(guest);
    alice.crash();
    world.worker.kill();
    await guest.connect();
    await world.clock.advance(1_000);
    expect(guest.mirror.state).toMatchObject({ state: 'ready', username: 'alice' });
  });

  test('after the browser was closed a page attaches to what it left', async () => {
    alice.crash();
    world.worker.kill();
    const page = world.tab();
    expect((await attach(page)).kind).toBe('success');
    await world.clock.advance(1_000);
    expect(page.mirror.state).toMatchObject({ state: 'ready', username: 'alice' });
  });

  test('a page attaches without a network, and reads what this device keeps', async () => {
    await world.passing(alice.call('getUserInfo', { username: 'bob' }));
    alice.crash();
    world.worker.kill();
    world.network.mode = 'refuses';
    const page = world.tab();
    expect((await attach(page)).kind).toBe('success');
    expect(page.mirror.state).toMatchObject({ connected: false, username: 'alice' });
    const read = await world.passing(page.call('getUserInfo', { username: 'bob' }));
    expect(read).toMatchObject({ data: { user_info: { username: 'bob' }, from_cache: true } });
  });

  test('after a log-out there is nothing to attach to', async () => {
    await world.passing(alice.call('loginOut'));
    const outcome = await attach(world.tab());
    expect(outcome).toMatchObject({ error: { code: CODES.nothingToAttach } });
    expect(world.network.sent('log_out')).toHaveLength(1);
  });

  test('nor after a log-in elsewhere', async () => {
    world.server.kick('alice');
    await world.clock.advance(1_000);
    expect(await attach(world.tab())).toMatchObject({ error: { code: CODES.nothingToAttach } });
  });

  test('a password is checked with the server if this worker never received it', async () => {
    world.worker.kill();
    await alice.connect();
    await world.clock.advance(1_000);
    const second = world.tab();
    await world.passing(second.init());
    expect(await world.passing(second.login('alice', 'wrong'))).toMatchObject({
      error: { code: CODES.invalidPassword },
    });
    expect((await world.passing(second.login('alice'))).kind).toBe('success');
    expect(alice.mirror.state.tabs).toBe(2);
  });
});

test('a stock server gets no device names', async () => {
  world.server.capabilities = [];
  await world.passing(alice.call('loginOut'));
  await world.passing(alice.enter('alice'));
  expect(world.network.sent('login').at(-1)).not.toHaveProperty('device');
  expect(alice.mirror.restore.login).toMatchObject({ resume: null, digest: expect.any(String) });
});

test('a server that goes away is come back to within the time it asks for', async () => {
  world.random.next = () => 0.9;
  world.server.push('alice', 'going_away', { retry_after: 20_000 });
  await world.clock.advance(10);
  world.network.cutAll();
  await world.clock.advance(17_000);
  expect(alice.mirror.state.connected).toBe(false);
  await world.clock.advance(3_000);
  expect(alice.mirror.state.connected).toBe(true);
});

describe('after sleep', () => {
  test('a connection that looks open and is not is given up within seconds', async () => {
    world.network.loses = ({ connection }) => connection === 0;
    world.clock.sleep(HOUR_MS);
    await world.clock.advance(15_000);
    expect(alice.mirror.state.state).toBe('ready');
    expect(world.network.open.map(({ id }) => id)).not.toContain(0);
  });

  test('a wait that was to last is over at once', async () => {
    world.network.goDown();
    await world.clock.advance(120_000);
    world.network.mode = 'up';
    const { retryAt = 0 } = alice.mirror.state;
    expect(retryAt).toBeGreaterThan(0);
    world.clock.sleep(30_000);
    await world.clock.advance(1_000);
    expect(alice.mirror.state.connected).toBe(true);
  });

  test('one that is open stays', async () => {
    world.clock.sleep(HOUR_MS);
    await world.clock.advance(15_000);
    expect(world.network.connections).toHaveLength(1);
    expect(alice.mirror.state.state).toBe('ready');
  });
});
