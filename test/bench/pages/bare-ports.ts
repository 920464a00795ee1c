import { Arrivals, type Batch } from './bench-page.js';

/** Batches of so many messages, each so long after the one before, ms. The messages are those of the sample, with ids that rise. */
export interface BareOrder {
  batches: readonly Batch[];
  sample: { msg_id: number };
}

let worker: SharedWorker | undefined;

function opened(): MessagePort {
  worker ??= new SharedWorker('/bench/bare-ports-worker.js');
  return worker.port;
}

/**
 * The least that messages from a worker can cost a tab. A worker posts batches of those sizes at those times. The page calls a listener for each
 * message, and that one counts as those of the other pages do.
 */
async function barePorts(order: BareOrder): Promise<void> {
  const arrivals = new Arrivals();
  arrivals.expect(order.batches.reduce((sum, { size }) => sum + size, 0));
  const listener = (_message: unknown) => arrivals.note();
  const port = opened();
  port.onmessage = ({ data }: MessageEvent<{ data: unknown }[]>) => {
    for (const event of data) listener(event.data);
  };
  port.postMessage(order);
  await arrivals.all;
}

/** The least that a call of the worker can take: an empty message there and back, one after the other. @returns ms of each */
async function barePings(count: number): Promise<number[]> {
  const port = opened();
  const latencies: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const started = performance.now();
    await new Promise((resolve) => {
      port.onmessage = resolve;
      port.postMessage('ping');
    });
    latencies.push(performance.now() - started);
  }
  return latencies;
}

Object.assign(window, { barePorts, barePings });

export type BarePorts = typeof barePorts;
export type BarePings = typeof barePings;
