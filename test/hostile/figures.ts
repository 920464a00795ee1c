/**
 * The cost of an attack for an ordinary user: the time of a send, quiet and under each attack. Rounds alternate, since a machine has other
 * work too. The gateway's own work during a send stands beside it, since other programs do not lengthen that.
 */
import type { Client } from '../kit/wire-socket.js';
import { ATTACKS, attackerName, MEMBER_NAMES } from './attacks.js';
import { idleSockets } from './idle.js';
import type { StartAttackers } from './main.js';
import {
  BusyShare,
  enter,
  makeAccounts,
  type Probe,
  percentile,
  type Running,
  range,
  startGateway,
} from './stage.js';

const ROUND_MS = 4_000;
/** Attackers log in first. */
const SETTLE_MS = 4_000;
/** The pause between two sends of the measuring user. */
const PAUSE_MS = 10;

/** The number of attackers at a time. */
const COUNTS: Readonly<Record<string, number>> = { groups: 50, sync: 10, unread: 2, packets: 2, tokens: 4 };

/** The target: a p99 of at most twice the quiet one, or of 50 ms where the quiet one is below 25. */
const MAX_RATIO = 2;
const MAX_P99_MS = 50;

interface Options {
  gateway: string;
  data?: string | undefined;
  rounds: number;
  /** Of the attacks; all without. */
  only: readonly string[] | undefined;
  attackers: StartAttackers;
}

interface Took {
  sendMs: number;
  workMs: number;
}

const LEGEND = `Milliseconds, quiet → attacked.
send: from an ordinary user's request to its answer.
work: how long the gateway worked meanwhile. Other programs on the machine lengthen a send, and not this.
late: how late the gateway's event loop was. blocked: how long it worked without looking at the network.
processor: the gateway's share of one, and how busy the machine was.`;

/** The measurements of one kind of round, quiet or attacked. */
class Series {
  readonly sends: number[] = [];
  /** The gateway's work during each send. */
  readonly work: number[] = [];
  readonly probes: Probe[] = [];
  readonly busy: number[] = [];

  at(part: number): number {
    return percentile(this.sends, part);
  }

  /** The median of the rounds. */
  probed(of: (probe: Probe) => number): number {
    return percentile(this.probes.map(of), 0.5);
  }
}

export async function figures({ gateway, data, rounds, only, attackers }: Options): Promise<number> {
  console.log(LEGEND);
  console.log('');
  console.log(
    '| attack | send p50 | send p99 | work p50 | work p99 | late p99 | blocked p99 | processor | memory after | target |',
  );
  console.log('|---|---|---|---|---|---|---|---|---|---|');
  let missed = 0;
  for (const kind of only ?? Object.keys(ATTACKS)) {
    const running = await startGateway(gateway, data);
    try {
      const count = COUNTS[kind] ?? 1;
      await makeAccounts(running.url, ['alice', 'bob', ...range(count).map(attackerName), ...MEMBER_NAMES]);
      const alice = await enter(running.url, 'alice');
      await enter(running.url, 'bob');
      const [quiet, attacked] = [new Series(), new Series()];
      const round = async (series: Series): Promise<void> => {
        await running.probe();
        const busy = new BusyShare();
        const took = await measure(alice, ROUND_MS, running);
        series.sends.push(...took.map(({ sendMs }) => sendMs));
        series.work.push(...took.map(({ workMs }) => workMs));
        series.probes.push(await running.probe());
        series.busy.push(busy.share());
      };
      await measure(alice, 1_000, running);
      for (const _ of range(rounds)) {
        await round(quiet);
        const child = await attackers(running.url, [`${kind}:${count}`]);
        await measure(alice, SETTLE_MS, running);
        await round(attacked);
        child.disconnect();
        child.kill('SIGKILL');
        await measure(alice, 1_000, running);
      }
      const isMet = attacked.at(0.99) <= Math.max(MAX_RATIO * quiet.at(0.99), MAX_P99_MS);
      if (!isMet) missed += 1;
      const pair = (of: (series: Series) => number, digits = 1): string =>
        `${of(quiet).toFixed(digits)} → ${of(attacked).toFixed(digits)}`;
      const cells = [
        kind,
        pair((series) => series.at(0.5)),
        pair((series) => series.at(0.99)),
        pair((series) => percentile(series.work, 0.5)),
        pair((series) => percentile(series.work, 0.99)),
        pair((series) => series.probed(({ lateP99 }) => lateP99)),
        pair((series) => series.probed(({ blockedP99 }) => blockedP99)),
        `${pair((series) => 100 * series.probed(({ cpu }) => cpu), 0)} % of ${pair((series) => 100 * percentile(series.busy, 0.5), 0)} %`,
        `${running.rssMb()} MB`,
        isMet ? 'met' : 'missed',
      ];
      console.log(`| ${cells.join(' | ')} |`);
    } catch (error) {
      missed += 1;
      console.log(`| ${kind} | the gateway or its user did not survive: ${String(error)} |`);
    } finally {
      running.stop();
    }
  }
  if (!only) await idleSockets(gateway, data);
  return missed === 0 ? 0 : 1;
}

/** One send after the other. */
async function measure(client: Client, forMs: number, running: Running): Promise<Took[]> {
  const took: Took[] = [];
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    const startedMs = performance.now();
    const before = running.takenMs();
    const { code } = await client.send('bob', 'hello');
    if (code !== 0) throw new Error(`a send was refused: ${code}`);
    took.push({ sendMs: performance.now() - startedMs, workMs: running.takenMs() - before });
    // A client searches all that it has seen for each answer.
    client.seen.length = 0;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return took;
}
