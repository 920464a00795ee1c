/** Many waiting messages: each is handed out once, in order, and what is beyond the limits is let go. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshData, type TestData } from '../../test/kit/gateway-database.js';
import { openStore } from '../../test/kit/gateway-in-process.js';
import type { Store } from '../src/store/index.js';
import type { MailedMessage } from '../src/store/mailed-messages.js';
import { firstIdAt } from '../src/store/message-ids.js';

const LIMIT = 10;
const SLICE_BYTES = 1_000;
const DAY_MS = 24 * 60 * 60 * 1_000;
const NOW = Date.UTC(2026, 0, 31);
const ME = 1;

let data: TestData;
let store: Store;
let lastId = firstIdAt(NOW - DAY_MS);

beforeAll(async () => {
  data = await freshData();
  store = await openStore(
    data.path,
    { offlineMessages: LIMIT, historyMessages: 3, readSliceBytes: SLICE_BYTES },
    () => NOW,
  );
});
afterAll(async () => {
  await store?.close();
  await data?.remove();
});

interface Row {
  uid: number;
  peer: number;
  msg_id: number;
  pending: boolean;
}

async function fill(rows: readonly Row[]): Promise<void> {
  for (const table of ['mailbox', 'conversation', 'chat_group', 'group_member']) {
    await sql`delete from ${sql.table(table)}`.execute(store.db);
  }
  await sql`
    insert into mailbox (uid, peer, msg_id, pending)
    select * from json_to_recordset(${JSON.stringify(rows)}::json)
      as rows (uid bigint, peer bigint, msg_id bigint, pending boolean)`.execute(store.db);
  await sql`
    insert into conversation (uid, peer, last_msg_id)
    select uid, peer, max(msg_id) from mailbox group by uid, peer`.execute(store.db);
}

/** Groups of which the account is a member, with messages of others. */
async function fillGroups(groups: readonly { gid: number; ids: readonly number[] }[]): Promise<void> {
  const rows = groups.flatMap(({ gid, ids }) => ids.map((msg_id) => ({ gid, msg_id })));
  await sql`
    insert into chat_group (gid, appkey, name, description, avatar, is_public, ctime, mtime, last_msg_id)
    overriding system value
    select gid, 'app', '', '', '', false, 0, 0, max(msg_id)
    from json_to_recordset(${JSON.stringify(rows)}::json) as rows (gid bigint, msg_id bigint) group by gid`.execute(
    store.db,
  );
  await sql`
    insert into group_member (gid, uid, role, added, joined_msg_id, acked_msg_id, mtime)
    select distinct gid, ${ME}::bigint, 0, false, 0, 0, 0
    from json_to_recordset(${JSON.stringify(rows)}::json) as rows (gid bigint)`.execute(store.db);
  await sql`
    insert into message (msg_id, sender, recipient, msg_level, need_receipt, content_json, gid)
    select msg_id, 9, 0, 0, false, '{}', gid
    from json_to_recordset(${JSON.stringify(rows)}::json) as rows (gid bigint, msg_id bigint)`.execute(
    store.db,
  );
}

/** @param charsOf how long the content of each is */
async function fillMessages(ids: readonly number[], charsOf: (index: number) => number): Promise<void> {
  const rows = ids.map((msg_id, i) => ({
    msg_id,
    content_json: JSON.stringify({ text: 'x'.repeat(charsOf(i)) }),
  }));
  await sql`
    insert into message (msg_id, sender, recipient, msg_level, need_receipt, content_json)
    select msg_id, 2, ${ME}::bigint, 0, false, content_json
    from json_to_recordset(${JSON.stringify(rows)}::json) as rows (msg_id bigint, content_json text)`.execute(
    store.db,
  );
}

const acknowledgeGroups = () =>
  sql`update group_member set acked_msg_id = ${Number.MAX_SAFE_INTEGER}`.execute(store.db);

const nextId = (): number => {
  lastId += 7;
  return lastId;
};
const waiting = (uid: number, peer: number, count: number): Row[] =>
  Array.from({ length: count }, () => ({ uid, peer, msg_id: nextId(), pending: true }));

async function pendingOf(uid: number): Promise<number[]> {
  const { rows } = await sql<{ msg_id: number }>`
    select msg_id from mailbox where uid = ${uid} and pending order by msg_id`.execute(store.db);
  return rows.map(({ msg_id }) => msg_id);
}

async function missed(request: { key?: number; roaming?: boolean; upTo?: number } = {}): Promise<number[]> {
  const whole = { uid: ME, key: 0, roaming: false, upTo: Number.MAX_SAFE_INTEGER, ...request };
  const ids: number[] = [];
  for await (const chunk of store.mailboxes.missed(whole)) ids.push(...chunk);
  return ids;
}

const idsOf = (rows: readonly Row[]): number[] => rows.map(({ msg_id }) => msg_id).sort((a, b) => a - b);

describe('waiting messages', () => {
  it('are all handed out in the order of ids, however many statements it takes', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => waiting(ME, 2 + (i % 3), 1)).flat();
    await fill([...rows, ...waiting(9, 2, 3)]);
    expect(await missed()).toEqual(idsOf(rows));
  });

  it('end where the sync ends', async () => {
    const rows = waiting(ME, 2, 20);
    await fill(rows);
    const upTo = rows[11]?.msg_id ?? 0;
    expect(await missed({ upTo })).toEqual(idsOf(rows).slice(0, 12));
  });

  it('come once among what roaming brings: the latest of each conversation, or all beyond a key', async () => {
    const rows = [...waiting(ME, 2, 6), ...waiting(ME, 3, 6), ...waiting(ME, 2, 6)].map((row, index) => ({
      ...row,
      pending: index % 4 === 0,
    }));
    await fill(rows);
    const latest = [2, 3].flatMap((peer) => rows.filter((row) => row.peer === peer).slice(-3));
    const pending = rows.filter(({ pending: waits }) => waits);
    expect(await missed({ roaming: true })).toEqual(idsOf([...new Set([...pending, ...latest])]));
    const key = rows[9]?.msg_id ?? 0;
    const beyond = rows.filter(({ msg_id }) => msg_id > key);
    expect(await missed({ roaming: true, key })).toEqual(idsOf([...new Set([...pending, ...beyond])]));
  });

  it('come from any number of conversations', async () => {
    const rows = Array.from({ length: 400 }, (_, i) => waiting(ME, 2 + (i % 60), 1))
      .flat()
      .map((row, index) => ({ ...row, pending: index % 7 === 0 }));
    await fill(rows);
    const pending = rows.filter(({ pending: waits }) => waits);
    const latest = rows.filter(
      (row) => rows.filter(({ peer, msg_id }) => peer === row.peer && msg_id > row.msg_id).length < 3,
    );
    expect(await missed({ roaming: true })).toEqual(idsOf([...new Set([...pending, ...latest])]));
    const key = rows[90]?.msg_id ?? 0;
    const beyond = rows.filter(({ msg_id }) => msg_id > key);
    expect(await missed({ roaming: true, key })).toEqual(idsOf([...new Set([...pending, ...beyond])]));
  });

  it('come from any number of groups, between those of users', async () => {
    const users = waiting(ME, 2, 5);
    const groups = Array.from({ length: 60 }, (_, i) => ({
      gid: 1_000 + i,
      ids: Array.from({ length: 14 }, nextId),
    }));
    const later = waiting(ME, 2, 4);
    await fill([...users, ...later]);
    await fillGroups(groups);
    const idsFrom = (from: number) => groups.flatMap(({ ids }) => ids.slice(from));
    const inOrder = (ids: readonly number[]) => [...ids].sort((a, b) => a - b);
    const own = idsOf([...users, ...later]);
    expect(await missed()).toEqual(inOrder([...own, ...idsFrom(-LIMIT)]));
    const upTo = groups[30]?.ids[12] ?? 0;
    const all = inOrder([...own, ...idsFrom(-LIMIT)]);
    expect(await missed({ upTo })).toEqual(all.filter((id) => id <= upTo));
    const key = groups[50]?.ids[2] ?? 0;
    const beyond = [...own, ...idsFrom(0)].filter((id) => id > key);
    expect(await missed({ roaming: true, key })).toEqual(inOrder([...new Set([...all, ...beyond])]));
    await acknowledgeGroups();
    expect(await missed()).toEqual(own);
    expect(await missed({ roaming: true })).toEqual(inOrder([...own, ...idsFrom(-3)]));
  });

  it('are acknowledged up to a key and not beyond it, in any number and in groups as well, of one account alone', async () => {
    const rows = waiting(ME, 2, 600);
    const groups = [{ gid: 5_000, ids: Array.from({ length: 4 }, nextId) }];
    const later = waiting(ME, 3, 10);
    const others = waiting(9, 2, 5);
    await fill([...rows, ...later, ...others]);
    await fillGroups(groups);
    const marks = () => sql`select acked_msg_id from group_member where gid = 5000`.execute(store.db);
    for (const count of [0, 1, 250, 500, 600]) {
      await store.mailboxes.acknowledgeUpTo(ME, rows[count - 1]?.msg_id ?? 0);
      expect(await pendingOf(ME)).toEqual(idsOf([...rows.slice(count), ...later]));
    }
    expect((await marks()).rows).toEqual([{ acked_msg_id: rows[599]?.msg_id }]);
    await store.mailboxes.acknowledgeUpTo(ME, later[3]?.msg_id ?? 0);
    expect(await pendingOf(ME)).toEqual(idsOf(later.slice(4)));
    expect((await marks()).rows).toEqual([{ acked_msg_id: groups[0]?.ids.at(-1) }]);
    expect(await pendingOf(9)).toEqual(idsOf(others));
  });

  it('are counted for each of any number of users and groups', async () => {
    const users = Array.from({ length: 60 }, (_, i) => waiting(ME, 2 + i, 1 + (i % 12)));
    const groups = Array.from({ length: 60 }, (_, i) => ({
      gid: 7_000 + i,
      ids: Array.from({ length: 1 + (i % 3) }, nextId),
    }));
    await fill(users.flat());
    await fillGroups(groups);
    expect(await store.mailboxes.unread(ME)).toEqual(
      new Map([
        ...users.map((rows, i) => [`3:${2 + i}`, Math.min(LIMIT, rows.length)] as const),
        ...groups.map(({ gid, ids }) => [`4:${gid}`, ids.length] as const),
      ]),
    );
  });

  it('are read in slices of few bytes, each message once, without those that are gone', async () => {
    const rows = waiting(ME, 2, 230);
    await fill(rows);
    const ids = idsOf(rows);
    const isGone = (_: unknown, i: number) => i % 10 === 9 || (i >= 100 && i < 120) || i > 225;
    const kept = ids.filter((id, i) => !isGone(id, i));
    await fillMessages(kept, (i) => (i % 40 === 0 ? 2 * SLICE_BYTES : 20));
    const slices: MailedMessage[][] = [];
    for await (const slice of store.mailboxes.slices(ME, ids)) slices.push(slice);
    expect(slices.flat().map(({ wire }) => wire.msg_id)).toEqual(kept);
    for (const slice of slices) {
      const bytes = slice.reduce((sum, { wire }) => sum + JSON.stringify(wire.content).length, 0);
      expect(slice.length === 1 || bytes <= SLICE_BYTES).toBe(true);
    }
  });

  it('are let go beyond the limit of each conversation, of one account alone', async () => {
    const crowded = waiting(ME, 2, 1_300);
    const few = waiting(ME, 3, LIMIT);
    const others = waiting(9, 2, LIMIT + 5);
    await fill([...crowded, ...few, ...others]);
    await store.mailboxes.trimPending(ME);
    expect(await pendingOf(ME)).toEqual(idsOf([...crowded.slice(-LIMIT), ...few]));
    expect(await pendingOf(9)).toEqual(idsOf(others));
  });

  it('are let go of all accounts and many conversations', async () => {
    const conversations = Array.from({ length: 230 }, (_, i) => waiting(1 + (i % 2), 10 + i, LIMIT + 4));
    await fill(conversations.flat());
    await store.mailboxes.trimPending();
    for (const uid of [1, 2]) {
      const kept = conversations.flatMap((rows) => rows.filter((row) => row.uid === uid).slice(-LIMIT));
      expect(await pendingOf(uid)).toEqual(idsOf(kept));
    }
  });

  it('are let go of a conversation that no single statement reads as a whole', async () => {
    const first = waiting(1, 2, 4_995);
    const second = waiting(2, 3, LIMIT + 1);
    const third = waiting(3, 4, LIMIT);
    await fill([...first, ...second, ...third]);
    await store.mailboxes.trimPending();
    expect(await pendingOf(1)).toEqual(idsOf(first.slice(-LIMIT)));
    expect(await pendingOf(2)).toEqual(idsOf(second.slice(1)));
    expect(await pendingOf(3)).toEqual(idsOf(third));
  });

  it('are let go at their greatest age, though there is room', async () => {
    const old = Array.from({ length: 4 }, (_, i) => ({
      uid: ME,
      peer: 2,
      msg_id: firstIdAt(NOW - 20 * DAY_MS) + i,
      pending: true,
    }));
    const young = waiting(ME, 2, 3);
    await fill([...old, ...young]);
    expect(await missed()).toEqual(idsOf(young));
    await store.mailboxes.trimPending(ME);
    expect(await pendingOf(ME)).toEqual(idsOf(young));
  });
});
