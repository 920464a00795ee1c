/** The snapshot of a worker for people: complete, bounded, without contents and secrets. */
import { beforeEach, expect, test } from 'vitest';
import { World } from '../../fakes/world.js';

const MAX_LINES = 200;

let world: World;
beforeEach(() => {
  world = new World();
});

test('shows tabs, accounts and open requests, and neither contents nor secrets', async () => {
  const tab = await world.loggedIn('alice');
  world.tab();
  await world.clock.advance(1_000);
  world.network.loses = ({ way }) => way === 'down';
  void tab.send('bob', 'nobody else should read this');
  await world.clock.advance(100);
  const found = await world.worker.runtime.inspect();
  expect(found.tabs).toMatchObject([
    { username: 'alice', active: true },
    { username: null, active: false },
  ]);
  expect(found.accounts).toMatchObject([
    {
      state: { state: 'ready', username: 'alice' },
      unsent: 1,
      openRequests: [{ event: 's_across_single_text', failedTries: 0, acked: false }],
    },
  ]);
  expect(found.log.at(-1)).toMatch(/^\d{4}-\d\d-\d\dT.* debug alice: ready$/);
  const { login, auth } = tab.mirror.restore;
  const secrets = ['nobody else', login?.digest, login?.resume?.token, auth?.signature, "alice's password"];
  for (const secret of secrets) if (secret) expect(JSON.stringify(found)).not.toContain(secret);
});

test('keeps the last lines of the log and no more', async () => {
  const tab = await world.loggedIn('alice');
  for (let n = 0; n < 160; n += 1) {
    world.network.cutAll();
    await world.clock.advance(3_700);
  }
  expect(tab.isLogin).toBe(true);
  const { log } = await world.worker.runtime.inspect();
  expect(log).toHaveLength(MAX_LINES);
});
