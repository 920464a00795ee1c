/** The stores that there are, and what tests put into them. */
import { singleId } from '../../../src/protocol/worker.js';
import { openDatabase } from '../../../src/worker/store/idb.js';
import { IdbStore } from '../../../src/worker/store/idb-store.js';
import { MemoryStore } from '../../../src/worker/store/memory-store.js';
import { openStore } from '../../../src/worker/store/open-store.js';
import type { OutboxRecord, Place, Store, StoredMessage } from '../../../src/worker/store/store.js';
import { FakeClock } from './clock.js';
import { apiMessage } from './messages.js';

export const BOB = singleId('app', 'bob');

export type Wipeless = Omit<Store, 'wipe'>;

export const openIdb = async (capBytes = Number.POSITIVE_INFINITY) =>
  new IdbStore(await openDatabase('account', () => undefined), () => capBytes);

export const openResilient = () =>
  openStore('account', new FakeClock(), (reason) => {
    throw new Error(reason);
  });

export const stored = (id: number, conversation = BOB, at?: number): StoredMessage => ({
  conversation,
  message: apiMessage(id, at === undefined ? {} : { at }),
});
export const TOKEN = { device: 'd', token: 't', renewals: 1, roaming: true };
export const PROGRESS = { syncKey: 1, eventKey: 2, receiptKey: 3, seenEvents: [4], seenReceipts: [] };
export const outboxRecord = (id: number, fields: Partial<OutboxRecord> = {}): OutboxRecord => ({
  id,
  callId: `call ${id}`,
  tabId: 'tab',
  method: 'sendSingleMsg',
  params: { content: `text ${id}` },
  madeAt: 1,
  expiresAt: 2,
  uploadUrl: '',
  attempt: 0,
  state: { is: 'queued' },
  ...fields,
});

export const place = (id: number): Place => ({ ctime_ms: 1_000 + id, msg_id: id });

export const STORES: [string, () => Promise<Wipeless>][] = [
  ['MemoryStore', async () => new MemoryStore()],
  ['IdbStore', () => openIdb()],
  ['ResilientStore', openResilient],
];
