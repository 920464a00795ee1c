/** Read messages through pages: unread counts that agree in every tab, and receipts for the sender. */
import { beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import type { ParamsOf } from '../../../src/protocol/index.js';
import { until } from '../../kit/until.js';
import { EMOJI, hostCast, to } from './cast.js';

const cast = hostCast(['alice', 'bob', 'carol']);
const { alice, bob, carol } = cast.actors;
/** Another tab of alice's. */
const alice2 = cast.second(alice);
let gid: number;

beforeAll(async () => {
  ({ gid } = await alice.ok('createGroup', { group_name: 'team' }));
  await alice.ok('addGroupMembers', { gid, member_usernames: to(bob, carol) });
});

type Ref = ParamsOf<'getUnreadMsgCnt'>;
const BOB: Ref = { username: 'bob' };

const send = async (content: string) =>
  (await bob.ok('sendSingleMsg', { target_username: 'alice', content })).msg_id;
const sendToGroup = (content: string) => bob.ok('sendGroupMsg', { target_gid: gid, content });

/** Every tab of alice's has this count. */
async function unreadIs(ref: Ref, count: number, tabs = [alice, alice2]): Promise<void> {
  for (const { tab } of tabs) {
    await until(
      `${count} unread of ${JSON.stringify(ref)}`,
      async () => (await tab.local('getUnreadMsgCnt', ref)) === count,
    );
  }
}
/** The server's count. */
async function listedUnread(ref: { username: string } | { gid: number }): Promise<number | undefined> {
  const { conversations } = await alice.ok('getConversation');
  const [field, value] = Object.entries(ref)[0] ?? [];
  return conversations.find((row) => field !== undefined && Object(row)[field] === value)?.unread_msg_count;
}
/** No tab of alice's shows a conversation. */
const lookAway = () =>
  Promise.all([alice, alice2].map(({ tab }) => tab.local('resetUnreadCount', { username: 'nobody' })));
async function reset(ref: Ref): Promise<void> {
  await alice.tab.local('resetUnreadCount', ref);
  await unreadIs(ref, 0);
  await lookAway();
}

test('getUnreadMsgCnt: counts messages of others, in every tab and in getConversation, by name, appkey or gid as text', async () => {
  expect(await alice.tab.local('getUnreadMsgCnt', BOB)).toBe(0);
  for (const content of ['1', '2', `3 ${EMOJI}`]) await send(content);
  for (const content of ['1', '2']) await sendToGroup(content);
  await unreadIs(BOB, 3);
  await unreadIs({ username: 'bob', appkey: bob.appkey }, 3);
  await unreadIs({ gid }, 2);
  await unreadIs({ gid: `${gid}` }, 2);
  expect(await listedUnread({ username: 'bob' })).toBe(3);
  expect(await listedUnread({ gid })).toBe(2);
});

test("getUnreadMsgCnt: one's own messages do not count, nor does an unknown conversation", async () => {
  await alice.ok('sendSingleMsg', { target_username: 'bob', content: 'mine' });
  await alice.ok('sendGroupMsg', { target_gid: gid, content: 'mine' });
  await alice2.tab.waitForText('mine');
  await unreadIs(BOB, 3);
  await unreadIs({ gid }, 2);
  await unreadIs({ username: 'nobody' }, 0);
  await unreadIs({ gid: gid + 99 }, 0);
});

test('getUnreadMsgCnt: survives a reload of the page and new logins', async () => {
  await alice2.tab.reload();
  await alice2.ok('attach', { username: 'alice', appkey: alice.appkey });
  await unreadIs(BOB, 3);
  await alice2.tab.close();
  await alice.misses(() => send('meanwhile'));
  await cast.reopen(alice2);
  await unreadIs(BOB, 4);
  await unreadIs({ gid }, 2);
});

test('resetUnreadCount: is 0 at once here, then in every tab, on the server, and after another login', async () => {
  await alice.tab.local('resetUnreadCount', BOB);
  expect(await alice.tab.local('getUnreadMsgCnt', BOB)).toBe(0);
  await unreadIs(BOB, 0);
  await alice2.tab.local('resetUnreadCount', { gid: `${gid}` });
  await unreadIs({ gid }, 0);
  await until('the server to know', async () => (await listedUnread({ username: 'bob' })) === 0);
  await until('the server to know', async () => (await listedUnread({ gid })) === 0);
  await lookAway();
  await send('one more');
  await unreadIs(BOB, 1);
  await reset(BOB);
});

test('resetUnreadCount: the open conversation counts no new messages while its tab is visible, and counts them when hidden', async () => {
  const page = await cast.world.tab(cast.profile);
  await page.ok('attach', { username: 'alice', appkey: alice.appkey });
  await page.local('resetUnreadCount', BOB);
  await send('seen at once');
  await alice.tab.waitForText('seen at once');
  await unreadIs(BOB, 0);
  await until('the server to know', async () => (await listedUnread({ username: 'bob' })) === 0);
  // Playwright makes every page visible, so the test overrides the state.
  await page.frame.evaluate(() => {
    Object.defineProperty(document, 'visibilityState', { get: () => 'hidden', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await send('not seen');
  await unreadIs(BOB, 1);
  await page.close();
  await reset(BOB);
});

test('getUnreadMsgCnt: messages that were read elsewhere do not count after the return of this device', async () => {
  await send('unread');
  await sendToGroup('unread');
  await unreadIs({ gid }, 1);
  await alice2.tab.close();
  await alice.misses(async () => {
    const elsewhere = await cast.world.wire('alice');
    await elsewhere.request('unread_single_count', { type: 3, username: 'bob', appkey: bob.appkey });
    await elsewhere.request('unread_group_count', { type: 4, gid });
    elsewhere.close();
  });
  await cast.reopen(alice2);
  await unreadIs(BOB, 0);
  await unreadIs({ gid }, 0);
});

test('addSingleReceiptReport: answers with the msg_ids, and the sender gets the receipt', async () => {
  const content = `read me ${EMOJI}`;
  const { msg_id } = await bob.ok('sendSingleMsg', { target_username: 'alice', content, need_receipt: true });
  const outcome = await alice.call('addSingleReceiptReport', {
    username: 'bob',
    appkey: bob.appkey,
    msg_ids: [`${msg_id}`],
  });
  expect(outcome).toMatchObject({
    kind: 'success',
    data: { code: 0, message: expect.any(String) },
    second: [msg_id],
  });
  const receipt_msgs = [{ msg_id, unread_count: 0 }];
  await bob.receives('onMsgReceiptChange', {
    type: 3,
    username: 'alice',
    appkey: alice.appkey,
    receipt_msgs,
  });
  expect(await alice.code('addSingleReceiptReport', { username: 'bob', msg_ids: [] })).toBe(
    CODES.invalidValue,
  );
  expect(await alice.code('addSingleReceiptReport', { msg_ids: [msg_id] })).toBe(CODES.invalidParameter);
});

/** Fifty ids are reported at once; the others belong to no message. */
const fifty = (msg_id: number): number[] => [msg_id, ...Array.from({ length: 49 }, (_, i) => i + 1)];

test('onMsgReceiptChange: reports each reader to the sender, with a falling count', async () => {
  const sent = await bob.ok('sendGroupMsg', { target_gid: gid, content: 'all read me', need_receipt: true });
  expect(sent.unread_count).toBe(2);
  const { msg_id } = sent;
  for (const [reader, unread_count] of [
    [alice, 1],
    [carol, 0],
  ] as const) {
    const outcome = await reader.call('addGroupReceiptReport', { gid: `${gid}`, msg_ids: fifty(msg_id) });
    expect(outcome).toMatchObject({ kind: 'success', data: { code: 0 }, second: fifty(msg_id) });
    await bob.receives('onMsgReceiptChange', { type: 4, gid, receipt_msgs: [{ msg_id, unread_count }] });
  }
});

test('addGroupReceiptReport: fifty ids are sent at once, in one request; an empty list or an invalid id fails', async () => {
  const one = await bob.ok('sendGroupMsg', { target_gid: gid, content: 'one of fifty', need_receipt: true });
  const mark = cast.world.relay.log.length;
  await Promise.all([
    alice.ok('addGroupReceiptReport', { gid, msg_ids: fifty(one.msg_id) }),
    bob.receives('onMsgReceiptChange', { gid, receipt_msgs: [{ msg_id: one.msg_id, unread_count: 1 }] }),
  ]);
  const reports = cast.world.relay.log
    .slice(mark)
    .filter(({ event, direction }) => event === 'receipt_report' && direction === 'up');
  expect(reports).toHaveLength(1);
  expect(await alice.code('addGroupReceiptReport', { gid })).toBe(CODES.invalidParameter);
  expect(await alice.code('addGroupReceiptReport', { gid, msg_ids: ['x'] })).toBe(CODES.invalidType);
});

test('msgUnreadList: lists the readers of a message and the others', async () => {
  await carol.ok('updateSelfInfo', { nickname: `C ${EMOJI}` });
  const { msg_id } = await bob.ok('sendGroupMsg', { target_gid: gid, content: 'who?', need_receipt: true });
  await alice.ok('addGroupReceiptReport', { gid, msg_ids: fifty(msg_id) });
  expect(await bob.ok('msgUnreadList', { msg_id: `${msg_id}` })).toMatchObject({
    code: 0,
    msg_unread_list: {
      unread_list: [{ username: 'carol', appkey: carol.appkey, nickname: `C ${EMOJI}` }],
      read_list: [{ username: 'alice', appkey: alice.appkey, nickname: expect.any(String) }],
    },
  });
  const single = await bob.ok('sendSingleMsg', {
    target_username: 'alice',
    content: 'you?',
    need_receipt: true,
  });
  const { msg_unread_list } = await bob.ok('msgUnreadList', { msg_id: single.msg_id });
  expect(msg_unread_list).toMatchObject({ unread_list: [{ username: 'alice' }], read_list: [] });
});

test('msgUnreadList: fails with 881402 for a message of another user, 881403 for an unknown one', async () => {
  const { msg_id } = await bob.ok('sendGroupMsg', { target_gid: gid, content: 'mine', need_receipt: true });
  expect(await alice.code('msgUnreadList', { msg_id })).toBe(CODES.notTheSender);
  expect(await bob.code('msgUnreadList', { msg_id: 1 })).toBe(CODES.messageNotExist);
  expect(await bob.code('msgUnreadList', {})).toBe(CODES.invalidParameter);
});

test('onSyncMsgReceipt: missed receipts reach the returning sender once', async () => {
  const need_receipt = true;
  const single = await bob.ok('sendSingleMsg', { target_username: 'alice', content: 'later', need_receipt });
  const inGroup = await bob.ok('sendGroupMsg', { target_gid: gid, content: 'later', need_receipt });
  await bob.misses(() =>
    Promise.all([
      alice.ok('addSingleReceiptReport', { username: 'bob', msg_ids: [single.msg_id] }),
      alice.ok('addGroupReceiptReport', { gid, msg_ids: [inGroup.msg_id] }),
    ]),
  );
  const like = { type: 3, username: 'alice', receipt_msgs: [{ msg_id: single.msg_id, unread_count: 0 }] };
  await bob.receives('onSyncMsgReceipt', like);
  await bob.receives('onSyncMsgReceipt', {
    type: 4,
    gid,
    receipt_msgs: [{ msg_id: inGroup.msg_id, unread_count: 1 }],
  });
  const { receipt_msgs } = await bob.receives('onSyncConversation', { from_gid: gid });
  expect(receipt_msgs).toContainEqual({ msg_id: inGroup.msg_id, unread_count: 1, mtime: expect.any(Number) });
  await bob.misses(async () => undefined);
  await bob.ok('getConversation');
  expect(await bob.tab.received('onSyncMsgReceipt')).toEqual([]);
});
