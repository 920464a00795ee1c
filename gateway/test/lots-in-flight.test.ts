/** Lots of messages that are sent to the database while the one before is being stored: on PGlite, and on a PostgreSQL server. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../../scripts/lib/postgres.mjs';
import { freshData, type TestData } from '../../test/kit/gateway-database.js';
import { freshDatabase } from '../../test/kit/gateway-nodes.js';
import { DEFAULTS } from '../src/config.js';
import { Store } from '../src/store/index.js';
import { MessageWriter, type NewMessage, type StoredMessage } from '../src/store/message-writer.js';
import type { Ids, Order } from '../src/store/order.js';
import type { Database } from '../src/store/schema.js';

const SENDERS = 8;
const MESSAGES = 2_000;
/** The database refuses a message to such an account: it is beyond its integers. */
const NO_ACCOUNT = 1e19;

/** Counts the commits that are under way. */
class WatchedOrder implements Order {
  most = 0;
  #open = 0;

  constructor(private readonly order: Order) {}

  get commitsAtOnce(): number {
    return this.order.commitsAtOnce;
  }

  async commit<T>(count: number, work: (db: Database, ids: Ids) => Promise<T>) {
    this.#open += 1;
    this.most = Math.max(this.most, this.#open);
    try {
      return await this.order.commit(count, work);
    } finally {
      this.#open -= 1;
    }
  }
}

const messageOf = (number: number, isBad: boolean): NewMessage => ({
  key: `key-${number}`,
  sender: 1 + (number % SENDERS),
  recipient: isBad ? NO_ACCOUNT : 1 + ((number + 1) % SENDERS),
  gid: 0,
  receivers: 1,
  msgLevel: 0,
  needReceipt: false,
  customNotification: undefined,
  contentJson: JSON.stringify({ msg_type: 'text', msg_body: { text: String(number) } }),
  bytes: 100,
  noOffline: false,
  origin: '',
});

type Opened = Pick<TestData, 'path' | 'remove'> & { media: string };

async function onPostgres(): Promise<Opened> {
  const server = await startPostgres();
  if (typeof server === 'string') throw new Error(server);
  const data = await freshDatabase(server.url, 'empty');
  return {
    ...data,
    remove: async () => {
      await data.remove();
      server.stop();
    },
  };
}

const onPglite = async (): Promise<Opened> => ({ ...(await freshData()), media: '' });

describe.each([
  ['PGlite', onPglite],
  ['PostgreSQL', onPostgres],
])('lots on %s', (_, open) => {
  let data: Opened;
  let store: Store;
  beforeAll(async () => {
    data = await open();
    store = await Store.open(data.path, { ...DEFAULTS, mediaDirectory: data.media }, Date.now);
  });
  afterAll(async () => {
    await store?.close();
    await data?.remove();
  });

  it('keep each message and the order of each sender, though one in the middle fails', async () => {
    const order = new WatchedOrder(store.messageOrder);
    const handedOn: StoredMessage[] = [];
    const writer = new MessageWriter(store.db, order, {
      isOnline: () => true,
      onStored: async (messages) => void handedOn.push(...messages),
      now: Date.now,
    });
    const bad = new Set([301, 1_200]);
    const numbers = Array.from({ length: MESSAGES }, (_none, number) => number);
    const outcomes = await Promise.allSettled(
      numbers.map((number) => writer.send(messageOf(number, bad.has(number)))),
    );
    expect(numbers.filter((number) => outcomes[number]?.status === 'rejected')).toEqual([...bad]);
    expect(order.most).toBe(2);
    const rows = await store.db
      .selectFrom('message')
      .select(['msg_id', 'sender', 'content_json'])
      .orderBy('msg_id')
      .execute();
    expect(handedOn.map(({ encoded }) => encoded.msg_id)).toEqual(rows.map(({ msg_id }) => msg_id));
    for (let sender = 1; sender <= SENDERS; sender += 1) {
      const stored = rows
        .filter((row) => row.sender === sender)
        .map(({ content_json }) => Number(JSON.parse(content_json).msg_body.text));
      expect(stored).toEqual(numbers.filter((number) => number % SENDERS === sender - 1 && !bad.has(number)));
    }
  });

  it('find a message that the lot before has', async () => {
    const handedOn: StoredMessage[] = [];
    const writer = new MessageWriter(store.db, store.messageOrder, {
      isOnline: () => true,
      onStored: async (messages) => void handedOn.push(...messages),
      now: Date.now,
    });
    const numbers = Array.from({ length: 1_000 }, (_none, index) => MESSAGES + (index % 500));
    const answers = await Promise.all(numbers.map((number) => writer.send(messageOf(number, false))));
    expect(answers.slice(500)).toEqual(answers.slice(0, 500));
    expect(handedOn).toHaveLength(500);
  });

  it('let other statements have their turn', async () => {
    const writer = new MessageWriter(store.db, store.messageOrder, {
      isOnline: () => true,
      onStored: () => Promise.resolve(),
      now: Date.now,
    });
    let isDone = false;
    const numbers = Array.from({ length: MESSAGES }, (_none, index) => 10_000 + index);
    const all = Promise.all(numbers.map((number) => writer.send(messageOf(number, false)))).finally(() => {
      isDone = true;
    });
    let statements = 0;
    while (!isDone) {
      await store.db
        .transaction()
        .execute((transaction) => transaction.selectFrom('account').selectAll().execute());
      if (!isDone) statements += 1;
    }
    await all;
    expect(statements).toBeGreaterThan(2);
  });
});
