/** Web Locks of one browser profile, whose owners can die. */

import type { FakeClock } from './clock.js';
import { Freezer } from './freezer.js';
import type { FakeRandom } from './random.js';

type Granted = (lock: Lock | null) => unknown;
type Mode = 'exclusive' | 'shared';

interface Request {
  name: string;
  mode: Mode;
  owner: string;
  grant(): void;
  /** Another one has taken the lock by force. */
  lose(): void;
}

export class FakeLocks {
  readonly #held = new Set<Request>();
  readonly #queue = new Set<Request>();
  readonly #dead = new Set<string>();
  /** How long it may take, at most, until the holder of a lock learns that another one has taken it by force. */
  lossLateMs = 0;
  /** Names of the locks that their last holders still believe to hold. */
  readonly #lateLosses: string[] = [];

  /** Without `time`, no loss is late. */
  constructor(
    private readonly freezer = new Freezer(),
    private readonly time?: { clock: Pick<FakeClock, 'after'>; random: Pick<FakeRandom, 'below'> },
  ) {}

  /** The lock manager as that tab or worker sees it. */
  for(owner: string): Pick<LockManager, 'request' | 'query'> {
    const request = <T>(name: string, given: LockOptions | Granted, fn?: Granted): Promise<T> =>
      typeof given === 'function'
        ? this.#request(owner, name, {}, given)
        : this.#request(owner, name, given, fn ?? (() => undefined));
    return { request, query: async () => ({ held: this.held.map((name) => ({ name })) }) };
  }

  /** The owner is gone, and with it all that it held or waited for. None of its callbacks runs any more. */
  crash(owner: string): void {
    this.#dead.add(owner);
    for (const set of [this.#held, this.#queue]) {
      for (const request of [...set]) if (request.owner === owner) set.delete(request);
    }
    this.#grant();
  }

  /** Names of the locks that are held. */
  get held(): string[] {
    return [...this.#held].map(({ name }) => name);
  }

  /** Whether a holder has lost a lock with such a name and does not know yet. */
  isLossLate(begin: string): boolean {
    return this.#lateLosses.some((name) => name.startsWith(begin));
  }

  /** Names of the locks that are waited for. */
  get awaited(): string[] {
    return [...this.#queue].map(({ name }) => name);
  }

  #request<T>(owner: string, name: string, options: LockOptions, fn: Granted): Promise<T> {
    const { mode = 'exclusive', signal, steal, ifAvailable } = options;
    return new Promise<T>((resolve, reject) => {
      if (this.#dead.has(owner)) return;
      if (signal?.aborted) return reject(new DOMException('aborted', 'AbortError'));
      const conflicts = (one: Request) =>
        one.name === name && (mode === 'exclusive' || one.mode === 'exclusive');
      if (ifAvailable && [...this.#held, ...this.#queue].some(conflicts)) {
        return resolve(Promise.resolve(fn(null)) as Promise<T>);
      }
      const abandon = () => {
        this.#queue.delete(request);
        reject(new DOMException('aborted', 'AbortError'));
        this.#grant();
      };
      const release = () => {
        if (this.#held.delete(request)) this.#grant();
      };
      const request: Request = {
        name,
        mode,
        owner,
        grant: () => {
          signal?.removeEventListener('abort', abandon);
          const granted = new Promise<void>((happens) => this.freezer.happen(owner, happens));
          granted
            .then(() =>
              this.#dead.has(owner)
                ? new Promise(() => undefined)
                : this.freezer.run(owner, () => fn({ name, mode })),
            )
            .finally(release)
            .then((value) => resolve(value as T), reject);
        },
        lose: () => this.#learnLater(name, owner, () => reject(new DOMException('stolen', 'AbortError'))),
      };
      if (steal) {
        for (const held of [...this.#held]) {
          if (held.name === name && this.#held.delete(held)) held.lose();
        }
        this.#held.add(request);
        return request.grant();
      }
      signal?.addEventListener('abort', abandon);
      this.#queue.add(request);
      this.#grant();
    });
  }

  #learnLater(name: string, owner: string, learn: () => void): void {
    if (!this.time || this.lossLateMs === 0) return this.freezer.happen(owner, learn);
    const { clock, random } = this.time;
    this.#lateLosses.push(name);
    clock.after(1 + random.below(this.lossLateMs), () => {
      this.#lateLosses.splice(this.#lateLosses.indexOf(name), 1);
      if (!this.#dead.has(owner)) this.freezer.happen(owner, learn);
    });
  }

  /** First come, first served; sharers that stand together go together. */
  #grant(): void {
    const closed = new Set<string>();
    for (const request of [...this.#queue]) {
      const { name, mode } = request;
      const inTheWay = [...this.#held].some(
        (held) => held.name === name && (mode === 'exclusive' || held.mode === 'exclusive'),
      );
      if (inTheWay || closed.has(name)) {
        closed.add(name);
        continue;
      }
      this.#queue.delete(request);
      this.#held.add(request);
      request.grant();
    }
  }
}
