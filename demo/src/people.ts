/** Profiles of the user and of others. */
import { nameSeat } from './accounts.js';
import { startOwn } from './chat-list.js';
import { chatWith } from './chats.js';
import { JIM } from './jim.js';
import { isNobody, type JMessageRequest } from './jmessage.js';
import { openChat } from './navigation.js';
import { getState, update, updatePerson } from './store.js';
import { withTexts } from './untrusted.js';

export async function loadProfile(username: string): Promise<void> {
  const { user_info } = await JIM.getUserInfo({ username });
  const profile = withTexts(user_info, ['username', 'nickname', 'signature', 'avatar']);
  if (getState().username === username) update({ profile });
  nameSeat(username, profile);
}

/** Loads a profile. @throws the failure of `getUserInfo` */
export async function meet(username: string): Promise<void> {
  const { nickname, signature, avatar } = (await JIM.getUserInfo({ username })).user_info;
  updatePerson(username, { nickname, signature, avatar });
}

/** Opens a conversation, or starts a new one. @throws the failure of `getUserInfo`, for example for an unknown user */
export async function startChat(username: string): Promise<void> {
  await meet(username);
  startOwn(chatWith(username));
  openChat(chatWith(username));
}

/** Loads the partner of an opened conversation. The name in the page's address may be unknown. */
export async function refreshUser(username: string): Promise<void> {
  try {
    await meet(username);
  } catch (error) {
    if (isNobody(error) && getState().open === chatWith(username)) openChat(null);
  }
}

/** @throws the failure of `updateSelfInfo` */
export async function saveProfile(nickname: string, signature: string): Promise<void> {
  await JIM.updateSelfInfo({ nickname, signature });
  const { profile } = getState();
  if (profile === null) return;
  const changed = { ...profile, nickname, signature };
  update({ profile: changed });
  nameSeat(changed.username, changed);
}

/** @throws the failure of `updateSelfAvatar` */
export async function saveAvatar(file: File): Promise<void> {
  const request: JMessageRequest<object> = JIM.updateSelfAvatar({ avatar: file });
  await request;
  const { username } = getState();
  if (username !== null) await loadProfile(username);
}

/** Updates the changed profile of a known user. */
export function onUserChanged({ username }: { username: string }): void {
  if (username === getState().username) void loadProfile(username).catch(() => undefined);
  else if (getState().people[username] !== undefined) void meet(username).catch(() => undefined);
}
