/** Notes between the nodes, over one channel of Redis. Some are to be confirmed by each of the others. */
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Note } from './engine.js';

/** How long a change waits for the other nodes to forget what they cached. */
const ANNOUNCE_MS = 1_000;

/** `joined`: a node is there that the others have not heard of. */
export type Said = Note | { kind: 'joined' };

interface Envelope {
  from: string;
  note?: Said;
  /** The note is to be confirmed under this number. */
  ask?: number;
  /** The note confirms that number. */
  done?: number;
  to?: string;
}

interface Parts {
  commands: Redis;
  /** A connection of its own, as Redis wants it. */
  notes: Redis;
  channel: string;
  node: string;
  log: Logger;
  onLost(): void;
}

export class RedisNotes {
  #onNote: (note: Said) => Promise<void> | void = () => {};
  readonly #announced = new Map<number, () => void>();
  #lastAsked = 0;
  /** The beginning of this node's notes. */
  readonly #own: string;

  constructor(private readonly parts: Parts) {
    this.#own = `{"from":${JSON.stringify(parts.node)},`;
    parts.notes.on('message', (_channel: string, text: string) => this.#hear(text));
  }

  async open(): Promise<void> {
    await this.parts.notes.subscribe(this.parts.channel);
  }

  /** @param onNote resolves when the note has taken effect, which confirms it */
  listen(onNote: (note: Said) => Promise<void> | void): void {
    this.#onNote = onNote;
  }

  publish(note: Note): void {
    void this.#say({ note }).catch(this.parts.onLost);
  }

  async announce(note: Said): Promise<void> {
    this.#lastAsked += 1;
    const ask = this.#lastAsked;
    let confirmed = 0;
    let expected = Number.POSITIVE_INFINITY;
    let timer: NodeJS.Timeout | undefined;
    const arrived = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ANNOUNCE_MS);
      this.#announced.set(ask, () => {
        confirmed += 1;
        if (confirmed >= expected) resolve();
      });
    });
    try {
      const listeners = await this.#say({ note, ask });
      // This node listens as well.
      expected = listeners - 1;
      if (confirmed < expected) await arrived;
    } catch {
      this.parts.onLost();
    } finally {
      clearTimeout(timer);
      this.#announced.delete(ask);
    }
  }

  #say(said: Omit<Envelope, 'from'>): Promise<number> {
    const { commands, channel, node } = this.parts;
    const envelope: Envelope = { from: node, ...said };
    return commands.publish(channel, JSON.stringify(envelope));
  }

  #hear(text: string): void {
    // Its own notes come as well, and need not be looked into.
    if (text.startsWith(this.#own)) return;
    const { node, log } = this.parts;
    let envelope: Envelope;
    try {
      envelope = JSON.parse(text);
    } catch {
      log.warn('a note that is not JSON came over Redis: something else uses this channel');
      return;
    }
    const { from, note, ask, done, to } = envelope;
    if (done !== undefined) {
      if (to === node) this.#announced.get(done)?.();
      return;
    }
    if (note) void this.#take(note, ask === undefined ? undefined : { done: ask, to: from });
  }

  async #take(note: Said, confirmation: Omit<Envelope, 'from'> | undefined): Promise<void> {
    try {
      await this.#onNote(note);
    } catch (error) {
      this.parts.log.warn({ err: error, kind: note.kind }, 'a note of another node could not be followed');
      return;
    }
    if (confirmation) await this.#say(confirmation).catch(this.parts.onLost);
  }
}
