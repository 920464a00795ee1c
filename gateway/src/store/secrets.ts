/** This gateway's signing key. It is created once and stored in the database, so it is the same after a restart. */
import { randomBytes } from 'node:crypto';
import type { Database } from './schema.js';

const SECRET_BYTES = 32;

/** Finds the secret of that name, or makes it. */
export async function loadSecret(db: Database, name: string): Promise<Buffer> {
  await db
    .insertInto('secret')
    .values({ name, value: randomBytes(SECRET_BYTES).toString('base64') })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { value } = await db
    .selectFrom('secret')
    .select('value')
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  return Buffer.from(value, 'base64');
}
