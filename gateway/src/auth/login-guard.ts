/**
 * Limits guessing at passwords without keeping out the owner. Wrong tries count, right ones do not:
 *
 * - by account and network: ten a minute;
 * - by network over all accounts, and by account over all networks: thirty a minute each;
 * - a device from which the account was logged in to before has ten of its own, whatever others do;
 * - a network from which it was is not held up by guesses elsewhere, and waits a moment where the network's own are used up.
 *
 * A network is an IPv4 address or the /64 of an IPv6 one.
 */

import type { Settings } from '../config.js';
import type { KnownOrigins, Origin } from '../store/known-origins.js';
import { sourceOf } from '../util/address.js';
import { TokenBucket, TokenBuckets } from '../util/token-bucket.js';

const SECONDS_PER_MINUTE = 60;
/** How long a try from a known network may be held up, … */
const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 250;
/** …and how many of a network at a time. */
const WAITING_OF_NETWORK = 5;

export interface Try {
  uid: number;
  address: string;
  device: string | undefined;
}

/** A try that may be made. */
export interface Admitted {
  /** By whom, for {@link Passwords}. */
  lane: string;
  isKnown: boolean;
  /** The password was right: the try does not count, and from here the account is known. */
  succeeded(): Promise<void>;
  /** It was not tried after all. */
  cancel(): void;
}

type Limits = Pick<Settings, 'passwordTriesPerMinute' | 'accountTriesPerMinute' | 'addressTriesPerMinute'>;

export class LoginGuard {
  /** By account and network, or account and device. */
  readonly #pairs: TokenBuckets;
  readonly #accounts: TokenBuckets;
  /** Of tries at accounts that are not known there; and at those that are. */
  readonly #strangers: TokenBuckets;
  readonly #locals: TokenBuckets;
  readonly #waiting = new Map<string, symbol[]>();

  constructor(
    limits: Limits,
    private readonly origins: KnownOrigins,
    now: () => number,
  ) {
    const perMinute = (tries: number) =>
      new TokenBuckets(() => new TokenBucket(tries, tries / SECONDS_PER_MINUTE, now));
    this.#pairs = perMinute(limits.passwordTriesPerMinute);
    this.#accounts = perMinute(limits.accountTriesPerMinute);
    this.#strangers = perMinute(limits.addressTriesPerMinute);
    this.#locals = perMinute(limits.addressTriesPerMinute);
  }

  /** @returns undefined when there were too many tries */
  async admit({ uid, address, device }: Try): Promise<Admitted | undefined> {
    const network = sourceOf(address);
    const origins: Origin[] = [{ kind: 'network', name: network }];
    if (device !== undefined) origins.push({ kind: 'device', name: device });
    const known = await this.origins.among(uid, origins);
    const taken = known.has('device')
      ? takeAll([this.#pairs.of(`${uid} ${device}`)])
      : await this.#takeOf(uid, network, known.has('network'));
    if (!taken) return undefined;
    const giveBack = () => {
      for (const bucket of taken) bucket.credit(1);
    };
    return {
      lane: known.size > 0 ? String(uid) : network,
      isKnown: known.size > 0,
      cancel: giveBack,
      succeeded: async () => {
        giveBack();
        await this.origins.remember(uid, origins, known);
      },
    };
  }

  /** A try at an account that does not exist. @returns whether it may be answered */
  admitNobody(address: string): boolean {
    return this.#strangers.of(sourceOf(address)).take();
  }

  sweep(): void {
    for (const buckets of [this.#pairs, this.#accounts, this.#strangers, this.#locals]) buckets.sweep();
  }

  async #takeOf(uid: number, network: string, isKnown: boolean): Promise<TokenBucket[] | undefined> {
    const pair = this.#pairs.of(`${uid} ${network}`);
    if (!isKnown) return takeAll([pair, this.#accounts.of(String(uid)), this.#strangers.of(network)]);
    const local = this.#locals.of(network);
    const taken = takeAll([pair]);
    if (!taken) return undefined;
    if (local.take() || (await this.#waitFor(network, local))) return [...taken, local];
    pair.credit(1);
    return undefined;
  }

  /** The latest goes first. A sender of many tries delays only itself, and the next client is served at the next turn. */
  async #waitFor(network: string, bucket: TokenBucket): Promise<boolean> {
    const waiting = this.#waiting.get(network) ?? [];
    this.#waiting.set(network, waiting);
    const mine = Symbol(network);
    waiting.push(mine);
    if (waiting.length > WAITING_OF_NETWORK) waiting.shift();
    for (let waited = 0; waited < WAIT_MS && waiting.includes(mine); waited += LOOK_EVERY_MS) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      if (waiting.at(-1) === mine && bucket.take()) {
        this.#leave(network, waiting, mine);
        return true;
      }
    }
    this.#leave(network, waiting, mine);
    return false;
  }

  #leave(network: string, waiting: symbol[], mine: symbol): void {
    const index = waiting.indexOf(mine);
    if (index >= 0) waiting.splice(index, 1);
    if (waiting.length === 0) this.#waiting.delete(network);
  }
}

/** Of all or of none. */
function takeAll(buckets: readonly TokenBucket[]): TokenBucket[] | undefined {
  const taken: TokenBucket[] = [];
  for (const bucket of buckets) {
    if (!bucket.take()) {
      for (const one of taken) one.credit(1);
      return undefined;
    }
    taken.push(bucket);
  }
  return taken;
}
