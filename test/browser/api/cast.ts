/**
 * The cast of an API test: several accounts, each in a tab of its own, in one browser, on a gateway with two applications.
 * An actor makes an application's calls and waits for its events. It goes offline by `loginOut` and returns by a login.
 */
import { CODES } from '../../../src/protocol/codes/codes.js';
import type {
  AnswerOf,
  InputOf,
  ListenerEvents,
  ListenerName,
  MethodName,
  Methods,
} from '../../../src/protocol/index.js';
import type { BrowserProfile } from '../../kit/engines/engine.js';
import type { GatewayOptions } from '../../kit/gateway.js';
import type { Tab } from '../../kit/tab.js';
import type { TabOutcome } from '../../kit/tab-window.js';
import { createWorld, type World } from '../../kit/world.js';

export const OTHER_APPKEY = 'other-app';
/** A text with characters of four bytes in UTF-8, for every text field of the protocol. */
export const EMOJI = '🦊😀';

/** The argument of a listener, or one element of it if it is a list. */
type Heard<L extends ListenerName> = ListenerEvents[L] extends (infer T)[] ? T : ListenerEvents[L];

/** Whether all expected fields match. Lists must have the expected length. */
function includes(actual: unknown, like: unknown): boolean {
  if (typeof like !== 'object' || like === null) return Object.is(actual, like);
  if (typeof actual !== 'object' || actual === null) return false;
  if (Array.isArray(like) && (!Array.isArray(actual) || actual.length !== like.length)) return false;
  return Object.entries(like).every(([key, value]) =>
    includes((actual as Record<string, unknown>)[key], value),
  );
}

export class Actor {
  constructor(
    readonly world: World,
    readonly tab: Tab,
    readonly username: string,
    readonly appkey: string,
  ) {}

  async come(): Promise<void> {
    await this.tab.login(this.world.auth(this.appkey), this.world.user(this.username));
    await this.tab.waitForState('ready');
  }

  async leave(): Promise<void> {
    await this.tab.ok('loginOut');
    await this.tab.forget();
  }

  /** Logs out, runs the action, and logs in again. */
  async misses(what: () => Promise<unknown>): Promise<void> {
    await this.leave();
    await what();
    await this.come();
  }

  call<M extends MethodName>(method: M, params?: InputOf<Methods[M]>): Promise<TabOutcome<M>> {
    return this.tab.call(method, params);
  }

  /** A call that must succeed. */
  ok<M extends MethodName>(method: M, params?: InputOf<Methods[M]>): Promise<AnswerOf<M>> {
    return this.tab.ok(method, params);
  }

  /** The code of a call's outcome, 0 for success. It takes parameters against the types too, as pages in JavaScript pass them. */
  async code(method: MethodName, params?: unknown): Promise<number> {
    const outcome = await this.tab.call(method as 'getUserInfo', params as never);
    if (outcome.kind === 'success') return CODES.success;
    if (outcome.kind === 'timeout') throw new Error(`${method}: timed out`);
    if (!/\w/.test(outcome.error.message))
      throw new Error(`${method}: ${outcome.error.code} without a message`);
    return outcome.error.code;
  }

  /** Waits for a call of a listener, past or future, with these fields. */
  async receives<L extends ListenerName>(listener: L, like: object): Promise<Heard<L>> {
    const inside = (data: ListenerEvents[L]): unknown[] => (Array.isArray(data) ? data : [data]);
    const matches = (one: unknown) => includes(one, like);
    const what = `of ${this.username} with ${JSON.stringify(like)}`;
    const data = await this.tab.waitFor(listener, (received) => inside(received).some(matches), what);
    return inside(data).find(matches) as Heard<L>;
  }

  /** Waits for a live business event. */
  async event(event_type: number, like: object = {}): Promise<Heard<'onEventNotification'>> {
    const event = await this.receives('onEventNotification', { event_type, ...like });
    if (event.event_id > 0 && (event.ctime ?? 0) > 0) return event;
    throw new Error(`an event without id or time: ${JSON.stringify(event)}`);
  }

  /** Waits for a business event that was missed. */
  missed(event_type: number, like: object = {}): Promise<Heard<'onSyncEvent'>> {
    return this.receives('onSyncEvent', { event_type, ...like });
  }
}

/** The form of `member_usernames`. */
export const to = (...actors: Actor[]) => actors.map(({ username, appkey }) => ({ username, appkey }));

/** The form of the methods for one member of a group. */
export const target = ({ username, appkey }: Actor) => ({ target_username: username, target_appkey: appkey });

/** The fields of an event for its author and its targets. */
export const by = (actor: Actor, ...whom: Actor[]) => ({
  from_username: actor.username,
  from_appkey: actor.appkey,
  ...(whom.length > 0 && { to_usernames: to(...whom) }),
});

export interface Cast<N extends string> {
  world: World;
  profile: BrowserProfile;
  actors: Record<N, Actor>;
  /** An account of another application. */
  stranger: Actor;
  close(): Promise<void>;
}

/** All actors are logged in. */
export const castOf = <const N extends string>(...names: N[]): Promise<Cast<N>> => castWith({}, ...names);

/** On a gateway with settings of its own. */
export async function castWith<const N extends string>(
  gateway: GatewayOptions,
  ...names: N[]
): Promise<Cast<N>> {
  const world = await createWorld({ users: names, gateway: { otherAppkeys: [OTHER_APPKEY], ...gateway } });
  await world.register('stranger', OTHER_APPKEY);
  const profile = await world.anyProfile();
  const tabs = await world.tabs(profile, names.length + 1);
  const all = [...names, 'stranger'].map((name, i) => {
    const tab = tabs[i];
    if (!tab) throw new Error('a tab for each of the cast');
    return new Actor(world, tab, name, name === 'stranger' ? OTHER_APPKEY : world.gateway.appkey);
  });
  for (const actor of all) await actor.come();
  const stranger = all.pop();
  if (!stranger) throw new Error('the cast is empty');
  const actors = Object.fromEntries(all.map((actor) => [actor.username, actor])) as Record<N, Actor>;
  return { world, profile, actors, stranger, close: () => world.close() };
}

/** A second tab of an actor's account, in the same browser. */
export async function secondTabOf(cast: Pick<Cast<string>, 'profile'>, actor: Actor): Promise<Actor> {
  const tab = await actor.world.tab(cast.profile);
  await tab.ok('attach', { username: actor.username, appkey: actor.appkey });
  return new Actor(actor.world, tab, actor.username, actor.appkey);
}
