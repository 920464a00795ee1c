/**
 * The cast of an API test: several accounts, each in a tab of its own, in one browser, on a gateway with two applications.
 * An actor makes an application's calls and waits for its events. It goes offline by `loginOut` and returns by a login.
 *
 *     const cast = hostCast(['alice', 'bob']);
 *     const { alice, bob } = cast.actors;
 */
import { afterAll, beforeAll, beforeEach } from 'vitest';
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
import { createWorld, OTHER_APPKEY, type World } from '../../kit/world.js';

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

/** The tab of an actor, and the account's application. */
interface Place {
  world: World;
  tab: Tab;
  appkey: string;
}

export class Actor {
  #place: Place | undefined;

  /** @param place unknown until the tests begin: see {@link hostCast} */
  constructor(
    readonly username: string,
    place?: Place,
  ) {
    this.#place = place;
  }

  get tab(): Tab {
    return this.#placed.tab;
  }

  get appkey(): string {
    return this.#placed.appkey;
  }

  get #placed(): Place {
    if (!this.#place) throw new Error(`${this.username} has no tab before the tests begin`);
    return this.#place;
  }

  enter(place: Place): void {
    this.#place = place;
  }

  async come(): Promise<void> {
    const { world, tab, appkey } = this.#placed;
    await tab.login(world.auth(appkey), world.user(this.username));
    await tab.waitForState('ready');
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

/** All actors are logged in from the first test to the last. Before each test they forget the calls of their listeners. */
export class Cast<N extends string> {
  readonly actors: Record<N, Actor>;
  /** An account of another application. */
  readonly stranger = new Actor('stranger');
  readonly #all: readonly Actor[];
  readonly #seconds: { first: Actor; second: Actor }[] = [];
  #stage: { world: World; profile: BrowserProfile } | undefined;

  constructor(names: readonly N[]) {
    const actors = names.map((name) => [name, new Actor(name)] as const);
    this.actors = Object.fromEntries(actors) as Record<N, Actor>;
    this.#all = [...actors.map(([, actor]) => actor), this.stranger];
  }

  get world(): World {
    return this.#placed.world;
  }

  get profile(): BrowserProfile {
    return this.#placed.profile;
  }

  get #placed() {
    if (!this.#stage) throw new Error('the cast has no world before the tests begin');
    return this.#stage;
  }

  /** Another tab of an actor's account, from the first test to the last. */
  second(first: Actor): Actor {
    const second = new Actor(first.username);
    this.#seconds.push({ first, second });
    return second;
  }

  async open(gateway?: GatewayOptions): Promise<void> {
    const users = this.#all.filter((actor) => actor !== this.stranger).map(({ username }) => username);
    const world = await createWorld({
      users,
      gateway: gateway && { otherAppkeys: [OTHER_APPKEY], ...gateway },
    });
    const { appkey: ours, otherAppkey: theirs } = world.gateway;
    await world.register(this.stranger.username, theirs);
    const profile = await world.anyProfile();
    this.#stage = { world, profile };
    const tabs = await world.tabs(profile, this.#all.length);
    for (const [i, tab] of tabs.entries()) {
      const actor = this.#all[i];
      const appkey = actor === this.stranger ? theirs : ours;
      actor?.enter({ world, tab, appkey });
      await actor?.come();
    }
    for (const { first, second } of this.#seconds) second.enter(await this.#attached(first));
  }

  /** Gives a second tab's actor a new tab of the account, in which nothing was received yet. */
  async reopen(second: Actor): Promise<void> {
    second.enter(await this.#attached(second));
  }

  /** Another tab of an actor's account, in the same browser. */
  async secondTabOf(first: Actor): Promise<Actor> {
    return new Actor(first.username, await this.#attached(first));
  }

  async #attached({ username, appkey }: Actor): Promise<Place> {
    const tab = await this.world.tab(this.profile);
    await tab.ok('attach', { username, appkey });
    return { world: this.world, tab, appkey };
  }

  async forget(): Promise<void> {
    const actors = [...this.#all, ...this.#seconds.map(({ second }) => second)];
    await Promise.all(actors.map(({ tab }) => tab.forget()));
  }

  async close(): Promise<void> {
    await this.#stage?.world.close();
  }
}

/** The cast of all tests of a file. @param gateway settings of its own */
export function hostCast<const N extends string>(names: readonly N[], gateway?: GatewayOptions): Cast<N> {
  const cast = new Cast(names);
  beforeAll(() => cast.open(gateway));
  beforeEach(() => cast.forget());
  afterAll(() => cast.close());
  return cast;
}
