/** Names of conversations. Sent and received messages have the same one, in the worker and in every tab. */

/** `s/<appkey>/<username>`, `g/<gid>` or `r/<room id>`. */
export type ConversationId = string;

export const singleId = (appkey: string, username: number | string): ConversationId =>
  `s/${appkey}/${username}`;
export const groupId = (gid: number): ConversationId => `g/${gid}`;
export const roomId = (id: number): ConversationId => `r/${id}`;

/** A conversation as the API's parameters name it. */
export type ConversationRef =
  | { gid: number | string }
  | { username: number | string; appkey?: string | undefined };

/** @param ownAppkey stands for an appkey that is left out */
export function conversationId(ref: ConversationRef, ownAppkey: string): ConversationId {
  // Pages pass both and leave the one that they do not mean empty.
  return 'gid' in ref && ref.gid
    ? groupId(Number(ref.gid))
    : singleId(('appkey' in ref && ref.appkey) || ownAppkey, 'username' in ref ? ref.username : '');
}

/** The other user, or the group, of a conversation. */
export function conversationOf(
  id: ConversationId,
): { type: 3; appkey: string; username: string } | { type: 4; gid: number } {
  const parts = id.split('/');
  const appkey = parts[1] ?? '';
  return parts[0] === 'g'
    ? { type: 4, gid: Number(appkey) }
    : { type: 3, appkey, username: parts.slice(2).join('/') };
}
