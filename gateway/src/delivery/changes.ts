/**
 * State changes that others hear of. Each runs in one transaction with its request's answer and the events that it causes; a retry gets the
 * first answer and changes nothing. Changes run one after the other, those of who has taken least of late first, so what one has checked no other changes meanwhile, events are committed
 * in the order of their ids, and they are pushed in that order, after the commit.
 */
import type { Transaction } from 'kysely';
import { CODES } from '../../../src/protocol/index.js';
import { type Answer, VOLUME_FULL } from '../answers.js';
import type { Connection } from '../connection/connection.js';
import { type BoxedEvent, type NewEvent, type WireEvent, wireEvent } from '../store/events.js';
import type { Store } from '../store/index.js';
import { rememberAnswer } from '../store/requests.js';
import type { Tables } from '../store/schema.js';
import { ROW_BYTES } from '../store/volume.js';
import { type Turn, Turns, type Usage } from '../util/turns.js';
import type { Presence } from './presence.js';

export interface EmitOptions {
  /** Only for who is here: not stored. */
  live?: boolean;
  /** Not to hear of it live: usually the one whose request it was. */
  except?: Connection;
  /** Nor is that one's platform to hear of it later: there it is no news. */
  exceptLater?: boolean;
}

/** What the work of a change is handed. */
export interface Change {
  /** The only way to the database for the work: the store's own methods would wait for this very transaction to end. */
  readonly transaction: Transaction<Tables>;
  readonly nowMs: number;
  /** An id of a message or event, beyond all that were given out before. */
  nextId(): number;
  /**
   * Tells accounts of an event, once the change is committed.
   * @returns the event's id
   */
  emit(recipients: readonly number[], event: NewEvent, options?: EmitOptions): number;
  /** Runs after the commit, ahead of the pushes; must not fail. */
  afterCommit(action: () => void): void;
}

/** Whose request it is. */
export interface Author {
  uid: number;
  usage: Usage;
  /** Within which it is made. */
  turn: Turn;
}

/** A recipient's row and its index entry. */
const BOX_BYTES = 80;

interface Emitted extends BoxedEvent, EmitOptions {}

/** Carries a refusal out of the transaction, which is thereby rolled back. */
class Refused extends Error {
  constructor(readonly answer: Answer) {
    super(answer.message);
  }
}

export class Changes {
  /** One after the other; who has taken the least of late comes first. */
  readonly #turns = new Turns(1);

  constructor(
    private readonly store: Store,
    private readonly presence: Presence<Connection>,
    private readonly now: () => number,
  ) {}

  /**
   * Does the work unless its request was answered before, and hands out the one answer. An answer with a code other than 0 undoes
   * whatever was done and is not kept.
   * @param key see `keyOf`
   * @param by whom it is counted for
   */
  run(key: string, by: Author, work: (change: Change) => Promise<Answer>): Promise<Answer> {
    return this.store.requests.once(key, async () => {
      if (await this.store.volume.isFull(by.uid)) return VOLUME_FULL;
      // Who waits for another change does not keep the others from being served.
      return by.turn.aside(() => this.#turns.run(by.usage, () => this.#attempt(key, by.uid, work)));
    });
  }

  /** Pushes an event to whoever is here, without storing it. */
  tell(recipients: readonly number[], event: NewEvent, except?: Connection): void {
    const told = wireEvent(this.store.messageIds.next(), event);
    this.#push({ event: told, recipients, live: true, ...(except !== undefined && { except }) });
  }

  async #attempt(key: string, uid: number, work: (change: Change) => Promise<Answer>): Promise<Answer> {
    const emitted: Emitted[] = [];
    const actions: (() => void)[] = [];
    const nowMs = this.now();
    let bytes = ROW_BYTES;
    try {
      const answer = await this.store.db.transaction().execute(async (transaction) => {
        const outcome = await work({
          transaction,
          nowMs,
          nextId: () => this.store.messageIds.next(),
          emit: (recipients, event, options) => {
            const told = wireEvent(this.store.messageIds.next(), event);
            emitted.push({ event: told, recipients, ...options });
            return told.event_id;
          },
          afterCommit: (action) => actions.push(action),
        });
        if (outcome.code !== CODES.success) throw new Refused(outcome);
        await this.store.events.store(
          transaction,
          emitted
            .filter(({ live }) => !live)
            .map(({ except, exceptLater, ...boxed }) => ({
              ...boxed,
              exceptPlatform: (exceptLater && except?.session?.platform) || '',
            })),
        );
        await rememberAnswer(transaction, { key, answer: outcome, nowMs });
        for (const { event, recipients, live } of emitted) {
          if (!live) bytes += JSON.stringify(event).length + recipients.length * BOX_BYTES;
        }
        await this.store.volume.count(transaction, uid, bytes);
        return outcome;
      });
      this.store.volume.added(uid, 1, bytes);
      for (const action of actions) action();
      for (const event of emitted) this.#push(event);
      return answer;
    } catch (error) {
      if (error instanceof Refused) return error.answer;
      throw error;
    }
  }

  #push({ event, recipients, live = false, except }: Emitted): void {
    for (const uid of new Set(recipients)) {
      for (const connection of this.presence.of(uid).values()) {
        if (connection !== except) connection.session?.feed.tell(event, !live);
      }
    }
  }
}

export type { NewEvent, WireEvent };
