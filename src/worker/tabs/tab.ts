/** A tab, as the worker has it: who it is, what it was initialised with, which session it belongs to, and the port its events go to. */
import { ridOf } from '../../protocol/wire/rid.js';
import {
  type AccountEvent,
  type AuthPayload,
  type ConversationId,
  IDLE,
  type Mirror,
  type ResumeToken,
  type Settings,
  type StateSnapshot,
  type TabMessage,
} from '../../protocol/worker.js';

/** Where a tab's events go. */
export type EventPort = Pick<MessagePort, 'postMessage' | 'close'>;

/** A session, as far as a tab's mirror shows it. */
export interface TabSession {
  readonly account: { readonly appkey: string; readonly username: string; readonly digest: string };
  readonly token: ResumeToken | null;
  snapshot(): StateSnapshot;
  /** The chat rooms that the tab is in. */
  roomsOf(tabId: string): number[];
}

type Membership<S> =
  | { is: 'none' }
  | { is: 'joined'; session: S }
  /** The tab shows the end of its session until it joins the next one. */
  | { is: 'ended'; last: StateSnapshot };

export class Tab<S extends TabSession = TabSession> {
  auth: AuthPayload | null = null;
  #membership: Membership<S> = { is: 'none' };
  /** Whether it gets the recent history when it joins (specification: 漫游参数). */
  roaming = false;
  gone = false;
  /** Whether somebody can see it. */
  visible = true;
  /** Whether it listens to `onOutboxChange`. */
  watchesOutbox = false;
  /** The conversation that it last read. */
  open: ConversationId | null = null;
  /** Resolves when it has been brought back from another worker's death, if there was one: calls wait for that. */
  ready: Promise<void> = Promise.resolve();
  /** It logged in itself, and may be handed the password's digest to keep in its memory, where there is no token. */
  knowsDigest = false;
  /** Counts its logging out: a login that was called before does not log it in any more. */
  logouts = 0;
  /** See {@link Restore}. */
  joinedMs = 0;
  #mirrors = 0;
  #batch: AccountEvent[] = [];
  #unread = new Map<ConversationId, number>();
  /** Events that wait for something older. */
  #held: AccountEvent[] | undefined;

  constructor(
    readonly id: string,
    readonly settings: Settings,
    private readonly instance: string,
    private readonly port: EventPort,
  ) {}

  get session(): S | null {
    return this.#membership.is === 'joined' ? this.#membership.session : null;
  }

  /** How the tab's last session ended; null while it has a session, and before its first one. */
  get ended(): StateSnapshot | null {
    return this.#membership.is === 'ended' ? this.#membership.last : null;
  }

  join(session: S): void {
    this.#membership = { is: 'joined', session };
  }

  /** @param last the end of the session, which the tab shows; null: the tab asked for it, or left */
  leave(last: StateSnapshot | null): void {
    this.#membership = last ? { is: 'ended', last } : { is: 'none' };
  }

  /** Events of one turn of the worker travel as one message. */
  deliver(events: readonly AccountEvent[]): void {
    if (this.#held) {
      this.#held.push(...events);
      return;
    }
    if (events.length === 0) return;
    this.#flushSoon();
    this.#batch.push(...events);
  }

  /** Of one turn too, and there before its events: a listener may ask for them. */
  tellUnread(counts: readonly (readonly [ConversationId, number])[]): void {
    if (counts.length > 0) this.#flushSoon();
    for (const [conversation, unread] of counts) this.#unread.set(conversation, unread);
  }

  /** Keeps events back until what is older has been fetched. @returns delivers that before them, unless the tab has left the session meanwhile */
  hold(): (older: readonly AccountEvent[]) => void {
    const held: AccountEvent[] = [];
    this.#held = held;
    return (older) => {
      if (this.#held !== held) return;
      this.#held = undefined;
      this.deliver([...older, ...held]);
    };
  }

  /** It has left its session: what it was to be told of that is nothing to it any more. */
  discard(): void {
    this.#held = undefined;
    this.#batch = [];
    this.#unread.clear();
  }

  tell(message: WithoutInstance<TabMessage>): void {
    this.#flush();
    this.#post(message);
  }

  acknowledge(callId: string, data: unknown): void {
    this.tell({ kind: 'ack', callId, rid: ridOf(callId), data });
  }

  reflect(): void {
    this.tell({ kind: 'mirror', mirror: this.mirror() });
  }

  mirror(): Mirror {
    const { session, auth } = this;
    const resume = session?.token ?? null;
    this.#mirrors += 1;
    return {
      version: this.#mirrors,
      state: session?.snapshot() ?? this.ended ?? IDLE,
      initialised: auth !== null || session !== null,
      restore: {
        auth,
        rooms: session?.roomsOf(this.id) ?? [],
        login: session && {
          appkey: session.account.appkey,
          username: session.account.username,
          digest: this.knowsDigest && !resume ? session.account.digest : null,
          joinedMs: this.joinedMs,
          resume,
        },
      },
    };
  }

  close(): void {
    this.gone = true;
    this.#flush();
    this.port.close();
  }

  #flushSoon(): void {
    if (this.#batch.length + this.#unread.size === 0) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const counts = [...this.#unread];
    const events = this.#batch;
    this.#unread = new Map();
    this.#batch = [];
    if (counts.length > 0) this.#post({ kind: 'unread', counts });
    if (events.length > 0) this.#post({ kind: 'events', events });
  }

  #post(message: WithoutInstance<TabMessage>): void {
    this.port.postMessage({ ...message, instance: this.instance });
  }
}

type WithoutInstance<M> = M extends unknown ? Omit<M, 'instance'> : never;
