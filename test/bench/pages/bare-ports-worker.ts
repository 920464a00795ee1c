/** The worker of `bare-ports.ts`: posts messages that look as the runtime's do, and does nothing else. */

/** Batches of so many messages, each so long after the one before, ms. */
type Order = readonly { size: number; afterMs: number }[];

const message = (id: number) => ({
  msg_id: id,
  msg_type: 3,
  from_uid: 1,
  from_gid: 0,
  ctime_ms: id,
  msg_level: 'normal',
  need_receipt: false,
  key: 1,
  from_username: 'dave',
  from_appkey: 'test-app',
  content: {
    version: 1,
    target_type: 'single',
    target_id: 'bob',
    target_name: '',
    from_platform: 'web',
    from_id: 'dave',
    from_name: 'dave',
    create_time: id,
    msg_type: 'text',
    msg_body: { text: `message ${id}, of an ordinary length as chats go` },
  },
});

async function post(port: MessagePort, order: Order): Promise<void> {
  let posted = 0;
  for (const { size, afterMs } of order) {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    const from = posted;
    const events = Array.from({ length: size }, (_, i) => ({
      seq: from + i,
      listener: 'onMsgReceive',
      data: message(from + i),
    }));
    port.postMessage(events);
    posted += size;
  }
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<Order | 'ping'>) => {
    if (data === 'ping') port.postMessage(data);
    else void post(port, data);
  };
});
