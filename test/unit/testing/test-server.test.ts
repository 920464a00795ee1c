/** The testing double: an application's test with it, in Node without a browser's globals. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { JMessage } from '../../../src/index.js';
import { METHOD_NAMES, METHODS } from '../../../src/protocol/index.js';
import { createChatStore } from '../../../src/store/index.js';
import { createTestServer } from '../../../src/testing/index.js';

let server: ReturnType<typeof createTestServer>;
let alice: JMessage;
let bob: JMessage;
const ALICE = { username: 'alice' };
const toBob = { target_username: 'bob' };

beforeEach(async () => {
  server = createTestServer({ users: ['alice', { username: 'bob', nickname: 'Bob' }] });
  alice = await server.login('alice');
  bob = await server.login('bob');
});
afterEach(() => {
  server.close();
  vi.useRealTimers();
});

test('a message reaches the other account, and both have it in their history', async () => {
  const received = vi.fn();
  bob.onMsgReceive(received);
  const { msg_id } = await alice.sendSingleMsg({ ...toBob, content: 'hello' });
  await vi.waitFor(() => expect(received).toHaveBeenCalledOnce());
  expect(received.mock.calls[0]?.[0]).toMatchObject({ msg_id, content: { msg_body: { text: 'hello' } } });
  for (const [tab, username] of [
    [alice, 'bob'],
    [bob, 'alice'],
  ] as const) {
    const { messages } = await tab.getHistory({ username });
    expect(messages.map((message) => message.msg_id)).toEqual([msg_id]);
  }
  expect((await bob.getConversation()).conversations).toMatchObject([{ username: 'alice', type: 3 }]);
});

test('a user without a tab writes, and the unread count and the store follow', async () => {
  server.addUser('carol');
  const store = createChatStore(alice);
  const id = server.say('carol', ALICE, 'are you there?');
  await vi.waitFor(() => expect(alice.getUnreadMsgCnt({ username: 'carol' })).toBe(1));
  const { messages } = store.messages({ username: 'carol' }).getSnapshot();
  expect(messages).toMatchObject([{ msg_id: id, isOwn: false, status: 'sent' }]);
});

test('messages for an account that is away come with its login', async () => {
  server.addUser('carol');
  server.say('alice', { username: 'carol' }, 'while you were away');
  const carol = server.open();
  const synced = vi.fn();
  carol.onSyncConversation(synced);
  await carol.init();
  await carol.login({ username: 'carol', password: 'carol' });
  await vi.waitFor(() => expect(synced).toHaveBeenCalled());
  expect(synced.mock.calls[0]?.[0]).toMatchObject([{ from_username: 'alice', unread_msg_count: 1 }]);
});

test('a second tab of an account shares its session', async () => {
  const second = server.open();
  await second.attach({ appkey: server.appkey, username: 'alice' });
  const received = vi.fn();
  second.onMsgReceive(received);
  await alice.sendSingleMsg({ ...toBob, content: 'from the first tab' });
  await vi.waitFor(() => expect(received).toHaveBeenCalled());
  expect(server.requests.filter(({ method }) => method === 'login')).toHaveLength(2);
});

test('a send in an outage waits, and is delivered when the network returns', async () => {
  const queued = vi.fn();
  server.goOffline();
  const send = alice.sendSingleMsg({ ...toBob, content: 'from a tunnel' }).onQueued(queued);
  await vi.waitFor(() => expect(queued).toHaveBeenCalled());
  server.goOnline();
  expect(await send).toMatchObject({ code: 0 });
}, 10_000);

test('a test decides the next answer, and bad parameters are refused as in a browser', async () => {
  server.answerOnce('sendSingleMsg', { code: 880208, message: 'sensitive message' });
  await expect(alice.sendSingleMsg({ ...toBob, content: 'x' })).rejects.toMatchObject({ code: 880208 });
  await expect(alice.sendSingleMsg({ ...toBob, content: 'x' })).resolves.toMatchObject({ code: 0 });
  await expect(alice.sendSingleMsg({ content: 'x' } as never)).rejects.toMatchObject({ code: 880002 });
  expect(server.requests.filter(({ method }) => method === 'sendSingleMsg')).toHaveLength(2);
});

test('friends: an invitation, its answer, the list', async () => {
  const events = vi.fn();
  alice.onEventNotification(events);
  server.invite('bob', 'alice', 'hello');
  await vi.waitFor(() => expect(events).toHaveBeenCalled());
  expect(events.mock.calls[0]?.[0]).toMatchObject({ event_type: 5, extra: 1, description: 'hello' });
  const { events: waiting } = await alice.getInvitations();
  expect(waiting).toEqual([events.mock.calls[0]?.[0]]);
  await alice.acceptFriend({ target_name: 'bob' });
  expect(await alice.getInvitations()).toMatchObject({ events: [] });
  expect((await alice.getFriendList()).friend_list).toMatchObject([{ username: 'bob', nickname: 'Bob' }]);
  expect((await bob.getFriendList()).friend_list).toMatchObject([{ username: 'alice' }]);
});

test('groups: members get its messages and events, and others get none', async () => {
  server.addUser('carol');
  const { gid } = await alice.createGroup({ group_name: 'team' });
  const received = vi.fn();
  bob.onMsgReceive(received);
  await alice.addGroupMembers({ gid, member_usernames: [{ username: 'bob' }] });
  await alice.sendGroupMsg({ target_gid: gid, content: 'to all' });
  await vi.waitFor(() => expect(received).toHaveBeenCalledOnce());
  server.say('bob', { gid }, 'and back');
  expect((await alice.getGroupMembers({ gid })).member_list.map(({ username }) => username)).toEqual([
    'alice',
    'bob',
  ]);
  const carol = await server.login('carol');
  await expect(carol.sendGroupMsg({ target_gid: gid, content: 'x' })).rejects.toMatchObject({ code: 880205 });
});

test('receipts, retraction and files', async () => {
  const changed = vi.fn();
  alice.onMsgReceiptChange(changed);
  const { msg_id } = await alice.sendSingleMsg({ ...toBob, content: 'x', need_receipt: true });
  server.read('bob', msg_id);
  await vi.waitFor(() => expect(changed).toHaveBeenCalled());
  expect(changed.mock.calls[0]?.[0]).toMatchObject({ receipt_msgs: [{ msg_id, unread_count: 0 }] });
  const retracted = vi.fn();
  bob.onEventNotification(retracted);
  await alice.msgRetract({ msg_id });
  await vi.waitFor(() => expect(retracted).toHaveBeenCalled());
  expect(retracted.mock.calls[0]?.[0]).toMatchObject({ event_type: 55, msg_ids: [msg_id] });
  const sent = await alice.sendSingleFile({ ...toBob, file: new File(['x'], 'x.txt') });
  expect(sent.msg.content).toMatchObject({ msg_type: 'file', msg_body: { fname: 'x.txt' } });
});

test('an account that logs in elsewhere ends here', async () => {
  server.kick('alice');
  await vi.waitFor(() => expect(alice.getState()).toMatchObject({ state: 'ended', reason: 'other_login' }));
});

test('fake timers of a test do not hold messages', async () => {
  vi.useFakeTimers();
  const received = vi.fn();
  bob.onMsgReceive(received);
  await alice.sendSingleMsg({ ...toBob, content: 'hello' });
  await vi.advanceTimersByTimeAsync(0);
  expect(received).toHaveBeenCalled();
});

test('every method of the table that asks the server is answered', async () => {
  const { gid } = await alice.createGroup({ group_name: 'team' });
  await alice.addGroupMembers({ gid, member_usernames: [{ username: 'bob' }] });
  const file = new File(['x'], 'x.png', { type: 'image/png' });
  const bobToo = { username: 'bob', target_username: 'bob', target_name: 'bob', from_username: 'bob' };
  const texts = { content: 'x', nickname: 'x', group_name: 'x', memo_name: 'x', cmd: 'x', platform: 'all' };
  const ids = { gid, target_gid: gid, target_rid: 1, msg_id: 1, msg_ids: [1], event_id: 1, media_id: 'a' };
  const place = { latitude: 1, longitude: 1, scale: 1, label: 'x' };
  const others = { start: 0, result: 0, custom: { a: 1 }, member_usernames: [{ username: 'bob' }] };
  const files = { avatar: file, image: file, file };
  const all = { ...bobToo, ...texts, ...ids, ...place, ...others, ...files, old_pwd: 'alice', new_pwd: 'x' };
  const asking = METHOD_NAMES.filter((name) => METHODS[name].event && METHODS[name].event !== 'c_init');
  const codes = asking
    .filter((name) => name !== 'register' && name !== 'login')
    .map(async (method) => {
      const call = alice[method] as (params: object) => PromiseLike<{ code: number }>;
      const params = { ...all, id: method === 'logoutSession' ? 'x' : 1 };
      const code = await call.call(alice, params).then(
        (answer) => answer.code,
        (error: { code: number }) => error.code,
      );
      return [method, code] as const;
    });
  // Neither a parameter that this test has wrong, nor a time-out.
  const odd = (await Promise.all(codes)).filter(
    ([, code]) => code >= 889_000 || [880001, 880002, 880003, 880004].includes(code),
  );
  expect(odd).toEqual([]);
  expect(codes.length).toBeGreaterThan(60);
});
