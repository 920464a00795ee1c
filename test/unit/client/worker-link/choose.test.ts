/** The choice of a host: tabs that start in the same instant choose the same one, and a leading tab is found. */
import { afterEach, describe, expect, test, vi } from 'vitest';
import { browserPage, type Page } from '../../../../src/client/page/page.js';
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
  const ignore = () => undefined;
  return first?.connect(ignore, new AbortController().signal, ignore);
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

describe('a page tries every host that its browser has, and the page itself at last', () => {
  const APIS = ['SharedWorker', 'locks', 'Worker', 'BroadcastChannel', 'indexedDB'] as const;
  const SETS = Array.from({ length: 2 ** APIS.length }, (_, bits) =>
    APIS.filter((_api, place) => bits & (1 << place)),
  );
  const absent = () => undefined;
  const forbidden = () => {
    throw new DOMException('not here', 'SecurityError');
  };

  /** A browser in which these APIs are absent, or throw as soon as a page reads them. */
  function stub(without: readonly string[], read: () => undefined): void {
    const navigator = {};
    vi.stubGlobal('navigator', navigator);
    for (const api of APIS) {
      const owner = api === 'locks' ? navigator : globalThis;
      const there = api === 'locks' ? new FakeLocks().for('tab') : class {};
      if (owner === globalThis) vi.stubGlobal(api, undefined);
      Object.defineProperty(owner, api, {
        configurable: true,
        get: without.includes(api) ? read : () => there,
      });
    }
  }
  afterEach(() => vi.unstubAllGlobals());

  const expected = (without: readonly string[]) => {
    const canLead = !['locks', 'Worker', 'BroadcastChannel'].some((api) => without.includes(api));
    return [...(without.includes('SharedWorker') ? [] : ['shared']), ...(canLead ? ['leader'] : []), 'page'];
  };

  test.each([
    ['absent', absent],
    ['forbidden', forbidden],
  ])('in all 32 combinations of APIs that are %s', (_how, read) => {
    for (const without of SETS) {
      stub(without, read);
      const hosts = hostsFor(files, browserPage()).map(({ kind }) => kind);
      vi.unstubAllGlobals();
      expect({ without, hosts }).toEqual({ without, hosts: expected(without) });
    }
  });

  test('and one of them that the application demands is the only one', () => {
    stub(APIS, forbidden);
    const kinds = ['shared', 'leader', 'page'] as const;
    expect(kinds.map((kind) => hostsFor(files, browserPage(), kind).map((host) => host.kind))).toEqual(
      kinds.map((kind) => [kind]),
    );
  });
});
