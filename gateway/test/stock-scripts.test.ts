/** V2's own scripts as clients of this gateway: each is told everything once, counts right, and is understood. */
import { afterEach, describe, expect, it } from 'vitest';
import { hostMounted } from '../../test/kit/gateway-in-process.js';
import { makeRoom } from '../../test/kit/gateway-rooms.js';
import { type Row, type StockPage, type Storage, stockText } from '../../test/kit/stock-page.js';
import { Page23 } from '../../test/kit/stock-page-2.3.js';
import { Page25 } from '../../test/kit/stock-page-2.5.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { uniqueName } from '../../test/kit/wire-socket.js';

const gateway = hostMounted();
const { clients } = gateway;

const pages: StockPage[] = [];
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});

function open<P extends StockPage>(
  Page: new (url: string, storage: Storage) => P,
  storage: Storage = new Map(),
): P {
  const page = new Page(gateway.url, storage);
  pages.push(page);
  return page;
}

const texts = (rows: readonly Row[]) =>
  rows.map(({ content }) => (content as { msg_body: { text: string } }).msg_body.text);

const syncedTexts = (page: StockPage) =>
  page
    .received('onSyncConversation')
    .flatMap(({ messages }) => texts((messages as { msgs: Row[] }[]).flatMap(({ msgs }) => msgs)));

describe('the script 2.3.0', () => {
  it('is told each event once: its acknowledgement is not answered under the name of an event', async () => {
    const page = open(Page23);
    const name = uniqueName('old');
    await page.login(name);
    const bob = await clients.liveUser();
    await bob.ask('add_friend', { target_name: name, from_type: 1, why: 'hi' });
    await page.receives('onEventNotification');
    await page.settled();
    await page.settled();
    expect(page.received('onEventNotification')).toMatchObject([
      { event_type: 5, from_username: bob.username },
    ]);
  });

  it('has by its acknowledgement what came live, messages and events: nothing comes again', async () => {
    const storage: Storage = new Map();
    const page = open(Page23, storage);
    const name = uniqueName('old');
    await page.login(name);
    await page.settled();
    const bob = await clients.liveUser();
    await bob.send(name, 'one');
    await bob.send(name, 'two');
    await bob.ask('add_friend', { target_name: name, from_type: 1, why: 'hi' });
    await page.receives('onEventNotification');
    await page.settled();
    expect(texts(page.received('onMsgReceive'))).toEqual(['one', 'two']);
    page.close();
    await bob.send(name, 'three');

    const next = open(Page23, storage);
    await next.login(name);
    await next.receives('onSyncConversation');
    expect(syncedTexts(next)).toEqual(['three']);
    await next.check();
    await next.settled();
    expect(syncedTexts(next)).toEqual(['three']);
    next.close();
    const newer = open(Page25);
    await newer.login(name);
    await newer.settled();
    expect(newer.received('onSyncEvent')).toEqual([]);
  });

  it('acknowledges messages of a group likewise', async () => {
    const page = open(Page23);
    const name = uniqueName('old');
    await page.login(name);
    await page.settled();
    const bob = await clients.liveUser();
    const { gid } = await bob.ask('create_group', { group_name: 'old friends' });
    await bob.ask('add_across_group_member', { gid, member_usernames: [{ username: name }] });
    await bob.ask('send_group_msg', stockText('group', Number(gid), 'to all'));
    await page.receives('onMsgReceive');
    await page.settled();
    page.close();
    const next = open(Page23);
    await next.login(name);
    await next.settled();
    expect(next.received('onSyncConversation')).toEqual([]);
  });
});

describe('the script 2.5.0', () => {
  it('counts the same at each login with roaming: the answer says how it has to', async () => {
    const name = uniqueName('user');
    const bob = await clients.liveUser();
    await open(Page25).login(name, 1);
    for (const text of ['1', '2', '3']) await bob.send(name, text);
    const storage: Storage = new Map();
    for (let login = 1; login <= 3; login += 1) {
      const page = open(Page25, storage);
      await page.login(name, 1);
      await page.receives('onSyncConversation');
      await page.settled();
      expect(page.unread(`app1${bob.username}`)).toBe(3);
      expect(page.received('onSyncConversation')).toMatchObject([{ messages: [{ unsync_count: 3 }] }]);
      page.close();
    }
    const elsewhere = open(Page25);
    await elsewhere.login(name, 1);
    await elsewhere.receives('onSyncConversation');
    expect(elsewhere.unread(`app1${bob.username}`)).toBe(3);
    await elsewhere.read({ username: bob.username });
    elsewhere.close();
    const later = open(Page25);
    await later.login(name, 1);
    await later.receives('onSyncConversation');
    expect(later.unread(`app1${bob.username}`)).toBe(0);
    expect(syncedTexts(later)).toEqual(['1', '2', '3']);
  });

  it('is given the receipts of its own messages with each roaming history, in order', async () => {
    const name = uniqueName('user');
    const page = open(Page25);
    await page.login(name, 1);
    const bob = await clients.liveUser();
    const { user_info } = await page.ask('get_across_user_info', { username: bob.username });
    const keyOfBob = (user_info as Row).uid;
    const ids = [];
    for (const text of ['1', '2', '3']) {
      const sent = await page.ask('s_across_single_text', {
        ...stockText('single', bob.username, text),
        need_receipt: true,
      });
      expect(sent.key).toBe(keyOfBob);
      ids.push(sent.msg_id);
    }
    const sessions = [{ type: 3, username: name, appkey: 'app1', msg_ids: [null, ids[0], '', null] }];
    expect(await bob.ask('receipt_report', { sessions })).toMatchObject({ code: 0 });
    page.close();
    for (let login = 1; login <= 2; login += 1) {
      const again = open(Page25);
      await again.login(name, 1);
      const { messages } = await again.receives('onSyncConversation');
      expect(messages).toMatchObject([
        {
          unsync_count: 0,
          receipt_msgs: [
            { msg_id: ids[0], unread_count: 0 },
            { msg_id: ids[1], unread_count: 1 },
            { msg_id: ids[2], unread_count: 1 },
          ],
        },
      ]);
      again.close();
    }
  });

  it.each([0, 1] as const)('is told nothing twice by the sync of every 150 s (roaming %i)', async (flag) => {
    const name = uniqueName('user');
    const page = open(Page25);
    await page.login(name, flag);
    await page.settled();
    const bob = await clients.liveUser();
    await bob.ask('add_friend', { target_name: name, from_type: 1, why: 'hi' });
    await bob.send(name, 'live');
    await page.ask('s_across_single_text', stockText('single', bob.username, 'mine'));
    await page.receives('onMsgReceive');
    for (let round = 1; round <= 2; round += 1) await page.check();
    await page.settled();
    expect(page.received('onSyncConversation')).toEqual([]);
    expect(page.received('onSyncEvent')).toEqual([]);
    expect(page.received('onEventNotification')).toMatchObject([{ event_type: 5 }]);
    expect(page.unread(`app1${bob.username}`)).toBe(1);
  });

  it('is given what it missed though its storage holds no key that makes sense', async () => {
    const name = uniqueName('user');
    const first = open(Page25);
    await first.login(name);
    first.close();
    const bob = await clients.liveUser();
    await bob.send(name, 'missed');
    const page = open(Page25, new Map([[`eve-k-${name}`, 'undefined']]));
    await page.login(name);
    await page.receives('onSyncConversation');
    expect(syncedTexts(page)).toEqual(['missed']);
  });

  it('hears of a changed profile by the next message, if it knew an older one', async () => {
    const name = uniqueName('user');
    const page = open(Page25);
    await page.login(name);
    const bob = await clients.liveUser();
    await bob.send(name, 'before');
    await page.receives('onMsgReceive');
    await page.conversations();
    await bob.send(name, 'the same');
    const { mtime } = (await bob.ask('get_across_user_info', { username: bob.username })).user_info;
    const later = async (): Promise<number> => {
      await bob.ask('update_user_inf', { nickname: 'Bobby' });
      const changed = (await bob.ask('get_across_user_info', { username: bob.username })).user_info.mtime;
      return changed > mtime ? changed : later();
    };
    const changed = await later();
    await bob.send(name, 'after');
    expect(await page.receives('onUserInfUpdate')).toEqual({
      from_username: bob.username,
      from_appkey: 'app1',
      mtime: changed,
    });
    expect(page.received('onUserInfUpdate')).toHaveLength(1);
    expect(page.received('onEventNotification')).toEqual([]);
  });

  it('speaks in chat rooms, which it names as it names groups, and knows whose history it is shown', async () => {
    const id = await makeRoom(gateway.store);
    const page = open(Page25);
    await page.login(uniqueName('user'));
    expect(await page.ask('join_room', { id: String(id) })).toMatchObject({ code: 0 });
    const sent = await page.ask('send_room_msg', stockText('chatroom', id, 'hello'));
    expect(sent).toMatchObject({ code: 0, room_id: id, msg_id: expect.any(Number) });
    const other = open(Page25);
    await other.login(uniqueName('user'));
    await other.ask('join_room', { id });
    expect(await other.receives('onRoomMsg')).toMatchObject({ room_id: id, msg_id: sent.msg_id });
    await page.ask('send_room_msg', stockText('chatroom', id, 'live'));
    expect(await other.receives('onRoomMsg', ({ msg_id }) => msg_id !== sent.msg_id)).toMatchObject({
      room_id: id,
    });
  });

  it('learns that another device has read a conversation', async () => {
    const page = open(Page25);
    const name = uniqueName('user');
    await page.login(name);
    await page.settled();
    const phone = await liveDevice(clients, name);
    const bob = await clients.liveUser();
    await bob.send(name, 'one');
    await page.receives('onMsgReceive');
    expect(page.unread(`app1${bob.username}`)).toBe(1);
    await phone.ask('unread_single_count', { type: 3, username: bob.username });
    await page.receives('onMutiUnreadMsgUpdate');
    expect(page.unread(`app1${bob.username}`)).toBe(0);
  });

  it('is thrown out by another login, and told so once', async () => {
    const page = open(Page25);
    const name = uniqueName('user');
    await page.login(name);
    await open(Page25).login(name);
    await page.receives('onEventNotification');
    expect(page.received('onEventNotification')).toMatchObject([{ event_type: 1, extra: 0 }]);
  });
});
