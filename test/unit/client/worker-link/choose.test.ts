/** The choice of a host: tabs that start in the same instant choose the same one, and a leading tab is found. */
import { expect, test } from 'vitest';
import type { Page } from '../../../../src/client/page/page.js';
import { hostsFor } from '../../../../src/client/worker-link/hosts/choose.js';
import { leadershipOf, type RuntimeFiles } from '../../../../src/client/worker-link/hosts/host.js';
import { FakeLocks } from '../../fakes/locks.js';

const port = {} as MessagePort;
const files = {
  worker: () => ({ port }) as SharedWorker,
  scope: '/im/',
  fallback: () => Promise.reject(new Error('not needed')),
  page: () => Promise.reject(new Error('not needed')),
} as RuntimeFiles;

/** A tab's first choice. */
const connect = (locks: FakeLocks, tab: string) => {
  const page = { locks: locks.for(tab), has: () => true } as unknown as Page;
  const [first] = hostsFor(files, page);
  return first?.connect(() => undefined, new AbortController().signal);
};

test('ten tabs that ask in the same instant whether a tab leads all share the worker', async () => {
  const locks = new FakeLocks();
  const tabs = Array.from({ length: 10 }, (_, i) => connect(locks, `tab ${i}`));
  expect(await Promise.all(tabs)).toEqual(tabs.map(() => port));
  expect(locks.held).toEqual([]);
});

test('a tab does not share a worker while another tab leads', async () => {
  const locks = new FakeLocks();
  void locks.for('leader').request(leadershipOf(files), () => new Promise(() => undefined));
  await expect(connect(locks, 'tab')).rejects.toThrow('another tab leads');
});
