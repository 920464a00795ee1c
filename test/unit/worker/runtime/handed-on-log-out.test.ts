/** A log-out that another tab left behind ends the session of the account whose tab submits it, and no other session. */
import { beforeEach, expect, test, vi } from 'vitest';
import type { AccountName, Call } from '../../../../src/protocol/index.js';
import { APPKEY } from '../../fakes/messages.js';
import type { FakeTab } from '../../fakes/tab.js';
import { World } from '../../fakes/world.js';

let world: World;
let alice: FakeTab;
let bob: FakeTab;
beforeEach(async () => {
  world = new World();
  alice = await world.loggedIn('alice');
  bob = await world.loggedIn('bob');
});

/** Bob's tab submits the log-out of a tab that has left. */
async function bobHandsOn(account: AccountName | undefined, params: object | null = null): Promise<void> {
  const { runtime } = world.worker;
  const calls = vi.spyOn(runtime, 'call');
  await world.passing(bob.call('getUserInfo', { username: 'bob' }));
  const [tab] = calls.mock.lastCall ?? [];
  if (!tab) throw new Error('the runtime has received no call');
  const call: Call = {
    callId: 'of-the-tab-that-left',
    method: 'loginOut',
    params,
    madeAt: world.clock.now(),
    account,
    by: 'tab-that-left',
    again: true,
  };
  expect(await world.passing(runtime.call(tab, call))).toMatchObject({ kind: 'success' });
  await world.clock.advance(60_000);
}

test('ends the session of its own account, in every tab', async () => {
  await bobHandsOn({ appkey: APPKEY, username: 'bob' });
  expect(bob.mirror.state).toMatchObject({ state: 'ended', reason: 'logged_out' });
  expect(alice.mirror.state).toMatchObject({ state: 'ready', username: 'alice' });
});

test.each<[of: string, account: AccountName | undefined]>([
  ['another account', { appkey: APPKEY, username: 'alice' }],
  ["another application's account of the same name", { appkey: 'another', username: 'bob' }],
  ['no account', undefined],
])('of %s ends no session, and wipes nothing', async (_of, account) => {
  const wipes = ['alice', 'bob'].map((name) =>
    vi.spyOn(world.storeOf(`http://server|${APPKEY}|${name}`), 'wipe'),
  );
  await bobHandsOn(account, { wipe: true });
  for (const [name, tab] of Object.entries({ alice, bob }))
    expect(tab.mirror.state).toMatchObject({ state: 'ready', username: name });
  for (const wipe of wipes) expect(wipe).not.toHaveBeenCalled();
  expect(world.network.open).toHaveLength(2);
});
