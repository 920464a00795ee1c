/** Names a conversation: the same whether a message came or went, in worker and tab. */

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

/** @param ownAppkey stands for the one that is left out */
export function conversationId(ref: ConversationRef, ownAppkey: string): ConversationId {
  // Pages pass both and leave the one that they do not mean empty.
  return 'gid' in ref && ref.gid
    ? groupId(Number(ref.gid))
    : singleId(('appkey' in ref && ref.appkey) || ownAppkey, 'username' in ref ? ref.username : '');
}

/** What a conversation of users or of a group is about. */
export function conversationOf(
  id: ConversationId,
): { type: 3; appkey: string; username: string } | { type: 4; gid: number } {
  const parts = id.split('/');
  const appkey = parts[1] ?? '';
  return parts[0] === 'g'
    ? { type: 4, gid: Number(appkey) }
    : { type: 3, appkey, username: parts.slice(2).join('/') };
}
