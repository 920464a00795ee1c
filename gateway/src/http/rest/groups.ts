/** The members of a group. */
import { userInfoOf } from '../../store/accounts.js';
import type { HttpRefusal } from '../errors.js';
import { NO_SUCH_GROUP, type Outcome, type Route, type ServerCall } from './call.js';

async function members({ services, appkey, params }: ServerCall): Promise<Outcome | HttpRefusal> {
  const gid = Number(params.gid);
  const roster = Number.isSafeInteger(gid) ? await services.store.groups.roster(gid) : undefined;
  if (!roster || roster.group.appkey !== appkey) return NO_SUCH_GROUP;
  const body = [...roster.members.values()].map(({ account, role }) => ({
    ...userInfoOf(account),
    flag: role,
  }));
  return { status: 200, body };
}

export const groups: readonly Route[] = [['GET', '/v1/groups/:gid/members', members]];
