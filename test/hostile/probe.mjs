/**
 * A gateway of any build loads this file first (`node --import`). The file measures the delay of the event loop, the processor's time and the
 * memory. On Linux it also measures how long the loop worked without a pause: other programs on the machine do not lengthen that.
 */
import { readFileSync } from 'node:fs';
import { createHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 2;
const NS_PER_MS = 1e6;
const SCHEDULE = `/proc/self/task/${process.pid}/schedstat`;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
const worked = createHistogram();
let startedMs = performance.now();
let usage = process.cpuUsage();

/** The processor's time that this thread has used. */
function takenNs() {
  try {
    return Number(readFileSync(SCHEDULE, 'utf8').split(' ')[0]);
  } catch {
    return Number.NaN;
  }
}

let before = takenNs();
if (!Number.isNaN(before)) {
  setInterval(() => {
    const now = takenNs();
    worked.record(Math.max(1, now - before));
    before = now;
  }, RESOLUTION_MS).unref();
}

const ms = (ns) => ns / NS_PER_MS;
const lateMs = (ns) => Math.max(0, ms(ns) - RESOLUTION_MS);

process.on('message', (asked) => {
  if (asked === 'collect') globalThis.gc?.();
  const { user, system } = process.cpuUsage(usage);
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({
    lateP99: lateMs(delay.percentile(99)),
    blockedP99: ms(worked.percentile(99)),
    cpu: (user + system) / 1_000 / (performance.now() - startedMs),
    rss,
    heapUsed,
  });
  delay.reset();
  worked.reset();
  usage = process.cpuUsage();
  startedMs = performance.now();
});
// The channel never keeps the gateway alive.
process.channel?.unref();
