/** The token with which an account returns. */
import { expect, test } from 'vitest';
import type { ResumeToken } from '../../../../src/protocol/worker.js';
import type { Connection } from '../../../../src/worker/connection/connection.js';
import { Credentials, newerToken } from '../../../../src/worker/connection/credentials.js';
import { FakeClock } from '../../fakes/clock.js';

test('the token of a later login is newer than one of an earlier login that was renewed more often', async () => {
  const account = {
    key: 'a',
    address: 'a',
    engine: 4 as const,
    appkey: 'app',
    username: 'alice',
    digest: 'd',
  };
  const clock = new FakeClock();
  const answer = { code: 0, resume_token: 'token' };
  const reply = async () => ({ kind: 'answer' as const, answer });
  const server = { login: reply, resume: reply } as unknown as Connection;
  const store = { putToken: async () => undefined };
  const credentials = () => new Credentials(account, null, null, store, { uuid: () => 'device', clock });
  const earlier = credentials();
  await earlier.login(server);
  for (let n = 0; n < 5; n += 1) await earlier.resume(server);
  await clock.advance(1_000);
  const later = credentials();
  await later.login(server);
  const tokens = [earlier.token, later.token] as [ResumeToken, ResumeToken];
  expect(newerToken(...tokens)).toBe(later.token);
});
