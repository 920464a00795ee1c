/** The figures of one gateway process, in the format of Prometheus. Everything that is counted here is cheap beside what it counts. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** From a request that is answered from memory to one that waits for a slow disk. */
const SECONDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];
const MS_PER_SECOND = 1_000;

/** Figures that are read when they are asked for. */
interface Levels {
  /** Open sockets. */
  sockets(): number;
  /** Logged-in sessions. */
  sessions(): number;
  /** Requests that wait for their turn. */
  waitingRequests(): number;
  /** Commits of nodes that wait to be handed on to sessions here. */
  waitingCommits(): number;
  /** Bytes that clients have not read yet. */
  backlogBytes(): number;
  /** Whether the other nodes can be reached. */
  isUp(): boolean;
}

/**
 * The figures of the process, such as its memory and the delay of its event loop. They are collected once, however many gateways a process
 * runs: each collection observes every garbage collection, for ever.
 */
let ofProcess: Registry | undefined;
function processMetrics(): Registry {
  if (!ofProcess) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'event'>;
  readonly #answers: Counter<'code'>;
  readonly #pushes: Counter<'event'>;
  readonly #database: Histogram;
  readonly #redis: Histogram;

  constructor() {
    const registers = [this.#registry];
    this.#requests = new Histogram({
      name: 'jmessage_request_seconds',
      help: 'Time from the turn of a request to its answer, by event',
      labelNames: ['event'],
      buckets: SECONDS,
      registers,
    });
    this.#answers = new Counter({
      name: 'jmessage_answers_total',
      help: 'Answers by code; 0 is success',
      labelNames: ['code'],
      registers,
    });
    this.#pushes = new Counter({
      name: 'jmessage_pushes_total',
      help: 'Pushes to clients, by event',
      labelNames: ['event'],
      registers,
    });
    this.#database = new Histogram({
      name: 'jmessage_database_seconds',
      help: 'Time of a statement of the database',
      buckets: SECONDS,
      registers,
    });
    this.#redis = new Histogram({
      name: 'jmessage_redis_seconds',
      help: 'Time of a command of Redis',
      buckets: SECONDS,
      registers,
    });
  }

  /** @param levels of the gateway that is measured */
  watch(levels: Levels): void {
    processMetrics();
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name: `jmessage_${name}`,
        help,
        registers: [this.#registry],
        collect() {
          this.set(read());
        },
      });
    };
    gauge('sockets', 'Open sockets', levels.sockets);
    gauge('sessions', 'Logged-in sessions', levels.sessions);
    gauge('waiting_requests', 'Requests that wait for their turn', levels.waitingRequests);
    gauge('waiting_commits', 'Commits that wait to be handed on to sessions here', levels.waitingCommits);
    gauge('backlog_bytes', 'Bytes that clients have not read yet', levels.backlogBytes);
    gauge('nodes_reachable', '1 while the other nodes can be reached', () => Number(levels.isUp()));
  }

  answered(event: string, sinceMs: number, code: number): void {
    this.#requests.observe({ event }, (performance.now() - sinceMs) / MS_PER_SECOND);
    this.#answers.inc({ code });
  }

  pushed(event: string): void {
    this.#pushes.inc({ event });
  }

  queried(ms: number): void {
    this.#database.observe(ms / MS_PER_SECOND);
  }

  commanded(ms: number): void {
    this.#redis.observe(ms / MS_PER_SECOND);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return Registry.merge([this.#registry, processMetrics()]).metrics();
  }
}
