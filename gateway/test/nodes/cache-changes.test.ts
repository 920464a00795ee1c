/** Changes to what nodes keep in memory, as a node finds them that no note has reached. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, startServers } from '../../../test/kit/gateway-nodes.js';
import { type CacheChange, CacheChanges, noteChange } from '../../src/store/cache-changes.js';
import { type OpenDatabase, openDatabase } from '../../src/store/database.js';

let servers: Awaited<ReturnType<typeof startServers>>;
let data: Awaited<ReturnType<typeof freshDatabase>>;
let opened: OpenDatabase;

beforeAll(async () => {
  servers = await startServers();
  data = await freshDatabase(servers.postgres);
  opened = await openDatabase(data.path, true);
});
afterAll(async () => {
  await opened?.close();
  await data?.remove();
  servers?.stop();
});

const changeOf = (key: number): CacheChange => ({ cached: 'group', key });
const change = (key: number) =>
  opened.db.transaction().execute((transaction) => noteChange(transaction, changeOf(key)));

async function looking(): Promise<CacheChanges> {
  const changes = new CacheChanges(opened.db);
  expect(await changes.next()).toBeUndefined();
  return changes;
}

describe('the changes of a cache', () => {
  it('are those since the last look, with names that hold anything', async () => {
    await change(1);
    const changes = await looking();
    expect(await changes.next()).toEqual([]);
    const account: CacheChange = { cached: 'account', key: 'app\0name' };
    await opened.db.transaction().execute((transaction) => noteChange(transaction, account));
    expect(await changes.next()).toEqual([account]);
    expect(await changes.next()).toEqual([]);
  });

  it('are found though they began before a look and end after it, and others in between', async () => {
    const changes = await looking();
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let written = () => {};
    const begun = new Promise<void>((resolve) => {
      written = resolve;
    });
    const long = opened.db.transaction().execute(async (transaction) => {
      await noteChange(transaction, changeOf(10));
      written();
      await ended;
    });
    await begun;
    await change(11);
    expect(await changes.next()).toEqual([changeOf(11)]);
    await change(12);
    end();
    await long;
    const found = await changes.next();
    expect(found).toContainEqual(changeOf(10));
    expect(found).toContainEqual(changeOf(12));
    expect(await changes.next()).toEqual([]);
  });

  it('of a change that was undone are none', async () => {
    const changes = await looking();
    const undone = opened.db.transaction().execute(async (transaction) => {
      await noteChange(transaction, changeOf(20));
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await changes.next()).toEqual([]);
  });
});
