/** The sends of a leading tab, whose worker ends with it: the other tabs of its account submit them. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { textOf } from '../../../kit/message-parts.js';
import { stubBrowser } from '../../fakes/browser.js';
import { ClientTab } from '../../fakes/client-tab.js';
import { CAPABILITIES } from '../../fakes/sends.js';
import { World } from '../../fakes/world.js';

let world: World;
beforeEach(() => {
  world = new World();
  world.server.capabilities = CAPABILITIES;
  stubBrowser(world);
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const isSend = ({ event }: { event: string }) => event.endsWith('single_text');
const ALICE = 'http://server|app|alice';
const PATIENCE_MS = 60_000;
/** After it a lost frame is lost for good. */
const LATENCY_MS = 20;

async function enter(name: string, username: string): Promise<ClientTab> {
  const tab = new ClientTab(world, name, { host: 'leader' });
  await world.passing(tab.init());
  await world.passing(tab.login(username));
  return tab;
}

/** The leading tab sends, and goes before the server or the disk has anything. */
async function goWith(leading: ClientTab, texts: readonly string[], go: () => void): Promise<void> {
  const disk = vi
    .spyOn(world.storeOf(ALICE), 'putOutbox')
    .mockImplementation(() => new Promise(() => undefined));
  world.network.loses = isSend;
  for (const text of texts) void leading.send('bob', text);
  await world.clock.advance(LATENCY_MS);
  expect(leading.host.own).toBeDefined();
  go();
  disk.mockRestore();
  world.network.loses = () => false;
  await world.clock.advance(PATIENCE_MS);
}

test('another tab of the account submits them, in their order and once, and shows them as those of another tab', async () => {
  const leading = await enter('first', 'alice');
  const others = [await enter('second', 'alice'), await enter('third', 'alice')];
  const texts = ['one', 'two', 'three'];
  await goWith(leading, texts, () => leading.leave());
  expect(world.server.texts('alice', 'bob')).toEqual(texts);
  for (const tab of others) expect(tab.current.map(textOf)).toEqual(texts);
});

test('a tab of another account does not submit them', async () => {
  const leading = await enter('first', 'alice');
  const other = await enter('second', 'bob');
  await goWith(leading, ['hello'], () => leading.leave());
  expect(world.server.texts('alice', 'bob')).toEqual([]);
  expect(other.isLogin).toBe(true);
  expect(other.waiting).toEqual([]);
});

test('a destroyed instance hands them on too, since its page may stay', async () => {
  const leading = await enter('first', 'alice');
  await enter('second', 'alice');
  await goWith(leading, ['hello'], () => leading.client.destroy());
  expect(world.server.texts('alice', 'bob')).toEqual(['hello']);
});
