/** The least that messages from a worker can cost a tab. A worker posts batches of those sizes, and the page calls a listener for each message. */
async function barePorts(sizes: number[]): Promise<void> {
  const { port } = new SharedWorker('/bench/bare-ports-worker.js');
  let left = sizes.reduce((a, b) => a + b, 0);
  await new Promise<void>((resolve) => {
    const listener = (message: unknown) => {
      if (message !== undefined) left -= 1;
      if (left === 0) resolve();
    };
    port.onmessage = ({ data }: MessageEvent<{ data: unknown }[]>) => {
      for (const event of data) listener(event.data);
    };
    port.postMessage(sizes);
  });
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
