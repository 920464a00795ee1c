/** Group messages: who gets them, in which order, once, and what those find who come back. */
import { describe, expect, it } from 'vitest';
import { Clients, hostMounted, mount } from '../../test/kit/gateway-in-process.js';
import { goAway, groupText, liveEvent, makeGroup, named, sendTo } from '../../test/kit/wire-groups.js';
import { APPKEY, type Client, type Data, nextRid, textOf } from '../../test/kit/wire-socket.js';

const DAY_MS = 86_400_000;
const SETTINGS = { offlineMessages: 5, historyMessages: 4 };

let nowMs = Date.now();
const now = (): number => nowMs;
const gateway = hostMounted(SETTINGS, now);
const { clients } = gateway;

/** Syncs, and sends another request. The pushes of the sync arrive before its answer. */
async function synced(client: Client, key: number, roaming: 0 | 1): Promise<Data['messages']> {
  const before = client.all('sync_conversation').length;
  await client.sync(key, roaming);
  await client.ask('get_conversations');
  return client
    .all('sync_conversation')
    .slice(before)
    .flatMap(({ messages }) => messages);
}

const textsOf = (conversations: Data['messages']): string[] =>
  conversations.flatMap(({ msgs }) => msgs.map(textOf));

const sendAll = (client: Client, gid: number, texts: readonly string[]): Promise<Data[]> =>
  Promise.all(texts.map((text) => sendTo(client, gid, text)));

describe('a message to a group', () => {
  it('reaches every other member who is there, and says who it is really from', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob, carol], { group_name: '群' });
    const fields = { need_receipt: true, users: [{ username: bob.username }] };
    const answer = await sendTo(owner, gid, '大家好 😀', fields);
    expect(answer).toMatchObject({ code: 0, target_gid: gid, unread_count: 2, msg_id: expect.any(Number) });
    for (const member of [bob, carol]) {
      const [message] = await member.live(1);
      expect(message).toMatchObject({
        msg_id: answer.msg_id,
        ctime_ms: answer.ctime_ms,
        msg_type: 4,
        from_gid: gid,
        msg_level: 0,
        need_receipt: true,
        content: {
          target_type: 'group',
          target_id: String(gid),
          target_appkey: APPKEY,
          from_id: owner.username,
          msg_body: { text: '大家好 😀' },
          at_list: [{ username: bob.username, appkey: APPKEY }],
        },
      });
    }
    await owner.ask('get_conversations');
    expect(owner.all('msg_sync')).toEqual([]);
    const { conversations } = await bob.ask('get_conversations');
    expect(conversations).toEqual([
      {
        type: 4,
        key: gid,
        gid,
        name: '群',
        nickname: '',
        avatar: '',
        appkey: APPKEY,
        mtime: answer.ctime_ms,
        unread_msg_count: 1,
        extras: {},
      },
    ]);
  });

  it('is stored once, however often it is tried, also when the sender may not speak any more', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const rid = nextRid();
    const first = await sendTo(bob, gid, 'once', {}, rid);
    expect(await sendTo(bob, gid, 'once', {}, rid)).toMatchObject({ code: 0, msg_id: first.msg_id });
    const silence = { gid, target_username: bob.username, keep_silence: true };
    await owner.ask('group_mem_silence', silence);
    expect(await sendTo(bob, gid, 'once', {}, rid)).toMatchObject({ code: 0, msg_id: first.msg_id });
    expect(await sendTo(bob, gid, 'more')).toMatchObject({ code: 880212 });
    await owner.ask('group_mem_silence', { ...silence, keep_silence: false });
    expect(await sendTo(bob, gid, 'again')).toMatchObject({ code: 0 });
    await owner.live(2);
    expect(owner.texts()).toEqual(['once', 'again']);
  });

  it('is refused to strangers, to who was removed, and to groups that do not exist', async () => {
    const [owner, bob, stranger] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    expect(await sendTo(stranger, gid, 'x')).toMatchObject({ code: 880205 });
    await owner.ask('del_across_group_member', { gid, member_usernames: named(bob) });
    expect(await sendTo(bob, gid, 'x')).toMatchObject({ code: 880205 });
    expect(await sendTo(bob, 1, 'x')).toMatchObject({ code: 880204 });
    await sendTo(owner, gid, 'not for bob');
    await bob.ask('get_conversations');
    expect(bob.all('msg_sync')).toEqual([]);
    expect(await synced(bob, 0, 1)).toEqual([]);
  });

  it.each([
    ['is above 8 KB', { msg_type: 'text', msg_body: { text: '字'.repeat(2_731) } }, 880206],
    ['has no text', { msg_type: 'text', msg_body: {} }, 880002],
    ['is of no known kind', { msg_type: 'telepathy', msg_body: {} }, 880003],
    ['is an image without one', { msg_type: 'image', msg_body: {} }, 880003],
    ['is for a user', { target_type: 'single' }, 880003],
  ])('is refused when it %s', async (_, fields, code) => {
    const owner = await clients.liveUser();
    const gid = await makeGroup([owner]);
    const { content, ...rest } = groupText(gid, 'x') as { content: object };
    const answer = await owner.ask('send_group_msg', { ...rest, content: { ...content, ...fields } });
    expect(answer).toMatchObject({ code });
  });

  it('may be an image, a file, a place at 0°, or the application’s own', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const bodies = [
      ['image', { media_id: 'm', media_crc32: 1, width: 2, height: 3, format: 'png', fsize: 4 }],
      ['file', { media_id: 'm', media_crc32: 1, hash: 'h', fsize: 4, fname: '文.txt' }],
      ['location', { latitude: 0, longitude: 0, scale: 1, label: '' }],
      ['custom', { any: { thing: [1, '😀'] } }],
    ] as const;
    for (const [msg_type, msg_body] of bodies) {
      const { content, ...rest } = groupText(gid, 'x') as { content: object };
      const answer = await owner.ask('send_group_msg', {
        ...rest,
        content: { ...content, msg_type, msg_body },
      });
      expect(answer).toMatchObject({ code: 0 });
    }
    const messages = await bob.live(bodies.length);
    expect(messages.map(({ content }) => [content.msg_type, content.msg_body])).toEqual(bodies);
  });

  it('comes in the order of sending, together with single messages', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const texts = Array.from({ length: 60 }, (_, index) => `${index}`);
    const answers = await Promise.all(
      texts.map((text, index) =>
        index % 2 === 0 ? sendTo(owner, gid, text) : owner.send(bob.username, text),
      ),
    );
    const messages = await bob.live(texts.length);
    const ids = messages.map(({ msg_id }) => msg_id);
    expect(ids).toEqual([...ids].sort((one, other) => one - other));
    expect(new Set(ids)).toEqual(new Set(answers.map(({ msg_id }) => msg_id)));
    for (const type of [3, 4]) {
      const ofType = messages.filter(({ msg_type }) => msg_type === type).map(textOf);
      expect(ofType).toEqual(texts.filter((_, index) => (index % 2 === 0) === (type === 4)));
    }
  });
});

describe('a returning member', () => {
  it('gets what was said in the group, oldest first, until it is acknowledged', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const away = await goAway(bob);
    const [, second, third] = await sendAll(owner, gid, ['one', 'two', 'three']);
    const back = await clients.user(away);
    expect(await back.sync(0, 0)).toMatchObject({ code: 0, sync_key: third?.msg_id });
    const { messages, sync_key } = await back.next('sync_conversation');
    expect(sync_key).toBe(third?.msg_id);
    expect(messages).toMatchObject([
      { msg_type: 4, key: gid, from_gid: gid, from_appkey: APPKEY, unsync_count: 3, receipt_msgs: [] },
    ]);
    expect(textsOf(messages)).toEqual(['one', 'two', 'three']);
    expect(textsOf(await synced(back, third?.msg_id ?? 0, 0))).toEqual(['one', 'two', 'three']);
    await back.ask('sync_conversation_ack', { sync_key: second?.msg_id });
    expect(textsOf(await synced(back, 0, 0))).toEqual(['three']);
    await back.ask('sync_conversation_ack', { sync_key: third?.msg_id });
    expect(await synced(back, 0, 0)).toEqual([]);
    await sendTo(owner, gid, 'live');
    const [live] = await back.live(1);
    expect(live && textOf(live)).toBe('live');
    if (live) expect(await back.acknowledge(live)).toMatchObject({ code: 0 });
    expect(await synced(back, 0, 0)).toEqual([]);
  });

  it('gets again what was acknowledged out of order, never less', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const away = await goAway(bob);
    await sendAll(owner, gid, ['one', 'two', 'three']);
    const back = await clients.user(away);
    const [conversation] = await synced(back, 0, 0);
    const [one, two, last] = conversation?.msgs ?? [];
    if (!one || !two || !last) throw new Error('three messages');
    await back.acknowledge(two);
    expect(textsOf(await synced(back, 0, 0))).toEqual(['one', 'two', 'three']);
    await back.acknowledge(one);
    expect(textsOf(await synced(back, 0, 0))).toEqual(['two', 'three']);
    await back.acknowledge(last);
    await back.acknowledge(two);
    expect(textsOf(await synced(back, 0, 0))).toEqual([]);
  });

  it('loses nothing to a live acknowledgement before the sync', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const away = await goAway(bob);
    await sendTo(owner, gid, 'missed');
    const impatient = await mount(gateway.store, { ...SETTINGS, syncGraceMs: 0 }, now);
    const visitors = new Clients(() => impatient.url, now);
    const [sender, back] = [await visitors.user(owner.username), await visitors.user(away)];
    // Without a sync of its own it goes live by itself; whatever came in the meantime is live, too.
    await sendTo(sender, gid, 'live');
    const [live] = await back.live(1);
    if (live) await back.acknowledge(live);
    expect(textsOf(await synced(back, 0, 0))).toContain('missed');
    visitors.leave();
    await impatient.close();
  });

  it('gets the latest up to the limit, for fifteen days', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const away = await goAway(bob);
    await sendAll(owner, gid, ['0', '1', '2', '3', '4', '5', '6']);
    const back = await clients.user(away);
    expect((await back.ask('get_conversations')).conversations[0]?.unread_msg_count).toBe(5);
    expect(textsOf(await synced(back, 0, 0))).toEqual(['2', '3', '4', '5', '6']);
    nowMs += 16 * DAY_MS;
    expect(await synced(back, 0, 0)).toEqual([]);
    await gateway.store.sweep();
    expect(await synced(back, 0, 1)).toEqual([]);
  });

  it('does not get what was not to be kept, and whoever is there does', async () => {
    const [owner, bob, carol] = await clients.three();
    const gid = await makeGroup([owner, bob, carol]);
    const away = await goAway(bob);
    await sendTo(owner, gid, 'now or never', { no_offline: true });
    await carol.live(1);
    expect(carol.texts()).toEqual(['now or never']);
    expect(await synced(await clients.user(away), 0, 1)).toEqual([]);
  });

  it('sees the recent history with roaming, both directions, and everything beyond a key', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const [, , third] = await sendAll(owner, gid, ['0', '1', '2', '3', '4']);
    await sendTo(bob, gid, 'own');
    const away = await goAway(bob);
    const back = await clients.user(away);
    const key = (await back.sync(0, 0)).sync_key;
    await back.ask('sync_conversation_ack', { sync_key: key });
    expect(textsOf(await synced(back, 0, 1))).toEqual(['2', '3', '4', 'own']);
    expect(textsOf(await synced(back, third?.msg_id ?? 0, 1))).toEqual(['3', '4', 'own']);
  });

  it('sees nothing from before joining', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner]);
    await sendTo(owner, gid, 'before');
    await owner.ask('add_across_group_member', { gid, member_usernames: named(bob) });
    await liveEvent(bob, 10);
    expect((await bob.ask('get_conversations')).conversations).toEqual([]);
    expect(await synced(bob, 0, 1)).toEqual([]);
    await sendTo(owner, gid, 'after');
    expect(textsOf(await synced(bob, 0, 1))).toEqual(['after']);
  });

  it('to a shielded group is not pushed anything, but finds it in the history', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    expect(await bob.ask('add_msg_shield_group', { gid })).toMatchObject({ code: 0 });
    await sendTo(owner, gid, 'shielded');
    await bob.ask('get_conversations');
    expect(bob.all('msg_sync')).toEqual([]);
    expect(await synced(bob, 0, 0)).toEqual([]);
    expect(textsOf(await synced(bob, 0, 1))).toEqual(['shielded']);
    expect(await bob.ask('del_msg_shield_group', { gid })).toMatchObject({ code: 0 });
    expect(await synced(bob, 0, 0)).toEqual([]);
    await sendTo(owner, gid, 'heard');
    await bob.live(1);
    expect(bob.texts()).toEqual(['heard']);
  });
});

describe('live messages', () => {
  it('of a group wait for the sync, so that none overtakes an older one', async () => {
    const [owner, bob] = await clients.three();
    const gid = await makeGroup([owner, bob]);
    const away = await goAway(bob);
    await sendTo(owner, gid, 'old');
    const back = await clients.user(away);
    await sendTo(owner, gid, 'new');
    expect(back.all('msg_sync')).toEqual([]);
    expect(textsOf(await synced(back, 0, 0))).toEqual(['old', 'new']);
    expect(back.all('msg_sync')).toEqual([]);
  });
});
