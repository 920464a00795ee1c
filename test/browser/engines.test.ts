/** Both revisions of Engine.IO and both transports: the runtime reaches its server with each. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { BrowserProfile } from '../kit/engines/engine.js';
import { type GatewayV2, startGatewayV2 } from '../kit/gateway-v2.js';
import { type Relay, startRelay } from '../kit/relay.js';
import type { Tab } from '../kit/tab.js';
import { createWorld, SHARES, type TabOptions, type World } from '../kit/world.js';

let world: World;
let v2: GatewayV2;
let relayV2: Relay;
let hers: BrowserProfile;
let his: BrowserProfile;

beforeAll(async () => {
  world = await createWorld();
  v2 = await startGatewayV2(new Map([[world.gateway.appkey, world.gateway.secret]]));
  relayV2 = await startRelay(v2.url);
  hers = await world.anyProfile();
  his = await world.anyProfile();
});
afterAll(async () => {
  await relayV2.close();
  await v2.close();
  await world.close();
});
afterEach(async () => {
  for (const profile of [hers, his]) await profile.clear();
});

/** Registers first, because the Socket.IO 2 server has its own accounts. */
async function enter(tab: Tab, username: string): Promise<void> {
  await tab.ok('init', world.auth());
  await tab.call('register', world.user(username));
  await tab.ok('login', world.user(username));
  // Messages that arrive earlier come by the sync.
  await tab.waitForState('ready');
}

/** Opens alice's tabs and bob's, and has them exchange messages. In the page host an account has one tab. */
async function chat(options: TabOptions = {}): Promise<{ alice: Tab; alice2: Tab; bob: Tab }> {
  const alice = await world.tab(hers, options);
  const alice2 = SHARES ? await world.tab(hers, options) : alice;
  const bob = await world.tab(his, options);
  await enter(alice, 'alice');
  if (SHARES) await enter(alice2, 'alice');
  await enter(bob, 'bob');
  await alice.ok('sendSingleMsg', { target_username: 'bob', content: '你好 👋' });
  await bob.waitForText('你好 👋');
  if (SHARES) await alice2.waitForText('你好 👋');
  await bob.ok('sendSingleMsg', { target_username: 'alice', content: 'hello' });
  await alice.waitForText('hello');
  const { conversations } = await alice.ok('getConversation');
  expect(conversations).toMatchObject([{ type: 3, name: 'bob', username: 'bob' }]);
  return { alice, alice2, bob };
}

test('Engine.IO 3 to a Socket.IO 2 server, and back after a cut', async () => {
  const { alice, alice2, bob } = await chat({ engine: 3, address: relayV2.url });
  expect(relayV2.peakFor('alice')).toBe(1);
  expect(relayV2.frames(({ socket }) => socket.revision === 3).length).toBeGreaterThan(0);
  relayV2.cutAll();
  await alice2.waitForHeard('onDisconnect');
  await alice2.waitForState('ready');
  await bob.waitForState('ready');
  await bob.ok('sendSingleMsg', { target_username: 'alice', content: 'again' });
  await alice.waitForText('again');
});

test('Engine.IO 3 to the gateway', async () => {
  await chat({ engine: 3 });
  expect(world.relay.frames(({ socket }) => socket.revision === 3).length).toBeGreaterThan(0);
});

test('polling, if websockets do not get through', async () => {
  const sockets = world.relay.total;
  world.relay.pollingOnly(true);
  await chat();
  expect(world.relay.total).toBe(sockets);
});
