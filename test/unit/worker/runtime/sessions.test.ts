/** Opening and joining sessions in the view of tabs: one socket for an account, whatever they do at once. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CODES } from '../../../../src/protocol/index.js';
import { failsWith } from '../../fakes/sends.js';
import { BAD_SIGNATURE } from '../../fakes/server.js';
import { World } from '../../fakes/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});

describe('one socket for an account', () => {
  test('tabs that initialise and log in in the same instant open one socket together', async () => {
    const tabs = Array.from({ length: 10 }, () => world.tab());
    const inits = await world.passing(Promise.all(tabs.map((tab) => tab.init())));
    const logins = await world.passing(Promise.all(tabs.map((tab) => tab.login('alice'))));
    for (const outcome of [...inits, ...logins]) expect(outcome).toMatchObject({ kind: 'success' });
    expect(world.network.peakFor('alice')).toBe(1);
    expect(world.network.connections).toHaveLength(1);
    expect(tabs.at(-1)?.mirror.state.tabs).toBe(10);
  });

  test('a tab that comes later is answered from the live session', async () => {
    await world.loggedIn('alice');
    const late = await world.loggedIn('alice');
    expect(late.mirror.state).toMatchObject({ connected: true, username: 'alice', tabs: 2 });
    expect(world.network.connections).toHaveLength(1);
    expect(world.network.sent('login')).toHaveLength(1);
  });

  test('two accounts have one socket each', async () => {
    await world.loggedIn('alice');
    await world.loggedIn('bob');
    expect(world.network.open).toHaveLength(2);
    expect(world.server.isOnline('alice')).toBe(true);
    expect(world.server.isOnline('bob')).toBe(true);
  });

  test('one tab that logs in as two users at once gets one of them', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    const outcomes = await world.passing(Promise.all([tab.login('alice'), tab.login('bob')]));
    expect(outcomes[0]).toMatchObject({ kind: 'success', data: { username: 'alice' } });
    expect(outcomes[1]).toMatchObject(failsWith(CODES.alreadyLoggedIn));
    expect(world.network.sent('login')).toHaveLength(1);
  });
});

describe('a tab that joins with roaming', () => {
  test('sees the history, and after it what comes while that is read', async () => {
    await world.loggedIn('alice', { flag: true });
    for (const text of ['one', 'two']) world.server.deliver('bob', 'alice', text);
    await world.clock.advance(1_000);
    world.storeLatencyMs = 20;
    world.server.deliver('bob', 'alice', 'three');
    await world.clock.advance(6);
    const late = await world.loggedIn('alice', { flag: true });
    world.server.deliver('bob', 'alice', 'four');
    await world.clock.advance(1_000);
    expect(late.texts('bob')).toEqual(['one', 'two', 'three', 'four']);
  });

  test('sees it as well in the session of a worker that has just come up', async () => {
    const early = await world.loggedIn('alice', { flag: true });
    for (const text of ['one', 'two']) world.server.deliver('bob', 'alice', text);
    await world.clock.advance(1_000);
    world.network.mode = 'refuses';
    world.worker.kill();
    await early.connect();
    await world.clock.advance(1_000);
    const late = world.tab();
    const joined = late.init({ flag: true }).then(() => late.login('alice'));
    await world.clock.advance(1_000);
    world.network.mode = 'up';
    await world.passing(joined);
    await world.clock.advance(1_000);
    expect(late.texts('bob')).toEqual(['one', 'two']);
    expect(early.texts('bob')).toEqual(['one', 'two']);
  });

  test('without roaming sees only what comes', async () => {
    await world.loggedIn('alice');
    world.server.deliver('bob', 'alice', 'before');
    await world.clock.advance(1_000);
    const late = await world.loggedIn('alice');
    world.server.deliver('bob', 'alice', 'after');
    await world.clock.advance(1_000);
    expect(late.texts('bob')).toEqual(['after']);
  });
});

describe('init', () => {
  test('is refused with what the server says', async () => {
    const tab = world.tab();
    expect(await world.passing(tab.init({ signature: BAD_SIGNATURE }))).toMatchObject(
      failsWith(CODES.signatureFail),
    );
    expect(tab.mirror.initialised).toBe(false);
    expect(world.network.open).toHaveLength(0);
  });

  test('times out, once and in bounded time, when no server can be reached', async () => {
    world.network.mode = 'refuses';
    const tab = world.tab();
    const before = world.clock.now();
    expect(await world.passing(tab.init())).toMatchObject({ kind: 'timeout', responseTimeout: false });
    expect(world.clock.now() - before).toBeLessThanOrEqual(30_000);
  });

  test('gets through to a server that comes up while it tries', async () => {
    world.network.mode = 'refuses';
    const init = world.tab().init();
    await world.clock.advance(8_000);
    world.network.mode = 'up';
    expect(await world.passing(init)).toMatchObject({ kind: 'success' });
  });

  test('with another appkey than the one that is logged in is refused with 880107', async () => {
    const tab = await world.loggedIn('alice');
    expect(await world.passing(tab.init({ appkey: 'other' }))).toMatchObject(
      failsWith(CODES.alreadyLoggedIn),
    );
  });
});

describe('login', () => {
  test('with a wrong password is refused, and the socket stays for the next try', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    expect(await world.passing(tab.login('alice', 'wrong'))).toMatchObject(failsWith(CODES.invalidPassword));
    expect(await world.passing(tab.login('alice'))).toMatchObject({ kind: 'success' });
    expect(world.network.connections).toHaveLength(1);
  });

  test('to a live session with a wrong password fails with 880104', async () => {
    await world.loggedIn('alice');
    const tab = world.tab();
    await world.passing(tab.init());
    expect(await world.passing(tab.login('alice', 'wrong'))).toMatchObject(failsWith(CODES.invalidPassword));
    expect(tab.mirror.state.state).toBe('idle');
    expect(world.server.isOnline('alice')).toBe(true);
  });

  test('takes the password as text or as its digest', async () => {
    await world.loggedIn('alice');
    const tab = world.tab();
    await world.passing(tab.init());
    const digest = world.worker.platform.md5("alice's password").toUpperCase();
    const login = tab.call('login', { username: 'alice', password: digest, is_md5: true });
    expect(await world.passing(login)).toMatchObject({ kind: 'success' });
  });

  test('of another user while logged in is refused with 880107', async () => {
    const tab = await world.loggedIn('alice');
    expect(await world.passing(tab.login('bob'))).toMatchObject(failsWith(CODES.alreadyLoggedIn));
  });

  test('again, as V2 applications do after a disconnect, joins the recovery', async () => {
    const tab = await world.loggedIn('alice');
    world.network.cutAll();
    await world.clock.advance(0);
    expect(tab.received('onDisconnect')).toHaveLength(1);
    const [init, login] = await world.passing(Promise.all([tab.init(), tab.login('alice')]));
    expect(init).toMatchObject({ kind: 'success' });
    expect(login).toMatchObject({ kind: 'success' });
    expect(world.network.open).toHaveLength(1);
    expect(world.network.peakFor('alice')).toBe(1);
    expect(tab.received('onDisconnect')).toHaveLength(1);
  });
});

describe('register', () => {
  test('makes an account that can log in on the same socket', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    const register = tab.call('register', { username: 'dave', password: "dave's password" });
    expect(await world.passing(register)).toMatchObject({ kind: 'success', data: { code: 0 } });
    expect(await world.passing(tab.login('dave'))).toMatchObject({ kind: 'success' });
    expect(world.network.connections).toHaveLength(1);
  });

  test('of a taken name is refused with what the server says', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    expect(await world.passing(tab.call('register', { username: 'bob', password: 'x' }))).toMatchObject(
      failsWith(CODES.userExists),
    );
  });

  test('while logged in is refused with 880006', async () => {
    const tab = await world.loggedIn('alice');
    expect(await world.passing(tab.call('register', { username: 'dave', password: 'x' }))).toMatchObject(
      failsWith(CODES.logOutBeforeRegister),
    );
  });
});

describe('attach', () => {
  test('joins a live session without its password', async () => {
    await world.loggedIn('alice');
    const tab = world.tab();
    expect(await world.passing(tab.call('attach', { appkey: 'app', username: 'alice' }))).toMatchObject({
      kind: 'success',
      data: { username: 'alice' },
    });
    expect(tab.mirror.restore.login).toMatchObject({ username: 'alice', digest: null });
  });

  test('finds nothing where nobody is logged in', async () => {
    expect(
      await world.passing(world.tab().call('attach', { appkey: 'app', username: 'alice' })),
    ).toMatchObject(failsWith(CODES.nothingToAttach));
  });
});
