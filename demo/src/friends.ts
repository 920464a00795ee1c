/** Friends, friend invitations, and custom names. */
import { account, JIM } from './jim.js';
import { type Invitation, rememberedInvitations, rememberInvitations, watchInvitations } from './remember.js';
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
  // A friend's invitation has been answered, here or elsewhere.
  const open = getState().invitations.filter(({ username }) => friends[username] === undefined);
  if (open.length !== getState().invitations.length) setInvitations(open);
}

/** @throws the failure of `addFriend` */
export async function invite(username: string, why: string): Promise<void> {
  await JIM.addFriend({ target_name: username, from_type: 1, why });
}

/** @throws the failure of `acceptFriend` or `declineFriend` */
export async function answer({ username }: Invitation, accepts: boolean): Promise<void> {
  const target = { target_name: username };
  await (accepts ? JIM.acceptFriend(target) : JIM.declineFriend(target));
  dropInvitation(username);
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

/** The server delivers an invitation once, so the page stores it until it is answered. */
export function noteInvitation(invitation: Invitation): void {
  const others = getState().invitations.filter(({ username }) => username !== invitation.username);
  setInvitations([...others, invitation]);
}

export function dropInvitation(username: string): void {
  setInvitations(getState().invitations.filter((invitation) => invitation.username !== username));
}

function setInvitations(invitations: readonly Invitation[]): void {
  update({ invitations });
  const owner = account();
  if (owner !== undefined) rememberInvitations(owner, invitations);
}

/** To be called once. An answer by another tab counts here too. */
export function followInvitations(): void {
  watchInvitations(account, () => {
    const owner = account();
    if (owner !== undefined) update({ invitations: rememberedInvitations(owner) });
    if (getState().phase === 'signedIn') void loadFriends().catch(() => undefined);
  });
}
