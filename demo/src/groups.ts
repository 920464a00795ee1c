/** Groups: create, show, change and leave. */
import { startOwn, updateOwn } from './chat-list.js';
import { chatOf } from './chats.js';
import { JIM } from './jim.js';
import { openChat } from './navigation.js';
import { getState, update, updateGroup, updatePerson } from './store.js';
import { textOf } from './untrusted.js';

export async function loadGroups(): Promise<void> {
  const owner = getState().username;
  const { group_list } = await JIM.getGroups();
  if (getState().username !== owner) return;
  for (const { gid, name, desc, avatar } of group_list) {
    updateGroup(gid, { name, desc, avatar, gone: false });
  }
}

/** Loads the name and the members. @throws the failure of the requests */
async function loadGroup(gid: number): Promise<void> {
  const owner = getState().username;
  const [{ group_info }, { member_list }] = await Promise.all([
    JIM.getGroupInfo({ gid }),
    JIM.getGroupMembers({ gid }),
  ]);
  if (getState().username !== owner) return;
  for (const { username, nickname, avatar } of member_list) updatePerson(username, { nickname, avatar });
  const members = member_list.map(({ username, nickname, flag }) => ({
    username,
    nickname: textOf(nickname),
    flag,
  }));
  const { name, desc, avatar } = group_info;
  updateGroup(gid, { name, desc, avatar, members, gone: false });
}

const named = (usernames: readonly string[]) => usernames.map((username) => ({ username }));

/** @throws the failure of `createGroup` or `addGroupMembers` */
export async function createGroup(name: string, usernames: readonly string[]): Promise<void> {
  const { gid } = await JIM.createGroup({ group_name: name });
  updateGroup(gid, { name });
  if (usernames.length > 0) await addMembers(gid, usernames);
  startOwn(chatOf(gid));
  update({ panel: 'chats' });
  openChat(chatOf(gid));
}

/** @throws the failure of `addGroupMembers` */
export async function addMembers(gid: number, usernames: readonly string[]): Promise<void> {
  await JIM.addGroupMembers({ gid, member_usernames: named(usernames) });
  await loadGroup(gid);
}

/** @throws the failure of `delGroupMembers` */
export async function removeMember(gid: number, username: string): Promise<void> {
  await JIM.delGroupMembers({ gid, member_usernames: named([username]) });
  await loadGroup(gid);
}

/** @throws the failure of `updateGroupInfo` */
export async function renameGroup(gid: number, name: string): Promise<void> {
  await JIM.updateGroupInfo({ gid, group_name: name });
  await loadGroup(gid);
}

/** @throws the failure of `exitGroup` */
export async function leaveGroup(gid: number): Promise<void> {
  await JIM.exitGroup({ gid });
  if (getState().open === chatOf(gid)) openChat(null);
  updateGroup(gid, { gone: true });
  updateOwn(chatOf(gid), { leftAt: Date.now() });
}

/** Loads a group that was opened or changed. An unknown or inaccessible group counts as left. */
export async function refreshGroup(gid: number): Promise<void> {
  try {
    await loadGroup(gid);
  } catch {
    if (JIM.isConnect()) updateGroup(gid, { gone: true });
  }
}
