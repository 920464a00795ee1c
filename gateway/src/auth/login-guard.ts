/**
 * Limits guessing at passwords without keeping out the owner. Wrong tries count, right ones do not. A client that finds no
 * try left waits a moment for the results of others. So forty colleagues may log in at nine from one address.
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
import type { Limit, Limiter } from '../util/limiter.js';
import { limitOf, Tries } from './tries.js';

const MINUTE_MS = 60_000;

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

type Limits = Pick<Settings, 'passwordTriesPerMinute' | 'accountTriesPerMinute' | 'addressTriesPerMinute'>;

export class LoginGuard {
  readonly #tries: Tries;

  constructor(
    private readonly limits: Limits,
    private readonly origins: KnownOrigins,
    limiter: Limiter,
    private readonly subject: 'password' | 'token',
  ) {
    this.#tries = new Tries(limiter);
  }

  /** @returns undefined when there were too many tries */
  async admit({ uid, address, device }: Try): Promise<Admitted | undefined> {
    const network = sourceOf(address);
    const origins: Origin[] = [{ kind: 'network', name: network }];
    if (device !== undefined) origins.push({ kind: 'device', name: device });
    const known = await this.origins.among(uid, origins);
    const settle = await this.#tries.await(network, this.#limitsOf({ uid, device, address: network }, known));
    if (!settle) return undefined;
    return {
      lane: known.size > 0 ? String(uid) : network,
      isKnown: known.size > 0,
      failed: () => settle(false),
      cancel: () => settle(true),
      succeeded: async () => {
        settle(true);
        await this.origins.remember(uid, origins, known);
      },
    };
  }

  /** A try at an account that does not exist. @returns whether it may be answered */
  admitNobody(address: string): Promise<boolean> {
    return this.#tries.spend(this.#ofStrangers(sourceOf(address)));
  }

  #limitsOf({ uid, address, device }: Try, known: ReadonlyMap<Origin['kind'], unknown>): Limit[] {
    const { passwordTriesPerMinute, accountTriesPerMinute, addressTriesPerMinute } = this.limits;
    const pair = (who: string | undefined) =>
      this.#perMinute('pair', `${uid} ${who}`, passwordTriesPerMinute);
    if (known.has('device')) return [pair(device)];
    // The network's other guesses only delay the owner.
    if (known.has('network')) {
      return [pair(address), this.#perMinute('local', address, addressTriesPerMinute, true)];
    }
    return [
      pair(address),
      this.#perMinute('account', uid, accountTriesPerMinute),
      this.#ofStrangers(address),
    ];
  }

  #ofStrangers(network: string): Limit {
    return this.#perMinute('stranger', network, this.limits.addressTriesPerMinute);
  }

  #perMinute(kind: string, key: string | number, most: number, isPatient = false): Limit {
    return limitOf(`${this.subject} ${kind}`, key, most, MINUTE_MS, isPatient);
  }
}
