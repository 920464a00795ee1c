/**
 * Slow work in turns: a few at once, one lane after the other. So a lane with many tasks delays the others by one task at most. Work that
 * would have to wait for too long is refused at once.
 */

export class QueueFull extends Error {}

interface Job {
  begin(): Promise<void>;
}

export interface QueueLimits {
  /** Done at the same time. */
  atOnce: number;
  /** Waiting: in all, and of one lane. */
  waiting: number;
  waitingOfLane: number;
}

/** Of this many the last is an ordinary one while there are urgent ones: those do not stop the others for good. */
const TURNS = 3;

export class FairQueue {
  readonly #urgent = new Map<string, Job[]>();
  readonly #ordinary = new Map<string, Job[]>();
  readonly #waiting = new Map<Map<string, Job[]>, number>();
  #running = 0;
  #turn = 0;

  constructor(private readonly limits: QueueLimits) {}

  /**
   * @param lane whose work it is
   * @throws QueueFull when too much waits already
   */
  run<T>(lane: string, isUrgent: boolean, work: () => Promise<T>): Promise<T> {
    const lanes = isUrgent ? this.#urgent : this.#ordinary;
    const waiting = this.#waiting.get(lanes) ?? 0;
    const jobs = lanes.get(lane) ?? [];
    const { atOnce, waiting: most, waitingOfLane } = this.limits;
    if (this.#running >= atOnce && (waiting >= most || jobs.length >= waitingOfLane)) {
      return Promise.reject(new QueueFull('too much waits already'));
    }
    return new Promise<T>((resolve, reject) => {
      jobs.push({ begin: () => work().then(resolve, reject) });
      lanes.set(lane, jobs);
      this.#waiting.set(lanes, waiting + 1);
      this.#next();
    });
  }

  #next(): void {
    while (this.#running < this.limits.atOnce) {
      this.#turn = (this.#turn + 1) % TURNS;
      const [first, second] =
        this.#turn === 0 ? [this.#ordinary, this.#urgent] : [this.#urgent, this.#ordinary];
      const job = this.#shift(first) ?? this.#shift(second);
      if (!job) return;
      this.#running += 1;
      void job.begin().finally(() => {
        this.#running -= 1;
        this.#next();
      });
    }
  }

  #shift(lanes: Map<string, Job[]>): Job | undefined {
    for (const [lane, jobs] of lanes) {
      const job = jobs.shift();
      // Behind all others, if there is more of it.
      lanes.delete(lane);
      if (jobs.length > 0) lanes.set(lane, jobs);
      this.#waiting.set(lanes, (this.#waiting.get(lanes) ?? 1) - 1);
      return job;
    }
    return undefined;
  }
}
