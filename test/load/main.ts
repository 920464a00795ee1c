/**
 * `npm run load -- --nodes N --connections C --rate R --seconds S --group M`: C clients send R messages a second to each other, in turn over the nodes. Then
 * one of them sends to a group of M, a message a second. It prints the throughput, the latencies and what each process used.
 */
import { setTimeout as pass } from 'node:timers/promises';
import { quantile } from '../bench/figures.js';
import { LeanClient } from '../bench/node/lean-client.js';
import { openTarget, SERVERS, type Target } from './target.js';

const USERS_AT_ONCE = 500;
const CONNECTING_AT_ONCE = 20;
const GROUP_MESSAGES = 20;
const GROUP_GAP_MS = 1_000;
/** How long the last messages may take to arrive. */
const ARRIVAL_MS = 10_000;
const SECOND_MS = 1_000;
const PASSWORD = 'password';
const STAMP = /load (\d+(?:\.\d+)?)/g;

/** The options of the command line: `scripts/lib/commands.mjs`. */
interface Options {
  nodes: number;
  connections: number;
  rate: number;
  /** Seconds of the same load before it is measured: each process compiles its code first. */
  warmup: number;
  /** Seconds without a message, with all connections: what the processes use then is no message's share. */
  idle: number;
  seconds: number;
  group: number;
}

interface Measured {
  sent: number;
  failed: number;
  arrived: number;
  seconds: number;
  answerMs: number[];
  arrivalMs: number[];
}

const nameOf = (index: number): string => `load-${index}`;

/** @returns the exit code */
export async function main(options: Options): Promise<number> {
  const target = await openTarget(options.nodes);
  try {
    return await measure(target, options);
  } finally {
    await target.close();
  }
}

async function measure(target: Target, options: Options): Promise<number> {
  const { connections, rate, warmup, idle, seconds, group } = options;
  const empty = target.used();
  await registerAll(target, connections);
  const clients = await connectAll(target, connections);
  const connected = target.used();
  console.log(`${connections} connections are there`);
  const arrivals: number[] = [];
  for (const client of clients) client.onPush = (frame) => noteArrivals(frame, arrivals);

  await sendSingles(clients, arrivals, rate, warmup);
  const idling = target.used();
  await pass(idle * SECOND_MS);
  const doneBefore = await target.done();
  const before = target.used();
  const since = performance.now();
  const single = await sendSingles(clients, arrivals, rate, seconds);
  const tookSeconds = (performance.now() - since) / SECOND_MS;
  const after = target.used();
  const doneAfter = await target.done();

  print('messages to one another', single);
  if (doneBefore && doneAfter) {
    const each = (name: keyof typeof doneBefore) =>
      ((doneAfter[name] - doneBefore[name]) / single.sent).toFixed(2);
    console.log(
      `  for each message: ${each('rows')} rows, ${each('commits')} commits, ${each('redisCommands')} commands of Redis`,
    );
  }
  console.log(
    '\nprocess              idle: CPU ms a second   CPU ms a message   beyond idle   KB a connection   MB',
  );
  const sums = { idle: 0, all: 0, beyond: 0 };
  for (const [name, { cpuMs, rssMb }] of after) {
    const begun = before.get(name)?.cpuMs ?? 0;
    const idleMs = idle > 0 ? (begun - (idling.get(name)?.cpuMs ?? 0)) / idle : 0;
    const all = (cpuMs - begun) / single.sent;
    const beyond = all - (idleMs * tookSeconds) / single.sent;
    sums.idle += idleMs;
    sums.all += all;
    sums.beyond += beyond;
    const grown = (connected.get(name)?.rssMb ?? 0) - (empty.get(name)?.rssMb ?? 0);
    // The servers have connections of the nodes, and none of clients.
    const isNode = !SERVERS.has(name);
    const each = isNode ? ((grown * 1_024) / (connections / target.urls.length)).toFixed(0) : '';
    console.log(
      `${cpuColumns(name, idleMs, all, beyond)} ${each.padStart(17)} ${rssMb.toFixed(0).padStart(4)}`,
    );
  }
  console.log(cpuColumns('all', sums.idle, sums.all, sums.beyond));
  let failed = single.failed + (single.arrived < single.sent - single.failed ? 1 : 0);
  if (group > 0) {
    const fanOut = await sendToGroup(clients, arrivals, group);
    print(`messages to a group of ${group}`, fanOut);
    failed += fanOut.failed + (fanOut.arrived < fanOut.sent * (group - 1) ? 1 : 0);
  }
  for (const client of clients) client.close();
  return failed === 0 ? 0 : 1;
}

const cpuColumns = (name: string, idle: number, all: number, beyond: number): string =>
  `${name.padEnd(20)} ${idle.toFixed(1).padStart(21)} ${all.toFixed(3).padStart(18)} ${beyond.toFixed(3).padStart(13)}`;

function print(title: string, { sent, failed, arrived, seconds, answerMs, arrivalMs }: Measured): void {
  const line = (name: string, values: readonly number[]) =>
    `  ${name}: p50 ${quantile(values, 0.5).toFixed(1)} ms, p99 ${quantile(values, 0.99).toFixed(1)} ms`;
  console.log(`\n${title}: ${sent} sent, ${failed} failed, ${arrived} arrived`);
  console.log(`  ${((sent - failed) / seconds).toFixed(0)} a second`);
  console.log(line('answer', answerMs));
  console.log(line('arrival', arrivalMs));
}

async function registerAll({ gateway }: Target, count: number): Promise<void> {
  for (let start = 0; start < count; start += USERS_AT_ONCE) {
    const users = Array.from({ length: Math.min(USERS_AT_ONCE, count - start) }, (_, index) => ({
      username: nameOf(start + index),
      password: PASSWORD,
    }));
    await gateway.rest('POST', '/v1/users', users);
  }
}

async function connectAll({ urls, gateway }: Target, count: number): Promise<LeanClient[]> {
  const clients: LeanClient[] = [];
  const lane = async (first: number): Promise<void> => {
    for (let index = first; index < count; index += CONNECTING_AT_ONCE) {
      const client = await LeanClient.connect(urls[index % urls.length] ?? '');
      await client.login(gateway.auth(), { username: nameOf(index), password: PASSWORD });
      clients[index] = client;
    }
  };
  await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, (_, first) => lane(first)));
  return clients;
}

/** Each message has the time of its send in it. */
const text = (): string =>
  `a message of an ordinary length as chats go: load ${performance.now().toFixed(2)}`;

function noteArrivals(frame: string, arrivals: number[]): void {
  const now = performance.now();
  for (const [, stamp] of frame.matchAll(STAMP)) arrivals.push(now - Number(stamp));
}

async function sendSingles(
  clients: readonly LeanClient[],
  arrivals: number[],
  rate: number,
  seconds: number,
): Promise<Measured> {
  const answerMs: number[] = [];
  let failed = 0;
  const send = async (number: number): Promise<void> => {
    const from = number % clients.length;
    // The next one is on the next node.
    const to = (from + 1 + (Math.floor(number / clients.length) % (clients.length - 1))) % clients.length;
    const since = performance.now();
    await clients[from]?.send(nameOf(to), text()).then(
      () => answerMs.push(performance.now() - since),
      () => {
        failed += 1;
      },
    );
  };
  const started = performance.now();
  const sends: Promise<void>[] = [];
  while (performance.now() - started < seconds * 1_000) {
    const due = Math.floor(((performance.now() - started) / 1_000) * rate);
    while (sends.length < due) sends.push(send(sends.length));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(sends);
  const tookSeconds = (performance.now() - started) / 1_000;
  await arrived(arrivals, sends.length - failed);
  const result = { sent: sends.length, failed, arrived: arrivals.length, seconds: tookSeconds };
  return { ...result, answerMs, arrivalMs: arrivals.splice(0) };
}

async function sendToGroup(
  clients: readonly LeanClient[],
  arrivals: number[],
  members: number,
): Promise<Measured> {
  const [owner] = clients;
  if (!owner) throw new Error('there are no clients');
  const gid = await owner.createGroup();
  await owner.addMembers(
    gid,
    Array.from({ length: members - 1 }, (_, index) => nameOf(index + 1)),
  );
  const answerMs: number[] = [];
  const started = performance.now();
  for (let count = 0; count < GROUP_MESSAGES; count += 1) {
    const since = performance.now();
    await owner.sendToGroup(gid, text());
    answerMs.push(performance.now() - since);
    await new Promise((resolve) => setTimeout(resolve, GROUP_GAP_MS - (performance.now() - since)));
  }
  const seconds = (performance.now() - started) / 1_000;
  await arrived(arrivals, GROUP_MESSAGES * (members - 1));
  const result = { sent: GROUP_MESSAGES, failed: 0, arrived: arrivals.length, seconds };
  return { ...result, answerMs, arrivalMs: arrivals.splice(0) };
}

async function arrived(arrivals: readonly number[], expected: number): Promise<void> {
  const until = performance.now() + ARRIVAL_MS;
  while (arrivals.length < expected && performance.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
