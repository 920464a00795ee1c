/** No-disturb: who and what may not disturb. A setting that the account's devices share; what is pushed does not depend on it. */
import { CODES, type ErrorCode, EVENT } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import type { Change } from '../delivery/changes.js';
import { userNameOf } from '../store/accounts.js';
import type { NewEvent } from '../store/events.js';
import { wireGroup } from '../store/groups.js';
import type { List } from '../store/relation-tables.js';
import { asMember } from './group-guards.js';
import { findUser } from './targets.js';
import { change, type Handler, type Handling, sessionOf } from './types.js';

/** The effect of one of the six requests. */
interface Switch {
  list: List;
  on: boolean;
  /** When it is so already. */
  refusal: ErrorCode;
  /** The event for the account's other devices. */
  extra: number;
}

const USER_ON: Switch = { list: 'quiet_user', on: true, refusal: CODES.memberAlreadyNoDisturb, extra: 31 };
const USER_OFF: Switch = { list: 'quiet_user', on: false, refusal: CODES.memberNeverNoDisturb, extra: 32 };
const GROUP_ON: Switch = { list: 'quiet_group', on: true, refusal: CODES.groupAlreadyNoDisturb, extra: 33 };
const GROUP_OFF: Switch = { list: 'quiet_group', on: false, refusal: CODES.groupNeverNoDisturb, extra: 34 };
const ALL_ON: Switch = { list: 'quiet_all', on: true, refusal: CODES.globalAlreadyNoDisturb, extra: 35 };
const ALL_OFF: Switch = { list: 'quiet_all', on: false, refusal: CODES.globalNeverNoDisturb, extra: 36 };

type UserEvent = 'add_msg_no_disturb_single' | 'delete_msg_no_disturb_single';
type GroupEvent = 'add_msg_no_disturb_group' | 'delete_msg_no_disturb_group';
type GlobalEvent = 'add_msg_no_disturb_global' | 'delete_msg_no_disturb_global';

/** Stands for everybody. */
const EVERYBODY = 0;

export async function getNoDisturb({ services, connection }: Handling<'no_disturb'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  const { accounts, lists } = services.store;
  const users = await accounts.byIds(await lists.targets(uid, 'quiet_user'));
  const quiet = await lists.groups(uid, 'quiet_group');
  const everybody = await lists.targets(uid, 'quiet_all');
  return {
    answer: success({
      no_disturb: {
        global: everybody.length,
        users: users.map(userNameOf),
        groups: quiet.map(wireGroup).map(({ gid, name, appkey, desc }) => ({ gid, name, appkey, desc })),
      },
    }),
  };
}

const user =
  (to: Switch): Handler<UserEvent> =>
  async (handling) => {
    const { account } = sessionOf(handling.connection);
    const { target_name, appkey } = handling.payload;
    const target = await findUser(handling, target_name, appkey);
    if (!target) return { answer: refuse(CODES.userNotExist) };
    if (target.uid === account.uid) {
      return { answer: refuse(CODES.invalidValue, 'no-disturb: one cannot disturb oneself') };
    }
    return change(handling, (made) =>
      turn(handling, made, to, target.uid, { to_usernames: [userNameOf(target)] }),
    );
  };

const group =
  (to: Switch): Handler<GroupEvent> =>
  (handling) =>
    asMember(handling, ({ change: made, gid, group: of }) =>
      turn(handling, made, to, gid, { group: of, more: { to_groups: [wireGroup(of)] } }),
    );

const everybody =
  (to: Switch): Handler<GlobalEvent> =>
  (handling) =>
    change(handling, (made) => turn(handling, made, to, EVERYBODY, {}));

async function turn(
  { services, connection }: Handling<UserEvent | GroupEvent | GlobalEvent>,
  { transaction, emit }: Change,
  { list, on, refusal, extra }: Switch,
  target: number,
  about: Partial<NewEvent>,
) {
  const { account } = sessionOf(connection);
  const { lists } = services.store;
  const turned = await (on
    ? lists.add(transaction, account.uid, list, [target])
    : lists.remove(transaction, account.uid, list, [target]));
  if (turned.length === 0) return refuse(refusal);
  if (on && (await lists.size(transaction, account.uid, list)) > services.settings.listEntries) {
    return refuse(CODES.numberExceedsLimit);
  }
  const event = { ...about, from: account, extra };
  emit([account.uid], { ...event, event_type: EVENT.noDisturb });
  emit([account.uid], { ...event, event_type: EVENT.noDisturbElsewhere }, { except: connection });
  return success();
}

export const addUserNoDisturb = user(USER_ON);
export const delUserNoDisturb = user(USER_OFF);
export const addGroupNoDisturb = group(GROUP_ON);
export const delGroupNoDisturb = group(GROUP_OFF);
export const addGlobalNoDisturb = everybody(ALL_ON);
export const delGlobalNoDisturb = everybody(ALL_OFF);
