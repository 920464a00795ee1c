/** Groups for tests. */

import type { LiveUser } from './gateway-in-process.js';
import type { Client, Data } from './wire-socket.js';
import { textTo } from './wire-socket.js';

export type User = LiveUser;

export const named = (...users: { username: string; appkey?: string }[]) =>
  users.map(({ username, appkey }) => ({ username, ...(appkey && { appkey }) }));

/** A group of the first user with the others in it. */
export async function makeGroup(
  [owner, ...others]: readonly [User, ...User[]],
  fields: object = {},
): Promise<number> {
  const made = await owner.ask('create_group', { group_name: 'a group', ...fields });
  const gid = Number(made.gid);
  if (others.length > 0) {
    const added = await owner.ask('add_across_group_member', { gid, member_usernames: named(...others) });
    if (added.code !== 0) throw new Error(added.message);
  }
  return gid;
}

export const groupText = (gid: number, text: string, extra: object = {}): object => {
  const {
    target_id: _,
    content,
    ...rest
  } = textTo(String(gid), text) as { target_id: string; content: object };
  return { ...rest, target_gid: gid, content: { ...content, target_type: 'group' }, ...extra };
};

export const sendTo = (client: Client, gid: number, text: string, extra: object = {}, rid?: number) =>
  client.ask('send_group_msg', groupText(gid, text, extra), rid);

/** The members in the view of one of them. */
export const membersOf = async (user: Client, gid: number) =>
  (await user.ask('get_group_members', { gid })).member_list as Data[];

/** Waits for a live event of that type. */
export const liveEvent = (client: Client, type: number, matches: (event: Data) => boolean = () => true) =>
  client.next('event_notification', (event) => event.event_type === type && matches(event));

/** Syncs events from a key, and sends another request. The pushes of the sync arrive before its answer. */
export async function missedEvents(client: Client, key = 0): Promise<Data['events']> {
  const before = client.all('sync_event').length;
  await client.ask('sync_check', { sync_key: 0, sync_type: 0, sync_event_key: key, msg_receipt_key: 0 });
  await client.ask('get_groups_list');
  return client
    .all('sync_event')
    .slice(before)
    .flatMap(({ events }) => events);
}

/** Closes the user's socket, and waits for its end. */
export async function goAway(user: User): Promise<string> {
  user.close();
  await user.next('disconnect');
  return user.username;
}

/** Answers a request to join. `who` answers, and is named as the requester as well. 0 accepts. */
export const decideJoin = (
  who: User,
  gid: number,
  event_id: unknown,
  target: User,
  result = 0,
  reason = '',
) =>
  who.ask('admin_add_group_member', {
    gid,
    event_id,
    from_username: who.username,
    target_username: target.username,
    result,
    reason,
  });
