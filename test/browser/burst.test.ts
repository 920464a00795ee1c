/** Full speed, both ways. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWorld, type World } from '../kit/world.js';

/** `npm run bench` sends more. */
const MESSAGES = 500;

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const numbered = (prefix: string) => Array.from({ length: MESSAGES }, (_, i) => `${prefix} ${i}`);

test('five hundred messages each way reach every tab once and in order', async () => {
  const hers = await world.anyProfile();
  const his = await world.anyProfile();
  const alice = [await world.tab(hers), await world.tab(hers), await world.tab(hers)] as const;
  const bob = [await world.tab(his), await world.tab(his), await world.tab(his)] as const;
  for (const tab of alice) await tab.login(world.auth(), world.user('alice'));
  for (const tab of bob) await tab.login(world.auth(), world.user('bob'));

  const started = performance.now();
  const [fromAlice, fromBob] = await Promise.all([
    alice[0].burst('bob', 'alice says', MESSAGES),
    bob[0].burst('alice', 'bob says', MESSAGES),
  ]);
  console.log(`${MESSAGES} each way in ${Math.round(performance.now() - started)} ms`);

  for (const outcome of [...fromAlice, ...fromBob]) {
    expect(outcome).toMatchObject({ settled: 1, kind: 'success', code: 0 });
  }
  for (const tab of [...alice, ...bob]) await tab.waitForHeard('onMsgReceive', MESSAGES);
  for (const tab of alice) {
    const texts = await tab.texts();
    expect(texts.filter((text) => text.startsWith('bob'))).toEqual(numbered('bob says'));
    // Own messages are delivered to the other tabs only.
    const own = tab === alice[0] ? [] : numbered('alice says');
    expect(texts.filter((text) => text.startsWith('alice'))).toEqual(own);
  }
  for (const tab of bob) {
    const texts = await tab.texts();
    expect(texts.filter((text) => text.startsWith('alice'))).toEqual(numbered('alice says'));
  }
  expect(world.relay.peakFor('alice')).toBe(1);
  expect(world.relay.peakFor('bob')).toBe(1);
});
