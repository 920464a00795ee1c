/**
 * The least that a message from a worker can cost a tab: a worker posts batches of messages, the page calls a listener for each. The batches are
 * as large as the runtime's.
 */
async function barePorts(count: number, batch: number): Promise<void> {
  const { port } = new SharedWorker('/bench/bare-ports-worker.js');
  let left = count;
  await new Promise<void>((resolve) => {
    const listener = (message: unknown) => {
      if (message !== undefined) left -= 1;
      if (left === 0) resolve();
    };
    port.onmessage = ({ data }: MessageEvent<{ data: unknown }[]>) => {
      for (const event of data) listener(event.data);
    };
    port.postMessage({ count, batch });
  });
  port.close();
}

Object.assign(window, { barePorts });

export type BarePorts = typeof barePorts;
