/** The sessions whose events a tab takes, when log-outs and joins cross on their way. */
import { beforeEach, expect, test } from 'vitest';
import { Membership } from '../../../src/client/membership.js';

const ALICE = { appkey: 'app', username: 'alice' };
const BOB = { appkey: 'app', username: 'bob' };

let membership: Membership;
beforeEach(() => {
  membership = new Membership();
  membership.called('login', false);
});

test('a join that the worker made before it received the log-out brings nothing', () => {
  membership.called('loginOut', true);
  expect(membership.joined(ALICE, 0)).toBe(false);
  expect(membership.hasLeft).toBe(true);
  expect(membership.takesMirrors).toBe(false);
});

test('a join after the log-out counts, though the log-out is not answered yet', () => {
  membership.called('loginOut', true);
  membership.called('attach', false);
  membership.joined(ALICE, 1);
  expect(membership.hasLeft).toBe(false);
  expect(membership.takesMirrors).toBe(true);
});

test('another account expects everything again, the same one does not', () => {
  expect(membership.joined(ALICE, 0)).toBe(false);
  expect(membership.joined(ALICE, 0)).toBe(false);
  expect(membership.joined(BOB, 0)).toBe(true);
});

test('the next worker counts only the log-outs that it receives', () => {
  membership.called('loginOut', true);
  membership.loggedOut();
  membership.reached();
  membership.called('login', false);
  membership.joined(ALICE, 0);
  expect(membership.hasLeft).toBe(false);
  membership.called('loginOut', true);
  membership.reached();
  membership.joined(ALICE, 0);
  expect(membership.hasLeft).toBe(true);
  membership.joined(BOB, 1);
  expect(membership.hasLeft).toBe(false);
});
