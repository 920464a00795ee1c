/** Steps that the tests of sends and sessions share. */
import { type HostKind, type OutboxEntry, type Outcome, PROTOCOL } from '../../../src/protocol/worker.js';
import type { FakeTab } from './tab.js';
import { World } from './world.js';

/** Those of the project's gateway. */
export const CAPABILITIES: World['server']['capabilities'] = [
  'resume',
  'history',
  'ordered_sends',
  'sync_window',
];

/** alice is logged in, to a server with every capability of the gateway. */
export async function loggedInAlice(host: HostKind = 'shared'): Promise<{ world: World; alice: FakeTab }> {
  const world = new World();
  world.start(host === 'page' ? null : { protocol: PROTOCOL, host, url: '/worker.js', name: 'worker' });
  world.server.capabilities = CAPABILITIES;
  return { world, alice: await world.loggedIn('alice') };
}

export async function goOffline({ network, clock }: World): Promise<void> {
  network.goDown();
  await clock.advance(100);
}

/** There is a network again, and every tab says so; with the time that all the tries of a request take. */
export async function goOnline({ network, tabs, clock }: World): Promise<void> {
  network.mode = 'up';
  for (const tab of tabs) tab.wake();
  await clock.advance(40_000);
}

/** A send that nobody has to wait for. */
export function post(tab: FakeTab, text: string, to = 'bob') {
  const sent = { outcome: undefined as Outcome | undefined, done: tab.send(to, text) };
  void sent.done.then((outcome) => {
    sent.outcome = outcome;
  });
  return sent;
}

/** The code that it failed with, else what it came to. */
export const codeOf = (outcome: Outcome): number | string =>
  outcome.kind === 'failure' ? outcome.error.code : outcome.kind;

export async function outboxOf(world: World, tab: FakeTab): Promise<OutboxEntry[]> {
  const outcome = await world.passing(tab.call('getOutbox'));
  return outcome.kind === 'success' ? (outcome.data as { entries: OutboxEntry[] }).entries : [];
}

/** The failure of a call with this code, as `toMatchObject` takes it. */
export const failsWith = (code: number) => ({ kind: 'failure', error: { code } });
