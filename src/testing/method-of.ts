/** The method of JMessage that has made a request. Several methods have one event, and their payloads differ. */
import { METHODS } from '../protocol/methods/index.js';
import type { MethodRow } from '../protocol/methods/table.js';
import type { MethodName } from '../protocol/methods/types.js';

type Fields = Record<string, unknown>;

const ROWS = Object.entries(METHODS) as [MethodName, MethodRow][];

const APART: Readonly<Record<string, (payload: Fields) => MethodName>> = {
  update_user_inf: ({ avatar }) => (avatar === undefined ? 'updateSelfInfo' : 'updateSelfAvatar'),
  group_mem_silence: ({ keep_silence }) => (keep_silence ? 'addGroupMemSilence' : 'delGroupMemSilence'),
  add_friend: ({ from_type, why }) => {
    if (Number(from_type) !== 2) return 'addFriend';
    return why === 'yes' || !why ? 'acceptFriend' : 'declineFriend';
  },
};

/** @returns undefined for a request that the runtime makes by itself */
export function methodOf(event: string, payload: Fields): MethodName | undefined {
  const apart = APART[event];
  if (apart) return apart(payload);
  const kind = (payload.content as Fields | undefined)?.msg_type;
  return ROWS.find(
    ([, row]) => row.event === event && (kind === undefined || row.message?.kind === kind),
  )?.[0];
}
