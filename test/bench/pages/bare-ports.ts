import { Arrivals, type Batch } from './bench-page.js';

/**
 * The least that messages from a worker can cost a tab. A worker posts batches of those sizes at those times. The page calls a listener for each
 * message, and that one counts as those of the other pages do.
 */
async function barePorts(batches: readonly Batch[]): Promise<void> {
  const { port } = new SharedWorker('/bench/bare-ports-worker.js');
  const arrivals = new Arrivals();
  arrivals.expect(batches.reduce((sum, { size }) => sum + size, 0));
  const listener = (_message: unknown) => arrivals.note();
  port.onmessage = ({ data }: MessageEvent<{ data: unknown }[]>) => {
    for (const event of data) listener(event.data);
  };
  port.postMessage(batches);
  await arrivals.all;
  port.close();
}

/** The least that a call of the worker can take: an empty message there and back, one after the other. @returns ms of each */
async function barePings(count: number): Promise<number[]> {
  const { port } = new SharedWorker('/bench/bare-ports-worker.js');
  const latencies: number[] = [];
  for (let i = 0; i < count; i += 1) {
    const started = performance.now();
    await new Promise((resolve) => {
      port.onmessage = resolve;
      port.postMessage('ping');
    });
    latencies.push(performance.now() - started);
  }
  port.close();
  return latencies;
}

Object.assign(window, { barePorts, barePings });

export type BarePorts = typeof barePorts;
export type BarePings = typeof barePings;
