/** Commits of several nodes on a real PostgreSQL server: visible in the order of their ids, whatever the nodes do meanwhile. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, startServers } from '../../../test/kit/gateway-nodes.js';
import { until } from '../../../test/kit/until.js';
import { DEFAULTS } from '../../src/config.js';
import { openDatabase } from '../../src/store/database.js';
import { Store } from '../../src/store/index.js';
import { MessageWriter, type NewMessage } from '../../src/store/message-writer.js';
import { LONGEST_PAUSE_MS, type SharedOrder } from '../../src/store/order.js';

let servers: Awaited<ReturnType<typeof startServers>>;
let data: Awaited<ReturnType<typeof freshDatabase>>;
let nodes: [Store, Store];
const orders = (): [SharedOrder, SharedOrder] => nodes.map(({ shared }) => shared?.messages) as never;

beforeAll(async () => {
  servers = await startServers();
  data = await freshDatabase(servers.postgres);
  const settings = { ...DEFAULTS, mediaDirectory: data.media };
  const open = () => Store.open(data.path, settings, Date.now, { isShared: true });
  nodes = [await open(), await open()];
});
afterAll(async () => {
  for (const node of nodes ?? []) await node.close();
  await data?.remove();
  servers?.stop();
});

const messageOf = (key: string, sender: number): NewMessage => ({
  key,
  sender,
  recipient: sender + 1,
  gid: 0,
  receivers: 1,
  msgLevel: 0,
  needReceipt: false,
  customNotification: undefined,
  contentJson: JSON.stringify({ msg_type: 'text', msg_body: { text: key } }),
  bytes: 100,
  noOffline: false,
  origin: '',
});

const writerOf = (node: Store) =>
  new MessageWriter(node.db, node.messageOrder, {
    isOnline: () => false,
    onStored: () => Promise.resolve(),
    now: Date.now,
  });

const idsBeyond = async (after: number): Promise<number[]> => {
  const rows = await nodes[0].db
    .selectFrom('message')
    .select('msg_id')
    .where('msg_id', '>', after)
    .orderBy('msg_id')
    .execute();
  return rows.map(({ msg_id }) => msg_id);
};

function gate(): { opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

describe('commits of two nodes', () => {
  it('are visible in the order of ids, though the first one takes its time', async () => {
    const [one, other] = orders();
    const held = gate();
    const ids: number[] = [];
    let begun = false;
    const first = one.commit(1, async (_db, { next }) => {
      ids.push(next());
      begun = true;
      await held.opened;
    });
    await until('the first to have its id', () => begun);
    let isSecondDone = false;
    const second = other
      .commit(1, async (_db, { next }) => void ids.push(next()))
      .then(() => (isSecondDone = true));
    await until('the second one to wait for the lock', async () => {
      const { rows } = await sql`select from pg_locks where locktype = 'advisory' and not granted`.execute(
        nodes[0].db,
      );
      return rows.length > 0;
    });
    expect(isSecondDone).toBe(false);
    held.open();
    await Promise.all([first, second]);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('leave no reader behind: nothing appears below an id that was read', async () => {
    const writers = nodes.map(writerOf);
    let sent = 0;
    const send = async (node: number): Promise<void> => {
      for (let count = 0; count < 60; count += 1) {
        await writers[node]?.send(messageOf(randomUUID(), 1 + (count % 7)));
        sent += 1;
      }
    };
    const before = await orders()[0].highest();
    const sending = Promise.all([0, 1, 0, 1, 0, 1].map(send));
    const read: number[] = [];
    let isDone = false;
    void sending.then(() => {
      isDone = true;
    });
    while (!isDone) read.push(...(await idsBeyond(read.at(-1) ?? before)));
    read.push(...(await idsBeyond(read.at(-1) ?? before)));
    await sending;
    expect(sent).toBe(360);
    expect(read).toEqual(await idsBeyond(before));
    expect(read).toHaveLength(360);
  });

  it('give the first answer to a request that is tried on both at once', async () => {
    const writers = nodes.map(writerOf);
    const keys = Array.from({ length: 20 }, () => randomUUID());
    const tries = keys.flatMap((key) => writers.map((writer) => writer.send(messageOf(key, 1))));
    const answers = await Promise.all(tries);
    for (let pair = 0; pair < answers.length; pair += 2) expect(answers[pair + 1]).toEqual(answers[pair]);
    expect(new Set(answers.map(({ msg_id }) => msg_id)).size).toBe(keys.length);
  });

  it('go on when the other node stops within one: it loses the lock, and its commit fails', async () => {
    const [one, other] = orders();
    const held = gate();
    let begun = false;
    const paused = one.commit(1, async (db) => {
      begun = true;
      await held.opened;
      await db.selectFrom('account').select('uid').limit(1).execute();
    });
    const failed = paused.then(
      () => 'committed',
      () => 'failed',
    );
    await until('it to have the lock', () => begun);
    const since = performance.now();
    await other.commit(1, () => Promise.resolve());
    expect(performance.now() - since).toBeLessThan(LONGEST_PAUSE_MS * 2);
    held.open();
    expect(await failed).toBe('failed');
  });
});

describe('a database', () => {
  it('of a single process takes no second one, and none of several nodes; nor do nodes take a single one', async () => {
    const settings = { ...DEFAULTS, mediaDirectory: data.media };
    const open = (path: string, isShared: boolean) => Store.open(path, settings, Date.now, { isShared });
    const own = await freshDatabase(servers.postgres);
    const single = await open(own.path, false);
    const refused = /another gateway serves this database.*--redis/;
    await Promise.all([
      expect(open(own.path, false)).rejects.toThrow(refused),
      expect(open(own.path, true)).rejects.toThrow(refused),
      expect(open(data.path, false)).rejects.toThrow(refused),
    ]);
    await single.close();
    const next = await open(own.path, false);
    await next.close();
    await own.remove();
  });
});

describe('nodes that start together', () => {
  it('migrate an empty database once', async () => {
    const empty = await freshDatabase(servers.postgres, 'empty');
    const opened = await Promise.all(Array.from({ length: 10 }, () => openDatabase(empty.path, true)));
    const migrations = await opened[0]?.db
      .selectFrom('kysely_migration' as never)
      .selectAll()
      .execute();
    expect(migrations?.length).toBeGreaterThan(7);
    await Promise.all(opened.map((one) => one.close()));
    await empty.remove();
  });
});
