/** Accepts the ports of tabs. A SharedWorker receives them as events; a leading tab's worker opens a BroadcastChannel for each tab that asks. */
import { type LeaderMessage, type Port, PROTOCOL, type WorkerAddress } from '../../protocol/worker.js';

/** Set in a leading tab's worker. */
let leadership: string | undefined;

/** The address at which other tabs reach this worker. */
export const addressOfWorker = (): WorkerAddress => ({
  protocol: PROTOCOL,
  host: leadership === undefined ? 'shared' : 'leader',
  // A worker that imports this script from another origin has its address in the fragment.
  url: globalThis.location.href.replace(/^blob:.*?#/, ''),
  name: leadership ?? (globalThis as { name?: string }).name ?? '',
});

export type Accept = (port: Port, onClosed?: () => void) => void;

/** Must run before the worker's script awaits anything. */
export function listen(accept: Accept): void {
  addEventListener('connect', (event) => {
    const [port] = (event as MessageEvent).ports;
    if (port) accept(port);
  });
  let up: (() => void) | undefined;
  // Only a leading tab posts messages here: the first one names the channel, later ones ask for a sign of life.
  addEventListener('message', ({ data }: MessageEvent<string>) => {
    leadership = data;
    up ??= serveTabs(data, accept);
    up();
  });
}

/** @returns a function that announces that the worker listens */
export function serveTabs(leadership: string, accept: Accept): () => void {
  const served = new Set<string>();
  const up: LeaderMessage = { up: `${Math.random()}` };
  const channel = new BroadcastChannel(leadership);
  channel.onmessage = ({ data }: MessageEvent<LeaderMessage>) => {
    // A tab that receives the announcement asks again.
    if (typeof data !== 'object' || !('connect' in data) || served.has(data.connect)) return;
    served.add(data.connect);
    const port = new BroadcastChannel(data.connect);
    accept(port, () => served.delete(data.connect));
    port.postMessage(up);
  };
  return () => channel.postMessage(up);
}
