/** A random but repeatable walk: tabs open, close and crash; users log in, log out and are kicked; networks fail, and workers die. */
import { vi } from 'vitest';
import type { MethodName, OutboxEntry, Outcome } from '../../../../src/protocol/index.js';
import { textOf } from '../../../kit/message-parts.js';
import { stubBrowser } from '../../fakes/browser.js';
import { ClientTab } from '../../fakes/client-tab.js';
import { CAPABILITIES } from '../../fakes/sends.js';
import { World } from '../../fakes/world.js';
import { HOST_MODELS, type HostModel, type Stage } from './host-models.js';
import { Invariants, outboxOf } from './invariants.js';
import { NetworkFaults } from './network-faults.js';
import { type Member, USERS, WalkRecord } from './record.js';
import { CALM_MS, makeLossesLate, type WalkSettings } from './settings.js';

const MAX_TABS = 6;

export class Walk {
  readonly world: World;
  readonly record = new WalkRecord();
  readonly #invariants: Invariants;
  readonly #host: HostModel;
  readonly #stage: Stage;
  readonly #faults: NetworkFaults;
  #texts = 0;

  constructor(
    seed: number,
    private readonly settings: WalkSettings,
  ) {
    this.world = new World(seed);
    this.#host = HOST_MODELS[settings.host];
    this.#stage = {
      world: this.world,
      record: this.record,
      end: (member, how) => this.#end(member, how),
      open: (username) => this.#openFor(username),
      freeze: (member) => this.#freeze(member),
    };
    this.#faults = new NetworkFaults(this.world, this.record.trail);
    this.#invariants = new Invariants(this.world, this.record, this.#host, settings.gentle);
    stubBrowser(this.world);
    // The client warns of each worker that it gives up on.
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    if (!settings.stock) this.world.server.capabilities = CAPABILITIES;
    if (settings.lateLosses) makeLossesLate(this.world);
  }

  get #random() {
    return this.world.random;
  }

  async run(steps: number): Promise<void> {
    const { freezer } = this.world;
    if (this.#host.freezes) freezer.follow();
    try {
      for (let step = 0; step < steps; step += 1) {
        await this.#step();
        this.#invariants.check();
      }
      await this.#calm();
      await this.#leaveAll();
    } finally {
      freezer.unfollow();
    }
  }

  async #step(): Promise<void> {
    const own = this.#host.step(this.#stage);
    if (own) return own();
    const roll = this.#random.below(100);
    const present = this.record.members.filter(({ away }) => !away);
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
    if (roll < 91) return this.#faults.toggle();
    if (roll < 94) return this.#loseFrames();
    if (roll < 95) return this.#kick();
    if (roll < 96) return this.#wake(member);
    if (roll < 97) return this.#sleep();
    if (roll < 98) return this.#manage(member);
    return this.#killWorker();
  }

  #cut(): void {
    this.record.trail.push('cut');
    this.world.network.cutAll();
  }

  #kick(): void {
    const username = this.#user();
    this.record.trail.push(`kick ${username}`);
    this.world.server.kick(username);
  }

  #wake({ tab }: Member): void {
    this.record.trail.push(`wake ${tab.id}`);
    tab.wake();
  }

  #sleep(): void {
    const ms = this.#random.below(3_600_000);
    this.record.trail.push(`sleep ${ms} ms`);
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
    this.record.trail.push(`${tab.id} ${method} ${text}`);
    if (method === 'retrySend') this.record.noteRetry(tab, text, entry.state);
    void tab.call(method, { id: entry.id });
  }

  #user(): string {
    return this.#random.pick(USERS) ?? USERS[0];
  }

  async #pass(ms: number): Promise<void> {
    const passing = this.#random.below(ms);
    this.record.trail.push(`${passing} ms`);
    await this.world.clock.advance(passing);
  }

  #openTab(): void {
    if (this.record.members.length >= MAX_TABS) return this.#return();
    const member = this.#newTab();
    if (this.#random.chance(0.2)) return;
    const init = this.#init(member);
    if (this.#random.chance(0.2)) this.#login(member);
    else void init.then(() => this.#login(member));
  }

  /** The next page of an account. */
  #openFor(username: string): void {
    if (this.record.members.length >= MAX_TABS) return;
    const member = this.#newTab();
    void this.#init(member).then(() => this.#login(member, username));
  }

  #newTab(): Member {
    const auth = () => this.world.auth({ flag: this.settings.roaming });
    const tab = new ClientTab(this.world, `tab-${this.record.tabs.length + 1}`, {
      auth: this.#random.chance(0.5) ? auth : undefined,
      host: this.#host.kind,
    });
    this.record.trail.push(`open ${tab.id}`);
    const member = { tab, away: false, frozen: false, login: undefined };
    this.record.members.push(member);
    this.record.tabs.push(tab);
    return member;
  }

  #init({ tab }: Member): Promise<Outcome> {
    this.record.trail.push(`${tab.id} init`);
    return tab.init({ flag: this.settings.roaming });
  }

  #login(member: Member, username = this.#user()): void {
    const { tab } = member;
    // Two at once are a race that the application has made; sessions.test.ts has them.
    if (tab.waiting.includes('login') || tab.waiting.includes('attach')) return;
    const right = this.#random.chance(0.9);
    this.record.trail.push(`${tab.id} login ${username}${right ? '' : ' wrongly'}`);
    const wasIn = tab.isLogin;
    // As an application does that asks `isInit()`.
    const ready = tab.client.isInit() ? Promise.resolve() : tab.init({ flag: this.settings.roaming });
    const login = ready.then(() => (right ? tab.login(username) : tab.login(username, 'wrong')));
    void login.then((outcome) => {
      this.record.trail.push(`${tab.id} login ${username}: ${outcome.kind}`);
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
    this.record.trail.push(`${member.tab.id} ${method}`);
    if (method === 'loginOut') member.login = undefined;
    void member.tab.call(method, params);
    // The walk does not follow an attached tab, because its history is another's.
    if (method === 'attach') member.login = undefined;
  }

  #send({ tab }: Member): void {
    this.#texts += 1;
    const text = `text ${this.#texts} of ${tab.id}`;
    const to = this.#random.pick([...USERS, 'carol']) ?? 'carol';
    this.record.trail.push(`${tab.id} send ${to}: ${text}`);
    this.record.sends.set(text, undefined);
    void tab.send(to, text).then((outcome) => {
      this.record.sends.set(text, outcome);
      if (outcome.kind === 'success') this.record.sent.push(text);
      else this.record.reported.set(text, this.world.clock.now());
    });
  }

  #deliver(): void {
    this.#texts += 1;
    const to = this.#user();
    this.record.trail.push(`carol to ${to}: text ${this.#texts}`);
    this.world.server.deliver('carol', to, `text ${this.#texts} of carol`);
  }

  /** For good, without a word, or into the back/forward cache. */
  #go(member: Member): void {
    const { tab } = member;
    const how = this.#random.below(this.settings.gentle || !this.#host.isCached ? 2 : 3);
    if (how < 2) return this.#end(member, how === 1 ? 'crash' : 'leave');
    this.record.trail.push(`${tab.id} away`);
    tab.hide();
    member.away = true;
  }

  #end(member: Member, how: 'leave' | 'crash'): void {
    this.record.trail.push(`${member.tab.id} ${how}`);
    member.tab[how]();
    this.record.members.splice(this.record.members.indexOf(member), 1);
  }

  #return(member = this.#random.pick(this.record.members.filter(({ away }) => away))): void {
    if (!member) return;
    this.record.trail.push(`${member.tab.id} return`);
    member.away = false;
    if (member.frozen) member.tab.thaw();
    else member.tab.show();
    member.frozen = false;
  }

  async #freeze(member: Member): Promise<void> {
    this.record.trail.push(`${member.tab.id} freezes`);
    member.away = true;
    member.frozen = true;
    await member.tab.freeze();
  }

  #loseFrames(): void {
    if (!this.settings.gentle) this.#faults.loseSome();
  }

  #killWorker(): void {
    if (this.settings.gentle) return;
    this.record.trail.push('kill worker');
    this.#host.killWorker(this.world);
  }

  async #calm(): Promise<void> {
    this.record.trail.push('calm');
    this.#faults.end();
    this.world.broadcasts.lateMs = 0;
    for (const member of this.record.members.filter(({ frozen }) => frozen)) this.#return(member);
    for (const { tab, away } of this.record.members) if (!away) tab.wake();
    await this.world.clock.advance(CALM_MS);
    await this.#invariants.checkCalm();
  }

  async #leaveAll(): Promise<void> {
    this.record.trail.push('leave all');
    for (const { tab, away } of this.record.members) if (!away) tab.leave();
    await this.world.clock.advance(CALM_MS);
    this.#invariants.checkEnd();
  }
}
