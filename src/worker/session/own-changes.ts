/**
 * Changes that one tab makes, as V2 tells the account's other devices of them: an application written for V2 takes a second tab for one.
 * The server tells other connections; tabs that share this one are told here.
 */
import type { EventNotification, JsonObject, MethodName } from '../../protocol/worker.js';

type Params = Record<string, unknown>;
type Fields = Pick<EventNotification, 'event_type' | 'extra' | 'gid' | 'to_usernames' | 'description'> & {
  to_groups?: { gid: number }[];
};

/** Event types (40, 100 – 103, 201), and what `extra` says in each. */
const PROFILE = 40;
const FRIENDS = 100;
const BLACKLIST = 101;
const NO_DISTURB = 102;
const SHIELD = 103;
const RECEIPTS = 201;
const ADDED = 1;
const REMOVED = 2;
const FRIEND_ADDED = 5;
const FRIEND_DELETED = 6;
const FRIEND_MEMO = 7;

interface User {
  username: string;
  appkey: string;
}

export interface OwnChange {
  method: MethodName;
  params: Params;
  self: User;
  nowMs: number;
}

/** @returns the event that other devices would get, in the wire's form; undefined: the change is nobody else's */
export function eventOfChange({ method, params, self, nowMs }: OwnChange): EventNotification | undefined {
  const fields = fieldsOf(method, params, self.appkey);
  return (
    fields && {
      // The server numbers its own; this one is only for tabs.
      event_id: nowMs,
      from_username: self.username,
      from_appkey: self.appkey,
      ctime: Math.floor(nowMs / 1_000),
      ctime_ms: nowMs,
      ...fields,
    }
  );
}

function fieldsOf(method: MethodName, params: Params, appkey: string): Fields | undefined {
  const friend = () => ({ username: String(params.target_name), appkey: String(params.appkey ?? appkey) });
  const changed = (extra: number, memo: JsonObject = {}): Fields => ({
    event_type: FRIENDS,
    extra,
    to_usernames: [friend()],
    description: JSON.stringify({ ...friend(), ...memo }),
  });
  const quietUser = (extra: number): Fields => ({ event_type: NO_DISTURB, extra, to_usernames: [friend()] });
  const ofGroup = (event_type: number, extra: number): Fields => {
    const gid = Number(params.gid);
    return { event_type, extra, gid, to_groups: [{ gid }] };
  };
  const reported = (description: JsonObject): Fields => ({ event_type: RECEIPTS, description });
  const blacklist = (extra: number): Fields => ({
    event_type: BLACKLIST,
    extra,
    to_usernames: (params.member_usernames as Partial<User>[]).map((one) => ({
      username: String(one.username),
      appkey: one.appkey ?? appkey,
    })),
  });
  switch (method) {
    case 'updateSelfInfo':
    case 'updateSelfAvatar':
      return { event_type: PROFILE };
    case 'acceptFriend':
      return changed(FRIEND_ADDED);
    case 'addFriend':
      // V2.2's own form of an answer.
      return params.from_type === 2 && (params.why === '' || params.why === 'yes')
        ? changed(FRIEND_ADDED)
        : undefined;
    case 'delFriend':
      return changed(FRIEND_DELETED);
    case 'updateFriendMemo': {
      const { memo_name, memo_others } = params as { memo_name: string; memo_others?: string };
      return changed(FRIEND_MEMO, { memo_name, ...(memo_others !== undefined && { memo_others }) });
    }
    case 'addSingleBlacks':
      return blacklist(ADDED);
    case 'delSingleBlacks':
      return blacklist(REMOVED);
    case 'addSingleNoDisturb':
      return quietUser(31);
    case 'delSingleNoDisturb':
      return quietUser(32);
    case 'addGroupNoDisturb':
      return ofGroup(NO_DISTURB, 33);
    case 'delGroupNoDisturb':
      return ofGroup(NO_DISTURB, 34);
    case 'addGlobalNoDisturb':
      return { event_type: NO_DISTURB, extra: 35 };
    case 'delGlobalNoDisturb':
      return { event_type: NO_DISTURB, extra: 36 };
    case 'addGroupShield':
      return ofGroup(SHIELD, ADDED);
    case 'delGroupShield':
      return ofGroup(SHIELD, REMOVED);
    case 'addSingleReceiptReport': {
      const { username, msg_ids } = params as { username: string; msg_ids: number[] };
      return reported({ type: 3, appkey: String(params.appkey ?? appkey), username, msg_ids });
    }
    case 'addGroupReceiptReport': {
      const { gid, msg_ids } = params as { gid: number; msg_ids: number[] };
      return reported({ type: 4, gid, msg_ids });
    }
    default:
      return undefined;
  }
}
