/** Pages of a conversation: what an account may see, page after page, at the same cost however much there is. */

import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { hostMounted } from '../../test/kit/gateway-in-process.js';
import { makeGroup, named, sendTo } from '../../test/kit/wire-groups.js';
import { type Client, type Data, textOf } from '../../test/kit/wire-socket.js';
import { ofGroup, ofSingle, readPage } from '../src/store/pages.js';

const MANY = 100_000;
/** Rows beside the page's own: the next earlier one, and the few memberships that this file makes. */
const BESIDE_THE_PAGE = 10;

const gateway = hostMounted();
const { clients } = gateway;

interface Asked {
  type: number;
  username?: string;
  gid?: number;
}

async function page(client: Client, of: Asked, limit: number, before?: object): Promise<Data> {
  return client.ask('get_history', { ...of, limit, ...(before && { before }) });
}

/** All of it, by pages. */
async function pages(client: Client, of: Asked, limit: number): Promise<string[][]> {
  const found: string[][] = [];
  let before: object | undefined;
  for (;;) {
    const { code, messages, more } = await page(client, of, limit, before);
    expect(code).toBe(0);
    found.unshift(messages.map(textOf));
    const [first] = messages;
    if (!more || !first) return found;
    before = { ctime_ms: first.ctime_ms, msg_id: first.msg_id };
  }
}

it('a conversation is handed out in pages, oldest first, from the latest backwards', async () => {
  const [a, b] = await clients.two();
  for (const text of ['1', '2', '3', '4', '5']) {
    await (Number(text) % 2 ? a.send(b.username, text) : b.send(a.username, text));
  }
  const ofB = { type: 3, username: b.username };
  expect(await pages(a, ofB, 2)).toEqual([['1'], ['2', '3'], ['4', '5']]);
  expect(await pages(a, ofB, 5)).toEqual([['1', '2', '3', '4', '5']]);
  expect(await pages(b, { type: 3, username: a.username }, 100)).toEqual([['1', '2', '3', '4', '5']]);
});

it('a walk back through the pages has every message once, wherever the pages end', async () => {
  const [a, b, owner] = [await clients.liveUser(), await clients.liveUser(), await clients.liveUser()];
  const gid = await makeGroup([owner, a]);
  const texts = Array.from({ length: 12 }, (_, index) => `${index}`);
  for (const text of texts) {
    const { msg_id } = await b.send(a.username, text);
    await sendTo(owner, gid, text);
    // Gaps, too.
    const { msg_id: gone } = await b.send(a.username, 'taken back');
    if (Number(text) % 3 === 0) await b.ask('msg_retract', { msg_id: gone });
    else await a.ask('msg_recv_v2', { msg_id, msg_type: 3, from_uid: 1, from_gid: 0 });
  }
  const left = texts.flatMap((text) => (Number(text) % 3 === 0 ? [text] : [text, 'taken back']));
  const limits = fc.integer({ min: 1, max: left.length + 1 });
  await fc.assert(
    fc.asyncProperty(limits, async (limit) => {
      expect((await pages(a, { type: 3, username: b.username }, limit)).flat()).toEqual(left);
      expect((await pages(a, { type: 4, gid }, limit)).flat()).toEqual(texts);
    }),
    { numRuns: 8 },
  );
});

it.each([0, 101, -1, 1.5])('a page of %j messages is refused', async (limit) => {
  const user = await clients.liveUser();
  expect((await page(user, { type: 3, username: user.username }, limit)).code).toBeGreaterThan(0);
});

it('a retracted message is in no page, and can still mark the end of one', async () => {
  const [a, b] = await clients.two();
  await a.send(b.username, 'kept');
  const { msg_id, ctime_ms } = await a.send(b.username, 'taken back');
  await a.send(b.username, 'later');
  expect(await a.ask('msg_retract', { msg_id })).toMatchObject({ code: 0 });
  const ofA = { type: 3, username: a.username };
  expect(await pages(b, ofA, 10)).toEqual([['kept', 'later']]);
  expect((await page(b, ofA, 10, { msg_id, ctime_ms })).messages.map(textOf)).toEqual(['kept']);
});

it('a user sees neither the conversations of others nor one with an unknown user', async () => {
  const [a, b, stranger] = [await clients.liveUser(), await clients.liveUser(), await clients.liveUser()];
  await a.send(b.username, 'private');
  expect(await pages(stranger, { type: 3, username: a.username }, 10)).toEqual([[]]);
  expect(await page(a, { type: 3, username: 'nobody at all' }, 10)).toMatchObject({ code: 880203 });
});

it('a group is seen from when one joined, for as long as one is in it', async () => {
  const [owner, later] = await clients.two();
  const gid = await makeGroup([owner]);
  await sendTo(owner, gid, 'before');
  expect(await page(later, { type: 4, gid }, 10)).toMatchObject({ code: 880205 });
  await owner.ask('add_across_group_member', { gid, member_usernames: named(later) });
  await sendTo(owner, gid, 'after');
  await sendTo(later, gid, 'own');
  expect(await pages(later, { type: 4, gid }, 1)).toEqual([['after'], ['own']]);
  expect(await pages(owner, { type: 4, gid }, 10)).toEqual([['before', 'after', 'own']]);
  await later.ask('exit_group', { gid });
  expect(await page(later, { type: 4, gid }, 10)).toMatchObject({ code: 880205 });
  expect(await page(owner, { type: 4, gid: 999 }, 10)).toMatchObject({ code: 880204 });
});

it('a page of a hundred thousand messages is read off an index', async () => {
  await sql`
    insert into mailbox (uid, peer, msg_id, pending) select 900001, 900002, n, false from generate_series(1, ${sql.lit(MANY)}) as n`.execute(
    gateway.store.db,
  );
  await sql`
    insert into message (msg_id, sender, recipient, msg_level, need_receipt, content_json, gid)
    select n, 900001, 0, 0, false, '{}', 900003 from generate_series(1, ${sql.lit(MANY)}) as n`.execute(
    gateway.store.db,
  );
  await sql`
    insert into group_member (gid, uid, role, joined_msg_id, acked_msg_id, mtime) values (900003, 900001, 1, 0, 0, 0)`.execute(
    gateway.store.db,
  );
  await sql`analyze`.execute(gateway.store.db);
  const asked = { uid: 900_001, before: MANY / 2, limit: 50, maxBytes: 1_000_000 };
  for (const [query, target] of [
    [ofSingle, 900_002],
    [ofGroup, 900_003],
  ] as const) {
    const { ids, more } = await readPage(gateway.store.db, query, target, asked);
    expect([ids.at(0), ids.at(-1), ids.length, more]).toEqual([MANY / 2 - 50, MANY / 2 - 1, 50, true]);
    const { rows } = await sql<{
      'QUERY PLAN': [{ Plan: PlanNode }];
    }>`explain (analyze, format json) ${query(target, asked)}`.execute(gateway.store.db);
    const read = rows[0] ? readBy(rows[0]['QUERY PLAN'][0].Plan) : Number.NaN;
    expect(read).toBeLessThanOrEqual(asked.limit + BESIDE_THE_PAGE);
  }
});

interface PlanNode {
  'Node Type': string;
  'Actual Rows': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** Rows that the plan touches in its scans. */
function readBy(node: PlanNode): number {
  const own = /Scan/.test(node['Node Type'])
    ? node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)
    : 0;
  return (node.Plans ?? []).reduce((sum, child) => sum + readBy(child), own);
}
