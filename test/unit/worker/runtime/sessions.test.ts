/** Opening, joining and ending sessions in the view of tabs: one socket for an account, whatever they do at once. */
import { beforeEach, describe, expect, test } from 'vitest';
import { CODES, PROTOCOL } from '../../../../src/protocol/index.js';
import { BAD_SIGNATURE } from '../../fakes/server.js';
import { FakeWorker, World } from '../../fakes/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});

const failsWith = (code: number) => ({ kind: 'failure', error: { code } });

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
