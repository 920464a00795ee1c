/** BroadcastChannels of one browser profile, whose owners can die or freeze. */
import type { FakeClock } from './clock.js';
import { copyOf } from './copy.js';
import type { Freezer } from './freezer.js';
import type { FakeRandom } from './random.js';

type Listener = (event: MessageEvent) => void;

export class FakeBroadcasts {
  readonly #channels = new Set<Channel>();
  readonly #frozen = new Map<string, (() => void)[]>();
  /** Whose code runs: what it opens is its own. */
  #owner = '';
  /** How long a message may take, at most. Those for one owner keep their order. */
  lateMs = 0;
  /** How long every message takes, at least. */
  latencyMs = 0;
  /** By owner: its late messages, and when the last of them arrives. */
  readonly #late = new Map<string, { count: number; until: number }>();

  /** Without one, no message is late. */
  constructor(private readonly time?: { clock: FakeClock; random: FakeRandom; freezer: Freezer }) {}

  /** Runs code of that owner. */
  as<T>(owner: string, fn: () => T): T {
    const before = this.#owner;
    this.#owner = owner;
    try {
      return this.time ? this.time.freezer.run(owner, fn) : fn();
    } finally {
      this.#owner = before;
    }
  }

  /** To be put in the place of `BroadcastChannel`. */
  get Channel() {
    const broadcasts = this;
    return class {
      constructor(name: string) {
        // biome-ignore lint/correctness/noConstructorReturn: what is constructed is a channel that knows its owner
        return broadcasts.#open(name);
      }
    };
  }

  /** Channels that are open, of owners that are there. */
  get open(): number {
    return this.#channels.size;
  }

  /** The owner's channels end. Code of it that a test still runs sends nothing. */
  crash(owner: string): void {
    for (const channel of this.#channels) {
      if (channel.owner === owner && this.#channels.delete(channel)) channel.orphan();
    }
  }

  /** It receives everything later. */
  freeze(owner: string): void {
    this.#frozen.set(owner, []);
  }

  thaw(owner: string): void {
    const missed = this.#frozen.get(owner) ?? [];
    this.#frozen.delete(owner);
    for (const hear of missed) hear();
  }

  #open(name: string): Channel {
    const channel = new Channel(name, this.#owner, {
      send: (data) => this.#send(channel, data),
      close: () => this.#channels.delete(channel),
    });
    this.#channels.add(channel);
    return channel;
  }

  #send(from: Channel, data: unknown): void {
    for (const to of this.#channels) {
      if (to === from || to.name !== from.name) continue;
      const copy = copyOf(data);
      const hear = () => {
        if (this.#channels.has(to)) this.as(to.owner, () => to.hear(copy));
      };
      this.#later(to.owner, () => {
        const missed = this.#frozen.get(to.owner);
        if (missed) missed.push(hear);
        else hear();
      });
    }
  }

  #later(owner: string, receive: () => void): void {
    const late = this.#late.get(owner) ?? { count: 0, until: 0 };
    if (!this.time || (this.lateMs + this.latencyMs === 0 && late.count === 0))
      return queueMicrotask(receive);
    const { clock, random } = this.time;
    const now = clock.now();
    late.until = Math.max(late.until, now + Math.max(this.latencyMs, random.below(this.lateMs + 1)));
    late.count += 1;
    this.#late.set(owner, late);
    clock.after(late.until - now, () => {
      late.count -= 1;
      receive();
    });
  }
}

class Channel {
  onmessage: Listener | null = null;
  readonly #listeners: Listener[] = [];
  #state: 'open' | 'closed' | 'orphaned' = 'open';

  constructor(
    readonly name: string,
    readonly owner: string,
    private readonly hub: { send(data: unknown): void; close(): void },
  ) {}

  addEventListener(_type: string, fn: Listener): void {
    this.#listeners.push(fn);
  }

  /** A browser refuses it on a closed channel. */
  postMessage(data: unknown): void {
    if (this.#state === 'closed') throw new DOMException('the channel is closed', 'InvalidStateError');
    if (this.#state === 'open') this.hub.send(data);
  }

  close(): void {
    if (this.#state === 'open') this.#state = 'closed';
    this.hub.close();
  }

  orphan(): void {
    this.#state = 'orphaned';
  }

  hear(data: unknown): void {
    const event = { data } as MessageEvent;
    this.onmessage?.(event);
    for (const fn of [...this.#listeners]) fn(event);
  }
}
