/** The worker of `bare-ports.ts`: posts messages that look as the runtime's do, and does nothing else. */

/** The sizes of the batches. */
type Order = number[];

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

function post(port: MessagePort, [size = 0, ...later]: Order, from = 0): void {
  const events = Array.from({ length: size }, (_, i) => ({
    seq: from + i,
    listener: 'onMsgReceive',
    data: message(from + i),
  }));
  port.postMessage(events);
  if (later.length > 0) setTimeout(() => post(port, later, from + size));
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<Order | 'ping'>) => {
    if (data === 'ping') port.postMessage(data);
    else post(port, data);
  };
});
