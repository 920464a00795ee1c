/** Nodes as processes of their own: paused, cut off, and out of step with the clock. `npm run test:chaos -- --nodes 3` has all faults at once. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, startCluster } from '../../../test/kit/gateway-cluster.js';
import { nodesRun } from '../../../test/kit/gateway-nodes.js';
import { md5 } from '../../../test/kit/signing.js';
import { until } from '../../../test/kit/until.js';
import { groupText } from '../../../test/kit/wire-groups.js';
import { APPKEY, Client, nextRid, uniqueName } from '../../../test/kit/wire-socket.js';

/** The bounds of docs/operations.md for two sessions of one account: the usual one. */
const BOUND_MS = 2_500;
/** The bound on a node that is cut off from the database. */
const CUT_OFF_BOUND_MS = 30_000;

let cluster: Cluster;
const clients: Client[] = [];

beforeAll(async () => {
  cluster = await startCluster({ nodes: 2, appkey: APPKEY, clocksMs: [4_000, -4_000] });
});
afterEach(() => {
  for (const client of clients.splice(0)) client.close();
});
afterAll(() => cluster?.destroy());

/** A session of the account on that node, which is registered if necessary. */
async function sessionOn(
  index: number,
  username = uniqueName('user'),
): Promise<Client & { username: string }> {
  const client = await Client.connect(cluster.node(index).gateway.url);
  clients.push(client);
  await client.ask('c_init', { ...cluster.auth(), fromPlatForm: 'j' });
  await client.ask('register', { username, password: md5('secret') });
  expect(await client.login(username)).toMatchObject({ code: 0 });
  await client.sync(0, 0);
  return Object.assign(client, { username });
}

const isEnded = (client: Client): boolean => client.all('disconnect').length > 0;

describe('a node', () => {
  it('that was paused ends its replaced session when it goes on, before it serves anything', async () => {
    const first = await sessionOn(0);
    cluster.node(0).gateway.pause();
    const second = await sessionOn(1, first.username);
    const friend = await sessionOn(1);
    await friend.send(first.username, 'for the new one');
    await until('the new session to have it', () => second.texts().includes('for the new one'));
    const sinceMs = performance.now();
    cluster.node(0).gateway.resume();
    await until('the old one to end', () => isEnded(first));
    expect(performance.now() - sinceMs).toBeLessThan(BOUND_MS);
  });

  it('that does not hear Redis ends its replaced session by the sweep', async () => {
    const first = await sessionOn(0);
    cluster.node(0).toRedis.hold();
    try {
      const sinceMs = performance.now();
      await sessionOn(1, first.username);
      await until('the old one to end', () => isEnded(first));
      expect(performance.now() - sinceMs).toBeLessThan(BOUND_MS);
    } finally {
      cluster.node(0).toRedis.heal();
    }
  });

  it('that does not hear Redis knows by the next look who is in a blacklist, in a group, and under which name', async () => {
    const [here, there] = [await sessionOn(0), await sessionOn(1)];
    const { gid } = await there.ask('create_group', { group_name: 'g' });
    const names = { member_usernames: [{ username: here.username }] };
    await there.ask('add_across_group_member', { gid, ...names });
    const nickname = async () =>
      Object((await here.ask('get_across_user_info', { username: there.username, appkey: APPKEY })).user_info)
        .nickname;
    const toGroup = async () => (await here.ask('send_group_msg', groupText(Number(gid), 'hi'))).code;
    expect([(await here.send(there.username, 'hi')).code, await toGroup(), await nickname()]).toEqual([
      0,
      0,
      '',
    ]);
    cluster.node(0).toRedis.hold();
    try {
      await there.ask('add_black_list', names);
      await there.ask('del_across_group_member', { gid, ...names });
      await there.ask('update_user_inf', { nickname: 'new' });
      const sinceMs = performance.now();
      await until('all of it to be known', async () => {
        const codes = [(await here.send(there.username, 'hi')).code, await toGroup()];
        return (codes.every((code) => code !== 0) && (await nickname()) === 'new') || undefined;
      });
      expect(performance.now() - sinceMs).toBeLessThan(BOUND_MS);
    } finally {
      cluster.node(0).toRedis.heal();
    }
  });

  it('that loses its database denies nothing: the same send gets the first answer elsewhere', async () => {
    const sender = await sessionOn(0);
    const rid = nextRid();
    const first = await sender.send(sender.username, 'once', {}, rid);
    const { toPostgres } = cluster.node(0);
    toPostgres.cut();
    try {
      // The answer to this try will never come.
      void sender.send(sender.username, 'once', {}, rid);
      await until('the node to give the session up', () => isEnded(sender));
      expect(sender.all('s_single_text')).toMatchObject([{ rid, code: 0 }]);
      const again = await sessionOn(1, sender.username);
      expect(await again.send(sender.username, 'once', {}, rid)).toMatchObject({ msg_id: first.msg_id });
    } finally {
      toPostgres.heal();
    }
  });

  it('with a clock that is seconds off gives ids in the order of its database', async () => {
    const [fast, slow] = [await sessionOn(0), await sessionOn(1)];
    const answers: { msg_id: number; ctime_ms: number }[] = [];
    for (let count = 0; count < 5; count += 1) {
      answers.push(await fast.send(slow.username, `fast ${count}`));
      answers.push(await slow.send(fast.username, `slow ${count}`));
    }
    const ids = answers.map(({ msg_id }) => msg_id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    for (const { ctime_ms } of answers) expect(Math.abs(ctime_ms - Date.now())).toBeLessThan(2_000);
  });

  // Half a minute: too long for the whole suite.
  it.runIf(nodesRun)(
    'that is cut off from the database gives its sessions up',
    async () => {
      const first = await sessionOn(0);
      const { toPostgres, toRedis } = cluster.node(0);
      for (const network of [toPostgres, toRedis]) network.hold();
      try {
        const sinceMs = performance.now();
        await sessionOn(1, first.username);
        await until('the old one to end', () => isEnded(first), CUT_OFF_BOUND_MS);
        expect(performance.now() - sinceMs).toBeLessThan(CUT_OFF_BOUND_MS);
      } finally {
        for (const network of [toPostgres, toRedis]) network.heal();
      }
    },
    60_000,
  );
});
