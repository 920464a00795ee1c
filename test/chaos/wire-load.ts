/** A load of wire clients on all nodes: each sends to another one at a steady rate, until a signal. */
import { setTimeout as pass } from 'node:timers/promises';
import type { World } from '../kit/world.js';
import { ReturningClient } from './returning-client.js';

/** Of one client. */
const GAP_MS = 1_000;
/** How long the last answers and messages may take. */
const SETTLE_MS = 15_000;
const PASSWORD = 'password';
const STAMP = /wire (\d+)\./g;

export interface WireLoad {
  sends: number;
  returns: number;
  /** The things that a user would have noticed. */
  noticed: string[];
  /** The longest time from a call to its answer, and to its arrival. */
  latestAnswerMs: number;
  latestArrivalMs: number;
}

const nameOf = (index: number): string => `wire-${index}`;

/** Logs the clients in. @returns runs the load until the signal */
export async function makeWireLoad(
  { gateway }: World,
  count: number,
): Promise<(isOver: AbortSignal) => Promise<WireLoad>> {
  const users = Array.from({ length: count }, (_, index) => ({
    username: nameOf(index),
    password: PASSWORD,
  }));
  await gateway.rest('POST', '/v1/users', users);
  const { appkey } = gateway;
  const clients = users.map((user) => new ReturningClient(gateway.url, { appkey, ...user }));
  for (const client of clients) await client.logIn(gateway.auth());
  return (isOver) => new Load(clients).run(isOver);
}

class Load {
  readonly #calledAt: number[] = [];
  readonly #arrivedAt = new Map<number, number>();
  readonly #open = new Set<Promise<void>>();
  readonly #noticed: string[] = [];
  #latestAnswerMs = 0;

  constructor(private readonly clients: readonly ReturningClient[]) {
    for (const client of clients) client.onPush = (frame) => this.#noteArrivals(frame);
  }

  async run(isOver: AbortSignal): Promise<WireLoad> {
    const { clients } = this;
    await Promise.all(clients.map((_, index) => this.#sendSteadily(index, isOver)));
    await Promise.race([Promise.all(this.#open), pass(SETTLE_MS)]);
    const limit = performance.now() + SETTLE_MS;
    while (this.#missed > 0 && performance.now() < limit) await pass(50);
    for (const client of clients) client.close();
    return this.#result();
  }

  async #sendSteadily(index: number, isOver: AbortSignal): Promise<void> {
    const count = this.clients.length;
    await pass((GAP_MS * index) / count);
    for (let turn = 0; !isOver.aborted; turn += 1) {
      const to = (index + 1 + (turn % (count - 1))) % count;
      const sending: Promise<void> = this.#send(index, to).finally(() => this.#open.delete(sending));
      this.#open.add(sending);
      await pass(GAP_MS);
    }
  }

  async #send(from: number, to: number): Promise<void> {
    const id = this.#calledAt.length;
    const since = performance.now();
    this.#calledAt.push(since);
    try {
      await this.clients[from]?.send(nameOf(to), `wire ${id}.`);
      this.#latestAnswerMs = Math.max(this.#latestAnswerMs, performance.now() - since);
    } catch (error) {
      this.#noticed.push(`a send of ${nameOf(from)} failed: ${String(error)}`);
    }
  }

  #noteArrivals(frame: string): void {
    for (const [, number] of frame.matchAll(STAMP)) {
      const id = Number(number);
      if (!this.#arrivedAt.has(id)) this.#arrivedAt.set(id, performance.now());
    }
  }

  get #missed(): number {
    return this.#calledAt.length - this.#arrivedAt.size;
  }

  #result(): WireLoad {
    const noticed = [...this.#noticed];
    const unanswered = this.#open.size;
    if (unanswered > 0) noticed.push(`${unanswered} sends were not answered`);
    if (this.#missed > 0) noticed.push(`${this.#missed} messages did not arrive`);
    const sum = (of: (client: ReturningClient) => number) =>
      this.clients.reduce((total, client) => total + of(client), 0);
    const refusals = sum((client) => client.refusals);
    if (refusals > 0) noticed.push(`${refusals} clients had to log in again`);
    const lateMs = [...this.#arrivedAt].map(([id, at]) => at - (this.#calledAt[id] ?? at));
    return {
      sends: this.#calledAt.length,
      returns: sum((client) => client.returns),
      noticed,
      latestAnswerMs: this.#latestAnswerMs,
      latestArrivalMs: Math.max(0, ...lateMs),
    };
  }
}
