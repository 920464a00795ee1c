/**
 * The events that a change in one tab leads to in the account's other tabs. V2 delivers them to the account's other devices, and for an
 * application written for V2 a second tab is one. The server sends them to other connections; tabs that share this one get them here.
 */
import { EVENT, EVENT_EXTRA, type Json, type JsonObject, type WireEvent } from '../../protocol/worker.js';
import type { CheckedCall } from '../methods/checked-call.js';

interface Fields {
  event_type:
    | typeof EVENT.profile
    | typeof EVENT.friendsElsewhere
    | typeof EVENT.blacklistElsewhere
    | typeof EVENT.noDisturbElsewhere
    | typeof EVENT.shieldElsewhere
    | typeof EVENT.reportedElsewhere;
  extra?: number;
  gid?: number;
  to_usernames?: User[];
  to_groups?: { gid: number }[];
  description?: Json;
}

interface User {
  username: string;
  appkey: string;
}

/** @returns the event of other devices, in the wire's form; undefined for a change without one */
export function eventOfChange(checked: CheckedCall, self: User, nowMs: number): WireEvent | undefined {
  const fields = fieldsOf(checked, self.appkey);
  return (
    fields && {
      // The server numbers its own events; this number is only for tabs.
      event_id: nowMs,
      from_username: self.username,
      from_appkey: self.appkey,
      ctime: Math.floor(nowMs / 1_000),
      ctime_ms: nowMs,
      ...fields,
    }
  );
}

function fieldsOf(checked: CheckedCall, ownAppkey: string): Fields | undefined {
  const ofFriend = ({ target_name, appkey = ownAppkey }: Target, extra: number, memo: JsonObject = {}) => {
    const friend = { username: target_name, appkey };
    const description = JSON.stringify({ ...friend, ...memo });
    return { event_type: EVENT.friendsElsewhere, extra, to_usernames: [friend], description };
  };
  const ofUser = ({ target_name, appkey = ownAppkey }: Target, extra: number) => ({
    event_type: EVENT.noDisturbElsewhere,
    extra,
    to_usernames: [{ username: target_name, appkey }],
  });
  const ofGroup = ({ gid }: { gid: number }, event_type: Fields['event_type'], extra: number) => ({
    event_type,
    extra,
    gid,
    to_groups: [{ gid }],
  });
  const ofBlacklist = (
    users: readonly { username: string; appkey?: string | undefined }[],
    extra: number,
  ) => ({
    event_type: EVENT.blacklistElsewhere,
    extra,
    to_usernames: users.map(({ username, appkey = ownAppkey }) => ({ username, appkey })),
  });
  switch (checked.method) {
    case 'updateSelfInfo':
    case 'updateSelfAvatar':
      return { event_type: EVENT.profile };
    case 'acceptFriend':
      return ofFriend(checked.params, EVENT.invitation);
    case 'addFriend': {
      const { from_type, why } = checked.params;
      // V2.2 accepts a friend in this form.
      const isAcceptance = from_type === 2 && (why === '' || why === 'yes');
      return isAcceptance ? ofFriend(checked.params, EVENT.invitation) : undefined;
    }
    case 'delFriend':
      return ofFriend(checked.params, EVENT.unfriended);
    case 'updateFriendMemo': {
      const { memo_name, memo_others } = checked.params;
      return ofFriend(checked.params, EVENT_EXTRA.memo, {
        memo_name,
        ...(memo_others !== undefined && { memo_others }),
      });
    }
    case 'addSingleBlacks':
      return ofBlacklist(checked.params.member_usernames, EVENT_EXTRA.on);
    case 'delSingleBlacks':
      return ofBlacklist(checked.params.member_usernames, EVENT_EXTRA.off);
    case 'addSingleNoDisturb':
      return ofUser(checked.params, 31);
    case 'delSingleNoDisturb':
      return ofUser(checked.params, 32);
    case 'addGroupNoDisturb':
      return ofGroup(checked.params, EVENT.noDisturbElsewhere, 33);
    case 'delGroupNoDisturb':
      return ofGroup(checked.params, EVENT.noDisturbElsewhere, 34);
    case 'addGlobalNoDisturb':
      return { event_type: EVENT.noDisturbElsewhere, extra: 35 };
    case 'delGlobalNoDisturb':
      return { event_type: EVENT.noDisturbElsewhere, extra: 36 };
    case 'addGroupShield':
      return ofGroup(checked.params, EVENT.shieldElsewhere, EVENT_EXTRA.on);
    case 'delGroupShield':
      return ofGroup(checked.params, EVENT.shieldElsewhere, EVENT_EXTRA.off);
    case 'addSingleReceiptReport': {
      const { appkey = ownAppkey, username, msg_ids } = checked.params;
      return { event_type: EVENT.reportedElsewhere, description: { type: 3, appkey, username, msg_ids } };
    }
    case 'addGroupReceiptReport': {
      const { gid, msg_ids } = checked.params;
      return { event_type: EVENT.reportedElsewhere, description: { type: 4, gid, msg_ids } };
    }
    default:
      return undefined;
  }
}

interface Target {
  target_name: string;
  appkey?: string | undefined;
}
