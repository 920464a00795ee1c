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
import { memoryEngine } from '../engine/memory.js';
import type { KnownOrigins, Origin } from '../store/known-origins.js';
import { sourceOf } from '../util/address.js';
import type { TokenBucket } from '../util/token-bucket.js';
import { type Counter, type OneTry, Tries, takeAll, takeEverywhere } from './tries.js';
import { UndecidedTries } from './undecided.js';

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
interface Admitted {
  /** By whom, for {@link Passwords}. */
  lane: string;
  isKnown: boolean;
  /** The password was right: the try does not count, and from here the account is known. */
  succeeded(): Promise<void>;
  /** The password was wrong: the try counts. */
  failed(): void;
  /** It was not tried after all. */
  cancel(): void;
}

/** Tries that were taken; `decide` reports that the result is there. */
interface Begun {
  taken: OneTry[];
  decide(): void;
}

type Limits = Pick<Settings, 'passwordTriesPerMinute' | 'accountTriesPerMinute' | 'addressTriesPerMinute'>;

export class LoginGuard {
  /** By account and network, or account and device. */
  readonly #pairs: Tries;
  readonly #accounts: Tries;
  /** Of tries at accounts that are not known there; and at those that are. */
  readonly #strangers: Tries;
  readonly #locals: Tries;
  readonly #waiting = new Map<string, symbol[]>();
  readonly #undecided = new UndecidedTries();

  /** @param everywhere counts the same tries over all nodes */
  constructor(
    limits: Limits,
    private readonly origins: KnownOrigins,
    now: () => number,
    private readonly everywhere: Counter = memoryEngine,
    subject: 'password' | 'token' = 'password',
  ) {
    const perMinute = (kind: string, tries: number) => new Tries(`${subject} ${kind}`, tries, now);
    this.#pairs = perMinute('pair', limits.passwordTriesPerMinute);
    this.#accounts = perMinute('account', limits.accountTriesPerMinute);
    this.#strangers = perMinute('stranger', limits.addressTriesPerMinute);
    this.#locals = perMinute('local', limits.addressTriesPerMinute);
  }

  /** @returns undefined when there were too many tries */
  async admit({ uid, address, device }: Try): Promise<Admitted | undefined> {
    const network = sourceOf(address);
    const origins: Origin[] = [{ kind: 'network', name: network }];
    if (device !== undefined) origins.push({ kind: 'device', name: device });
    const known = await this.origins.among(uid, origins);
    const begun = known.has('device')
      ? this.#takeOfDevice(uid, device)
      : await this.#takeOf(uid, network, known.has('network'));
    if (!begun) return undefined;
    const { taken, decide } = begun;
    if (!(await takeEverywhere(this.everywhere, taken))) {
      decide();
      return undefined;
    }
    const giveBack = () => {
      for (const one of taken) {
        one.bucket.credit(1);
        this.everywhere.giveBack(one.name);
      }
      decide();
    };
    return {
      lane: known.size > 0 ? String(uid) : network,
      isKnown: known.size > 0,
      failed: decide,
      cancel: giveBack,
      succeeded: async () => {
        giveBack();
        await this.origins.remember(uid, origins, known);
      },
    };
  }

  /** A try at an account that does not exist. @returns whether it may be answered */
  async admitNobody(address: string): Promise<boolean> {
    const taken = takeAll([this.#strangers.of(sourceOf(address))]);
    return taken !== undefined && takeEverywhere(this.everywhere, taken);
  }

  sweep(): void {
    for (const tries of [this.#pairs, this.#accounts, this.#strangers, this.#locals]) tries.sweep();
  }

  #takeOfDevice(uid: number, device: string | undefined): Begun | undefined {
    const taken = takeAll([this.#pairs.of(`${uid} ${device}`)]);
    return taken && { taken, decide: () => {} };
  }

  async #takeOf(uid: number, network: string, isKnown: boolean): Promise<Begun | undefined> {
    const pair = this.#pairs.of(`${uid} ${network}`);
    if (!isKnown) {
      const all = [pair, this.#accounts.of(String(uid)), this.#strangers.of(network)];
      return this.#undecided.begin(network, () => takeAll(all));
    }
    const local = this.#locals.of(network);
    const taken = takeAll([pair]);
    if (!taken) return undefined;
    if (local.bucket.take() || (await this.#waitFor(network, local.bucket))) {
      return { taken: [...taken, local], decide: () => {} };
    }
    pair.bucket.credit(1);
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
