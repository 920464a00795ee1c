/**
 * A random but repeatable walk of the real client and the real runtime. Only clock, network, locks and ports are fakes. Tabs open, close and crash; users log in, log out and are kicked; networks fail, and workers die. The invariants
 * hold after each step, and at the end everything has recovered.
 */
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { MethodName, OutboxEntry, Outcome } from '../../../src/protocol/index.js';
import { textOf } from '../../kit/message-parts.js';
import { stubBrowser } from '../fakes/browser.js';
import { ClientTab, messagesOf } from '../fakes/client-tab.js';
import type { Frame } from '../fakes/network.js';
import { World } from '../fakes/world.js';

/** More of them: `WALK_SEEDS=1-400 npx vitest run --project unit test/unit/worker/model-walk.test.ts`. */
const [FIRST_SEED = 1, LAST_SEED = FIRST_SEED] = (process.env.WALK_SEEDS ?? '1-16').split('-').map(Number);
const SEEDS = Array.from({ length: LAST_SEED - FIRST_SEED + 1 }, (_, n) => FIRST_SEED + n);
/** A log-out met the join of the session that it left. */
if (!process.env.WALK_SEEDS) SEEDS.push(76);
const STEPS = 1_200;
/** Frames in flight may still arrive. */
const ON_ITS_WAY_MS = 20;
const MAX_TABS = 6;
const USERS = ['alice', 'bob'] as const;
/** Enough for all tries of a full queue, and for a session's extended idle time-out. */
const CALM_MS = 900_000;

interface Member {
  tab: ClientTab;
  away: boolean;
  /** Its account, and the number of messages at its login. `whole`: it cannot have missed a message since. */
  login: { username: string; messages: number; whole: boolean } | undefined;
}

class Walk {
  readonly world: World;
  readonly members: Member[] = [];
  /** Those that have gone as well. */
  readonly #tabs: ClientTab[] = [];
  /** The outcome of each text: undefined while its call is open. */
  readonly sends = new Map<string, Outcome | undefined>();
  /** When each text was reported as not sent. */
  readonly reported = new Map<string, number>();
  readonly retried = new Set<string>();
  readonly trail: string[] = [];
  /** The texts that the server has stored, … */
  readonly #stored = new Set<string>();
  /** … and those that were reported as sent since the last check. */
  readonly #sent: string[] = [];
  /** How many events of each tab are checked. */
  readonly #checked = new Map<ClientTab, number>();
  /** Messages of the server that are in `#stored`. */
  #read = 0;
  #texts = 0;
  #losing = 0;

  constructor(
    seed: number,
    private readonly settings: { roaming: boolean; gentle: boolean; stock: boolean },
  ) {
    this.world = new World(seed);
    stubBrowser(this.world);
    // The client warns of each worker that it gives up on.
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    if (!settings.stock) this.world.server.capabilities = ['resume', 'history', 'ordered_sends'];
    this.world.network.loses = (frame) => this.#loses(frame);
  }

  get #random() {
    return this.world.random;
  }

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      await this.#step();
      this.#check();
    }
    await this.#calm();
    await this.#leaveAll();
  }

  async #step(): Promise<void> {
    const roll = this.#random.below(100);
    const present = this.members.filter(({ away }) => !away);
    const loggedIn = present.filter(({ tab }) => tab.isLogin);
    const member = this.#random.pick(roll < 56 && loggedIn.length > 0 ? loggedIn : present);
    if (roll < 30) return this.#pass(this.#random.chance(0.2) ? 20_000 : 300);
    if (roll < 36 || !member) return this.#openTab();
    if (roll < 56) return this.#send(member);
    if (roll < 62) return this.#deliver();
    if (roll < 66) return void this.#init(member);
    if (roll < 72) return this.#login(member);
    if (roll < 73) return this.#call(member, 'loginOut');
    if (roll < 74) return this.#call(member, 'getConversation');
    if (roll < 75) return this.#call(member, 'attach', { appkey: 'app', username: this.#user() });
    if (roll < 79) return this.#go(member);
    if (roll < 84) return this.#return();
    if (roll < 87) return this.#cut();
    if (roll < 91) return this.#network();
    if (roll < 94) return this.#lose();
    if (roll < 95) return this.#kick();
    if (roll < 96) return this.#wake(member);
    if (roll < 97) return this.#sleep();
    if (roll < 98) return this.#manage(member);
    return this.#killWorker();
  }

  #cut(): void {
    this.trail.push('cut');
    this.world.network.cutAll();
  }

  #kick(): void {
    const username = this.#user();
    this.trail.push(`kick ${username}`);
    this.world.server.kick(username);
  }

  #wake({ tab }: Member): void {
    this.trail.push(`wake ${tab.id}`);
    tab.wake();
  }

  #sleep(): void {
    const ms = this.#random.below(3_600_000);
    this.trail.push(`sleep ${ms} ms`);
    this.world.clock.sleep(ms);
  }

  /** Somebody tidies up the outbox. */
  #manage({ tab }: Member): void {
    if (tab.isLogin) void outboxOf(tab).then((entries) => this.#tidy(tab, entries));
  }

  #tidy(tab: ClientTab, entries: OutboxEntry[]): void {
    const entry = this.#random.pick(entries);
    if (!entry) return;
    const method = this.#random.chance(0.5) ? 'retrySend' : 'cancelSend';
    const text = String(textOf(entry));
    this.trail.push(`${tab.id} ${method} ${text}`);
    if (method === 'retrySend' && entry.state === 'failed') this.retried.add(text);
    void tab.call(method, { id: entry.id });
  }

  #user(): string {
    return this.#random.pick(USERS) ?? USERS[0];
  }

  async #pass(ms: number): Promise<void> {
    const passing = this.#random.below(ms);
    this.trail.push(`${passing} ms`);
    await this.world.clock.advance(passing);
  }

  #openTab(): void {
    if (this.members.length >= MAX_TABS) return this.#return();
    const auth = () => this.world.auth({ flag: this.settings.roaming });
    const tab = new ClientTab(
      this.world,
      `tab-${this.#tabs.length + 1}`,
      this.#random.chance(0.5) ? auth : undefined,
    );
    this.trail.push(`open ${tab.id}`);
    const member = { tab, away: false, login: undefined };
    this.members.push(member);
    this.#tabs.push(tab);
    if (this.#random.chance(0.2)) return;
    const init = this.#init(member);
    if (this.#random.chance(0.2)) this.#login(member);
    else void init.then(() => this.#login(member));
  }

  #init({ tab }: Member): Promise<Outcome> {
    this.trail.push(`${tab.id} init`);
    return tab.init({ flag: this.settings.roaming });
  }

  #login(member: Member): void {
    const { tab } = member;
    // Two at once are a race that the application has made; sessions.test.ts has them.
    if (tab.waiting.includes('login') || tab.waiting.includes('attach')) return;
    const username = this.#user();
    const right = this.#random.chance(0.9);
    this.trail.push(`${tab.id} login ${username}${right ? '' : ' wrongly'}`);
    const wasIn = tab.isLogin;
    // As an application does that asks `isInit()`.
    const ready = tab.client.isInit() ? Promise.resolve() : tab.init({ flag: this.settings.roaming });
    const login = ready.then(() => (right ? tab.login(username) : tab.login(username, 'wrong')));
    void login.then((outcome) => {
      this.trail.push(`${tab.id} login ${username}: ${outcome.kind}`);
      if (outcome.kind !== 'success' || (wasIn && member.login?.username === username)) return;
      this.#joined(member, username);
    });
  }

  #joined(member: Member, username: string): void {
    member.login = {
      username,
      messages: this.world.server.messages.length,
      whole: true,
    };
  }

  #call(member: Member, method: MethodName, params: unknown = null): void {
    this.trail.push(`${member.tab.id} ${method}`);
    if (method === 'loginOut') member.login = undefined;
    void member.tab.call(method, params);
    // The walk does not follow an attached tab, because its history is another's.
    if (method === 'attach') member.login = undefined;
  }

  #send({ tab }: Member): void {
    this.#texts += 1;
    const text = `text ${this.#texts} of ${tab.id}`;
    const to = this.#random.pick([...USERS, 'carol']) ?? 'carol';
    this.trail.push(`${tab.id} send ${to}: ${text}`);
    this.sends.set(text, undefined);
    void tab.send(to, text).then((outcome) => {
      this.sends.set(text, outcome);
      if (outcome.kind === 'success') this.#sent.push(text);
      else this.reported.set(text, this.world.clock.now());
    });
  }

  #deliver(): void {
    this.#texts += 1;
    const to = this.#user();
    this.trail.push(`carol to ${to}: text ${this.#texts}`);
    this.world.server.deliver('carol', to, `text ${this.#texts} of carol`);
  }

  /** For good, without a word, or into the back/forward cache. */
  #go(member: Member): void {
    const { tab } = member;
    const how = this.#random.below(this.settings.gentle ? 2 : 3);
    this.trail.push(`${tab.id} ${['leave', 'crash', 'away'][how]}`);
    if (how === 2) {
      tab.hide();
      member.away = true;
      return;
    }
    if (how === 1) tab.crash();
    else tab.leave();
    this.members.splice(this.members.indexOf(member), 1);
  }

  #return(): void {
    const member = this.#random.pick(this.members.filter(({ away }) => away));
    if (!member) return;
    this.trail.push(`${member.tab.id} return`);
    member.away = false;
    member.tab.show();
  }

  #network(): void {
    const isUp = this.world.network.mode === 'up';
    const mode = isUp ? (this.#random.pick(['refuses', 'silent'] as const) ?? 'refuses') : 'up';
    this.trail.push(`network ${mode}`);
    this.world.network.mode = mode;
    if (mode !== 'up' && this.#random.chance(0.7)) this.world.network.cutAll();
  }

  #lose(): void {
    if (this.settings.gentle) return;
    this.#losing = this.#random.below(10);
    this.trail.push(`lose some of ${this.#losing} frames`);
  }

  #killWorker(): void {
    if (this.settings.gentle) return;
    this.trail.push('kill worker');
    this.world.worker.kill();
    for (const member of this.members) {
      // The store brings an absent tab its missed messages from its last position, if it had one.
      if (member.away && member.login && member.tab.current.length === 0) member.login.whole = false;
    }
  }

  /** A server under strain: requests and acknowledgements are lost. Its pushes and answers arrive, or the connection ends. */
  #loses({ way, event }: Frame): boolean {
    if (this.#losing === 0 || (way === 'down' && event !== 'ack')) return false;
    this.#losing -= 1;
    return this.#random.chance(0.5);
  }

  /** The invariants of any time. */
  #check(): void {
    const { network, server } = this.world;
    if (server.doubleLogins.length > 0) throw new Error(`logged in twice: ${server.doubleLogins}`);
    const users = network.open.map(({ user }) => user).filter((user) => user !== undefined);
    if (new Set(users).size < users.length) throw new Error(`more than one socket for an account: ${users}`);
    if (network.open.length > USERS.length + 1) throw new Error(`${network.open.length} sockets are open`);
    for (const member of this.members) this.#checkEvents(member);
    this.#checkStored();
    for (const text of this.#sent.splice(0))
      if (!this.#stored.has(text)) throw new Error(`${text} was reported as sent and is not stored`);
  }

  /** The server only adds messages, so each is checked once. */
  #checkStored(): void {
    const { messages } = this.world.server;
    for (const { wire } of messages.slice(this.#read)) {
      const text = String(textOf(wire));
      if (this.#stored.has(text)) throw new Error(`${text} is stored twice`);
      this.#stored.add(text);
      const reported = this.reported.get(text) ?? Number.POSITIVE_INFINITY;
      if (!this.retried.has(text) && wire.ctime_ms > reported + ON_ITS_WAY_MS)
        throw new Error(`${text} was stored after it was reported as not sent`);
    }
    this.#read = messages.length;
  }

  /**
   * Each conversation in the server's order, without doubles. After a lost worker or frame, or with an absent tab, own messages may arrive
   * late. The order is then that of each sender.
   */
  #checkEvents({ tab }: Member): void {
    // Without a new event the last check's result stands.
    if (this.#checked.get(tab) === tab.events.length) return;
    this.#checked.set(tab, tab.events.length);
    const newest = new Map<string, number>();
    const seen = new Set<number>();
    for (const { msg_id, content } of tab.current) {
      if (seen.has(msg_id)) throw new Error(`${tab.id} got ${msg_id} twice`);
      seen.add(msg_id);
      // It may have been stored at its first try, long before somebody had it tried again.
      if (this.retried.has(String(textOf({ content })))) continue;
      const sender = String(textOf({ content })).replace(/^.* of /, '');
      const parties = [content.from_id, content.target_id];
      const order = this.settings.gentle ? parties.sort().join(' and ') : [sender, ...parties].join(' to ');
      const before = newest.get(order) ?? 0;
      newest.set(order, msg_id);
      if (msg_id <= before) throw new Error(`${tab.id} got ${before} and then ${msg_id} of ${order}`);
    }
  }

  /** The network holds: everything settles, everybody is up to date. */
  async #calm(): Promise<void> {
    this.trail.push('calm');
    this.world.network.mode = 'up';
    this.#losing = 0;
    for (const { tab, away } of this.members) if (!away) tab.wake();
    await this.world.clock.advance(CALM_MS);
    this.#check();
    for (const member of this.members) {
      const { tab, login, away } = member;
      if (away) continue;
      expect(tab.waiting, `open calls of ${tab.id}`).toEqual([]);
      expect(['idle', 'ended', 'ready'], tab.id).toContain(tab.client.getState().state);
      if (tab.client.getState().state === 'ready') {
        const waiting = (await outboxOf(tab)).filter(({ state }) => state !== 'failed');
        expect(waiting, `outbox of ${tab.id}`).toEqual([]);
      }
      if (!login?.whole || tab.client.getState().state !== 'ready') continue;
      const missed = this.world.server.messages
        .slice(login.messages)
        .filter(({ from, to }) => from !== login.username && to === login.username)
        .map(({ wire }) => wire.msg_id)
        .filter((id) => !tab.current.some(({ msg_id }) => msg_id === id));
      expect(missed, `missed by ${tab.id} of ${login.username}`).toEqual([]);
    }
    this.#checkAccounts();
  }

  /** One tab of each account acts for it. Pushes without a page, or for a dead one, are delivered to the next page. */
  #checkAccounts(): void {
    const handed = new Set(
      this.#tabs.flatMap((tab) => tab.events.flatMap(messagesOf).map(({ msg_id }) => msg_id)),
    );
    for (const username of USERS) {
      const isHere = ({ tab, away }: Member) =>
        !away && tab.client.getState().state === 'ready' && tab.client.getState().username === username;
      const here = this.members.filter(isHere);
      if (here.length === 0) continue;
      const active = here.filter(({ tab }) => tab.client.isActive()).map(({ tab }) => tab.id);
      expect(active, `tabs that act for ${username}`).toHaveLength(1);
      const lost = this.world.server.messages
        .filter(({ from, to, wire }) => to === username && from !== to && !handed.has(wire.msg_id))
        .map(({ wire }) => wire.msg_id);
      expect(lost, `handed to no page of ${username}`).toEqual([]);
    }
  }

  async #leaveAll(): Promise<void> {
    this.trail.push('leave all');
    for (const { tab, away } of this.members) if (!away) tab.leave();
    await this.world.clock.advance(CALM_MS);
    const { network, worker, locks } = this.world;
    expect(network.open.length).toBe(0);
    expect(worker.timers).toBe(0);
    expect(worker.stores).toBe(0);
    expect(locks.held).toEqual([worker.lock]);
    expect(locks.awaited).toEqual([]);
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('after any events', () => {
  test.each(SEEDS)(
    'one socket for an account, each message once and in order, every call settled (seed %i)',
    async (seed) => {
      const walk = new Walk(seed, {
        roaming: seed % 2 === 0,
        gentle: seed % 3 === 0,
        stock: seed % 4 < 2,
      });
      walk.world.storeLatencyMs = seed % 4;
      try {
        await walk.run(STEPS);
      } catch (error) {
        console.error(
          `seed ${seed}, the last of ${walk.trail.length} steps:\n${walk.trail.slice(-60).join('\n')}`,
        );
        throw error;
      }
    },
  );
});

test('a walk goes through all that it is about', async () => {
  const walk = new Walk(7, { roaming: true, gentle: false, stock: false });
  await walk.run(STEPS);
  const kinds = new Set([...walk.sends.values()].map((outcome) => outcome?.kind));
  expect(kinds).toContain('success');
  expect(walk.world.workers.length).toBeGreaterThan(2);
  expect(walk.world.server.messages.length).toBeGreaterThan(50);
});

async function outboxOf(tab: ClientTab): Promise<OutboxEntry[]> {
  const outcome = await tab.call('getOutbox');
  return outcome.kind === 'success' ? (outcome.data as { entries: OutboxEntry[] }).entries : [];
}
