/**
 * Groups and who is in them. Changes go through `Changes`, one after the other, so what a roster says holds until the change is
 * committed. The recipients of a group's messages are cached in memory.
 */
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { Group, GroupMember } from '../../../src/protocol/index.js';
import { type Account, accountOf, PROFILE_COLUMNS, userNameOf } from './accounts.js';
import type { CacheLimits } from './cache-limits.js';
import { idList } from './id-list.js';
import { ReadCache } from './read-cache.js';
import type { Database, Tables } from './schema.js';

export type GroupRow = Selectable<Tables['chat_group']>;

/** As on the wire. */
export const ROLE = { member: 0, owner: 1, keeper: 2 } as const;

export interface Member {
  account: Account;
  role: number;
  silenced: boolean;
}

/** A group with all its members, in the order of joining. */
export interface Roster {
  group: GroupRow;
  members: ReadonlyMap<number, Member>;
}

/** The data of a group that a send needs. */
export interface Audience {
  gid: number;
  appkey: string;
  name: string;
  members: ReadonlyMap<number, { silenced: boolean; shielded: boolean; joinedMsgId: number }>;
}

/** Groups on the wire have `flag` for what the API calls `group_type`. */
type WireGroup = Omit<Group, 'group_type'> & { flag: number };
type WireMember = GroupMember & { uid: number; mtime: number };

const PUBLIC_FLAG = 2;
const PRIVATE_FLAG = 1;

export const wireGroup = (group: GroupRow): WireGroup => ({
  gid: group.gid,
  name: group.name,
  desc: group.description,
  appkey: group.appkey,
  ctime: group.ctime,
  mtime: group.mtime,
  avatar: group.avatar,
  flag: group.is_public ? PUBLIC_FLAG : PRIVATE_FLAG,
});

/** `mtime` is that of the member's profile, in ms: scripts compare it with what messages say of their sender. */
export const wireMember = ({ account, role, silenced }: Member): WireMember => ({
  ...userNameOf(account),
  avatar: account.profile.avatar ?? '',
  flag: role,
  keep_silence: silenced,
  uid: account.uid,
  mtime: account.mtime * 1_000,
});

export class Groups {
  /** The audiences of groups in use. A change of a group, its members, their silence or their shields ends with `forget`. */
  readonly cache: ReadCache<number, Audience>;

  constructor(
    private readonly db: Database,
    cache: CacheLimits,
  ) {
    this.cache = new ReadCache(cache, (gid) => this.#readAudience(gid));
  }

  find(gid: number): Promise<GroupRow | undefined> {
    return this.db.selectFrom('chat_group').selectAll().where('gid', '=', gid).executeTakeFirst();
  }

  async isMember(gid: number, uid: number): Promise<boolean> {
    return (await this.audience(gid))?.members.has(uid) ?? false;
  }

  ofMember(uid: number): Promise<GroupRow[]> {
    return this.db
      .selectFrom('chat_group')
      .innerJoin('group_member', 'group_member.gid', 'chat_group.gid')
      .selectAll('chat_group')
      .where('uid', '=', uid)
      .orderBy('chat_group.gid')
      .execute();
  }

  async publicOf(
    appkey: string,
    start: number,
    count: number,
  ): Promise<{ total: number; groups: GroupRow[] }> {
    const all = this.db.selectFrom('chat_group').where('appkey', '=', appkey).where('is_public', '=', true);
    const counted = await all.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirst();
    const groups = await all.selectAll().orderBy('gid').offset(start).limit(count).execute();
    return { total: Number(counted?.total ?? 0), groups };
  }

  roster(gid: number): Promise<Roster | undefined> {
    return readRoster(this.db, gid);
  }

  /** The recipients of the group's messages; undefined for an unknown group. */
  audience(gid: number): Promise<Audience | undefined> {
    return this.cache.get(gid);
  }

  async #readAudience(gid: number): Promise<Audience | undefined> {
    const group = await this.find(gid);
    if (!group) return undefined;
    const { rows } = await sql<{ uid: number; silenced: boolean; shielded: boolean; joinedMsgId: number }>`
      select uid, silenced, joined_msg_id as "joinedMsgId", exists (
        select from listed where listed.uid = group_member.uid and list = 'shield' and target = ${gid}
      ) as shielded
      from group_member where gid = ${gid}`.execute(this.db);
    return {
      gid,
      appkey: group.appkey,
      name: group.name,
      members: new Map(rows.map(({ uid, ...member }) => [uid, member])),
    };
  }
}

/** @param db the transaction, inside of a change */
export async function readRoster(db: Kysely<Tables>, gid: number): Promise<Roster | undefined> {
  const group = await db.selectFrom('chat_group').selectAll().where('gid', '=', gid).executeTakeFirst();
  if (!group) return undefined;
  const rows = await db
    .selectFrom('group_member')
    .innerJoin('account', 'account.uid', 'group_member.uid')
    .select(PROFILE_COLUMNS.map((column) => `account.${column}` as const))
    .select(['role', 'silenced'])
    .where('gid', '=', gid)
    .orderBy('joined_msg_id')
    .orderBy('group_member.uid')
    .execute();
  const members = rows.map((row) => ({
    account: accountOf(row),
    role: row.role,
    silenced: row.silenced,
  }));
  return { group, members: new Map(members.map((member) => [member.account.uid, member])) };
}

export async function insertGroup(
  transaction: Transaction<Tables>,
  group: Pick<GroupRow, 'appkey' | 'name' | 'description' | 'avatar' | 'is_public' | 'ctime'>,
): Promise<number> {
  const { gid } = await transaction
    .insertInto('chat_group')
    .values({ ...group, mtime: group.ctime, last_msg_id: 0 })
    .returning('gid')
    .executeTakeFirstOrThrow();
  return gid;
}

interface Joining {
  gid: number;
  uids: readonly number[];
  role: number;
  /** Put in by others, without having been asked. */
  added: boolean;
  /** Messages up to this id are not for them. */
  joinedMsgId: number;
  nowMs: number;
}

export async function insertMembers(transaction: Transaction<Tables>, joining: Joining): Promise<void> {
  const { gid, uids, role, added, joinedMsgId, nowMs } = joining;
  const mtime = Math.floor(nowMs / 1_000);
  await transaction
    .insertInto('group_member')
    .values(
      uids.map((uid) => ({
        gid,
        uid,
        role,
        added,
        joined_msg_id: joinedMsgId,
        acked_msg_id: joinedMsgId,
        mtime,
      })),
    )
    .execute();
}

/** With all that an account had only as a member. */
export async function deleteMembers(
  transaction: Transaction<Tables>,
  gid: number,
  uids: readonly number[],
): Promise<void> {
  await transaction.deleteFrom('group_member').where('gid', '=', gid).where('uid', 'in', uids).execute();
  await sql`
    delete from listed where target = ${gid} and list in ('shield', 'quiet_group')
      and uid in ${idList(uids)}`.execute(transaction);
}

export async function deleteGroup(
  transaction: Transaction<Tables>,
  { group, members }: Roster,
): Promise<void> {
  await deleteMembers(transaction, group.gid, [...members.keys()]);
  await transaction.deleteFrom('join_request').where('gid', '=', group.gid).execute();
  await transaction.deleteFrom('chat_group').where('gid', '=', group.gid).execute();
}

export async function updateMembers(
  transaction: Transaction<Tables>,
  gid: number,
  uids: readonly number[],
  fields: { role?: number; silenced?: boolean },
  nowMs: number,
): Promise<void> {
  await transaction
    .updateTable('group_member')
    .set({ ...fields, mtime: Math.floor(nowMs / 1_000) })
    .where('gid', '=', gid)
    .where('uid', 'in', uids)
    .execute();
}

/** How many groups each of them is in: of their own accord, and put in by others. Nothing for who is in none. */
export async function groupCounts(
  transaction: Transaction<Tables>,
  uids: readonly number[],
): Promise<{ own: number; others: number }[]> {
  const rows = await transaction
    .selectFrom('group_member')
    .select(({ fn }) => ['uid', fn.countAll<number>().as('all')])
    .select(({ fn }) => fn.countAll<number>().filterWhere('added', '=', true).as('others'))
    .where('uid', 'in', uids)
    .groupBy('uid')
    .execute();
  return rows.map(({ all, others }) => ({ own: Number(all) - Number(others), others: Number(others) }));
}
