/** Pages of a conversation: what an account may see, page after page, at the same cost however much there is. */
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Store } from '../src/store/index.js';
import { ofGroup, ofSingle, readPage } from '../src/store/pages.js';
import { type Client, type Data, textOf } from './support/client.js';
import { freshData, type TestData } from './support/data.js';
import { Guests, type Mounted, mount, openStore } from './support/gateway.js';
import { makeGroup, named, sendTo } from './support/groups.js';

const MANY = 100_000;
/** Rows beside the page's own: the next earlier one, and the membership by index and heap. */
const ONE_MORE_AND_MEMBERSHIP = 3;

let data: TestData;
let store: Store;
let gateway: Mounted;
const guests = new Guests(() => gateway.url);
beforeAll(async () => {
  data = await freshData();
  store = await openStore(data.path);
  gateway = await mount(store, {});
});
afterEach(() => guests.leave());
afterAll(async () => {
  await gateway.close();
  await store.close();
  await data.remove();
});

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
  const [a, b] = [await guests.liveUser(), await guests.liveUser()];
  for (const text of ['1', '2', '3', '4', '5']) {
    await (Number(text) % 2 ? a.send(b.username, text) : b.send(a.username, text));
  }
  const ofB = { type: 3, username: b.username };
  expect(await pages(a, ofB, 2)).toEqual([['1'], ['2', '3'], ['4', '5']]);
  expect(await pages(a, ofB, 5)).toEqual([['1', '2', '3', '4', '5']]);
  expect(await pages(b, { type: 3, username: a.username }, 100)).toEqual([['1', '2', '3', '4', '5']]);
});

it('what was taken back is in no page, and may still be where a page ends', async () => {
  const [a, b] = [await guests.liveUser(), await guests.liveUser()];
  await a.send(b.username, 'kept');
  const { msg_id, ctime_ms } = await a.send(b.username, 'taken back');
  await a.send(b.username, 'later');
  expect(await a.ask('msg_retract', { msg_id })).toMatchObject({ code: 0 });
  const ofA = { type: 3, username: a.username };
  expect(await pages(b, ofA, 10)).toEqual([['kept', 'later']]);
  expect((await page(b, ofA, 10, { msg_id, ctime_ms })).messages.map(textOf)).toEqual(['kept']);
});

it('nobody sees the conversation of others, nor one with somebody who does not exist', async () => {
  const [a, b, stranger] = [await guests.liveUser(), await guests.liveUser(), await guests.liveUser()];
  await a.send(b.username, 'private');
  expect(await pages(stranger, { type: 3, username: a.username }, 10)).toEqual([[]]);
  expect(await page(a, { type: 3, username: 'nobody at all' }, 10)).toMatchObject({ code: 880203 });
});

it('a group is seen from when one joined, for as long as one is in it', async () => {
  const [owner, later] = [await guests.liveUser(), await guests.liveUser()];
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
    store.db,
  );
  await sql`
    insert into message (msg_id, sender, recipient, msg_level, need_receipt, content_json, gid)
    select n, 900001, 0, 0, false, '{}', 900003 from generate_series(1, ${sql.lit(MANY)}) as n`.execute(
    store.db,
  );
  await sql`
    insert into group_member (gid, uid, role, joined_msg_id, acked_msg_id, mtime) values (900003, 900001, 1, 0, 0, 0)`.execute(
    store.db,
  );
  await sql`analyze`.execute(store.db);
  const asked = { uid: 900_001, before: MANY / 2, limit: 50 };
  for (const [query, target] of [
    [ofSingle, 900_002],
    [ofGroup, 900_003],
  ] as const) {
    const { ids, more } = await readPage(store.db, query, target, asked);
    expect([ids.at(0), ids.at(-1), ids.length, more]).toEqual([MANY / 2 - 50, MANY / 2 - 1, 50, true]);
    const { rows } = await sql<{
      'QUERY PLAN': [{ Plan: PlanNode }];
    }>`explain (analyze, format json) ${query(target, asked)}`.execute(store.db);
    const read = rows[0] ? readBy(rows[0]['QUERY PLAN'][0].Plan) : Number.NaN;
    expect(read).toBeLessThanOrEqual(asked.limit + ONE_MORE_AND_MEMBERSHIP);
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
