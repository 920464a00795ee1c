/** The worker of `bare-ports.ts`: posts messages that look as the runtime's do, and does nothing else. */

interface Order {
  count: number;
  batch: number;
}

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

function post(port: MessagePort, { count, batch }: Order, from = 0): void {
  const to = Math.min(count, from + batch);
  const events = [];
  for (let seq = from; seq < to; seq += 1) events.push({ seq, listener: 'onMsgReceive', data: message(seq) });
  port.postMessage(events);
  if (to < count) setTimeout(() => post(port, { count, batch }, to));
}

addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports;
  if (!port) return;
  port.onmessage = ({ data }: MessageEvent<Order | 'ping'>) => {
    if (data === 'ping') port.postMessage(data);
    else post(port, data);
  };
});
