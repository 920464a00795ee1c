/** Shared by the walk through the V2 guide. Its examples, typed as in the guide, run in a page. */
import { expect } from 'vitest';
import type { BrowserProfile } from '../../kit/engines/engine.js';
import { png } from '../../kit/images.js';
import type { Tab } from '../../kit/tab.js';
import { createWorld, type World } from '../../kit/world.js';
import { Actor } from '../api/cast.js';

/** The arguments of an example's handlers. */
export interface Typed {
  kind: 'success' | 'fail' | 'timeout';
  // biome-ignore lint/suspicious/noExplicitAny: an example's answer is what the guide says, which the test is about to check
  data: any;
  // biome-ignore lint/suspicious/noExplicitAny: likewise
  msg: any;
  acks: unknown[];
}

export interface Chapter<N extends string> {
  world: World;
  profile: BrowserProfile;
  /** Accounts by their requested names; the real name is `<chapter>-<name>`. */
  actors: Record<N, Actor>;
  close(): Promise<void>;
}

/** A chapter's registered accounts, each with a tab, logged in by default. */
export async function chapter<const N extends string>(
  title: string,
  names: readonly N[],
  { loggedIn = true } = {},
): Promise<Chapter<N>> {
  const usernames = names.map((name) => `${title}-${name}`);
  const world = await createWorld({ users: usernames });
  const profile = await world.anyProfile();
  const tabs = await world.tabs(profile, names.length);
  const all = usernames.map(
    (username, i) => new Actor(username, { world, tab: tabs[i] as Tab, appkey: world.gateway.appkey }),
  );
  if (loggedIn) for (const actor of all) await actor.come();
  const actors = Object.fromEntries(names.map((name, i) => [name, all[i]])) as Record<N, Actor>;
  const close = async () => {
    if (loggedIn) for (const actor of all) await actor.tab.ok('loginOut');
    await world.close();
  };
  return { world, profile, actors, close };
}

/**
 * Types an example of the guide into the page, with `return` before its call and without its handlers.
 * The example can use `JIM`, the values of `scope`, and `fileOf(name, type)`, which makes a file as an `<input>` has it.
 */
async function typed({ tab }: Actor, example: string, scope: Record<string, unknown> = {}): Promise<Typed> {
  const outcome = await tab.frame.evaluate(
    ([source, json, image]) => {
      const { JIM } = window as unknown as { JIM: unknown };
      const variables = JSON.parse(json) as Record<string, unknown>;
      const fileOf = (name: string, type: string) => {
        const bytes = type.startsWith('image/')
          ? Uint8Array.from(atob(image), (c) => c.charCodeAt(0))
          : 'text';
        return new File([bytes], name, { type });
      };
      const names = Object.keys(variables);
      const run = new Function('JIM', 'fileOf', ...names, source);
      interface Chain {
        onSuccess(fn: (data: unknown, msg: unknown) => void): Chain;
        onFail(fn: (data: unknown, msg: unknown) => void): Chain;
        onTimeout(fn: (data: unknown) => void): Chain;
        onAck(fn: (data: unknown) => void): Chain;
      }
      const chain = run(JIM, fileOf, ...names.map((name) => variables[name])) as Chain;
      const acks: unknown[] = [];
      return new Promise((resolve) => {
        chain
          .onSuccess((data, msg) => resolve({ kind: 'success', data, msg, acks }))
          .onFail((data, msg) => resolve({ kind: 'fail', data, msg, acks }))
          .onTimeout((data) => resolve({ kind: 'timeout', data, acks }))
          .onAck((data) => acks.push(data));
      });
    },
    [example, JSON.stringify(scope), png(8, 6).toString('base64')] as const,
  );
  return outcome as Typed;
}

/** Runs an example that succeeds with the guide's `code` and `message`. */
export async function succeeds(
  actor: Actor,
  example: string,
  scope?: Record<string, unknown>,
): Promise<Typed> {
  const outcome = await typed(actor, example, scope);
  expect(outcome, JSON.stringify(outcome)).toMatchObject({
    kind: 'success',
    data: { code: 0, message: expect.any(String) },
  });
  return outcome;
}

/** Runs an example that fails. @returns its code */
export async function failsWith(
  actor: Actor,
  example: string,
  scope?: Record<string, unknown>,
): Promise<number> {
  const { kind, data } = await typed(actor, example, scope);
  expect({ kind, data }).toMatchObject({
    kind: 'fail',
    data: { code: expect.any(Number), message: expect.any(String) },
  });
  return data.code;
}

/** Runs an example with a synchronous answer. */
export const atOnce = (
  { tab }: Actor,
  example: string,
  scope: Record<string, unknown> = {},
): Promise<unknown> =>
  tab.frame.evaluate(
    ([source, json]) => {
      const { JIM } = window as unknown as { JIM: unknown };
      const variables = JSON.parse(json) as Record<string, unknown>;
      const names = Object.keys(variables);
      return new Function('JIM', ...names, source)(JIM, ...names.map((name) => variables[name]));
    },
    [example, JSON.stringify(scope)] as const,
  );

export const text = expect.any(String);
export const number = expect.any(Number);
