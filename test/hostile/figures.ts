/**
 * The cost of an attack for an ordinary user: the time of a send, quiet and under each attack. Rounds alternate, since a machine has other
 * work too. The memory of an idle socket is measured as well.
 */

import { bareSocket } from '../../gateway/test/hostile/support/raw.js';
import type { Client } from '../../gateway/test/support/client.js';
import { ATTACKS, attackerName, MEMBER_NAMES } from './attacks.js';
import type { StartAttackers } from './main.js';
import { enter, makeAccounts, percentile, range, startGateway } from './stage.js';

const ROUND_MS = 4_000;
/** Attackers log in first. */
const SETTLE_MS = 4_000;
const IDLE_SOCKETS = 400;
/** The pause between two sends of the measuring user. */
const PAUSE_MS = 10;

/** The number of attackers at a time. */
const COUNTS: Readonly<Record<string, number>> = { groups: 50, sync: 10, unread: 2, packets: 2, tokens: 4 };

interface Options {
  gateway: string;
  data: string;
  rounds: number;
  attackers: StartAttackers;
}

export async function figures({ gateway, data, rounds, attackers }: Options): Promise<number> {
  console.log('| attack | p50 quiet | p50 attacked | p99 quiet | p99 attacked | memory after |');
  console.log('|---|---|---|---|---|---|');
  for (const kind of Object.keys(ATTACKS)) {
    const running = await startGateway(gateway, data);
    try {
      const count = COUNTS[kind] ?? 1;
      await makeAccounts(running.url, ['alice', 'bob', ...range(count).map(attackerName), ...MEMBER_NAMES]);
      const alice = await enter(running.url, 'alice');
      await enter(running.url, 'bob');
      const quiet: number[] = [];
      const attacked: number[] = [];
      await measure(alice, 1_000);
      for (const _ of range(rounds)) {
        quiet.push(...(await measure(alice, ROUND_MS)));
        const child = attackers(running.url, [`${kind}:${count}`]);
        await measure(alice, SETTLE_MS);
        attacked.push(...(await measure(alice, ROUND_MS)));
        child.disconnect();
        child.kill('SIGKILL');
        await measure(alice, 1_000);
      }
      const at = (values: number[], part: number): string => percentile(values, part).toFixed(1);
      console.log(
        `| ${kind} | ${at(quiet, 0.5)} | ${at(attacked, 0.5)} | ${at(quiet, 0.99)} | ${at(attacked, 0.99)} | ${running.rssMb()} MB |`,
      );
    } catch (error) {
      console.log(`| ${kind} | the gateway or its user did not survive: ${String(error)} |`);
    } finally {
      running.stop();
    }
  }
  await idleSockets(gateway, data);
  return 0;
}

/** Sends one message after the other. @returns the time of each, in milliseconds */
async function measure(client: Client, forMs: number): Promise<number[]> {
  const took: number[] = [];
  const endMs = performance.now() + forMs;
  while (performance.now() < endMs) {
    const startedMs = performance.now();
    const { code } = await client.send('bob', 'hello');
    if (code !== 0) throw new Error(`a send was refused: ${code}`);
    took.push(performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return took;
}

async function idleSockets(gateway: string, data: string): Promise<void> {
  const running = await startGateway(gateway, data);
  const before = running.rssMb();
  await Promise.all(range(IDLE_SOCKETS).map(() => bareSocket(running.url)));
  const kb = ((running.rssMb() - before) * 1_024) / IDLE_SOCKETS;
  console.log(`\nan idle socket: ${kb.toFixed(0)} KB`);
  running.stop();
}
