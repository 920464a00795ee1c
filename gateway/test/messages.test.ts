/** Single messages: what is stored, to whom it goes, in which order, and that nothing takes effect twice. */

import { describe, expect, it } from 'vitest';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { APPKEY, nextRid, OTHER_APPKEY, textOf, textTo } from '../../test/kit/wire-socket.js';

const gateway = hostGateway();
const { clients } = gateway;

describe('a text', () => {
  it('is answered with its id and reaches its target', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser(undefined, 'v2');
    const before = Date.now();
    const answer = await alice.send(bob.username, '你好', { need_receipt: true });
    expect(answer).toMatchObject({ code: 0, message: 'success', msg_id: expect.any(Number) });
    expect(answer.ctime_ms).toBeGreaterThanOrEqual(before);
    const [message] = await bob.live(1);
    expect(message).toMatchObject({
      msg_id: answer.msg_id,
      msg_type: 3,
      from_gid: 0,
      ctime_ms: answer.ctime_ms,
      msg_level: 0,
      need_receipt: true,
      content: { msg_type: 'text', msg_body: { text: '你好' }, create_time: 1_500_000_000_000 },
    });
    expect(alice.all('msg_sync')).toEqual([]);
  });

  it('says who it is really from and for, whatever the page wrote', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    await alice.ask('update_user_inf', { nickname: 'Alice' });
    const content = {
      ...(textTo('', '') as { content: object }).content,
      target_id: 'somebody else',
      target_appkey: 'elsewhere',
      from_id: 'the boss',
      from_appkey: 'elsewhere',
      from_name: 'The Boss',
      msg_body: { text: 'send money', extras: { nul: '\0', half: '\ud800' } },
    };
    await alice.send(bob.username, '', { content });
    const [message] = await bob.live(1);
    expect(message?.content).toMatchObject({
      from_id: alice.username,
      from_appkey: APPKEY,
      from_name: 'Alice',
      target_id: bob.username,
      target_appkey: APPKEY,
      msg_body: { text: 'send money', extras: { nul: '\0', half: '\ud800' } },
    });
  });

  it('crosses over to another application of this gateway', async () => {
    const alice = await clients.liveUser();
    const carol = await clients.liveUserElsewhere();
    const { username } = carol;
    expect(await alice.send(username, 'hi')).toMatchObject({ code: 880203 });
    expect(await alice.send(username, 'hi', { appkey: OTHER_APPKEY })).toMatchObject({ code: 0 });
    const [message] = await carol.live(1);
    expect(message).toMatchObject({ msg_level: 1, content: { from_appkey: APPKEY } });
    const { conversations } = await carol.ask('get_conversations');
    expect(conversations[0]).toMatchObject({ appkey: APPKEY, username: alice.username });
  });

  it.each([
    ['to nobody', 'nobody', {}, 880203],
    ['to a name that cannot be', 'nul\0', {}, 880203],
    ['to an unknown application', 'nobody', { appkey: 'nowhere' }, 880203],
    ['of nothing', 'me', { content: withBody({ text: '' }) }, 880002],
    ['without a text', 'me', { content: withBody({}) }, 880002],
    ['of another kind', 'me', { content: withBody({ text: 'x' }, { msg_type: 'image' }) }, 880003],
    ['to a group', 'me', { content: withBody({ text: 'x' }, { target_type: 'group' }) }, 880003],
    ['without content', 'me', { content: undefined }, 880002],
    ['above 8 KB of UTF-8', 'me', { content: withBody({ text: '字'.repeat(2_731) }) }, 880206],
  ])('%s is refused', async (_, to, extra, code) => {
    const user = await clients.user();
    const target = to === 'me' ? user.username : to;
    expect(await user.send(target, 'text', extra)).toMatchObject({ code });
  });

  it('of 8 KB is taken', async () => {
    const user = await clients.user();
    expect(await user.send(user.username, 'x'.repeat(8_192))).toMatchObject({ code: 0 });
  });

  it('to oneself is stored once and not echoed to the tab that sent it', async () => {
    const user = await clients.liveUser();
    const { msg_id } = await user.send(user.username, 'note');
    const { conversations } = await user.ask('get_conversations');
    expect(conversations).toMatchObject([{ username: user.username, unread_msg_count: 0 }]);
    expect(user.all('msg_sync')).toEqual([]);
    await user.sync(0, 1);
    const { messages } = await user.next('sync_conversation');
    expect(messages[0]?.msgs.map((message) => message.msg_id)).toEqual([msg_id]);
  });
});

describe('order', () => {
  it('a pipelined burst is stored, answered and delivered in the order it was sent', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    const texts = Array.from({ length: 300 }, (_, index) => `text ${index}`);
    const answers = await Promise.all(texts.map((text) => alice.send(bob.username, text)));
    const ids = answers.map(({ msg_id }) => msg_id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    const messages = await bob.live(texts.length);
    expect(messages.map(textOf)).toEqual(texts);
    const times = messages.map(({ ctime_ms }) => ctime_ms);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('a request that follows sends sees them done', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    const sent = Promise.all(Array.from({ length: 50 }, (_, index) => alice.send(bob.username, `${index}`)));
    const { conversations } = await alice.ask('get_conversations');
    const answers = await sent;
    expect(conversations[0]?.mtime).toBe(answers.at(-1)?.ctime_ms);
  });
});

describe('a retry', () => {
  it('gets the first answer and stores nothing, also over another socket', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    const rid = nextRid();
    const first = await alice.send(bob.username, 'once', {}, rid);
    expect(await alice.send(bob.username, 'once', {}, rid)).toEqual(first);
    const again = await clients.user(alice.username);
    expect(await again.send(bob.username, 'once', {}, rid)).toEqual(first);
    await again.send(bob.username, 'last');
    await bob.next('msg_sync', ({ messages }) => messages.some((message) => textOf(message) === 'last'));
    expect(bob.texts()).toEqual(['once', 'last']);
  });

  it('while the first try is in hand gets the same answer', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    const rid = nextRid();
    const payload = { ...textTo(bob.username, 'once'), rid };
    for (let tries = 0; tries < 5; tries += 1) alice.socket.emit('s_across_single_text', payload);
    await alice.send(bob.username, 'last');
    const answers = alice.all('s_single_text').filter((answer) => answer.rid === rid);
    expect(answers).toHaveLength(5);
    expect(new Set(answers.map(({ msg_id }) => msg_id)).size).toBe(1);
    await bob.live(2);
    expect(bob.texts()).toEqual(['once', 'last']);
  });

  it('is not mistaken: the same rid with another payload, or of another account, is another request', async () => {
    const alice = await clients.liveUser();
    const carol = await clients.liveUser();
    const bob = await clients.liveUser();
    const rid = nextRid();
    const first = await alice.send(bob.username, 'one', {}, rid);
    const second = await alice.send(bob.username, 'two', {}, rid);
    const third = await carol.send(bob.username, 'one', {}, rid);
    expect(new Set([first, second, third].map(({ msg_id }) => msg_id)).size).toBe(3);
  });
});

describe('conversations', () => {
  it('are listed latest first, with what is unread', async () => {
    const alice = await clients.liveUser();
    const bob = await clients.liveUser();
    const carol = await clients.liveUser();
    await bob.ask('update_user_inf', { nickname: 'Bobby' });
    expect((await alice.ask('get_conversations')).conversations).toEqual([]);
    await bob.send(alice.username, 'one');
    await bob.send(alice.username, 'two');
    const { ctime_ms } = await alice.send(carol.username, 'three');
    const [first] = await alice.live(1);
    // Received is not read.
    if (first) await alice.acknowledge(first);
    const { conversations } = await alice.ask('get_conversations');
    expect(conversations).toEqual([
      {
        type: 3,
        key: expect.any(Number),
        name: carol.username,
        nickname: '',
        avatar: '',
        appkey: APPKEY,
        username: carol.username,
        memo_name: '',
        memo_others: '',
        mtime: ctime_ms,
        utime: expect.any(Number),
        unread_msg_count: 0,
        extras: {},
      },
      expect.objectContaining({ username: bob.username, nickname: 'Bobby', unread_msg_count: 2 }),
    ]);
    expect(conversations[1]?.key).toBe(first?.from_uid);
  });
});

function withBody(msg_body: object, fields: object = {}): object {
  return { ...(textTo('somebody', '') as { content: object }).content, ...fields, msg_body };
}
