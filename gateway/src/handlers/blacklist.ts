/** The blacklist: who may not write. */
import { CODES, EVENT, EVENT_EXTRA } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import type { Change } from '../delivery/changes.js';
import { type Account, userNameOf, wireUserOf } from '../store/accounts.js';
import { findUsers } from './targets.js';
import { change, type Handling, sessionOf } from './types.js';

export async function getBlackList({ services, connection }: Handling<'get_black_list'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  const { accounts, lists } = services.store;
  const blocked = await accounts.byIds(await lists.targets(uid, 'black'));
  return { answer: success({ black_list: blocked.map(wireUserOf) }) };
}

export async function addBlackList(handling: Handling<'add_black_list'>): Promise<Reply> {
  const { services, connection } = handling;
  const { account } = sessionOf(connection);
  const { lists } = services.store;
  const members = await membersOf(handling);
  if (!members) return { answer: refuse(CODES.userNotExist) };
  if (members.some(({ uid }) => uid === account.uid)) {
    return { answer: refuse(CODES.memberMayNotBeBlacklisted) };
  }
  return change(handling, async (made) => {
    const { transaction } = made;
    const uids = members.map(({ uid }) => uid);
    const added = await lists.add(transaction, account.uid, 'black', uids);
    if (added.length < uids.length) return refuse(CODES.repeatedBlacklistMember);
    if ((await lists.size(transaction, account.uid, 'black')) > services.settings.listEntries) {
      return refuse(CODES.numberExceedsLimit);
    }
    await finish(handling, made, EVENT_EXTRA.on, members);
    return success();
  });
}

/** Users that are not in the list need no removal. */
export async function delBlackList(handling: Handling<'del_black_list'>): Promise<Reply> {
  const { services, connection } = handling;
  const { account } = sessionOf(connection);
  const members = await membersOf(handling);
  if (!members) return { answer: refuse(CODES.userNotExist) };
  return change(handling, async (made) => {
    const uids = members.map(({ uid }) => uid);
    const removed = new Set(await services.store.lists.remove(made.transaction, account.uid, 'black', uids));
    const gone = members.filter(({ uid }) => removed.has(uid));
    if (gone.length > 0) await finish(handling, made, EVENT_EXTRA.off, gone);
    return success();
  });
}

/** Each of them once; undefined when one of them does not exist. */
async function membersOf(
  handling: Handling<'add_black_list' | 'del_black_list'>,
): Promise<Account[] | undefined> {
  const members = new Map<number, Account>();
  for (const account of await findUsers(handling, handling.payload.member_usernames)) {
    if (!account) return undefined;
    members.set(account.uid, account);
  }
  return [...members.values()];
}

async function finish(
  { services, connection }: Handling<'add_black_list' | 'del_black_list'>,
  made: Change,
  extra: number,
  members: readonly Account[],
): Promise<void> {
  const { account } = sessionOf(connection);
  const event = { from: account, extra, to_usernames: members.map(userNameOf) };
  await services.live.changing(made, { cached: 'blacklist', key: account.uid });
  made.emit([account.uid], { ...event, event_type: EVENT.blacklist });
  made.emit([account.uid], { ...event, event_type: EVENT.blacklistElsewhere }, { except: connection });
}
