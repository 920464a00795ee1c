/** Messages that are taken back, and those that are handed on and never kept. */
import { describe, expect, it } from 'vitest';
import { hostMounted } from '../../test/kit/gateway-in-process.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { goAway, liveEvent, makeGroup, missedEvents, named, sendTo } from '../../test/kit/wire-groups.js';
import { APPKEY, type Client, nextRid, textOf } from '../../test/kit/wire-socket.js';

const MINUTE_MS = 60_000;

/** Ahead of the real time, and only ever forwards. */
let aheadMs = 0;
const now = (): number => Date.now() + aheadMs;
const gateway = hostMounted({ signatureLifetimeMs: 100 * MINUTE_MS }, now);
const { clients } = gateway;

const retract = (client: Client, msg_id: unknown, rid?: number) => client.ask('msg_retract', { msg_id }, rid);

async function historyOf(username: string): Promise<string[]> {
  const back = await clients.user(username);
  await back.sync(0, 1);
  await back.ask('get_friend_list');
  return back
    .all('sync_conversation')
    .flatMap(({ messages }) => messages.flatMap(({ msgs }) => msgs.map(textOf)));
}

describe('a message taken back', () => {
  it('is gone from both histories, and both sides hear of it', async () => {
    const [alice, bob] = await clients.two();
    await alice.send(bob.username, 'stays');
    const { msg_id } = await alice.send(bob.username, 'goes', { need_receipt: true });
    await bob.live(2);
    expect(await retract(alice, msg_id)).toMatchObject({ code: 0 });
    for (const side of [alice, bob]) {
      expect(await liveEvent(side, 55)).toMatchObject({
        from_gid: 0,
        from_username: alice.username,
        from_appkey: APPKEY,
        to_usernames: [{ username: bob.username }],
        msg_id,
        msg_ids: [msg_id],
        msgid_list: [msg_id],
        msg_type: 3,
      });
    }
    const { conversations } = await bob.ask('get_conversations');
    expect(conversations).toMatchObject([{ unread_msg_count: 1 }]);
    expect(await historyOf(alice.username)).toEqual(['stays']);
    expect(await historyOf(bob.username)).toEqual(['stays']);
  });

  it('never reaches a target who was away; the event does', async () => {
    const alice = await clients.liveUser();
    const bob = await goAway(await clients.liveUser());
    const { msg_id } = await alice.send(bob, 'goes');
    await retract(alice, msg_id);
    const back = await clients.user(bob);
    expect(await missedEvents(back)).toMatchObject([{ event_type: 55, msg_ids: [msg_id] }]);
    expect(back.all('sync_conversation')).toEqual([]);
  });

  it('of a group is gone for every member', async () => {
    const [alice, bob, carol] = await clients.three();
    const gid = await makeGroup([alice, bob, carol]);
    const { msg_id } = await sendTo(bob, gid, 'goes');
    const away = await goAway(carol);
    expect(await retract(bob, msg_id)).toMatchObject({ code: 0 });
    for (const member of [alice, bob]) {
      expect(await liveEvent(member, 55)).toMatchObject({ gid, from_gid: gid, msg_id, msg_type: 4 });
    }
    const back = await clients.user(away);
    expect((await missedEvents(back)).filter(({ event_type }) => event_type === 55)).toHaveLength(1);
    expect(await historyOf(away)).toEqual([]);
  });

  it('is taken back once', async () => {
    const [alice, bob] = await clients.two();
    const { msg_id } = await alice.send(bob.username, 'goes');
    const rid = nextRid();
    const first = await retract(alice, msg_id, rid);
    expect(await retract(alice, msg_id, rid)).toEqual(first);
    expect(await retract(alice, msg_id)).toMatchObject({ code: 881404 });
    await bob.ask('get_friend_list');
    expect(bob.all('event_notification').filter(({ event_type }) => event_type === 55)).toHaveLength(1);
  });

  it('must be one’s own, and young', async () => {
    const [alice, bob, mallory] = await clients.three();
    const { msg_id } = await alice.send(bob.username, 'mine');
    expect(await retract(bob, msg_id)).toMatchObject({ code: 881402 });
    expect(await retract(mallory, msg_id)).toMatchObject({ code: 881403 });
    expect(await retract(alice, 1)).toMatchObject({ code: 881403 });
    aheadMs += 4 * MINUTE_MS;
    expect(await retract(alice, msg_id)).toMatchObject({ code: 881401 });
    expect(await historyOf(alice.username)).toEqual(['mine']);
  });
});

describe('a transparent message', () => {
  const single = (from: Client, target_username: string, cmd: string, rid?: number) =>
    from.ask('trans_msg_single', { target_username, cmd }, rid);

  it('to a user reaches every device, and is not kept', async () => {
    const [alice, bob] = await clients.two();
    const phone = await liveDevice(clients, bob.username);
    expect(await single(alice, bob.username, '{"typing": true} 😀')).toMatchObject({ code: 0 });
    for (const device of [bob, phone]) {
      expect(await device.next('trans_msg_rec')).toEqual({
        type: 3,
        gid: 0,
        from_appkey: APPKEY,
        from_username: alice.username,
        platform: 'web',
        cmd: '{"typing": true} 😀',
      });
    }
    expect((await bob.ask('get_conversations')).conversations).toEqual([]);
  });

  it('is refused where nobody would hear it, or wants to', async () => {
    const [alice, bob] = await clients.two();
    const away = await goAway(await clients.liveUser());
    expect(await single(alice, away, 'x')).toMatchObject({ code: 881602 });
    expect(await single(alice, 'nobody', 'x')).toMatchObject({ code: 880203 });
    expect(await single(alice, bob.username, '字'.repeat(2_731))).toMatchObject({ code: 881604 });
    await bob.ask('add_black_list', { member_usernames: named(alice) });
    expect(await single(alice, bob.username, 'x')).toMatchObject({ code: 880207 });
    await bob.ask('get_friend_list');
    expect(bob.all('trans_msg_rec')).toEqual([]);
  });

  it('is handed on once', async () => {
    const [alice, bob] = await clients.two();
    const rid = nextRid();
    const first = await single(alice, bob.username, 'once', rid);
    expect(await single(alice, bob.username, 'once', rid)).toEqual(first);
    await single(alice, bob.username, 'last');
    await bob.next('trans_msg_rec', ({ cmd }) => cmd === 'last');
    expect(bob.all('trans_msg_rec').map(({ cmd }) => cmd)).toEqual(['once', 'last']);
  });

  it('to a group reaches its other members, and comes from members who may speak', async () => {
    const [alice, bob, mallory] = await clients.three();
    const gid = await makeGroup([alice, bob]);
    const toGroup = (from: Client) => from.ask('trans_msg_group', { gid, cmd: 'go' });
    expect(await toGroup(mallory)).toMatchObject({ code: 880205 });
    expect(await mallory.ask('trans_msg_group', { gid: gid + 1_000, cmd: 'go' })).toMatchObject({
      code: 880204,
    });
    expect(await toGroup(alice)).toMatchObject({ code: 0 });
    expect(await bob.next('trans_msg_rec')).toMatchObject({ type: 4, gid, from_username: alice.username });
    await alice.ask('group_mem_silence', { gid, target_username: bob.username, keep_silence: true });
    expect(await toGroup(bob)).toMatchObject({ code: 880212 });
    await alice.ask('get_friend_list');
    expect([...alice.all('trans_msg_rec'), ...mallory.all('trans_msg_rec')]).toEqual([]);
  });

  it('to one’s own platforms reaches those that are meant', async () => {
    const alice = await clients.liveUser();
    const android = await liveDevice(clients, alice.username, 'android');
    const ios = await liveDevice(clients, alice.username, 'ios');
    const toPlatform = (platform: string, cmd: string) => alice.ask('trans_msg_platform', { platform, cmd });
    expect(await toPlatform('android', 'one')).toMatchObject({ code: 0 });
    expect(await toPlatform('all', 'two')).toMatchObject({ code: 0 });
    expect(await toPlatform('pc', 'three')).toMatchObject({ code: 0 });
    expect(await toPlatform('toaster', 'four')).toMatchObject({ code: 880003 });
    expect(await ios.next('trans_msg_rec')).toMatchObject({ type: 5, platform: 'web', cmd: 'two' });
    await android.next('trans_msg_rec', ({ cmd }) => cmd === 'two');
    expect(android.all('trans_msg_rec').map(({ cmd }) => cmd)).toEqual(['one', 'two']);
    await alice.ask('get_friend_list');
    expect(alice.all('trans_msg_rec')).toEqual([]);
  });
});
