/** Every failure is reported through `onFail` with the documented code, and no call hangs. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CODES } from '../../src/protocol/codes/codes.js';
import { SIGNATURE_LIFETIME_MS } from '../../src/protocol/constants.js';
import type { BrowserProfile } from '../kit/engines/engine.js';
import type { Tab } from '../kit/tab.js';
import { createWorld, type World } from '../kit/world.js';

let world: World;
let profile: BrowserProfile;
let tab: Tab;

beforeAll(async () => {
  world = await createWorld();
  profile = await world.anyProfile();
});
afterAll(() => world.close());

/** Calls a method with parameters against its types, as a page in JavaScript can. */
const loosely = (method: string, params?: unknown): Promise<unknown> =>
  tab.call(method as 'init', params as never);
const fails = (code: number) => ({ kind: 'failure', error: { code, message: expect.stringMatching(/\w/) } });

describe('before init', () => {
  beforeEach(async () => {
    await profile.clear();
    tab = await world.tab(profile, { auth: false });
  });

  test('a wrong signature fails with 880102, and a right one afterwards succeeds', async () => {
    const wrong = { ...world.auth(), signature: '0'.repeat(32) };
    expect(await tab.call('init', wrong)).toMatchObject(fails(CODES.signatureFail));
    expect(await tab.flags()).toEqual({ init: false, login: false, connect: true });
    expect(await tab.call('init', world.auth())).toMatchObject({ kind: 'success', data: { code: 0 } });
    expect(await tab.flags()).toMatchObject({ init: true });
  });

  test('an expired signature fails with 880106', async () => {
    const expired = world.gateway.auth(Date.now() - SIGNATURE_LIFETIME_MS - 1_000);
    expect(await tab.call('init', expired)).toMatchObject(fails(CODES.signatureExpired));
  });

  test('an upper-case signature is accepted', async () => {
    const auth = world.auth();
    expect(await tab.call('init', { ...auth, signature: auth.signature.toUpperCase() })).toMatchObject({
      kind: 'success',
    });
  });

  test('the parameters may be text, as in the documents', async () => {
    const { timestamp, flag: _flag, ...auth } = world.auth();
    expect(await tab.call('init', { ...auth, timestamp: `${timestamp}`, flag: '1' })).toMatchObject({
      kind: 'success',
    });
  });

  test('a missing signature fails with 880002, and the message names it', async () => {
    const { signature: _signature, ...rest } = world.auth();
    expect(await loosely('init', rest)).toMatchObject({
      kind: 'failure',
      error: { code: CODES.invalidParameter, message: 'init: signature is required' },
    });
  });

  test('an unknown appkey fails with 880101', async () => {
    expect(await tab.call('init', { ...world.auth(), appkey: 'nobody' })).toMatchObject(
      fails(CODES.appkeyNotExist),
    );
  });

  test('calls that need init or login fail with that reason', async () => {
    const user = world.user('alice');
    expect(await tab.call('login', user)).toMatchObject(fails(CODES.notInitialised));
    expect(await tab.call('register', user)).toMatchObject(fails(CODES.notInitialised));
    expect(await tab.call('getConversation')).toMatchObject(fails(CODES.notInitialised));
    await tab.ok('init', world.auth());
    expect(await tab.call('getConversation')).toMatchObject(fails(CODES.notLoggedIn));
    expect(await tab.call('sendSingleMsg', { target_username: 'bob', content: 'hi' })).toMatchObject(
      fails(CODES.notLoggedIn),
    );
  });
});

describe('before login', () => {
  beforeEach(async () => {
    await profile.clear();
    tab = await world.tab(profile);
    await tab.ok('init', world.auth());
  });

  test('an unknown user fails with 880103, a wrong password with 880104, and the right one then succeeds', async () => {
    expect(await tab.call('login', { username: 'nobody', password: 'x' })).toMatchObject(
      fails(CODES.userNotExist),
    );
    expect(await tab.call('login', { username: 'alice', password: 'x' })).toMatchObject(
      fails(CODES.invalidPassword),
    );
    expect(await tab.call('login', world.user('alice'))).toMatchObject({ kind: 'success' });
  });

  test('registering a taken name fails with 882002, and a new one can log in at once', async () => {
    expect(await tab.call('register', world.user('alice'))).toMatchObject(fails(CODES.userExists));
    expect(await tab.call('register', { ...world.user('dora'), nickname: 'Dora 🦊' })).toMatchObject({
      kind: 'success',
    });
    await tab.ok('login', world.user('dora'));
    const { user_info } = await tab.ok('getUserInfo', { username: 'dora' });
    expect(user_info).toMatchObject({
      nickname: 'Dora 🦊',
      signature: '',
      avatar: '',
      gender: 0,
      extras: {},
    });
  });
});

describe('logged in', () => {
  beforeAll(async () => {
    await profile.clear();
    tab = await world.tab(profile);
    await tab.login(world.auth(), world.user('alice'));
  });

  test('a login as another user and a registration demand a log-out first', async () => {
    expect(await tab.call('login', world.user('bob'))).toMatchObject(fails(CODES.alreadyLoggedIn));
    expect(await tab.call('register', world.user('eve'))).toMatchObject(fails(CODES.logOutBeforeRegister));
  });

  test('unknown users fail with 882002, as targets with 880203', async () => {
    expect(await tab.call('getUserInfo', { username: 'nobody' })).toMatchObject(fails(CODES.userExists));
    expect(await tab.call('sendSingleMsg', { target_username: 'nobody', content: 'hi' })).toMatchObject(
      fails(CODES.targetUserNotExist),
    );
  });

  const bad: [what: string, method: string, params: unknown, code: number][] = [
    ['no parameters at all', 'sendSingleMsg', undefined, CODES.invalidParameter],
    ['a missing text', 'sendSingleMsg', { target_username: 'bob' }, CODES.invalidParameter],
    ['a text that is a list', 'sendSingleMsg', { target_username: 'bob', content: ['x'] }, CODES.invalidType],
    ['an empty text', 'sendSingleMsg', { target_username: 'bob', content: '' }, CODES.invalidValue],
    [
      'extras that are a number',
      'sendSingleMsg',
      { target_username: 'bob', content: 'x', extras: 7 },
      CODES.invalidType,
    ],
    ['parameters that are text', 'getUserInfo', 'alice', CODES.invalidType],
    ['a gender that there is not', 'updateSelfInfo', { gender: 3 }, CODES.invalidValue],
    [
      'a text over 8 KB',
      'sendSingleMsg',
      { target_username: 'bob', content: '字'.repeat(2_731) },
      CODES.messageTooLong,
    ],
    [
      'what no frame holds',
      'sendSingleMsg',
      { target_username: 'bob', content: 'x'.repeat(70_000) },
      CODES.messageTooLong,
    ],
  ];
  test.each(bad)('%s fails with its code', async (_what, method, params, code) => {
    expect(await loosely(method, params)).toMatchObject(fails(code));
  });

  test('a text of exactly 8 KB passes', async () => {
    const content = `${'字'.repeat(2_730)}ab`;
    expect(await tab.call('sendSingleMsg', { target_username: 'bob', content })).toMatchObject({
      kind: 'success',
    });
  });

  test('a parameter that cannot be posted to a worker fails with 889008', async () => {
    const code = await tab.frame.evaluate(
      () =>
        new Promise((resolve) => {
          const { JIM } = window as unknown as {
            JIM: { sendSingleMsg(params: object): { onFail(fn: (e: { code: number }) => void): void } };
          };
          JIM.sendSingleMsg({ target_username: 'bob', content: 'x', extras: { fn: () => 1 } }).onFail((e) =>
            resolve(e.code),
          );
        }),
    );
    expect(code).toBe(CODES.cannotBeCloned);
  });

  test('an awaited request rejects with the same code', async () => {
    const rejection = await tab.frame.evaluate(async () => {
      const { JIM } = window as unknown as { JIM: { getUserInfo(params: object): PromiseLike<unknown> } };
      try {
        await JIM.getUserInfo({ username: 'nobody' });
        return null;
      } catch (error) {
        const { name, code, message } = error as { name: string; code: number; message: string };
        return { name, code, message };
      }
    });
    expect(rejection).toEqual({
      name: 'JMessageError',
      code: CODES.userExists,
      message: expect.stringContaining('882002'),
    });
  });
});
