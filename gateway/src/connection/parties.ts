/**
 * The parties that pay for costs: an account over all of its sockets, and before a login the address of the socket. A new socket is
 * no new party.
 */
import { LRUCache } from 'lru-cache';
import type { Settings } from '../config.js';
import { TokenBucket } from '../util/token-bucket.js';
import { noUsage, type Usage } from '../util/turns.js';

/** Beyond that, who was not here for the longest is forgotten. */
const MAX_PARTIES = 50_000;

/** The data of a socket for its party. */
export interface Holder {
  readonly held: number;
  /** It is being closed, and has nothing to lose. */
  readonly isClosed: boolean;
  discard(reason: string): void;
}

export interface Party {
  /** The limit of its requests; further ones are refused. */
  readonly requests: TokenBucket;
  /** The limit of all of its frames; beyond it the socket is closed. */
  readonly frames: TokenBucket;
  /** How often it is told that it asks too much; beyond its socket is closed. */
  readonly refusals: TokenBucket;
  readonly usage: Usage;
  /** Its sockets, as long as memory is kept for them. */
  readonly holders: Set<Holder>;
  /** The backlog of all of its sockets. */
  heldBytes: number;
  /** Frames that it owes, since it was pushed what it has to acknowledge. */
  owed: number;
}

/** A frame more than a request may be asked: pings, and what is refused. */
const FRAMES_PER_REQUEST = 2;

export class Parties {
  readonly #addresses = new LRUCache<string, Party>({ max: MAX_PARTIES });
  readonly #accounts = new LRUCache<number, Party>({ max: MAX_PARTIES });
  #heldBytes = 0;
  readonly #holders = new Set<Holder>();

  constructor(
    private readonly settings: Settings,
    private readonly now: () => number,
  ) {}

  ofAddress(address: string): Party {
    const { strangerBurst, strangersPerSecond } = this.settings;
    return this.#of(this.#addresses, address, strangerBurst, strangersPerSecond);
  }

  ofAccount(uid: number): Party {
    const { requestBurst, requestsPerSecond } = this.settings;
    return this.#of(this.#accounts, uid, requestBurst, requestsPerSecond);
  }

  /** @returns the requests that accounts made here since the last time, of those who made so many */
  spent(least: number): [uid: number, requests: number][] {
    const spent: [uid: number, requests: number][] = [];
    for (const [uid, { requests }] of this.#accounts) {
      const made = requests.takeSpent(least);
      if (made > 0) spent.push([uid, made]);
    }
    return spent;
  }

  /** The accounts made these requests on another node. */
  spentElsewhere(spent: readonly (readonly [uid: number, requests: number])[]): void {
    for (const [uid, requests] of spent) this.ofAccount(uid).requests.spendElsewhere(requests);
  }

  #of<K extends string | number>(
    parties: LRUCache<K, Party>,
    key: K,
    burst: number,
    perSecond: number,
  ): Party {
    const known = parties.get(key);
    if (known) return known;
    const { refusedRequests } = this.settings;
    const bucket = (times: number) => new TokenBucket(burst * times, perSecond * times, this.now);
    const party: Party = {
      requests: bucket(1),
      frames: bucket(FRAMES_PER_REQUEST),
      refusals: new TokenBucket(refusedRequests, perSecond, this.now),
      usage: noUsage(),
      holders: new Set(),
      heldBytes: 0,
      owed: 0,
    };
    parties.set(key, party);
    return party;
  }

  /**
   * Counts the backlogs and keeps them within their budgets. Beyond a budget, the socket with the largest backlog is closed. Those
   * that are being closed anyway go first.
   */
  weigh(party: Party, holder: Holder, change: number): void {
    party.heldBytes += change;
    this.#heldBytes += change;
    if (holder.held > 0) {
      party.holders.add(holder);
      this.#holders.add(holder);
    } else {
      party.holders.delete(holder);
      this.#holders.delete(holder);
    }
    if (change <= 0) return;
    const { backlogBytes, accountBacklogBytes, totalBacklogBytes } = this.settings;
    if (holder.held > backlogBytes) holder.discard('it does not read');
    while (party.heldBytes > accountBacklogBytes && discardLargest(party.holders));
    while (this.#heldBytes > totalBacklogBytes && discardLargest(this.#holders));
  }

  /** The backlog of all clients. */
  get heldBytes(): number {
    return this.#heldBytes;
  }
}

/** @returns false when there is none */
function discardLargest(holders: ReadonlySet<Holder>): boolean {
  let largest: Holder | undefined;
  for (const holder of holders) if (!largest || weightOf(holder) > weightOf(largest)) largest = holder;
  if (!largest) return false;
  const before = largest.held;
  largest.discard('too much waits to be read');
  return largest.held < before;
}

const weightOf = ({ held, isClosed }: Holder): number => (isClosed ? Number.MAX_SAFE_INTEGER : held);
