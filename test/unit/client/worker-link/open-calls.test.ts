/** The calls of a tab that has left, for the tabs that are still there. */
import { expect, test } from 'vitest';
import { OpenCalls } from '../../../../src/client/worker-link/open-calls.js';
import type { Call, Restore } from '../../../../src/protocol/tab.js';

const SERVER = 'http://server';
const alice = { appkey: 'app', username: 'alice' };
const login: Restore['login'] = { ...alice, digest: null, joined: { ctime_ms: 0, msg_id: 0 }, resume: null };

test.each([
  ['its own account', SERVER, alice, true],
  ['another account', SERVER, { ...alice, username: 'bob' }, false],
  ['another application', SERVER, { ...alice, appkey: 'other' }, false],
  ['the same account of another server', 'http://other', alice, false],
])('a tab takes over calls of its own account alone: %s', (_whose, address, account, isTaken) => {
  const calls = new OpenCalls(
    () => undefined,
    () => undefined,
  );
  const left: Call = { callId: 'left', method: 'sendSingleMsg', params: {}, madeAt: 0, account, address };
  calls.adopt([left], { address: SERVER, login }, 0, undefined);
  expect(calls.any()).toBe(isTaken);
});
