/** Accounts: made, shut out, and given another password. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { check, name, profile } from '../../../../src/protocol/index.js';
import { endAllSessions } from '../../delivery/end-sessions.js';
import { isPlainName } from '../../store/accounts.js';
import { type Registration, registerAll } from '../../store/registrations.js';
import { QueueFull } from '../../util/fair-queue.js';
import { HTTP_CODES, HttpRefusal } from '../errors.js';
import { checked, invalid, type Outcome, type Route, type ServerCall, userOf } from './call.js';

const MAX_USERS = 500;
/** Hashes that are asked for at once. */
const HASHED_AT_ONCE = 2;
const BUSY = new HttpRefusal(503, HTTP_CODES.tooManyTries, 'too many passwords wait to be hashed: try again');

const password = v.pipe(v.string(), v.minBytes(4), v.maxBytes(128));
const registration = v.object({
  username: v.pipe(name, v.check(isPlainName)),
  password,
  ...profile,
  avatar: v.optional(v.pipe(v.string(), v.maxBytes(256))),
});
const newPassword = v.object({ new_password: password });

/** Clients send a password's MD5 and never itself, so that is what is hashed. */
const hashOf = (plain: string, appkey: string, { passwords }: ServerCall['services']): Promise<string> =>
  passwords.hash(createHash('md5').update(plain).digest('hex'), { lane: `server ${appkey}`, isKnown: false });

/** Hashes that would wait for too long are refused. */
function busyOr(error: unknown): HttpRefusal {
  if (error instanceof QueueFull) return BUSY;
  throw error;
}

interface UserOutcome {
  username: string;
  error?: { code: number; message: string };
}

/** Those that are right are registered; each of the others gets its error. */
async function register({ services, appkey, body }: ServerCall): Promise<Outcome | HttpRefusal> {
  if (!Array.isArray(body) || body.length === 0) return invalid('wanted: an array of users');
  if (body.length > MAX_USERS) {
    return new HttpRefusal(400, HTTP_CODES.tooManyUsers, `at most ${MAX_USERS} users at once`);
  }
  const outcomes: UserOutcome[] = [];
  const wanted = new Map<string, v.InferOutput<typeof registration>>();
  const exists = (username: string): UserOutcome => ({
    username,
    error: { code: HTTP_CODES.userExists, message: 'user exists' },
  });
  for (const [index, input] of body.entries()) {
    const result = check(registration, input, 'user');
    if (!result.ok) {
      const error = { code: HTTP_CODES.invalidParameter, message: result.error.message };
      outcomes[index] = { username: usernameOf(input), error };
    } else if (wanted.has(result.value.username)) outcomes[index] = exists(result.value.username);
    else {
      wanted.set(result.value.username, result.value);
      outcomes[index] = { username: result.value.username };
    }
  }
  const made = await registerNew(services, appkey, [...wanted.values()]).catch(busyOr);
  if (made instanceof HttpRefusal) return made;
  const answer = outcomes.map((outcome) =>
    outcome.error || made.has(outcome.username) ? outcome : exists(outcome.username),
  );
  return { status: 201, body: answer };
}

async function registerNew(
  services: ServerCall['services'],
  appkey: string,
  wanted: readonly v.InferOutput<typeof registration>[],
): Promise<Set<string>> {
  const { store, now } = services;
  const known = await store.accounts.findAll(wanted.map(({ username }) => ({ appkey, username })));
  const fresh = wanted.filter((_, index) => !known[index]);
  const registrations: Registration[] = [];
  for (let start = 0; start < fresh.length; start += HASHED_AT_ONCE) {
    const lot = fresh.slice(start, start + HASHED_AT_ONCE);
    const hashed = lot.map(async ({ username, password: plain, ...rest }) => ({
      username,
      profile: rest,
      passwordHash: await hashOf(plain, appkey, services),
    }));
    registrations.push(...(await Promise.all(hashed)));
  }
  return registerAll(store.db, appkey, registrations, now());
}

/** As it was sent, where that is a name at all. */
function usernameOf(input: unknown): string {
  const { username } = Object(input);
  return typeof username === 'string' || typeof username === 'number' ? String(username) : '';
}

/** Shuts an account out, or lets it in again. */
async function forbid(call: ServerCall): Promise<Outcome | HttpRefusal> {
  const { services, query } = call;
  const { disable } = query;
  if (disable !== 'true' && disable !== 'false') return invalid('disable must be true or false');
  const account = await userOf(call);
  if (account instanceof HttpRefusal) return account;
  const { disabledAccounts } = services.store;
  const { appkey, username } = account;
  services.audit.note(disable === 'true' ? 'account_disabled' : 'account_enabled', { appkey, username });
  await (disable === 'false' ? disabledAccounts.enable(account.uid) : disabledAccounts.disable(account.uid));
  await services.live.forget('standing', account.uid);
  if (disable === 'true') {
    endAllSessions(services, account, 'disabled');
  }
  return { status: 204 };
}

async function changePassword(call: ServerCall): Promise<Outcome | HttpRefusal> {
  const { services, body } = call;
  const input = checked(newPassword, body, 'password');
  if (input instanceof HttpRefusal) return input;
  const account = await userOf(call);
  if (account instanceof HttpRefusal) return account;
  const hash = await hashOf(input.new_password, account.appkey, services).catch(busyOr);
  if (hash instanceof HttpRefusal) return hash;
  await services.store.accounts.setPassword(account.uid, hash);
  services.audit.note('password_changed', { appkey: account.appkey, username: account.username });
  endAllSessions(services, account, 'passwordChanged');
  return { status: 204 };
}

export const users: readonly Route[] = [
  ['POST', '/v1/users', register],
  ['PUT', '/v1/users/:username/forbidden', forbid],
  ['PUT', '/v1/users/:username/password', changePassword],
];
