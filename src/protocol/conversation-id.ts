/** Names of conversations. Sent and received messages have the same one, in the worker and in every tab. */

/** `s/<appkey>/<username>`, `g/<gid>` or `r/<room id>`. */
export type ConversationId = string;

/** @internal */
export const singleId = (appkey: string, username: number | string): ConversationId =>
  `s/${appkey}/${username}`;
/** @internal */
export const groupId = (gid: number): ConversationId => `g/${gid}`;
/** @internal */
export const roomId = (id: number): ConversationId => `r/${id}`;

/** A conversation as the API's parameters name it. */
export type ConversationRef =
  | {
      /** The group. */
      gid: number | string;
    }
  | {
      /** The user. */
      username: number | string;
      /** Application of the user. Default: one's own. */
      appkey?: string | undefined;
    };

/** @internal @param ownAppkey stands for an appkey that is left out */
export function conversationId(ref: ConversationRef, ownAppkey: string): ConversationId {
  // Pages pass both and leave the one that they do not mean empty.
  return 'gid' in ref && ref.gid
    ? groupId(Number(ref.gid))
    : singleId(('appkey' in ref && ref.appkey) || ownAppkey, 'username' in ref ? ref.username : '');
}

/** @internal The other user, or the group, of a conversation. */
export function conversationOf(
  id: ConversationId,
): { type: 3; appkey: string; username: string } | { type: 4; gid: number } {
  const parts = id.split('/');
  const appkey = parts[1] ?? '';
  return parts[0] === 'g'
    ? { type: 4, gid: Number(appkey) }
    : { type: 3, appkey, username: parts.slice(2).join('/') };
}
