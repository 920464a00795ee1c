/** Friends: invited, accepted or declined, given a memo, parted from. */

import { CODES, EVENT, EVENT_EXTRA } from '../../../src/protocol/index.js';
import { type Answer, refuse, success } from '../answers.js';
import type { Connection } from '../connection/connection.js';
import type { Reply } from '../connection/request.js';
import type { Change } from '../delivery/changes.js';
import { type Account, userNameOf, wireUserOf } from '../store/accounts.js';
import type { Memo } from '../store/friends.js';
import { findUser } from './targets.js';
import { change, type Handling, sessionOf } from './types.js';

const { invites: INVITES, answers: ANSWERS } = EVENT_EXTRA;

export async function getFriendList({ services, connection }: Handling<'get_friend_list'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  const friends = await services.store.friends.list(uid);
  return {
    answer: success({
      friend_list: friends.map(({ account, memo }) => ({ ...wireUserOf(account), ...memo })),
    }),
  };
}

export async function addFriend(handling: Handling<'add_friend'>): Promise<Reply> {
  const { target_name, appkey, from_type } = handling.payload;
  const { account } = sessionOf(handling.connection);
  const target = await findUser(handling, target_name, appkey);
  if (!target) return { answer: refuse(CODES.userNotExist) };
  if (target.uid === account.uid) {
    return { answer: refuse(CODES.invalidValue, 'add_friend: one cannot be a friend of oneself') };
  }
  const touched = { accounts: [target.uid] };
  if (from_type === INVITES) return change(handling, (made) => invite(handling, made, target), touched);
  if (from_type === ANSWERS) {
    return change(handling, (made) => answerInvitation(handling, made, target), touched);
  }
  return { answer: refuse(CODES.invalidValue, 'add_friend: from_type must be 1 or 2') };
}

async function invite(
  { services, connection, payload }: Handling<'add_friend'>,
  { transaction, nowMs, emit }: Change,
  target: Account,
): Promise<Answer> {
  const { account } = sessionOf(connection);
  const { friends, lists } = services.store;
  if (await friends.areFriends(transaction, account.uid, target.uid)) return refuse(CODES.alreadyFriend);
  if (await lists.has(transaction, target.uid, 'black', account.uid)) return refuse(CODES.inBlacklist);
  if ((await friends.count(transaction, account.uid)) >= services.settings.friends) {
    return refuse(CODES.numberExceedsLimit);
  }
  await friends.invite(transaction, account.uid, target.uid, nowMs);
  const event = {
    event_type: EVENT.invitation,
    extra: INVITES,
    from: account,
    to_usernames: [userNameOf(target)],
    description: payload.why,
  };
  emit([target.uid], event, {
    record: (eventId) => friends.announced(transaction, account.uid, target.uid, eventId),
  });
  return success();
}

async function answerInvitation(
  { services, connection, payload }: Handling<'add_friend'>,
  { transaction, emit }: Change,
  inviter: Account,
): Promise<Answer> {
  const { account } = sessionOf(connection);
  const { friends } = services.store;
  const accepts = payload.why === '' || payload.why === 'yes';
  if (!(await friends.takeInvitation(transaction, inviter.uid, account.uid))) {
    const already = await friends.areFriends(transaction, account.uid, inviter.uid);
    return refuse(already ? CODES.alreadyFriend : CODES.invitationNotValid);
  }
  if (accepts) {
    if ((await friends.count(transaction, account.uid)) >= services.settings.friends) {
      return refuse(CODES.numberExceedsLimit);
    }
    // Both may have asked.
    await friends.takeInvitation(transaction, account.uid, inviter.uid);
    await friends.befriend(transaction, account.uid, inviter.uid);
  }
  emit([inviter.uid], {
    event_type: EVENT.invitation,
    extra: ANSWERS,
    from: account,
    to_usernames: [userNameOf(inviter)],
    return_code: accepts ? CODES.success : CODES.invitationNotValid,
    description: accepts ? '' : payload.why,
  });
  if (accepts) notifyOwnDevices({ emit }, connection, account, inviter, EVENT.invitation);
  return success();
}

export async function delFriend(handling: Handling<'del_friend'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { account } = sessionOf(connection);
  const friend = await findUser(handling, payload.target_name, payload.appkey);
  if (!friend) return { answer: refuse(CODES.userNotExist) };
  return change(
    handling,
    async ({ transaction, emit }) => {
      const parted = await services.store.friends.part(transaction, account.uid, friend.uid);
      if (!parted) return refuse(CODES.notFriend);
      emit([friend.uid], {
        event_type: EVENT.unfriended,
        from: account,
        to_usernames: [userNameOf(friend)],
      });
      notifyOwnDevices({ emit }, connection, account, friend, EVENT.unfriended);
      return success();
    },
    { accounts: [friend.uid] },
  );
}

export async function updateFriendMemo(handling: Handling<'update_friend_memo'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { account } = sessionOf(connection);
  const { target_name, appkey, memo_name, memo_others } = payload;
  const friend = await findUser(handling, target_name, appkey);
  if (!friend) return { answer: refuse(CODES.userNotExist) };
  const longest = Math.max(Buffer.byteLength(memo_name), Buffer.byteLength(memo_others ?? ''));
  if (longest > services.settings.memoBytes) return { answer: refuse(CODES.invalidMemo) };
  return change(handling, async ({ transaction, emit }) => {
    const changes = { memo_name, ...(memo_others !== undefined && { memo_others }) };
    const memo = await services.store.friends.setMemo(transaction, account.uid, friend.uid, changes);
    if (!memo) return refuse(CODES.notFriend);
    // It is nobody else's: event 7 is for what the application's server changes.
    notifyOwnDevices({ emit }, connection, account, friend, EVENT.friendUpdated, memo);
    return success();
  });
}

/** @param extra the event type of what happened */
function notifyOwnDevices(
  { emit }: Pick<Change, 'emit'>,
  except: Connection,
  account: Account,
  friend: Account,
  extra: number,
  memo?: Memo,
): void {
  emit(
    [account.uid],
    {
      event_type: EVENT.friendsElsewhere,
      extra,
      from: account,
      to_usernames: [userNameOf(friend)],
      description: describe(friend, memo),
    },
    { except },
  );
}

/** JSON text: what an event of this kind says of the friend. */
const describe = ({ username, appkey }: Account, memo?: Memo): string =>
  JSON.stringify({ username, appkey, ...memo });
