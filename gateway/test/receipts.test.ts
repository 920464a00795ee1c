/** Receipts: reports of readers, the counts that senders receive, and the lists of readers. */
import { describe, expect, it } from 'vitest';
import { hostGateway, type LiveUser } from '../../test/kit/gateway-in-process.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { goAway, liveEvent, makeGroup, named, sendTo } from '../../test/kit/wire-groups.js';
import { APPKEY, type Client, nextRid } from '../../test/kit/wire-socket.js';

const { clients } = hostGateway();
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
describe('a receipt', () => {
  it('that was reported on one device is known to the reader’s others, once for each conversation', async () => {
    const [alice, bob, carol] = await clients.three();
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
    const [alice, bob] = await clients.two();
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
    const [alice, bob, carol] = await clients.three();
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
    const [alice, bob] = await clients.two();
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
    const [alice, bob] = await clients.two();
    const { msg_id } = await alice.send(bob.username, 'one', withReceipt);
    await report(bob, alice, msg_id);
    const [push] = await missedReceipts(alice);
    expect(await missedReceipts(alice, push?.sync_key)).toEqual([]);
    expect(await missedReceipts(alice)).toEqual([]);
  });

  it('is part of the history that roaming shows its sender', async () => {
    const [alice, bob] = await clients.two();
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
    const [alice, bob, mallory] = await clients.three();
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
    const [alice, bob] = await clients.two();
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
    const [alice, bob, carol] = await clients.three();
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
