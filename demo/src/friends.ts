/** Friends, friend invitations, and custom names. */
import { CHATS, JIM } from './jim.js';
import type { Invitation } from './jmessage.js';
import { getState, update, updatePerson } from './store.js';
import { textOf } from './untrusted.js';

export async function loadFriends(): Promise<void> {
  const owner = getState().username;
  const { friend_list } = await JIM.getFriendList();
  if (getState().username !== owner) return;
  const friends: Record<string, string> = Object.create(null);
  for (const { username, nickname, signature, avatar, memo_name } of friend_list) {
    friends[username] = textOf(memo_name);
    updatePerson(username, { nickname, signature, avatar });
  }
  update({ friends });
}

/** @throws the failure of `addFriend` */
export async function invite(username: string, why: string): Promise<void> {
  await JIM.addFriend({ target_name: username, from_type: 1, why });
}

/** @throws the failure of the answer */
export async function answer(invitation: Invitation, accepts: boolean): Promise<void> {
  await (accepts ? CHATS.accept(invitation) : CHATS.decline(invitation));
  if (accepts) await loadFriends();
}

/** @throws the failure of `updateFriendMemo` */
export async function setMemo(username: string, memo: string): Promise<void> {
  await JIM.updateFriendMemo({ target_name: username, memo_name: memo });
  await loadFriends();
}

/** @throws the failure of `delFriend` */
export async function unfriend(username: string): Promise<void> {
  await JIM.delFriend({ target_name: username });
  await loadFriends();
}
