/**
 * Random parameters for every method, through a real page and the real gateway. Each call settles once with an answer, and none throws, hangs or
 * stops the worker. The parameters mix accepted and unacceptable values.
 */
import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { LISTENER_NAMES, LOCAL_METHODS, METHODS, type MethodRow } from '../../../src/protocol/index.js';
import { OTHER_APPKEY } from '../../kit/world.js';
import { Actor, EMOJI, hostCast } from './cast.js';

/** Longer than any method takes here, and short enough to fail before the test's own limit. */
const PATIENCE_MS = 20_000;
const CALLS = 120;
const RUNS = 4;

const cast = hostCast(['alice', 'bob'], {});
let gid: number;
let errors: string[];

beforeAll(async () => {
  ({ gid } = await cast.actors.bob.ok('createGroup', { group_name: 'team', is_limit: true }));
  errors = watched(cast.actors.alice);
});

function watched({ tab }: Actor): string[] {
  const seen: string[] = [];
  (tab.frame as Page).on('pageerror', ({ message }) => seen.push(message));
  return seen;
}

/** The parameters that a schema names. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { entries, getter } = schema as { entries?: object; getter?: (input: unknown) => unknown };
  if (entries) return Object.keys(entries);
  if (!getter) return [];
  // A lazy schema depends on its input, so each form is read.
  const forms = [{}, { msg_body: {} }, { custom: {} }, { custome: {} }, { 'media_id ': 'x' }, { gid: 1 }];
  return [...new Set(forms.flatMap((form) => fieldsOf(getter(form))))];
}

/** Values that JSON cannot carry are made in the page: see `revive`. */
const special = fc.constantFrom(
  ...[
    'undefined',
    'NaN',
    'function',
    'symbol',
    'bigint',
    'cycle',
    'date',
    'map',
    'bytes',
    'blob',
    'form',
    'filled form',
  ],
  ...['throwing getter', 'proxy', 'no prototype', 'element', 'promise'],
);
const likely = fc.constantFrom<unknown>(
  ...['alice', 'bob', 'nobody', OTHER_APPKEY, 'test-app', EMOJI, '', 'x'.repeat(200), 'all', 'yes'],
  ...[0, 1, 2, -1, 1.5, '0', '1', '2', true, false, 'true', null, 2 ** 53, 91, [], {}],
  ...[
    [{ username: 'bob' }],
    [{ username: 'bob', appkey: OTHER_APPKEY }],
    [1, 2],
    { text: EMOJI },
    { media_id: 'x' },
  ],
);
const value = fc.oneof(
  { weight: 6, arbitrary: likely },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: special.map(($special) => ({ $special })) },
  { weight: 1, arbitrary: fc.constant({ $special: 'gid' }) },
);
const paramsOf = (schema: unknown) => {
  const fields = fieldsOf(schema);
  const named = fc.record(Object.fromEntries(fields.map((field) => [field, value])), { requiredKeys: [] });
  return fc.oneof({ weight: 6, arbitrary: named }, { weight: 1, arbitrary: value });
};

type Row = [name: string, row: { params: unknown }];

interface AnyCall {
  method: string;
  params: unknown;
}
const callOf = ([method, { params }]: Row) =>
  fc.record({ method: fc.constant(method), params: paramsOf(params) });
const SESSION = Object.entries<MethodRow>(METHODS).filter(([, row]) => row.step === 'session');
const OTHERS = Object.entries<MethodRow>(METHODS).filter(([, row]) => row.step !== 'session');
const LOCAL = Object.entries(LOCAL_METHODS);
const LISTENERS = LISTENER_NAMES.map((name): Row => [name, { params: null }]);

/** Makes all calls at once. @returns the calls without exactly one answer, with their outcomes */
function callAll({ tab }: Actor, calls: AnyCall[]): Promise<string[]> {
  return tab.frame.evaluate(
    async ({ json, group, patienceMs }) => {
      const { JIM } = window as unknown as { JIM: Record<string, (params: unknown) => unknown> };
      const make: Record<string, () => unknown> = {
        NaN: () => Number.NaN,
        function: () => () => 1,
        symbol: () => Symbol('s'),
        bigint: () => 10n,
        cycle: () => {
          const list: unknown[] = [];
          list.push(list);
          return list;
        },
        date: () => new Date(),
        map: () => new Map([[1, 2]]),
        bytes: () => new Uint8Array(9),
        blob: () => new Blob(['x']),
        form: () => new FormData(),
        'filled form': () => {
          const form = new FormData();
          form.append('f', new File(['x'], 'x.txt'));
          return form;
        },
        'throwing getter': () =>
          Object.defineProperty({}, 'username', {
            enumerable: true,
            get: () => {
              throw new Error('no');
            },
          }),
        proxy: () =>
          new Proxy(
            {},
            {
              ownKeys: () => {
                throw new Error('no');
              },
            },
          ),
        'no prototype': () => Object.create(null),
        element: () => document.body,
        promise: () => Promise.resolve(1),
        gid: () => group,
      };
      const revive = (input: unknown): unknown => {
        if (typeof input !== 'object' || input === null) return input;
        if (Array.isArray(input)) return input.map(revive);
        if ('$special' in input) return make[String(input.$special)]?.();
        return Object.fromEntries(Object.entries(input).map(([key, inner]) => [key, revive(inner)]));
      };
      const patience = new Promise((resolve) => setTimeout(resolve, patienceMs));
      const faults = (JSON.parse(json) as { method: string; params: unknown }[]).map(
        async ({ method, params }) => {
          const answers: unknown[] = [];
          try {
            const request = JIM[method]?.(revive(params));
            if (typeof request !== 'object' || request === null) return null;
            const chain = request as Record<string, (fn: (data: unknown) => void) => unknown>;
            await Promise.race([
              patience,
              new Promise((resolve) => {
                for (const handler of ['onSuccess', 'onFail', 'onTimeout']) {
                  chain[handler]?.((data) => resolve(answers.push([handler, data])));
                }
              }),
            ]);
          } catch (error) {
            return `${method} threw ${error}`;
          }
          if (answers.length !== 1) return `${method} ended ${answers.length} times`;
          const [handler, data] = answers[0] as [string, { code?: unknown; message?: unknown }];
          if (handler === 'onTimeout') return null;
          const isRight = handler === 'onSuccess' ? data.code === 0 : Number(data.code) > 0;
          return isRight && typeof data.message === 'string' && data.message
            ? null
            : `${method}: ${JSON.stringify(data)}`;
        },
      );
      return (await Promise.all(faults)).filter((fault) => fault !== null);
    },
    { json: JSON.stringify(calls), group: gid, patienceMs: PATIENCE_MS },
  );
}

async function holdsFor(actor: Actor, rows: Row[]): Promise<void> {
  const calls = fc.array(fc.oneof(...rows.map(callOf)), { minLength: CALLS, maxLength: CALLS });
  let faults: string[] = [];
  const property = fc.asyncProperty(calls, async (some) => {
    faults = await callAll(actor, some);
    return faults.length === 0;
  });
  // `fc.assert` would print every call.
  const { failed, seed, counterexamplePath } = await fc.check(property, {
    numRuns: RUNS,
    endOnFailure: true,
  });
  expect(faults, `seed ${seed}, path ${counterexamplePath}`).toEqual([]);
  expect(failed).toBe(false);
}

test('any parameters for any method give one answer, and the session continues', async () => {
  const { alice, bob } = cast.actors;
  await holdsFor(alice, OTHERS);
  expect(errors).toEqual([]);
  expect(await alice.tab.flags()).toEqual({ init: true, login: true, connect: true });
  await alice.tab.forget();
  // One of her calls may have put bob into her blacklist.
  await alice.tab.call('delSingleBlacks', { member_usernames: [{ username: 'bob' }] });
  await bob.ok('sendSingleMsg', { target_username: 'alice', content: 'still there?' });
  await alice.tab.waitForText('still there?');
}, 120_000);

test('any parameters for synchronous methods, and any listener, neither throw nor disturb', async () => {
  const { alice } = cast.actors;
  await holdsFor(alice, [...LOCAL, ...LISTENERS]);
  expect(errors).toEqual([]);
  expect(await alice.tab.flags()).toEqual({ init: true, login: true, connect: true });
});

test('any parameters for a method that opens or ends sessions give one answer, and other accounts are not disturbed', async () => {
  const tab = await cast.world.tab(cast.profile);
  const visitor = new Actor('nobody', { world: cast.world, tab, appkey: cast.world.gateway.appkey });
  await tab.ok('init', cast.world.auth());
  await holdsFor(visitor, SESSION);
  // This excludes bob: any page of the origin may attach to his session and log him out.
  expect(await cast.stranger.tab.flags()).toEqual({ init: true, login: true, connect: true });
  await tab.ok('loginOut');
  await tab.login(cast.world.auth(), cast.world.user('alice'));
}, 120_000);
