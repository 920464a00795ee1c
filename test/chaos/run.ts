/** One run: the tabs log in, the schedule runs, all faults end, and the history is judged. */
import { fileURLToPath } from 'node:url';
import { Cluster, startCluster } from '../kit/gateway-cluster.js';
import { messagesIn } from '../kit/gateway-messages.js';
import { until } from '../kit/until.js';
import { createWorld, type HostKind, type World } from '../kit/world.js';
import { ACCOUNTS, nameOf, type ProfileName, readName, SLOTS, slotsIn, slotsOf } from './cast.js';
import { check, type Violation } from './checker.js';
import { emptyHistory, type History, recordSockets } from './history.js';
import { carryOut } from './lanes.js';
import { hasReceived, sayLastWords } from './last-words.js';
import { Network } from './network.js';
import { isNodeAction, NodeFaults, type NodeStop } from './node-faults.js';
import { Outboxes } from './outboxes.js';
import { type Lane, makeSchedule, type Send, type Step } from './schedule.js';
import { type LiveTab, Stage } from './stage.js';

const PROGRESS_MS = 60_000;
const JOIN_TIMEOUT_MS = 30_000;
const DELIVERY_TIMEOUT_MS = 30_000;

export interface RunOptions {
  seed: number;
  lengthMs: number;
  /** Nodes of the gateway; a single process without. */
  nodes?: number;
  /** The steps; of the seed without. */
  schedule?: Step[];
  /** The run lasts until the steps of this lane are done, however long they take. */
  untilDone?: Lane;
  /** Prepares what runs beside the steps until the signal. */
  beside?: (world: World) => Promise<(isOver: AbortSignal) => Promise<void>>;
  /** How the balancer of the nodes chooses. */
  balance?: 'turn' | 'fewest';
  /** Default: `shared`. */
  host?: HostKind;
  /** Prints a line of progress. */
  log?: (line: string) => void;
}

export interface RunResult {
  history: History;
  violations: Violation[];
  /** The number of times that each fault was caused. */
  faults: Map<string, number>;
  /** The number of changed frames, by kind. */
  frames: Map<string, number>;
  /** How often a client has presented its password after all were in. */
  logins: number;
  /** The connections that each stopped node had, in the order of the stops. */
  stops: readonly NodeStop[];
}

export async function runChaos(options: RunOptions): Promise<RunResult> {
  const world = await createWorld({ users: [...ACCOUNTS], gateway: {}, ...startOf(options) });
  world.site.mount('/chaos/', fileURLToPath(new URL('./pages/', import.meta.url)));
  const run = new Run(world, options);
  try {
    return await run.run();
  } finally {
    run.stop();
    await world.close();
  }
}

/** Several nodes have clocks that are seconds apart. */
const startOf = ({ nodes = 0, balance = 'turn' }: RunOptions) =>
  nodes > 0 ? { start: () => startCluster({ nodes, clocksMs: [0, 3_000, -3_000], balance }) } : {};

class Run {
  readonly #history: History;
  readonly #stage: Stage;
  readonly #outboxes: Outboxes;
  readonly #network: Network;
  readonly #nodes: NodeFaults | undefined;
  readonly #faults = new Map<string, number>();
  readonly #sent = new Map<string, number>();
  /** Profiles that currently send nothing. */
  readonly #silent = new Set<ProfileName>();
  readonly #over = new AbortController();
  readonly #log: (line: string) => void;
  readonly #slots: readonly number[];
  #gid = 0;

  constructor(
    private readonly world: World,
    private readonly options: RunOptions,
  ) {
    this.#history = emptyHistory(`s${options.seed}`);
    const { host = 'shared' } = options;
    this.#slots = slotsIn(host);
    this.#stage = new Stage(world, this.#history, host);
    this.#outboxes = new Outboxes(this.#stage, this.#history, this.#slots);
    this.#network = new Network(world.relay, (ms) => this.#pass(ms));
    const { gateway } = world;
    if (gateway instanceof Cluster) this.#nodes = new NodeFaults(gateway, (ms) => this.#pass(ms));
    this.#log = options.log ?? (() => undefined);
  }

  async run(): Promise<RunResult> {
    const { seed, lengthMs, nodes = 0 } = this.options;
    const { schedule = makeSchedule(seed, lengthMs, { nodes, slots: this.#slots }) } = this.options;
    await this.#logInAll();
    const runBeside = await this.options.beside?.(this.world);
    this.#log(`seed ${seed}: all tabs are logged in, ${lengthMs / 1_000} s of chaos`);
    const { relay } = this.world;
    const allIn = relay.mark();
    const besideIsOver = new AbortController();
    const beside = runBeside?.(besideIsOver.signal);
    await this.#carryOut(schedule, lengthMs).finally(() => besideIsOver.abort());
    await beside;
    this.#log('the faults have ended');
    await this.#recover();
    await this.#collect();
    const history = this.#history;
    return {
      history,
      violations: check(history),
      faults: this.#faults,
      frames: this.#network.frames,
      logins: relay.frames(({ direction, event }) => direction === 'up' && event === 'login', allIn).length,
      stops: this.#nodes?.stops ?? [],
    };
  }

  stop(): void {
    this.#over.abort();
    this.#network.calm();
  }

  async #logInAll(): Promise<void> {
    await this.#stage.open();
    for (const slot of this.#slots) await this.#stage.openTab(slot);
    await until(
      'every tab to be logged in',
      () => this.#stage.tabs.every((tab) => tab.isJoined),
      JOIN_TIMEOUT_MS,
    );
    const { gid } = await this.#ok('createGroup', { group_name: 'chaos' });
    this.#gid = Number(gid);
    const member_usernames = ACCOUNTS.slice(1).map((username) => ({ username }));
    await this.#ok('addGroupMembers', { gid: this.#gid, member_usernames });
  }

  async #ok(method: string, params: unknown): Promise<Record<string, unknown>> {
    const answer = await this.#stage.tab(0)?.call(method, params);
    if (answer?.as !== 'success') throw new Error(`${method}: ${JSON.stringify(answer)}`);
    return answer;
  }

  async #carryOut(schedule: Step[], lengthMs: number): Promise<void> {
    const begin = performance.now();
    const progress = setInterval(() => this.#logProgress(performance.now() - begin), PROGRESS_MS);
    await carryOut(schedule, {
      lengthMs,
      untilDone: this.options.untilDone,
      pass: (ms) => this.#pass(ms),
      step: (step) => this.#step(step),
    }).finally(() => clearInterval(progress));
  }

  #logProgress(passedMs: number): void {
    const faults = [...this.#faults.values()].reduce((sum, count) => sum + count, 0);
    const sends = this.#history.sends.size;
    this.#log(`${Math.round(passedMs / PROGRESS_MS)} min: ${sends} sends, ${faults} faults`);
  }

  async #step(step: Step): Promise<void> {
    const { atMs, lane, ...action } = step;
    if (action.do === 'send') return this.#send(action);
    if (action.do === 'retry') return this.#stage.tab(action.slot)?.retryFailed();
    const happening = { at: Date.now(), what: `[${lane}] ${Object.values(action).join(' ')}` };
    this.#history.happenings.push(happening);
    const done = await this.#fault(step);
    if (!done) happening.what += ' (left out)';
    else if (action.do !== 'drain') this.#faults.set(action.do, (this.#faults.get(action.do) ?? 0) + 1);
    this.#history.happenings.push({ at: Date.now(), what: `${happening.what}: done` });
  }

  /** @returns whether the step was possible */
  async #fault(action: Step): Promise<boolean> {
    const { gateway } = this.world;
    if (isNodeAction(action)) return this.#nodes?.carryOut(action) ?? false;
    switch (action.do) {
      case 'killGateway':
      case 'stopGateway':
        await (action.do === 'killGateway' ? gateway.kill() : gateway.stop());
        await this.#pass(action.ms);
        await gateway.start();
        return true;
      case 'open':
        return this.#stage.openTab(action.slot, action.offlineSend);
      case 'close':
        return this.#stage.close(action.slot);
      case 'reload':
        return this.#stage.reload(action.slot);
      case 'crash':
        return this.#stage.crash(action.slot);
      case 'killWorker':
        await this.#stage.killWorker(action.profile);
        this.#silent.delete(action.profile);
        return true;
      case 'killBrowser':
        return this.#stage.killBrowser(action.profile);
      case 'clearStorage':
        return (await this.#outboxes.read(action.profile)) && this.#stage.clearStorage(action.profile);
      case 'breakStorage':
        return (await this.#outboxes.read(action.profile)) && this.#stage.breakStorage(action.profile);
      case 'drain':
        return this.#drain(action.profile);
      case 'send':
      case 'retry':
        return false;
      default:
        await this.#network.carryOut(action);
        return true;
    }
  }

  #send({ slot, to, count, file, cancel }: Send): void {
    const tab = this.#stage.tab(slot);
    const profile = SLOTS[slot]?.profile;
    if (!tab?.isJoined || profile === undefined || this.#silent.has(profile)) return;
    this.#sendFrom(tab, to, count, file, cancel);
  }

  #sendFrom(tab: LiveTab, to: string, count: number, file = false, cancelled = false): string[] {
    const { name: instance, account } = tab.record;
    const line = `${instance} to ${to}`;
    const first = this.#sent.get(line) ?? 0;
    this.#sent.set(line, first + count);
    const names = Array.from({ length: count }, (_, i) =>
      nameOf({ account, instance, to, n: first + i }, this.#history.run),
    );
    tab.send(
      names.map((name, i) => ({
        name,
        to,
        gid: this.#gid,
        file: file && i === 0,
        cancelled: cancelled && i > 0,
      })),
    );
    return names;
  }

  async #drain(profile: ProfileName): Promise<boolean> {
    this.#silent.add(profile);
    return this.#outboxes.settled(`no send in flight from ${profile}`, slotsOf(profile, this.#slots));
  }

  /** Ends the faults, waits for quiet, and then for the last words of every account. */
  async #recover(): Promise<void> {
    this.#network.calm();
    this.#silent.clear();
    for (const slot of this.#slots) await this.#stage.openTab(slot);
    for (const tab of this.#stage.tabs) await tab.online();
    if (!(await this.#outboxes.settled('quiet', this.#slots))) return;
    const words = sayLastWords(this.#stage.tabs, (tab, to) => this.#sendFrom(tab, to, 1)[0] ?? '');
    await this.#outboxes.settled('the last words to be said', this.#slots);
    const haveArrived = () => this.#stage.tabs.every((tab) => hasReceived(tab, words));
    // A tab without them has missed a message, and the checker names it.
    await until('the last words to arrive', haveArrived, DELIVERY_TIMEOUT_MS).catch(() => undefined);
  }

  async #collect(): Promise<void> {
    const { gateway, relay } = this.world;
    await this.#outboxes.noteAll();
    for (const account of ACCOUNTS) {
      this.#history.peakSockets.set(account, relay.peakFor(account));
      recordSockets(this.#history, account, relay.timesFor(account));
    }
    await gateway.stop();
    for (const { msg_id, ctime_ms, content } of await messagesIn(gateway.data)) {
      const { text, extras } = content.msg_body as { text?: string; extras?: unknown };
      const name = typeof text === 'string' ? text : (extras as { name?: unknown } | undefined)?.name;
      // Others are those of the load beside the tabs, which judges its own.
      if (typeof name === 'string' && readName(name))
        this.#history.stored.push({ msg_id, at: ctime_ms, name });
    }
  }

  /** The schedule's own time. */
  #pass(ms: number): Promise<void> {
    const { signal } = this.#over;
    if (ms <= 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
    });
  }
}
