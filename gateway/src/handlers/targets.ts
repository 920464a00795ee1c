/** The users that a request names. */
import type { RequestEvent } from '../../../src/protocol/index.js';
import type { Account } from '../store/accounts.js';
import { appkeyOf, type Handling } from './types.js';

/** As a request names one; in the own application unless `appkey` says otherwise. */
export interface Named {
  username: string;
  appkey?: string | undefined;
}

/** @returns each at its index; undefined for names that nobody has, at least in no application that can be reached from this one */
export async function findUsers(
  { services, connection }: Pick<Handling<RequestEvent>, 'services' | 'connection'>,
  names: readonly Named[],
): Promise<(Account | undefined)[]> {
  const own = appkeyOf(connection);
  const keys = names.map(({ username, appkey = own }) => ({ username, appkey }));
  const here = keys.filter(({ appkey }) => services.reach.reaches(own, appkey));
  const accounts = (await services.store.accounts.findAll(here)).values();
  return keys.map(({ appkey }) => (services.reach.reaches(own, appkey) ? accounts.next().value : undefined));
}

/** As {@link findUsers}, of one. */
export async function findUser(
  { services, connection }: Pick<Handling<RequestEvent>, 'services' | 'connection'>,
  username: string,
  appkey?: string,
): Promise<Account | undefined> {
  const own = appkeyOf(connection);
  const target = appkey ?? own;
  return services.reach.reaches(own, target) ? services.store.accounts.find(target, username) : undefined;
}
