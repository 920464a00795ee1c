/** The worker of `bare-ports.ts`: posts messages as the runtime's tab delivers them, and does nothing else. */
import type { BareOrder } from './bare-ports.js';

async function post(port: MessagePort, { batches, sample }: BareOrder): Promise<void> {
  const text = JSON.stringify(sample);
  let posted = 0;
  for (const { size, afterMs } of batches) {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const from = posted;
    const events = Array.from({ length: size }, (_, i) => {
      const message: BareOrder['sample'] = JSON.parse(text);
      message.msg_id += from + i;
      return { seq: from + i, listener: 'onMsgReceive', data: message };
    });
    port.postMessage(events);
    posted += size;
  }
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<BareOrder | 'ping'>) => {
    if (data === 'ping') port.postMessage(data);
    else void post(port, data);
  };
});
