/** Missed messages: acknowledgements, offline messages, roaming, and their order. */
import { describe, expect, it } from 'vitest';
import { Clients, hostMounted, mount } from '../../test/kit/gateway-in-process.js';
import { type Client, type Data, textOf } from '../../test/kit/wire-socket.js';

const DAY_MS = 86_400_000;
const SETTINGS = { offlineMessages: 5, historyMessages: 4, syncPushBytes: 4_096 };

let nowMs = Date.now();
const now = (): number => nowMs;
const gateway = hostMounted(SETTINGS, now);
const { clients } = gateway;

const textsOf = (pushes: Data[]): string[] =>
  pushes.flatMap(({ messages }) => messages.flatMap(({ msgs }) => msgs.map(textOf)));

/** Syncs, and sends another request. The pushes of the sync arrive before its answer. */
async function syncedTexts(client: Client, key: number, roaming: 0 | 1): Promise<string[]> {
  const before = client.all('sync_conversation').length;
  await client.sync(key, roaming);
  await client.ask('get_conversations');
  return textsOf(client.all('sync_conversation').slice(before));
}

/** A user with an account who is not here. */
async function absentUser(): Promise<string> {
  const user = await clients.user();
  user.close();
  await user.next('disconnect');
  return user.username;
}

async function sendAll(client: Client, to: string, texts: string[], extra: object = {}): Promise<Data[]> {
  return Promise.all(texts.map((text) => client.send(to, text, extra)));
}

describe('offline messages', () => {
  it('come at the next sync, by conversation, oldest first', async () => {
    const bob = await absentUser();
    const alice = await clients.user();
    const carol = await clients.user();
    const [a1] = await sendAll(alice, bob, ['a1']);
    const [c1] = await sendAll(carol, bob, ['c1']);
    const [a2] = await sendAll(alice, bob, ['a2']);
    const back = await clients.user(bob);
    const answer = await back.sync(0, 0);
    expect(answer).toMatchObject({ code: 0, sync_key: a2?.msg_id, sync_type: 0, msg_receipt_key: 0 });
    // 0 would ask from the start, the next time.
    expect(answer.sync_event_key).toBe(1);
    const push = await back.next('sync_conversation');
    expect(push.sync_key).toBe(a2?.msg_id);
    expect(push.messages).toMatchObject([
      { msg_type: 3, from_username: alice.username, from_gid: 0, unsync_count: 2, receipt_msgs: [] },
      { msg_type: 3, from_username: carol.username, unsync_count: 1 },
    ]);
    const ids = push.messages.map(({ msgs }) => msgs.map(({ msg_id }) => msg_id));
    expect(ids).toEqual([[a1?.msg_id, a2?.msg_id], [c1?.msg_id]]);
    expect(push.messages[0]?.key).toBe(push.messages[0]?.msgs[0]?.from_uid);
  });

  it('come again until they are acknowledged, one by one or up to a key', async () => {
    const bob = await absentUser();
    const alice = await clients.user();
    const sent = await sendAll(alice, bob, ['one', 'two', 'three']);
    const back = await clients.user(bob);
    expect(await syncedTexts(back, 0, 0)).toEqual(['one', 'two', 'three']);
    // These were never acknowledged, so the key does not matter.
    const key = sent[2]?.msg_id ?? 0;
    expect(await syncedTexts(back, key, 0)).toEqual(['one', 'two', 'three']);
    const { messages } = await back.next('sync_conversation');
    const two = messages[0]?.msgs[1];
    if (two) expect(await back.acknowledge(two)).toMatchObject({ code: 0 });
    expect(await syncedTexts(back, 0, 0)).toEqual(['one', 'three']);
    await back.ask('sync_conversation_ack', { sync_key: sent[0]?.msg_id });
    expect(await syncedTexts(back, 0, 0)).toEqual(['three']);
    await back.ask('sync_conversation_ack', { sync_key: key });
    expect(await syncedTexts(back, 0, 0)).toEqual([]);
  });

  it('cannot be acknowledged by anybody else', async () => {
    const bob = await absentUser();
    const alice = await clients.user();
    const [sent] = await sendAll(alice, bob, ['one']);
    const fields = { msg_id: sent?.msg_id, msg_type: 3, from_uid: 1, from_gid: 0 };
    expect(await alice.ask('msg_recv_v2', fields)).toMatchObject({ code: 0 });
    await alice.ask('sync_conversation_ack', { sync_key: sent?.msg_id });
    expect(await syncedTexts(await clients.user(bob), 0, 0)).toEqual(['one']);
  });

  it('are kept up to the limit of a conversation, the latest', async () => {
    const bob = await absentUser();
    const alice = await clients.user();
    const carol = await clients.user();
    const texts = Array.from({ length: 8 }, (_, index) => `${index}`);
    await sendAll(alice, bob, texts);
    await sendAll(carol, bob, ['c']);
    const back = await clients.user(bob);
    const { conversations } = await back.ask('get_conversations');
    expect(conversations.map((conversation) => conversation.unread_msg_count)).toEqual([1, 5]);
    expect(await syncedTexts(back, 0, 0)).toEqual([...texts.slice(3), 'c']);
  });

  it('are kept fifteen days', async () => {
    const bob = await absentUser();
    const alice = await clients.user();
    await sendAll(alice, bob, ['old']);
    nowMs += 14 * DAY_MS;
    await sendAll(alice, bob, ['new']);
    nowMs += 2 * DAY_MS;
    await gateway.store.sweep();
    const back = await clients.user(bob);
    expect(await syncedTexts(back, 0, 0)).toEqual(['new']);
    expect(await syncedTexts(back, 0, 1)).toEqual(['new']);
  });

  it('are not kept for a message that says so, which is delivered to whoever is there', async () => {
    const bob = await absentUser();
    const alice = await clients.user();
    await sendAll(alice, bob, ['now or never'], { no_offline: true });
    const back = await clients.user(bob);
    expect(await syncedTexts(back, 0, 1)).toEqual([]);
    await sendAll(alice, bob, ['you are here'], { no_offline: true });
    await back.live(1);
    expect(back.texts()).toEqual(['you are here']);
  });
});

describe('roaming', () => {
  it('from key 0 shows the recent history of both directions', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    await alice.send(bob.username, '0');
    await alice.send(bob.username, '1');
    await bob.send(alice.username, '2');
    await alice.send(bob.username, '3');
    await bob.send(alice.username, '4');
    for (const message of await bob.live(3)) await bob.acknowledge(message);
    for (const message of await alice.live(2)) await alice.acknowledge(message);
    const history = ['1', '2', '3', '4'];
    expect(await syncedTexts(await clients.user(bob.username), 0, 1)).toEqual(history);
    const back = await clients.user(alice.username);
    expect(await syncedTexts(back, 0, 1)).toEqual(history);
    const { messages } = await back.next('sync_conversation');
    // Acknowledged is not read: the count is that of the list of conversations.
    expect(messages).toMatchObject([{ from_username: bob.username, unsync_count: 2 }]);
    expect(await syncedTexts(back, 0, 0)).toEqual([]);
  });

  it('from a key shows everything beyond it, acknowledged or not', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    const sent = await sendAll(alice, bob.username, ['0', '1', '2', '3', '4', '5', '6']);
    for (const message of await bob.live(7)) await bob.acknowledge(message);
    const key = sent[0]?.msg_id ?? 0;
    expect(await syncedTexts(await clients.user(bob.username), key, 1)).toEqual([
      '1',
      '2',
      '3',
      '4',
      '5',
      '6',
    ]);
    expect(await syncedTexts(await clients.user(bob.username), key, 0)).toEqual([]);
  });

  it('ends fifteen days ago', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    await alice.send(bob.username, 'old');
    nowMs += 16 * DAY_MS;
    await alice.send(bob.username, 'new');
    expect(await syncedTexts(alice, 0, 1)).toEqual(['new']);
  });
});

describe('a long sync', () => {
  it('is split by size, and each key says no more than what has been pushed', async () => {
    const alice = await clients.user();
    const sent: Data[] = [];
    const names = await Promise.all(Array.from({ length: 4 }, absentUser));
    for (let round = 0; round < 4; round += 1) {
      for (const name of names) sent.push(await alice.send(name, `${round} ${'x'.repeat(600)}`));
    }
    await alice.sync(0, 1);
    await alice.ask('get_conversations');
    const pushes = alice.all('sync_conversation');
    expect(pushes.length).toBeGreaterThan(2);
    let pushed = 0;
    for (const push of pushes) {
      expect(Buffer.byteLength(JSON.stringify(push))).toBeLessThan(2 * SETTINGS.syncPushBytes);
      const ids = push.messages.flatMap(({ msgs }) => msgs.map(({ msg_id }) => msg_id));
      pushed += ids.length;
      expect(push.sync_key).toBe(Math.max(...ids));
    }
    expect(pushed).toBe(sent.length);
    expect(pushes.at(-1)?.sync_key).toBe(sent.at(-1)?.msg_id);
  });

  it('does not move a key back that is ahead of what was never acknowledged', async () => {
    const bob = await absentUser();
    const alice = await clients.user();
    await sendAll(alice, bob, ['one']);
    const back = await clients.user(bob);
    const sent = await back.send(alice.username, 'two');
    await back.sync(sent.msg_id, 1);
    expect((await back.next('sync_conversation')).sync_key).toBe(sent.msg_id);
  });
});

describe('live messages', () => {
  it('wait for the sync, so that none overtakes an older one', async () => {
    const bob = await absentUser();
    const alice = await clients.user();
    await sendAll(alice, bob, ['1', '2']);
    const back = await clients.user(bob);
    await sendAll(alice, bob, ['3']);
    expect(back.all('msg_sync')).toEqual([]);
    const sending = sendAll(alice, bob, ['4', '5']);
    await back.sync(0, 0);
    await sending;
    await sendAll(alice, bob, ['6']);
    await back.next('msg_sync', ({ messages }) => messages.some((message) => textOf(message) === '6'));
    const order = back.seen.flatMap(({ event, data }) => {
      if (event === 'sync_conversation') return textsOf([data]);
      return event === 'msg_sync' ? data.messages.map(textOf) : [];
    });
    expect(order).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('come without a sync to a client that never asks for one', async () => {
    const impatient = await mount(gateway.store, { ...SETTINGS, syncGraceMs: 500 }, now);
    const others = new Clients(() => impatient.url, now);
    const alice = await others.user();
    const bob = await others.user();
    const texts = Array.from({ length: 150 }, (_, index) => `${index}`);
    await sendAll(alice, bob.username, texts);
    await bob.live(texts.length);
    expect(bob.texts()).toEqual(texts);
    expect(alice.all('msg_sync')).toEqual([]);
    others.leave();
    await impatient.close();
  });

  it('to one who was there and did not acknowledge come again', async () => {
    const alice = await clients.user();
    const bob = await clients.liveUser();
    await sendAll(alice, bob.username, ['one']);
    await bob.live(1);
    expect(await syncedTexts(await clients.user(bob.username), 0, 0)).toEqual(['one']);
  });
});
