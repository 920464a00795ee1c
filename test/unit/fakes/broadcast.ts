/** BroadcastChannels of one browser profile, whose owners can die or freeze. */

type Handler = ((event: { data: unknown }) => void) | null;

export class FakeBroadcasts {
  readonly #channels = new Set<Channel>();
  readonly #frozen = new Map<string, (() => void)[]>();
  /** Whose code runs: what it opens is its own. */
  #owner = '';

  /** Runs code of that owner. */
  as<T>(owner: string, fn: () => T): T {
    const before = this.#owner;
    this.#owner = owner;
    try {
      return fn();
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

  crash(owner: string): void {
    for (const channel of this.#channels) if (channel.owner === owner) channel.close();
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
      send: (data) => this.#send(channel, structuredClone(data)),
      close: () => this.#channels.delete(channel),
    });
    this.#channels.add(channel);
    return channel;
  }

  #send(from: Channel, data: unknown): void {
    for (const to of this.#channels) {
      if (to === from || to.name !== from.name) continue;
      const hear = () => {
        if (this.#channels.has(to)) this.as(to.owner, () => to.onmessage?.({ data }));
      };
      queueMicrotask(() => {
        const later = this.#frozen.get(to.owner);
        if (later) later.push(hear);
        else hear();
      });
    }
  }
}

class Channel {
  onmessage: Handler = null;

  constructor(
    readonly name: string,
    readonly owner: string,
    private readonly hub: { send(data: unknown): void; close(): void },
  ) {}

  postMessage(data: unknown): void {
    this.hub.send(data);
  }

  close(): void {
    this.hub.close();
  }
}
