/** The network of a walk: it refuses, is silent, or loses some frames. */
import type { Frame } from '../../fakes/network.js';
import type { World } from '../../fakes/world.js';

export class NetworkFaults {
  #losing = 0;

  constructor(
    private readonly world: World,
    private readonly trail: string[],
  ) {
    world.network.loses = (frame) => this.#loses(frame);
  }

  /** Takes the network away, or gives it back. */
  toggle(): void {
    const { network, random } = this.world;
    const isUp = network.mode === 'up';
    const mode = isUp ? (random.pick(['refuses', 'silent'] as const) ?? 'refuses') : 'up';
    this.trail.push(`network ${mode}`);
    network.mode = mode;
    if (mode !== 'up' && random.chance(0.7)) network.cutAll();
  }

  loseSome(): void {
    this.#losing = this.world.random.below(10);
    this.trail.push(`lose some of ${this.#losing} frames`);
  }

  end(): void {
    this.world.network.mode = 'up';
    this.#losing = 0;
  }

  /** A server under strain: requests and acknowledgements are lost. Its pushes and answers arrive, or the connection ends. */
  #loses({ way, event }: Frame): boolean {
    if (this.#losing === 0 || (way === 'down' && event !== 'ack')) return false;
    this.#losing -= 1;
    return this.world.random.chance(0.5);
  }
}
