/** Flow control of a sync: other requests do not wait for its end, and only two pushes are on their way. */
import { describe, expect, it } from 'vitest';
import { hostMounted, type LiveUser } from '../../test/kit/gateway-in-process.js';
import { until } from '../../test/kit/until.js';
import { type Client, textOf } from '../../test/kit/wire-socket.js';

const WINDOW = 65_536;
/** Each push takes half of the window. */
const TEXT = 'a message of some length '.repeat(40);
const COUNT = 200;

const gateway = hostMounted({ offlineMessages: 1_000 });
const { clients } = gateway;

/** A user who has missed several windows of messages, and is back. */
async function returned(): Promise<LiveUser> {
  const user = await clients.user();
  user.close();
  await user.next('disconnect');
  const sender = await clients.user();
  await Promise.all(Array.from({ length: COUNT }, (_, i) => sender.send(user.username, `${i} ${TEXT}`)));
  return clients.user(user.username);
}

const sync = (client: Client) =>
  client.ask('sync_check', {
    sync_key: 0,
    sync_type: 0,
    sync_event_key: 0,
    msg_receipt_key: 0,
    window: WINDOW,
  });

const pushed = (client: Client) =>
  client.all('sync_conversation').flatMap(({ messages }) => messages.flatMap(({ msgs }) => msgs.map(textOf)));

/** Takes every push until the sync is over. */
async function takeAll(client: Client, count = COUNT): Promise<void> {
  let taken = 0;
  await until('every message', async () => {
    const pushes = client.all('sync_conversation').slice(taken);
    taken += pushes.length;
    for (const { sync_key } of pushes) await client.ask('sync_taken', { sync_key });
    return pushed(client).length === count;
  });
}

describe('a sync with a window', () => {
  it('waits with two pushes on their way, and answers sends meanwhile', async () => {
    const back = await returned();
    await sync(back);
    for (let i = 0; i < 5; i += 1) await back.send(back.username, `meanwhile ${i}`);
    expect(back.all('sync_conversation')).toHaveLength(2);
    expect(pushed(back).length).toBeLessThan(COUNT);
  });

  it('goes on with each push that the client has taken, and brings every message once, in order', async () => {
    const back = await returned();
    await sync(back);
    await takeAll(back);
    expect(pushed(back)).toEqual(Array.from({ length: COUNT }, (_, i) => `${i} ${TEXT}`));
    const pushes = back.all('sync_conversation');
    expect(pushes.length).toBeGreaterThan(4);
    for (const push of pushes) expect(JSON.stringify(push).length).toBeLessThan(WINDOW);
  });

  it('holds live messages, the list of conversations and the next sync back until its end', async () => {
    const back = await returned();
    await sync(back);
    const order: string[] = [];
    const listed = back.ask('get_conversations').then(() => order.push('conversations'));
    const again = sync(back).then(() => order.push('next sync'));
    await (await clients.user()).send(back.username, 'live');
    await back.send(back.username, 'own');
    expect(order).toEqual([]);
    expect(back.all('msg_sync')).toEqual([]);
    await takeAll(back);
    await Promise.all([listed, again]);
    expect(order).toEqual(['conversations', 'next sync']);
    await until('the live message', () =>
      back.all('msg_sync').some(({ messages }) => messages.map(textOf).includes('live')),
    );
  });

  it('takes acknowledgements while it runs, so that only the rest comes again after a cut', async () => {
    const first = await returned();
    await sync(first);
    await until('two pushes', () => first.all('sync_conversation').length === 2);
    const [push] = first.all('sync_conversation');
    await first.ask('sync_conversation_ack', { sync_key: push?.sync_key });
    expect(pushed(first).length).toBeLessThan(COUNT);
    const acknowledged = push?.messages.flatMap(({ msgs }) => msgs).length ?? 0;
    expect(acknowledged).toBeGreaterThan(0);
    first.close();
    await first.next('disconnect');
    const back = await clients.user(first.username);
    await sync(back);
    const rest = COUNT - acknowledged;
    await takeAll(back, rest);
    expect(pushed(back)).toEqual(Array.from({ length: rest }, (_, i) => `${acknowledged + i} ${TEXT}`));
  });

  it('ends with its socket, and the next one brings everything', async () => {
    const first = await returned();
    await sync(first);
    first.close();
    await first.next('disconnect');
    const back = await clients.user(first.username);
    await sync(back);
    await takeAll(back);
  });

  it('may not be smaller than 64 KB', async () => {
    const user = await clients.user();
    const answer = await user.ask('sync_check', { sync_key: 0, window: 1_000 });
    expect(answer.code).not.toBe(0);
  });
});
