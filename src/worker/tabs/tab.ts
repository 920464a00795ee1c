/** A tab in the worker: its settings, its signature, its membership in a session, and the port for its events. */
import { ridOf } from '../../protocol/wire/rid.js';
import {
  type AccountEvent,
  type AuthPayload,
  type ConversationId,
  type EventEncoder,
  IDLE,
  type Mirror,
  type ResumeToken,
  type Settings,
  type StateSnapshot,
  type TabMessage,
  type View,
} from '../../protocol/worker.js';
import { BEGINNING, type Place } from '../store/store.js';
import type { PostSchedule } from './post-schedule.js';

/** The port on which a tab receives its events. */
export type EventPort = Pick<MessagePort, 'postMessage' | 'close'>;

/** A session, as far as a tab's mirror shows it. */
export interface TabSession {
  readonly account: { readonly appkey: string; readonly username: string; readonly digest: string };
  readonly token: ResumeToken | null;
  snapshot(): StateSnapshot;
  /** The chat rooms that the tab is in. */
  roomsOf(tabId: string): number[];
  /** The Web Lock of the tab that acts for the account, for that tab alone. */
  activeLockOf(tabId: string): string | null;
}

type Membership<S> =
  | { is: 'none' }
  | { is: 'joined'; session: S }
  /** The tab shows the end of its session until it joins the next one. */
  | { is: 'ended'; last: StateSnapshot };

export class Tab<S extends TabSession = TabSession> {
  auth: AuthPayload | null = null;
  #membership: Membership<S> = { is: 'none' };
  /** Whether the tab gets the recent history when it joins (specification: 漫游参数). */
  roaming = false;
  /** The page has called `init` since its last login, within its session, so the session's end leaves the tab initialised. */
  hasFreshAuth = false;
  gone = false;
  view: View = { visible: false, frozen: false, viewedAt: 0 };
  /** Whether the tab listens to `onOutboxChange`. */
  watchesOutbox = false;
  /** The conversation that the tab shows. */
  open: ConversationId | null = null;
  /** Resolves when the tab is back in the session that it had in an earlier worker. Its calls wait for that. */
  ready: Promise<void> = Promise.resolve();
  /** The tab has logged in itself, so its memory may hold the password's digest if there is no token. */
  knowsDigest = false;
  /** The number of the tab's log-outs: one cancels the logins before it, and the tab discards what they bring. */
  logouts = 0;
  /** See {@link Restore}. */
  joined: Place = BEGINNING;
  since: number | undefined;
  #mirrors = 0;
  #batch: AccountEvent[] = [];
  #unread = new Map<ConversationId, number>();
  /** Events that wait for older ones. */
  #held: AccountEvent[] | undefined;

  constructor(
    readonly id: string,
    readonly settings: Settings,
    private readonly instance: string,
    private readonly port: EventPort,
    /** Shared by all tabs, since they mostly get the same events. */
    private readonly encoder: EventEncoder,
    /** Shared by all tabs, so that a burst makes the same batches for each. */
    private readonly schedule: PostSchedule,
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

  /** Events of one turn of the worker travel together, and those of a burst. */
  deliver(events: readonly AccountEvent[]): void {
    if (this.#held) {
      this.#held.push(...events);
      return;
    }
    if (events.length === 0) return;
    this.#flushSoon();
    this.#batch.push(...events);
  }

  /** Counts arrive before the events that travel with them, since a listener may read them. */
  updateUnread(counts: readonly (readonly [ConversationId, number])[]): void {
    if (counts.length > 0) this.#flushSoon();
    for (const [conversation, unread] of counts) this.#unread.set(conversation, unread);
  }

  /** Holds events back. @returns delivers older ones and then these. It answers false if the tab has joined anew or logged out meanwhile */
  holdEvents(): (older: readonly AccountEvent[]) => boolean {
    const held: AccountEvent[] = [];
    this.#held = held;
    return (older) => {
      if (this.#held !== held) return false;
      this.#held = undefined;
      this.deliver([...older, ...held]);
      return true;
    };
  }

  /** Drops the undelivered events of a session that the tab has left. */
  discard(): void {
    this.#held = undefined;
    this.#batch = [];
    this.#unread.clear();
  }

  post(message: WithoutInstance<TabMessage>): void {
    this.flush();
    this.#postNow(message);
  }

  /** Posts the gathered events, so that what follows does not overtake them. */
  readonly flush = (): void => {
    const counts = [...this.#unread];
    const events = this.#batch;
    this.#unread = new Map();
    this.#batch = [];
    let changed = counts.length > 0 && { counts };
    for (const batch of this.encoder.batches(events)) {
      this.#postNow({ kind: 'events', events: batch, ...changed });
      changed = false;
    }
    if (changed) this.#postNow({ kind: 'unread', ...changed });
  };

  acknowledge(callId: string, data: unknown, rid = ridOf(callId)): void {
    this.post({ kind: 'ack', callId, rid, data });
  }

  postMirror(): void {
    this.post({ kind: 'mirror', mirror: this.mirror() });
  }

  mirror(): Mirror {
    const { session, auth } = this;
    const resume = session?.token ?? null;
    this.#mirrors += 1;
    return {
      version: this.#mirrors,
      state: session?.snapshot() ?? this.ended ?? IDLE,
      initialised: auth !== null || session !== null,
      active: session?.activeLockOf(this.id) ?? null,
      restore: {
        auth,
        rooms: session?.roomsOf(this.id) ?? [],
        login: session && {
          appkey: session.account.appkey,
          username: session.account.username,
          digest: this.knowsDigest && !resume ? session.account.digest : null,
          joined: this.joined,
          since: this.since,
          resume,
        },
      },
    };
  }

  close(): void {
    this.flush();
    this.gone = true;
    this.port.close();
  }

  #flushSoon(): void {
    if (this.#batch.length + this.#unread.size === 0) this.schedule.soon(this.flush);
  }

  /** A closed BroadcastChannel throws. */
  #postNow(message: WithoutInstance<TabMessage>): void {
    if (!this.gone) this.port.postMessage({ ...message, instance: this.instance });
  }
}

type WithoutInstance<M> = M extends unknown ? Omit<M, 'instance'> : never;
