/** Read messages: unread counts by marks, receipts for senders, and lists of the other recipients. */
import { describe, expect, it } from 'vitest';
import { hostGateway, type LiveUser } from '../../test/kit/gateway-in-process.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { goAway, liveEvent, makeGroup, missedEvents, named, sendTo } from '../../test/kit/wire-groups.js';
import { APPKEY, type Client, nextRid } from '../../test/kit/wire-socket.js';

const gateway = hostGateway({ offlineMessages: 10 });
const { clients } = gateway;

/** By the name of the other side, or gid. */
async function unread(client: Client): Promise<Record<string, number>> {
  const { conversations } = await client.ask('get_conversations');
  return Object.fromEntries(
    conversations.map(({ username, gid, unread_msg_count }) => [username ?? gid, unread_msg_count]),
  );
}

const withReceipt = { need_receipt: true };

const report = (reader: Client, sender: LiveUser, ...msg_ids: number[]) =>
  reader.ask('receipt_report', { sessions: [{ type: 3, username: sender.username, msg_ids }] });
const reportInGroup = (reader: Client, gid: number, ...msg_ids: number[]) =>
  reader.ask('receipt_report', { sessions: [{ type: 4, gid, msg_ids }] });

/** Syncs receipts from a key, and sends another request. The pushes of the sync arrive before its answer. */
async function missedReceipts(client: Client, msg_receipt_key = 0) {
  const before = client.all('sync_receipt').length;
  await client.ask('sync_check', { sync_key: 0, sync_type: 0, sync_event_key: 0, msg_receipt_key });
  await client.ask('get_friend_list');
  return client.all('sync_receipt').slice(before);
}

describe('unread messages', () => {
  it('are those of others that no device has marked as read', async () => {
    const [alice, bob] = [await clients.liveUser(), await clients.liveUser()];
    await bob.send(alice.username, 'one');
    await alice.send(bob.username, 'two');
    await bob.send(alice.username, 'three');
    expect(await unread(alice)).toEqual({ [bob.username]: 2 });
    expect(await unread(bob)).toEqual({ [alice.username]: 1 });
    const read = { type: 3, appkey: APPKEY, username: bob.username };
    expect(await alice.ask('unread_single_count', read)).toMatchObject({ code: 0 });
    expect(await unread(alice)).toEqual({ [bob.username]: 0 });
    await bob.send(alice.username, 'four');
    expect(await unread(alice)).toEqual({ [bob.username]: 1 });
    expect(await unread(bob)).toEqual({ [alice.username]: 1 });
  });

  it('of a group count from the membership on, and for each member by itself', async () => {
    const [alice, bob, carol] = [
      await clients.liveUser(),
      await clients.liveUser(),
      await clients.liveUser(),
    ];
    const gid = await makeGroup([alice, bob]);
    await sendTo(alice, gid, 'one');
    await alice.ask('add_across_group_member', { gid, member_usernames: named(carol) });
    await sendTo(alice, gid, 'two');
    expect([await unread(alice), await unread(bob), await unread(carol)]).toEqual([
      { [gid]: 0 },
      { [gid]: 2 },
      { [gid]: 1 },
    ]);
    expect(await bob.ask('unread_group_count', { type: 4, gid })).toMatchObject({ code: 0 });
    expect([await unread(bob), await unread(carol)]).toEqual([{ [gid]: 0 }, { [gid]: 1 }]);
    await sendTo(alice, gid, 'now or never', { no_offline: true });
    expect(await unread(bob)).toEqual({ [gid]: 0 });
  });

  it('are counted up to what is kept for those who are away', async () => {
    const [alice, bob] = [await clients.liveUser(), await clients.liveUser()];
    for (let index = 0; index < 12; index += 1) await bob.send(alice.username, `${index}`);
    expect(await unread(alice)).toEqual({ [bob.username]: 10 });
  });

  it('marked as read are told to the other devices, live or later, and only once', async () => {
    const [alice, bob] = [await clients.liveUser(), await clients.liveUser()];
    const phone = await liveDevice(clients, alice.username);
    await bob.send(alice.username, 'hi');
    const read = { type: 3, appkey: APPKEY, username: bob.username };
    await alice.ask('unread_single_count', read);
    await alice.ask('unread_single_count', read);
    const event = await liveEvent(phone, 200);
    expect(event).toMatchObject({ description: read, ctime_ms: expect.any(Number) });
    const gid = await makeGroup([bob, alice]);
    await sendTo(bob, gid, 'hi all');
    await alice.ask('unread_group_count', { type: 4, gid });
    await liveEvent(phone, 200, ({ event_id }) => event_id !== event.event_id);
    expect(phone.all('event_notification').filter(({ event_type }) => event_type === 200)).toHaveLength(2);
    expect(alice.all('event_notification').filter(({ event_type }) => event_type === 200)).toEqual([]);
    const readElsewhere = (events: { event_type: number }[]) =>
      events.filter(({ event_type }) => event_type === 200);
    const tablet = await liveDevice(clients, alice.username, 'ios');
    const { events: missed } = await tablet.next('sync_event');
    expect(readElsewhere(missed)).toMatchObject([{ description: read }, { description: { type: 4, gid } }]);
    // The reading device does not receive it.
    expect(readElsewhere(await missedEvents(await clients.user(alice.username)))).toEqual([]);
  });

  it('cannot be marked in conversations that one has no part in', async () => {
    const [alice, bob] = [await clients.liveUser(), await clients.liveUser()];
    const gid = await makeGroup([bob]);
    const reset = (payload: object) => alice.ask('unread_group_count', payload);
    expect(await reset({ type: 4, gid })).toMatchObject({ code: 880205 });
    expect(await reset({ type: 4, gid: gid + 1_000 })).toMatchObject({ code: 880204 });
    expect(await reset({ type: 3, username: 'nobody' })).toMatchObject({ code: 880103 });
    expect(await reset({ type: 3, username: bob.username })).toMatchObject({ code: 0 });
    expect(await unread(alice)).toEqual({});
  });
});

describe('a receipt', () => {
  it('that was reported on one device is known to the reader’s others, once for each conversation', async () => {
    const [alice, bob, carol] = [
      await clients.liveUser(),
      await clients.liveUser(),
      await clients.liveUser(),
    ];
    const phone = await liveDevice(clients, bob.username);
    const gid = await makeGroup([alice, bob, carol]);
    const single = await alice.send(bob.username, 'one', withReceipt);
    const group = [
      await sendTo(alice, gid, 'two', withReceipt),
      await sendTo(carol, gid, 'three', withReceipt),
    ].map(({ msg_id }) => msg_id);
    await report(bob, alice, single.msg_id);
    await report(bob, alice, single.msg_id);
    await reportInGroup(bob, gid, ...group);
    await liveEvent(phone, 201, ({ description }) => (description as { type: number }).type === 4);
    const reported = (device: Client) =>
      device
        .all('event_notification')
        .flatMap((event) => (event.event_type === 201 ? [event.description] : []));
    expect(reported(phone)).toEqual([
      { type: 3, appkey: APPKEY, username: alice.username, msg_ids: [single.msg_id] },
      { type: 4, gid, msg_ids: group },
    ]);
    for (const device of [alice, bob, carol]) expect(reported(device)).toEqual([]);
  });

  it('of a single message reaches its sender when it is read, once', async () => {
    const [alice, bob] = [await clients.liveUser(), await clients.liveUser()];
    const phone = await liveDevice(clients, alice.username);
    const first = await alice.send(bob.username, 'one', withReceipt);
    const second = await alice.send(bob.username, 'two', withReceipt);
    expect(await report(bob, alice, first.msg_id, second.msg_id)).toMatchObject({ code: 0 });
    await report(bob, alice, second.msg_id);
    for (const device of [alice, phone]) {
      const change = await device.next('receipt_change');
      expect(change).toEqual({
        type: 3,
        appkey: APPKEY,
        username: bob.username,
        receipt_msgs: [
          { msg_id: first.msg_id, unread_count: 0, mtime: expect.any(Number) },
          { msg_id: second.msg_id, unread_count: 0, mtime: expect.any(Number) },
        ],
      });
      await device.ask('get_friend_list');
      expect(device.all('receipt_change')).toHaveLength(1);
    }
  });

  it('of a group message counts down with every reader', async () => {
    const [alice, bob, carol] = [
      await clients.liveUser(),
      await clients.liveUser(),
      await clients.liveUser(),
    ];
    const gid = await makeGroup([alice, bob, carol]);
    const { msg_id, unread_count } = await sendTo(alice, gid, 'all', withReceipt);
    expect(unread_count).toBe(2);
    await reportInGroup(bob, gid, msg_id);
    await reportInGroup(bob, gid, msg_id);
    await reportInGroup(alice, gid, msg_id);
    await reportInGroup(carol, gid, msg_id);
    await alice.next('receipt_change', (change) => change.gid === gid && countOf(change) === 0);
    const counts = alice.all('receipt_change').map(countOf);
    expect(counts).toEqual([1, 0]);
  });

  it('waits for a sender who is away, until it is acknowledged', async () => {
    const [alice, bob] = [await clients.liveUser(), await clients.liveUser()];
    const gid = await makeGroup([alice, bob]);
    const single = await alice.send(bob.username, 'one', withReceipt);
    const group = await sendTo(alice, gid, 'all', withReceipt);
    const username = await goAway(alice);
    await report(bob, alice, single.msg_id);
    await reportInGroup(bob, gid, group.msg_id);
    const back = await clients.user(username);
    const [push, ...rest] = await missedReceipts(back);
    expect(rest).toEqual([]);
    expect(push?.receipts).toEqual([
      {
        type: 3,
        appkey: APPKEY,
        username: bob.username,
        receipt_msgs: [{ msg_id: single.msg_id, unread_count: 0, mtime: expect.any(Number) }],
      },
      { type: 4, gid, receipt_msgs: [{ msg_id: group.msg_id, unread_count: 0, mtime: expect.any(Number) }] },
    ]);
    expect(await missedReceipts(back)).toHaveLength(1);
    await back.ask('sync_receipt_ack', { sync_key: push?.sync_key });
    expect(await missedReceipts(back)).toEqual([]);
    const { msg_receipt_key } = await back.sync(0, 0);
    expect(msg_receipt_key).toBe(push?.sync_key);
  });

  it('is acknowledged by a later sync with its key as well', async () => {
    const [alice, bob] = [await clients.liveUser(), await clients.liveUser()];
    const { msg_id } = await alice.send(bob.username, 'one', withReceipt);
    await report(bob, alice, msg_id);
    const [push] = await missedReceipts(alice);
    expect(await missedReceipts(alice, push?.sync_key)).toEqual([]);
    expect(await missedReceipts(alice)).toEqual([]);
  });

  it('is part of the history that roaming shows its sender', async () => {
    const [alice, bob] = [await clients.liveUser(), await clients.liveUser()];
    const read = await alice.send(bob.username, 'read', withReceipt);
    const ignored = await alice.send(bob.username, 'ignored', withReceipt);
    await alice.send(bob.username, 'without');
    const theirs = await bob.send(alice.username, 'theirs', withReceipt);
    await report(bob, alice, read.msg_id);
    const back = await clients.user(alice.username);
    await back.sync(0, 1);
    const { messages } = await back.next('sync_conversation');
    expect(messages).toMatchObject([
      {
        receipt_msgs: [
          { msg_id: read.msg_id, unread_count: 0 },
          { msg_id: ignored.msg_id, unread_count: 1, mtime: ignored.ctime_ms },
        ],
      },
    ]);
    expect(messages[0]?.msgs.at(-1)?.msg_id).toBe(theirs.msg_id);
  });

  it('cannot be forged by those whom the message was not for', async () => {
    const [alice, bob, mallory] = [
      await clients.liveUser(),
      await clients.liveUser(),
      await clients.liveUser(),
    ];
    const gid = await makeGroup([alice, bob]);
    const single = await alice.send(bob.username, 'one', withReceipt);
    const group = await sendTo(alice, gid, 'all', withReceipt);
    const silent = await alice.send(bob.username, 'no receipt asked for');
    await report(mallory, alice, single.msg_id, group.msg_id, 1);
    await reportInGroup(mallory, gid, single.msg_id, group.msg_id);
    await report(bob, alice, silent.msg_id);
    await report(bob, bob, single.msg_id);
    await alice.ask('add_across_group_member', { gid, member_usernames: named(mallory) });
    await reportInGroup(mallory, gid, group.msg_id);
    await alice.ask('get_friend_list');
    expect(alice.all('receipt_change')).toEqual([]);
    expect(await missedReceipts(alice)).toEqual([]);
  });

  it('reported again by a retry over another session changes nothing', async () => {
    const [alice, bob] = [await clients.liveUser(), await clients.liveUser()];
    const { msg_id } = await alice.send(bob.username, 'one', withReceipt);
    const rid = nextRid();
    const request = { sessions: [{ type: 3, username: alice.username, msg_ids: [msg_id] }] };
    const first = await bob.ask('receipt_report', request, rid);
    const again = await clients.user(bob.username);
    expect(await again.ask('receipt_report', request, rid)).toEqual(first);
    await alice.ask('get_friend_list');
    expect(alice.all('receipt_change')).toHaveLength(1);
  });
});

describe('the list of readers', () => {
  it('says who has read a message and who has not, to its sender only', async () => {
    const [alice, bob, carol] = [
      await clients.liveUser(),
      await clients.liveUser(),
      await clients.liveUser(),
    ];
    await bob.ask('update_user_inf', { nickname: 'Bobby' });
    const gid = await makeGroup([alice, bob, carol]);
    const { msg_id } = await sendTo(alice, gid, 'all', withReceipt);
    await reportInGroup(bob, gid, msg_id);
    const list = (asker: Client, id: number) => asker.ask('msg_unread_list', { msg_id: id });
    expect((await list(alice, msg_id)).msg_unread_list).toEqual({
      read_list: [{ username: bob.username, appkey: APPKEY, nickname: 'Bobby' }],
      unread_list: [{ username: carol.username, appkey: APPKEY, nickname: '' }],
    });
    const single = await alice.send(bob.username, 'one', withReceipt);
    expect((await list(alice, single.msg_id)).msg_unread_list).toMatchObject({
      read_list: [],
      unread_list: [{ username: bob.username }],
    });
    expect(await list(bob, msg_id)).toMatchObject({ code: 881402 });
    expect(await list(alice, 1)).toMatchObject({ code: 881403 });
    expect(await list(carol, single.msg_id)).toMatchObject({ code: 881403 });
    const plain = await alice.send(bob.username, 'no receipt asked for');
    expect(await list(alice, plain.msg_id)).toMatchObject({ code: 880008 });
  });
});

const countOf = (change: Record<string, unknown>): unknown =>
  (change.receipt_msgs as { unread_count: number }[])[0]?.unread_count;
