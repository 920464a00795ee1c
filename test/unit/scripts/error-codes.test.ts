/** The error codes that declarations list (`@fails`) against the sources of those who give them: the gateway's handlers and the worker. */
import { describe, expect, test } from 'vitest';
import { readDeclared } from '../../../scripts/reference/declared.mjs';
import { readHandlers } from '../../../scripts/reference/handlers.mjs';
import { CODES, METHODS, type MethodName, type MethodRow } from '../../../src/protocol/index.js';

type Name = keyof typeof CODES;

/** Any request may fail with these: the declaration of `JMessageApi` lists them. */
const ANYWHERE: readonly Name[] = [
  'invalidParameter',
  'invalidValue',
  'invalidType',
  'notInitialised',
  'notLoggedIn',
  'internalError',
];
const BY_UPLOADS: readonly Name[] = ['fileNotExist', 'fileTooLarge', 'uploadFailed'];
const BY_CHECKS: Partial<Record<MethodName, readonly Name[]>> = {
  addGroupMembers: ['noMember'],
  delGroupMembers: ['noMember'],
  addGroupKeeper: ['noMember'],
  delGroupKeeper: ['noMember'],
  addSingleBlacks: ['noMember'],
  delSingleBlacks: ['noMember'],
};
const BY_RUNTIME: Partial<Record<MethodName, readonly Name[]>> = {
  // On a server without the extension.
  getInvitations: ['wireInvalidParameter'],
  init: ['alreadyLoggedIn'],
  register: ['logOutBeforeRegister'],
  login: ['alreadyLoggedIn', 'invalidPassword'],
  attach: ['alreadyLoggedIn', 'nothingToAttach'],
  retrySend: ['noSuchSend', 'aborted'],
  cancelSend: ['noSuchSend', 'onItsWay'],
};
/** Codes that a handler gives to other requests of its own only: it serves several methods. */
const OTHERS_ONLY: Partial<Record<MethodName, readonly Name[]>> = {
  updateSelfInfo: ['fileNotExist'],
  acceptFriend: ['inBlacklist'],
  declineFriend: ['inBlacklist', 'numberExceedsLimit'],
  delGroupKeeper: ['numberExceedsLimit'],
  delSingleNoDisturb: ['numberExceedsLimit'],
  delGroupNoDisturb: ['numberExceedsLimit'],
  addGlobalNoDisturb: ['numberExceedsLimit'],
  delGlobalNoDisturb: ['numberExceedsLimit'],
  transGroupMsg: ['targetNotLoggedIn'],
  transPlatMsg: ['targetNotLoggedIn'],
};

const handlers = readHandlers();
const methods = readDeclared().filter(({ name }) => name in METHODS);

describe('every method lists the codes that its handler and the runtime give, and no others', () => {
  test.each(methods)('$name', ({ name, fails }) => {
    const method = name as MethodName;
    const row: MethodRow = METHODS[method];
    const given = [
      ...((row.event && handlers.get(row.event)?.codes) || []),
      ...(row.upload ? BY_UPLOADS : []),
      ...(BY_CHECKS[method] ?? []),
      ...(BY_RUNTIME[method] ?? []),
    ] as Name[];
    const wanted = new Set(
      given.filter((code) => !ANYWHERE.includes(code) && !OTHERS_ONLY[method]?.includes(code)),
    );
    expect(fails).toEqual([...wanted].map((code) => CODES[code]).sort((a, b) => a - b));
  });
});
