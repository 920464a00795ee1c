/** Answers that are kept for retries, and the key that a retry is recognised by. */
import { createHmac } from 'node:crypto';
import type { Kysely, Transaction } from 'kysely';
import type { Answer } from '../answers.js';
import type { Turn } from '../util/turns.js';
import type { Database, Tables } from './schema.js';

/**
 * `rid` alone is too small a range to identify a request, hence the digest of all that was sent. The digest is keyed with the application's
 * masterSecret, which is not in the database. The payload of a registration has the password's digest. A thief of the data could try a
 * billion guesses a second at an unkeyed hash of it.
 * @param scope whose request it is
 */
export function requestKey(
  masterSecret: string,
  scope: readonly (string | number)[],
  event: string,
  canonicalPayload: string,
): string {
  return createHmac('sha256', masterSecret)
    .update(JSON.stringify([scope, event]))
    .update(canonicalPayload)
    .digest('base64url');
}

/** The answer of a request that changes something, to be kept for its retries. */
export interface KeptAnswer {
  key: string;
  answer: Answer;
  nowMs: number;
}

/** Part of the transaction that does what was asked, so that there is never one without the other. */
export async function rememberAnswer(transaction: Transaction<Tables>, kept: KeptAnswer): Promise<void> {
  await transaction
    .insertInto('request')
    .values({ key: kept.key, answer_json: JSON.stringify(kept.answer), created_ms: kept.nowMs })
    .execute();
}

export async function answerOf(db: Kysely<Tables>, key: string): Promise<Answer | undefined> {
  const row = await db.selectFrom('request').select('answer_json').where('key', '=', key).executeTakeFirst();
  return row && JSON.parse(row.answer_json);
}

export class Requests {
  readonly #inFlight = new Map<string, Promise<Answer>>();

  constructor(private readonly db: Database) {}

  /**
   * Does `work` unless its request was answered before or is being worked on, and hands out the one answer.
   * @param turn is given to others while another try of the same request is at work
   * @param work stores its answer under the key itself, where the answer is to be kept
   */
  once(key: string, turn: Turn, work: () => Promise<Answer>): Promise<Answer> {
    const open = this.#inFlight.get(key);
    if (open) return turn.aside(() => open);
    const answer = this.answered(key)
      .then((kept) => kept ?? work())
      .finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, answer);
    return answer;
  }

  /** The answer that the request got, if it was one that is kept. */
  answered(key: string): Promise<Answer | undefined> {
    return answerOf(this.db, key);
  }
}
