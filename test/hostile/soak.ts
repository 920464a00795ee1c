/** Fifty attackers and fifty ordinary users: each send of a user succeeds, and memory does not grow. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Client } from '../kit/wire-socket.js';
import { attackerName, MEMBER_NAMES } from './attacks.js';
import type { StartAttackers } from './main.js';
import { BusyShare, enterAll, makeAccounts, percentile, range, startGateway } from './stage.js';

const USERS = 50;
const KINDS = ['groups:20', 'sync:9', 'fanout:1', 'unread:5', 'packets:5', 'tokens:5', 'bodies:5'];
const ATTACKERS = 50;
/** The pause between two sends of a user. */
const PAUSE_MS = 1_000;
const SAMPLE_MS = 5_000;
const MINUTE_MS = 60_000;
/** Memory is flat if the last third exceeds the second by no more than this. */
const TOLERANCE_MB = 64;

interface Options {
  gateway: string;
  /** By default a new folder. A database in memory would grow by all that is stored. */
  data?: string | undefined;
  minutes: number;
  attackers: StartAttackers;
}

export async function soak({ gateway, data, minutes, attackers }: Options): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jmessage-soak-'));
  const running = await startGateway(gateway, data ?? folder);
  const names = range(USERS).map((index) => `user-${index}`);
  await makeAccounts(running.url, [...names, ...range(ATTACKERS).map(attackerName), ...MEMBER_NAMES]);
  const users = await enterAll(running.url, names);
  const child = await attackers(running.url, KINDS);
  const rss: number[] = [];
  const sampling = setInterval(() => rss.push(running.rssMb()), SAMPLE_MS);
  await running.probe();
  const busy = new BusyShare();
  const endMs = performance.now() + minutes * MINUTE_MS;
  const took: number[] = [];
  const failed: string[] = [];
  const live = async (client: Client, index: number): Promise<void> => {
    while (performance.now() < endMs) {
      const startedMs = performance.now();
      const answer = await Promise.race([
        client.send(names[(index + 1) % USERS] ?? '', 'hello'),
        new Promise<{ code: string }>((resolve) => setTimeout(resolve, 30_000, { code: 'no answer' })),
      ]);
      if (answer.code !== 0) failed.push(String(answer.code));
      took.push(performance.now() - startedMs);
      // The received messages are not needed, and would fill this process's memory.
      client.seen.length = 0;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  };
  await Promise.all(users.map(live));
  clearInterval(sampling);
  const { lateP99, blockedP99, cpu } = await running.probe();
  child.disconnect();
  child.kill('SIGKILL');
  running.stop();
  await once(running.process, 'exit');
  rmSync(folder, { recursive: true, force: true });

  const third = Math.floor(rss.length / 3);
  const highest = (from: number, to: number): number => Math.max(0, ...rss.slice(from, to));
  const [second, last] = [highest(third, 2 * third), highest(2 * third, rss.length)];
  const isFlat = last <= second + TOLERANCE_MB;
  const at = (part: number): string => percentile(took, part).toFixed(0);
  console.log(
    `${ATTACKERS} attackers, ${USERS} users, ${minutes} min: ${took.length} sends, ${failed.length} failed`,
  );
  if (failed.length > 0) console.log(`failed with: ${[...new Set(failed)].join(', ')}`);
  console.log(`a send: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`);
  console.log(
    `the gateway: event loop late ${lateP99.toFixed(0)} ms (p99), blocked ${blockedP99.toFixed(0)} ms (p99), ` +
      `${(100 * cpu).toFixed(0)} % of a processor; the machine: ${(100 * busy.share()).toFixed(0)} % busy`,
  );
  console.log(`memory: ${rss.join(' ')} MB; highest in the second third ${second}, in the last ${last}`);
  return failed.length === 0 && isFlat ? 0 : 1;
}
