/** Ids in a statement. */
import { type RawBuilder, sql } from 'kysely';

/** For `in`: one parameter for any number of ids, so that the statement is the same each time. */
export const idList = (ids: Iterable<number>): RawBuilder<unknown> =>
  sql`(select value::bigint from json_array_elements_text(${JSON.stringify([...ids])}::json))`;
