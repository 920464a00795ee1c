/** Answers to calls with any parameters. */
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  CODES,
  check,
  METHOD_NAMES,
  METHODS,
  type MethodName,
  type Outcome,
} from '../../../../src/protocol/index.js';
import type { FakeTab } from '../../fakes/tab.js';
import { World } from '../../fakes/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});

const codeOf = (outcome: Outcome): number | undefined =>
  outcome.kind === 'failure' ? outcome.error.code : undefined;

describe('before their time', () => {
  test.each(['getUserInfo', 'getConversation', 'sendSingleMsg'] as const)(
    '%s before init fails with 889001',
    async (method) => {
      const params = { username: 'bob', target_username: 'bob', content: 'hello' };
      expect(codeOf(await world.passing(world.tab().call(method, params)))).toBe(CODES.notInitialised);
    },
  );

  test.each(['login', 'register'] as const)('%s before init fails with 889001', async (method) => {
    const params = { username: 'alice', password: 'x' };
    expect(codeOf(await world.passing(world.tab().call(method, params)))).toBe(CODES.notInitialised);
  });

  test('after init, what needs a login fails with 889002', async () => {
    const tab = world.tab();
    await world.passing(tab.init());
    expect(codeOf(await world.passing(tab.send('bob', 'hello')))).toBe(CODES.notLoggedIn);
  });
});

test('a stock server is never asked for the invitations, since it would not answer', async () => {
  const tab = await world.loggedIn('alice');
  expect(codeOf(await world.passing(tab.call('getInvitations')))).toBe(882003);
  expect(world.network.sent('get_invitations')).toEqual([]);
});

describe('parameters', () => {
  let tab: FakeTab;
  beforeEach(async () => {
    tab = await world.loggedIn('alice');
  });

  test.each<[MethodName, unknown, number]>([
    ['sendSingleMsg', null, CODES.invalidParameter],
    ['sendSingleMsg', { content: 'hello' }, CODES.invalidParameter],
    ['sendSingleMsg', { target_username: 'bob' }, CODES.invalidParameter],
    ['sendSingleMsg', { target_username: 'bob', content: '' }, CODES.invalidValue],
    ['sendSingleMsg', { target_username: '', content: 'hello' }, CODES.invalidValue],
    ['sendSingleMsg', { target_username: 'x'.repeat(129), content: 'hello' }, CODES.invalidValue],
    ['sendSingleMsg', { target_username: true, content: 'hello' }, CODES.invalidType],
    ['sendSingleMsg', { target_username: 'bob', content: 'hello', extras: [] }, CODES.invalidType],
    ['sendSingleMsg', { target_username: 'bob', content: 'hello', no_offline: 'maybe' }, CODES.invalidType],
    ['sendSingleMsg', 'bob', CODES.invalidType],
    ['getUserInfo', {}, CODES.invalidParameter],
    ['getUserInfo', { username: ['bob'] }, CODES.invalidType],
    ['updateSelfInfo', { gender: 3 }, CODES.invalidValue],
    ['init', { appkey: 'app', random_str: 'r', signature: 's', timestamp: 'now' }, CODES.invalidType],
    ['init', { appkey: 'app', random_str: '', signature: 's', timestamp: 1 }, CODES.invalidValue],
    ['login', { username: 'alice' }, CODES.invalidParameter],
  ])('%s(%j) fails with %i and sends nothing', async (method, params, code) => {
    const before = world.network.frames.length;
    const outcome = await world.passing(tab.call(method, params));
    expect(codeOf(outcome)).toBe(code);
    expect(outcome).toMatchObject({ error: { message: expect.stringContaining(method) } });
    expect(world.network.frames.length).toBe(before);
  });

  test('a flag may be given in any of the forms that the documents use', async () => {
    for (const no_offline of [true, 'true', 1, '1']) {
      await world.passing(
        tab.call('sendSingleMsg', { target_username: 'bob', content: 'hello', no_offline }),
      );
      expect(world.network.sent('s_across_single_text').at(-1)).toMatchObject({ no_offline: true });
    }
  });

  test('extras that JSON cannot carry fail with 880004', async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    for (const extras of [cycle, { big: 1n }]) {
      const send = tab.call('sendSingleMsg', { target_username: 'bob', content: 'hello', extras });
      expect(codeOf(await world.passing(send))).toBe(CODES.invalidType);
    }
  });

  test('a payload that exceeds a frame fails with 880206', async () => {
    expect(codeOf(await world.passing(tab.send('bob', '四'.repeat(30_000))))).toBe(CODES.messageTooLong);
    expect(world.server.messages).toHaveLength(0);
  });

  test('an unknown method fails with 880002', async () => {
    for (const method of ['noSuchMethod', 'constructor', '__proto__', 'toString']) {
      expect(codeOf(await world.passing(tab.call(method as MethodName)))).toBe(CODES.invalidParameter);
    }
  });
});

describe('a send', () => {
  test("succeeds with the server's id, the target and the request as it was sent", async () => {
    const tab = await world.loggedIn('alice');
    const before = tab.acks.length;
    const outcome = await world.passing(
      tab.call('sendSingleMsg', { target_username: 'bob', content: 'hello', extras: { a: 1 } }),
    );
    expect(outcome).toMatchObject({
      kind: 'success',
      data: { code: 0, msg_id: 1, target_username: 'bob', appkey: 'app' },
      second: {
        msg_id: 1,
        target_id: 'bob',
        content: { from_id: 'alice', msg_body: { text: 'hello', extras: { a: 1 } } },
      },
    });
    expect(tab.acks).toHaveLength(before + 1);
  });

  test('fails with what the server says', async () => {
    const tab = await world.loggedIn('alice');
    expect(codeOf(await world.passing(tab.send('nobody', 'hello')))).toBe(CODES.targetUserNotExist);
  });

  test('that is submitted again while it is open is not sent again', async () => {
    const tab = await world.loggedIn('alice');
    const params = { target_username: 'bob', content: 'hello' };
    const outcomes = Promise.all([
      tab.call('sendSingleMsg', params, 'the call'),
      tab.call('sendSingleMsg', params, 'the call'),
    ]);
    await world.clock.advance(1_000);
    expect(world.network.sent('s_across_single_text')).toHaveLength(1);
    void outcomes;
  });

  test('that is submitted again after its answer was lost with a worker is stored once', async () => {
    const tab = await world.loggedIn('alice');
    const outcome = tab.send('bob', 'hello');
    await world.clock.advance(6);
    expect(world.server.texts('alice', 'bob')).toEqual(['hello']);
    world.worker.kill();
    await tab.connect();
    expect(await world.passing(outcome)).toMatchObject({ kind: 'success', data: { msg_id: 1 } });
    expect(world.server.texts('alice', 'bob')).toEqual(['hello']);
  });

  test('is news to the other tabs of the account, and to the sender none', async () => {
    const sender = await world.loggedIn('alice');
    const other = await world.loggedIn('alice');
    await world.passing(sender.send('bob', 'hello'));
    await world.clock.advance(1_000);
    expect(other.texts('bob')).toEqual(['hello']);
    expect(sender.texts()).toEqual([]);
  });
});

describe('a call that is open when the session ends', () => {
  test('settles: a send, read receipts that were still being gathered, a call for the list', async () => {
    const tab = await world.loggedIn('alice');
    world.network.loses = () => true;
    const calls = [
      tab.send('bob', 'hello'),
      tab.call('addSingleReceiptReport', { username: 'bob', msg_ids: [1, 2] }),
      tab.call('getConversation'),
    ];
    await world.clock.advance(100);
    await world.passing(tab.call('loginOut'));
    const outcomes = await world.passing(Promise.all(calls), 1_000);
    expect(outcomes.map(codeOf)).toEqual(calls.map(() => CODES.sessionEnded));
    tab.leave();
    await world.clock.advance(60_000);
    expect(world.worker.timers).toBe(0);
  });
});

describe('getConversation', () => {
  test('is answered from the cache while there is no connection, and says so', async () => {
    const tab = await world.loggedIn('alice');
    await world.passing(tab.send('bob', 'hello'));
    const online = await world.passing(tab.call('getConversation'));
    world.network.goDown();
    await world.clock.advance(0);
    const offline = await world.passing(tab.call('getConversation'));
    expect(online).toMatchObject({ data: { conversations: [{ username: 'bob' }] } });
    expect(online).not.toHaveProperty('data.from_cache');
    expect(offline).toMatchObject({ data: { conversations: [{ username: 'bob' }], from_cache: true } });
  });
});

describe('with any parameters', () => {
  test('junk as parameters settles with a failure, for each method', async () => {
    const tab = await world.loggedIn('alice');
    const junk = fc.oneof(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
      fc.dictionary(
        fc.constantFrom('username', 'password', 'target_username', 'content', 'appkey', 'extras', 'flag'),
        fc.anything(),
      ),
    );
    const methods = METHOD_NAMES.filter((name) => name !== 'loginOut' && METHODS[name].params !== null);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...methods), junk, async (method, params) => {
        const schema = METHODS[method].params;
        const isValid = schema !== null && check(schema, cloneable(params) ?? {}, method).ok;
        const outcome = await world.passing(tab.call(method, cloneable(params)));
        if (!isValid) expect(outcome.kind).toBe('failure');
      }),
      { numRuns: 300 },
    );
    expect(world.worker.alive && tab.mirror.state.connected).toBe(true);
  });

  test('junk as pushes is dropped and leaves the session as it was', async () => {
    const tab = await world.loggedIn('alice');
    const event = fc.constantFrom(
      'msg_sync',
      'sync_conversation',
      'event_notification',
      'sync_event',
      'ack',
      's_single_text',
      'constructor',
    );
    const field = fc.constantFrom(
      'messages',
      'sync_key',
      'msgs',
      'msg_id',
      'rid',
      'content',
      'event_id',
      'event_type',
      'ctime_ms',
      'msg_type',
    );
    const junk = fc.oneof(
      fc.anything(),
      fc.dictionary(field, fc.anything()),
      fc.record({ messages: fc.array(fc.dictionary(field, fc.anything())) }),
    );
    await fc.assert(
      fc.asyncProperty(event, junk, async (name, payload) => {
        world.server.push('alice', name, payload);
        await world.clock.advance(10);
      }),
      { numRuns: 300 },
    );
    expect(tab.logs).toEqual([]);
    world.server.deliver('bob', 'alice', 'after all that');
    await world.clock.advance(1_000);
    expect(tab.texts('bob')).toEqual(['after all that']);
  });
});

/** Junk that can cross a port. The link handles all other values. */
function cloneable(input: unknown): unknown {
  try {
    return structuredClone(input);
  } catch {
    return undefined;
  }
}
