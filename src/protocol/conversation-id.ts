/** Names a conversation: the same whether a message came or went, in worker and tab. */

/** `s/<appkey>/<username>`, `g/<gid>` or `r/<room id>`. */
export type ConversationId = string;

export const singleId = (appkey: string, username: string): ConversationId => `s/${appkey}/${username}`;
export const groupId = (gid: number): ConversationId => `g/${gid}`;
export const roomId = (id: number): ConversationId => `r/${id}`;

/** A conversation as the API's parameters name it. */
export type ConversationRef = { gid: number | string } | { username: string; appkey?: string | undefined };

/** @param ownAppkey stands for the one that is left out */
export function conversationId(ref: ConversationRef, ownAppkey: string): ConversationId {
  return 'gid' in ref ? groupId(Number(ref.gid)) : singleId(ref.appkey ?? ownAppkey, ref.username);
}

/** What a conversation of users or of a group is about. */
export function conversationOf(
  id: ConversationId,
): { type: 3; appkey: string; username: string } | { type: 4; gid: number } {
  const [kind, appkey = '', ...username] = id.split('/');
  return kind === 'g' ? { type: 4, gid: Number(appkey) } : { type: 3, appkey, username: username.join('/') };
}
