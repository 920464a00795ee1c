/**
 * State changes that others hear of. Each runs in one transaction with its request's answer and the events that it causes; a retry gets the
 * first answer and changes nothing. A change names the accounts and groups that it touches. No other change of these runs meanwhile, and
 * changes of others do not wait for it. The events of an account are committed and pushed in the order of their ids.
 */
import type { Transaction } from 'kysely';
import { CODES } from '../../../src/protocol/index.js';
import { type Answer, VOLUME_FULL } from '../answers.js';
import type { Connection } from '../connection/connection.js';
import { type BoxedEvent, type NewEvent, type WireEvent, wireEvent } from '../store/events.js';
import type { Store } from '../store/index.js';
import { firstIdAt } from '../store/message-ids.js';
import { type Committed, type Ids, idsOf, lockNames } from '../store/order.js';
import { answerOf, rememberAnswer } from '../store/requests.js';
import type { Tables } from '../store/schema.js';
import { ROW_BYTES } from '../store/volume.js';
import { noUsage, type Turn, Turns, type Usage } from '../util/turns.js';

interface EmitOptions {
  /** Only for who is here: not stored. */
  live?: boolean;
  /** Not to hear of it live: usually the one whose request it was. */
  except?: Connection;
  /** Nor is that one's platform to hear of it later: there it is no news. */
  exceptLater?: boolean;
  /** Runs in the transaction as soon as the event has its id. */
  record?: (eventId: number) => Promise<unknown>;
}

/** The tools for the work of a change. */
export interface Change {
  /** The only way to the database for the work: the store's own methods would wait for this very transaction to end. */
  readonly transaction: Transaction<Tables>;
  readonly nowMs: number;
  /** An id of an event, beyond all that were given out before. Only after {@link inOrderFor}. */
  nextId(): number;
  /** An id beyond those of all messages that are stored so far. */
  messageMark(): Promise<number>;
  /** Delivers an event to accounts once the change is committed. The event gets its id when the work is done. */
  emit(recipients: readonly number[], event: NewEvent, options?: EmitOptions): void;
  /**
   * Waits until no other change is about to commit something for these accounts. Later numbers of this change are committed in their order.
   * To be called once at most, with all accounts that the change emits stored events to.
   * @param ids how many the work takes by {@link nextId} at most
   */
  inOrderFor(uids: readonly number[], ids: number): Promise<void>;
  /** Runs after the commit, ahead of the pushes; must not fail. A promise is waited for. */
  afterCommit(action: () => void | Promise<void>): void;
}

/** Whose request it is. */
interface Author {
  uid: number;
  usage: Usage;
  /** Within which it is made. */
  turn: Turn;
}

/** The accounts and groups that a change touches beside its author. */
export interface Touched {
  accounts?: readonly number[];
  groups?: readonly number[];
}

/** A recipient's row and its index entry. */
const BOX_BYTES = 80;

interface Emitted extends EmitOptions {
  recipients: readonly number[];
  event: NewEvent;
}

export interface NumberedEvent extends BoxedEvent, EmitOptions {}

/** How the events of changes get to sessions: those of this node, and of others if there are any. */
export interface EventOutlet {
  /** Those that are not stored are for whoever is here. */
  push(event: NumberedEvent): void;
  /** Stored events have their ids, and are about to be committed. */
  numbered(events: readonly NumberedEvent[]): void;
  /** They are committed, and this is their place among the commits of all nodes. */
  committed(events: readonly NumberedEvent[], committed: Committed): void;
}

/** A change, and the names of what it touches. */
interface Running {
  key: string;
  uid: number;
  keys: readonly string[];
}

/** Carries a refusal out of the transaction, which is thereby rolled back. */
class Refused extends Error {
  constructor(readonly answer: Answer) {
    super(answer.message);
  }
}

/** Of PostgreSQL: two transactions waited for each other, and this one was undone. */
const DEADLOCK = '40P01';
const ATTEMPTS = 3;

export class Changes {
  readonly #turns: Turns;
  /** Whose events are being committed. */
  readonly #order = new Turns(Number.POSITIVE_INFINITY);

  /** @param atOnce changes that run at the same time */
  constructor(
    private readonly store: Store,
    private readonly outlet: EventOutlet,
    atOnce: number,
    private readonly now: () => number,
  ) {
    this.#turns = new Turns(atOnce);
  }

  /**
   * Does the work unless its request was answered before, and hands out the one answer. An answer with a code other than 0 undoes
   * whatever was done and is not kept.
   * @param key see `keyOf`
   * @param by the account that pays for it
   */
  run(
    key: string,
    by: Author,
    { accounts = [], groups = [] }: Touched,
    work: (change: Change) => Promise<Answer>,
  ): Promise<Answer> {
    const keys = [
      ...new Set([by.uid, ...accounts].map((uid) => `account ${uid}`)),
      ...groups.map((gid) => `group ${gid}`),
    ];
    return this.store.requests.once(key, by.turn, async () => {
      if (await this.store.volume.isFull(by.uid)) return VOLUME_FULL;
      // A change that waits for another one does not keep others from being served.
      return by.turn.aside(() =>
        this.#turns.run(by.usage, () => this.#persist({ key, uid: by.uid, keys }, work), keys),
      );
    });
  }

  async #persist(running: Running, work: (change: Change) => Promise<Answer>): Promise<Answer> {
    for (let left = ATTEMPTS - 1; ; left -= 1) {
      try {
        return await this.#attempt(running, work);
      } catch (error) {
        if (error instanceof Refused) return error.answer;
        if (left === 0 || !isDeadlock(error)) throw error;
      }
    }
  }

  #number(event: NewEvent, ids: Ids = this.store.messageIds): WireEvent {
    return wireEvent(ids.next(), event);
  }

  async #attempt({ key, uid, keys }: Running, work: (change: Change) => Promise<Answer>): Promise<Answer> {
    const { shared } = this.store;
    const emitted: Emitted[] = [];
    const actions: (() => void | Promise<void>)[] = [];
    const nowMs = this.now();
    let bytes = 0;
    let endOrder: (() => void) | undefined;
    let ids: Ids | undefined;
    let committed: Committed | undefined;
    const numbered: NumberedEvent[] = [];
    try {
      const answer = await this.store.db.transaction().execute(async (transaction) => {
        if (shared) {
          await lockNames(transaction, [key, ...keys]);
          const first = await answerOf(transaction, key);
          if (first) return first;
        }
        const count = async (more: number): Promise<void> => {
          await this.store.volume.count(transaction, uid, more, bytes === 0 ? 1 : 0);
          bytes += more;
        };
        const inOrderFor = async (uids: readonly number[], most: number): Promise<void> => {
          if (endOrder) throw new Error('a change that waits a second time could wait for ever');
          // From here on the change waits for no row of another one, so that no two changes can wait for each other.
          if (bytes === 0) await count(ROW_BYTES);
          endOrder = await this.#order.take(noUsage(), [...new Set(uids)]);
          if (!shared) return;
          committed = await shared.events.enter(transaction, most);
          ids = idsOf(committed, most);
        };
        const outcome = await work({
          transaction,
          nowMs,
          nextId: () => (ids ?? this.store.messageIds).next(),
          messageMark: async () => shared?.messages.mark(transaction) ?? this.store.messageIds.next(),
          inOrderFor,
          emit: (recipients, event, options) => emitted.push({ recipients, event, ...options }),
          afterCommit: (action) => actions.push(action),
        });
        if (outcome.code !== CODES.success) throw new Refused(outcome);
        await rememberAnswer(transaction, { key, answer: outcome, nowMs });
        await count(ROW_BYTES * (bytes === 0 ? 1 : 0) + sizeOf(emitted));
        const stored = emitted.filter(({ live }) => !live);
        if (!endOrder && stored.length > 0) {
          await inOrderFor(
            stored.flatMap(({ recipients }) => recipients),
            stored.length,
          );
        }
        for (const one of emitted) {
          const event = this.#number(one.event, one.live ? undefined : ids);
          await one.record?.(event.event_id);
          numbered.push({ ...one, event });
        }
        if (committed) this.outlet.numbered(numbered.filter(({ live }) => !live));
        await this.#store(transaction, numbered);
        return outcome;
      });
      this.store.volume.added(uid, 1, bytes);
      for (const action of actions) {
        const done = action();
        if (done) await done;
      }
      this.#handOn(numbered, committed);
      return answer;
    } finally {
      endOrder?.();
    }
  }

  #handOn(events: readonly NumberedEvent[], committed: Committed | undefined): void {
    for (const event of events) if (!committed || event.live) this.outlet.push(event);
    if (!committed) return;
    this.outlet.committed(
      events.filter(({ live }) => !live),
      committed,
    );
  }

  async #store(transaction: Transaction<Tables>, events: readonly NumberedEvent[]): Promise<void> {
    const stored = events.filter(({ live }) => !live);
    await this.store.events.store(
      transaction,
      stored.map(({ event, recipients, except, exceptLater }) => ({
        event,
        recipients,
        exceptPlatform: (exceptLater && except?.session?.platform) || '',
      })),
    );
  }
}

/** The bytes that the stored events take. Ids are equally long. */
function sizeOf(emitted: readonly Emitted[]): number {
  return emitted
    .filter(({ live }) => !live)
    .reduce(
      (sum, { event, recipients }) =>
        sum + JSON.stringify(wireEvent(firstIdAt(Date.now()), event)).length + recipients.length * BOX_BYTES,
      0,
    );
}

const isDeadlock = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === DEADLOCK;
