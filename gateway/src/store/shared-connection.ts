/**
 * One connection for statements that are each a commit of their own, as Kysely's pool. A statement is sent without waiting for the answer to the one
 * before, and the database does them in that order. So it goes on to the next one at once.
 */
import type { PostgresPool, PostgresPoolClient } from 'kysely';

/** The pool that the connection is from. */
export interface ConnectionSource extends PostgresPool {
  /** Whether others wait for a connection, where there are not enough. */
  readonly isWanted?: boolean;
}

export class SharedConnection implements PostgresPool {
  #held: { client: PostgresPoolClient; shared: PostgresPoolClient } | undefined;
  /** How many statements are under way. */
  #users = 0;
  #onRelease: (() => void) | undefined;
  /** Statements join in the order in which they came. */
  #joining: Promise<unknown> = Promise.resolve();

  constructor(private readonly source: ConnectionSource) {}

  connect(): Promise<PostgresPoolClient> {
    const joined = this.#joining.then(() => this.#join());
    this.#joining = joined.catch(() => {});
    return joined;
  }

  /** The connection is the source's, which its owner ends. */
  async end(): Promise<void> {}

  async #join(): Promise<PostgresPoolClient> {
    // A row of statements that join each other would never end.
    if (this.#held && this.source.isWanted) await new Promise<void>((resolve) => (this.#onRelease = resolve));
    const held = this.#held ?? this.#hold(await this.source.connect());
    this.#users += 1;
    return held.shared;
  }

  #hold(client: PostgresPoolClient): { client: PostgresPoolClient; shared: PostgresPoolClient } {
    const shared: PostgresPoolClient = {
      query: client.query.bind(client),
      release: () => this.#leave(),
    };
    this.#held = { client, shared };
    return this.#held;
  }

  #leave(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    this.#held?.client.release();
    this.#held = undefined;
    this.#onRelease?.();
    this.#onRelease = undefined;
  }
}
