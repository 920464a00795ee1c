/** Two nodes on a real PostgreSQL server and a real Redis: each one's knowledge of the other, also while Redis is away. */
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { callerOf } from '../../../test/kit/gateway-api.js';
import { CHEAP, Clients } from '../../../test/kit/gateway-in-process.js';
import { freshDatabase, startServers } from '../../../test/kit/gateway-nodes.js';
import { md5 } from '../../../test/kit/signing.js';
import { until } from '../../../test/kit/until.js';
import { APPKEY, APPS, nextRid, SECRET, sign, textTo, uniqueName } from '../../../test/kit/wire-socket.js';
import { type RunningGateway, startGateway } from '../../src/server.js';

let servers: Awaited<ReturnType<typeof startServers>>;
let data: Awaited<ReturnType<typeof freshDatabase>>;
let nodes: RunningGateway[] = [];
let start: () => Promise<RunningGateway>;
const [one, other] = [0, 1].map((node) => new Clients(() => nodes[node]?.url ?? '')) as [Clients, Clients];

beforeAll(async () => {
  servers = await startServers();
  data = await freshDatabase(servers.postgres);
  start = () =>
    startGateway({
      ...CHEAP,
      apps: APPS,
      data: data.path,
      redis: servers.redis,
      mediaDirectory: data.media,
      passwordTriesPerMinute: 4,
      requestBurst: 300,
      requestsPerSecond: 1,
    });
  nodes = [await start(), await start()];
});
afterEach(() => {
  one.leave();
  other.leave();
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await data?.remove();
  servers?.stop();
});

describe('an account', () => {
  it('has one web session over all nodes, and the older one is told', async () => {
    const first = await one.liveUser();
    const second = await other.user(first.username);
    expect(await first.next('event_notification')).toMatchObject({ event_type: 1, extra: 0 });
    await first.next('disconnect');
    expect(await second.ask('get_sessions')).toMatchObject({ sessions: [{ is_current: true }] });
  });

  it('is online for others wherever it is, and its other sessions are listed', async () => {
    const web = await one.liveUser();
    const phone = await other.connect();
    await phone.ask('c_init', { ...sign(APPKEY, SECRET, Date.now()), fromPlatForm: 'android' });
    expect(await phone.login(web.username)).toMatchObject({ online_list: [{ platform: 'web' }] });
    const { sessions } = await phone.ask('get_sessions');
    expect(sessions).toHaveLength(2);
    const stranger = await one.liveUser();
    await phone.ask('log_out');
    web.close();
    await until('the account to be offline', async () => {
      const trans = { type: 3, target_username: web.username, cmd: 'x' };
      return (await stranger.ask('trans_msg_single', trans)).code === 881602 || undefined;
    });
  });

  it('is ended everywhere when it is disabled or gets another password', async () => {
    const [disabled, changed] = [await other.liveUser(), await other.liveUser()];
    const server = callerOf({ url: nodes[0]?.url ?? '' });
    await server('PUT', `/v1/users/${disabled.username}/forbidden?disable=true`);
    expect(await disabled.next('event_notification')).toMatchObject({ event_type: 1, extra: 1 });
    const again = await other.connect();
    await again.init();
    expect(await again.login(disabled.username)).toMatchObject({ code: 880111 });
    await server('PUT', `/v1/users/${changed.username}/password`, { new_password: 'another' });
    expect(await changed.next('event_notification')).toMatchObject({ event_type: 2 });
  });

  it('has its wrong passwords counted over all nodes', async () => {
    const { username } = await one.user();
    const codes: number[] = [];
    for (let tries = 0; tries < 10; tries += 1) {
      const client = await (tries % 2 === 0 ? one : other).connect();
      await client.init();
      codes.push((await client.login(username, md5('wrong'))).code);
    }
    expect(codes.filter((code) => code === 880104).length).toBeLessThanOrEqual(4);
    expect(codes).toContain(880209);
  });

  it('has its requests counted over all nodes, about a second late', async () => {
    const busy = await one.liveUser();
    await Promise.all(Array.from({ length: 250 }, () => busy.ask('get_conversations')));
    const phone = await other.connect();
    await phone.ask('c_init', { ...sign(APPKEY, SECRET, Date.now()), fromPlatForm: 'android' });
    await phone.login(busy.username);
    await until('the other node to have heard of it', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => phone.ask('get_conversations')));
      return answers.some(({ code }) => code === 880209) || undefined;
    });
    expect(phone.all('get_conversations').length).toBeLessThan(200);
  });
});

describe('a change', () => {
  it('of a blacklist is known on every node when it is answered', async () => {
    const owner = await one.liveUser();
    const member = await other.liveUser();
    await owner.send(member.username, 'first');
    await member.live(1);
    for (let round = 0; round < 5; round += 1) {
      await owner.ask('add_black_list', {
        member_usernames: [{ username: member.username, appkey: APPKEY }],
      });
      expect(await member.send(owner.username, 'no')).toMatchObject({ code: 880207 });
      await owner.ask('del_black_list', {
        member_usernames: [{ username: member.username, appkey: APPKEY }],
      });
      expect(await member.send(owner.username, 'yes')).toMatchObject({ code: 0 });
    }
  });
});

describe('a retry on another node', () => {
  it('gets the first answer, and its message is delivered once', async () => {
    const alice = await one.liveUser();
    const bob = await other.liveUser();
    const rid = nextRid();
    const payload = textTo(bob.username, 'once');
    const first = await alice.ask('s_across_single_text', payload, rid);
    const elsewhere = await other.liveUser(alice.username);
    expect(await elsewhere.ask('s_across_single_text', payload, rid)).toEqual(first);
    await elsewhere.send(bob.username, 'last');
    await until('the last one', () => bob.texts().includes('last'));
    expect(bob.texts()).toEqual(['once', 'last']);
  });
});

describe('messages', () => {
  it('of two senders on two nodes arrive in the order of ids, each once, at two recipients', async () => {
    const [alice, bob] = [await one.liveUser(), await other.liveUser()];
    const send = async (from: typeof alice, to: string): Promise<void> => {
      await Promise.all(Array.from({ length: 60 }, (_, index) => from.send(to, `${index}`)));
    };
    await Promise.all([send(alice, bob.username), send(bob, alice.username)]);
    for (const client of [alice, bob]) {
      const ids = (await client.live(60)).map(({ msg_id }) => msg_id);
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
      expect(client.texts()).toEqual(Array.from({ length: 60 }, (_, index) => `${index}`));
    }
  });

  it('of a chat room are heard on every node, and its members are counted once', async () => {
    const [alice, bob] = [await one.liveUser(), await other.liveUser()];
    const server = callerOf({ url: nodes[0]?.url ?? '' });
    const made = await server('POST', '/v1/chatroom', { owner_username: alice.username, name: 'room' });
    const { chatroom_id: id } = made.body as { chatroom_id: number };
    await Promise.all([alice.ask('join_room', { id }), bob.ask('join_room', { id })]);
    expect(await alice.ask('room_info', { id })).toMatchObject({ info: { total_member_count: 2 } });
    const { content } = textTo(String(id), 'hello') as { content: object };
    await alice.ask('send_room_msg', { target_rid: id, content: { ...content, target_type: 'chatroom' } });
    expect(await bob.next('room_msg_sync')).toMatchObject({ room_id: id });
    bob.close();
    await until('the count to go down', async () => {
      const { info } = await alice.ask('room_info', { id });
      return (info as { total_member_count: number }).total_member_count === 1 || undefined;
    });
  });
});

describe('while Redis is away', () => {
  it('stored messages and replaced sessions are found by the sweep, live ones are refused, and all resumes', async () => {
    const [alice, bob] = [await one.liveUser(), await other.liveUser()];
    await until('both nodes to see each other', () => trans(alice, bob.username, 0));
    const name = uniqueName('before');
    servers.redisAway();
    await alice.send(bob.username, name);
    await until('the message', () => bob.texts().includes(name));
    await until('a refusal', () => trans(alice, bob.username, 882005));
    const replaced = await one.liveUser(bob.username);
    await bob.next('disconnect');
    await servers.redisBack();
    const carol = await other.liveUser();
    await until('a transparent message', () => trans(replaced, carol.username, 0), 20_000);
    expect(await carol.next('trans_msg_rec')).toMatchObject({ cmd: 'x' });
  });
});

const trans = async (from: Awaited<ReturnType<Clients['user']>>, target_username: string, code: number) =>
  (await from.ask('trans_msg_single', { type: 3, target_username, cmd: 'x' })).code === code || undefined;

describe('the figures of a node', () => {
  it('have the time of each command of Redis, and not only of the heartbeat', async () => {
    const timed = async (): Promise<number> => {
      const text = await (await fetch(`${nodes[0]?.url}/metrics`)).text();
      return Number(/^jmessage_redis_seconds_count (\d+)$/m.exec(text)?.[1]);
    };
    const alice = await one.liveUser();
    const before = await timed();
    const sinceMs = performance.now();
    for (let count = 0; count < 20; count += 1) await alice.send(alice.username, 'hi');
    const beats = Math.ceil((performance.now() - sinceMs) / 1_000);
    await until('the note of each send to be timed', async () => (await timed()) >= before + 20 + beats);
  });
});

describe('a node that starts', () => {
  it('is known to the others before it has a session', async () => {
    const asking = await one.liveUser();
    const starting = await start();
    const clients = new Clients(() => starting.url);
    const { username } = await clients.liveUser();
    const trans = { type: 3, target_username: username, cmd: 'x' };
    expect(await asking.ask('trans_msg_single', trans)).toMatchObject({ code: 0 });
    clients.leave();
    await starting.close();
  });
});

describe('a node that stops', () => {
  it('serves each client until its turn to go, and sends new ones elsewhere', async () => {
    const leaving = await start();
    const clients = new Clients(() => leaving.url);
    const users: Awaited<ReturnType<typeof clients.liveUser>>[] = [];
    for (let count = 0; count < 10; count += 1) users.push(await clients.liveUser());
    const [first, last] = [users[0], users.at(-1)];
    if (!first || !last) throw new Error('there are no users');
    const closed = leaving.close();
    await first.next('disconnect');
    const statusOf = async (path: string) => (await fetch(`${leaving.url}${path}`)).status;
    const newcomer = new WebSocket(`${leaving.url}/socket.io/?EIO=4&transport=websocket`);
    const [answer, ready, polling, [, refused]] = await Promise.all([
      last.send(first.username, 'still served'),
      statusOf('/readyz'),
      statusOf('/socket.io/?EIO=4&transport=polling'),
      once(newcomer, 'unexpected-response'),
    ]);
    expect(answer.code).toBe(0);
    expect([ready, polling, refused.statusCode]).toEqual([503, 503, 503]);
    await last.next('disconnect');
    expect(last.all('going_away')).toMatchObject([{ retry_after: 0 }]);
    await closed;
    const again = await one.user(first.username);
    await again.sync(0, 0);
    await again.next('sync_conversation');
  });
});
