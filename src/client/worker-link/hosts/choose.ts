/** The hosts that a page tries, best first. The browser's capabilities decide, never its name; a trial shows whether a capability works. */

import type { HostKind, WorkerAddress } from '../../../protocol/tab.js';
import type { Page } from '../../page/page.js';
import { workerAt } from './files.js';
import { type Host, leadershipOf, type RuntimeFiles } from './host.js';
import type { LeaderHost } from './leader-host.js';
import { pageHost } from './page-host.js';
import { sharedHost } from './shared-host.js';

/** @param forced the host that the application demands: that one or none */
export function hostsFor(files: RuntimeFiles, page: Page, forced?: HostKind | null): Host[] {
  const { locks } = page;
  const has = (name: 'SharedWorker' | 'Worker' | 'BroadcastChannel') => page.has(name);
  const canLead = locks !== null && has('Worker') && has('BroadcastChannel');
  const isLed = (): Promise<boolean> =>
    !forced && canLead
      ? // A leading tab holds it exclusively. Tabs that ask in the same instant must not take each other for one.
        locks
          .request(leadershipOf(files), { mode: 'shared', ifAvailable: true }, (lock) => !lock)
          .catch(() => false)
      : Promise.resolve(false);
  const hosts: Host[] = [];
  if (forced ? forced === 'shared' : has('SharedWorker')) hosts.push(sharedHost(files, page, isLed));
  if (forced ? forced === 'leader' : canLead) hosts.push(leaderHost(files, page));
  if (!forced || forced === 'page') hosts.push(pageHost(files));
  return hosts;
}

/**
 * The host of a worker of another build, or of the worker that replaces a wedged one.
 * @param isWedged the worker at that address is wedged, and its successor is meant
 */
export function hostOf(at: WorkerAddress, files: RuntimeFiles, page: Page, isWedged: boolean): Host {
  if (at.host === 'leader') {
    return leaderHost(Object.assign({}, files, workerAt(at.url), { leadership: at.name }), page);
  }
  const host: Host = {
    kind: 'shared',
    name: 'SharedWorker',
    connect: (onError, signal) =>
      files.fallback().then(({ hostAt, successorOf }) => {
        host.at ??= isWedged ? successorOf(at) : at;
        return hostAt(host.at, files).connect(onError, signal);
      }),
  };
  return host;
}

/** The leader host: its code is loaded by the few browsers that need it. */
function leaderHost(files: RuntimeFiles, page: Page): Host {
  let host: LeaderHost | undefined;
  return {
    kind: 'leader',
    name: 'leading tab',
    connect: (onError, signal, onLeft) =>
      files.fallback().then(({ LeaderHost }) => {
        if (signal.aborted) throw new Error('too late');
        host ??= new LeaderHost(files, page);
        return host.connect(onError, signal, onLeft);
      }),
    replace: () => host?.replace(),
    leave: (calls) => host?.leave(calls),
  };
}
