/** Sends with files: the database has their bytes, since WebKit loses or refuses a Blob. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FormPart } from '../../../../src/protocol/worker.js';
import type { OutboxRecord, Store } from '../../../../src/worker/store/store.js';
import { openResilient, outboxRecord } from '../../fakes/stores.js';

beforeEach(() => {
  vi.stubGlobal('indexedDB', new IDBFactory());
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    if (blobsIn(value) > 0) throw new DOMException('this database takes no files', 'DataCloneError');
    return put.call(this, value, key);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

const blobsIn = (value: unknown): number => {
  if (value instanceof Blob) return 1;
  if (typeof value !== 'object' || value === null) return 0;
  return Object.values(value).reduce((sum, part) => sum + blobsIn(part), 0);
};

const withParts = (id: number, formParts: FormPart[], name = 'file') =>
  outboxRecord(id, { params: { [name]: { formParts } } });
const partsOf = (record: OutboxRecord | undefined) =>
  (record?.params.file ?? record?.params.image)?.formParts as [string, Blob, string][] | undefined;
const reopened = async (store: Store): Promise<OutboxRecord[]> => {
  store.close();
  const next = await openResilient();
  const records = await next.outbox();
  next.close();
  return records;
};

test.each(['file', 'image'])(
  'the next store finds a send with its %s: bytes, type and name',
  async (name) => {
    const store = await openResilient();
    const file = new Blob([new Uint8Array([0, 255, 7])], { type: 'image/png' });
    await store.putOutbox([
      outboxRecord(1),
      withParts(
        2,
        [
          ['note', 'text'],
          ['file', file, 'a.png'],
        ],
        name,
      ),
    ]);
    const [first, second] = await reopened(store);
    expect(first).toEqual(outboxRecord(1));
    const [text, part] = partsOf(second) ?? [];
    expect(text).toEqual(['note', 'text']);
    expect([part?.[0], part?.[1].type, part?.[2]]).toEqual(['file', 'image/png', 'a.png']);
    expect(new Uint8Array((await part?.[1].arrayBuffer()) ?? [])).toEqual(new Uint8Array([0, 255, 7]));
  },
);

test('a send that changes its state keeps its file', async () => {
  const store = await openResilient();
  await store.putOutbox([withParts(1, [['file', new Blob(['x']), 'x.txt']])]);
  const [kept] = await store.outbox();
  if (!kept) throw new Error('the send is not there');
  await store.putOutbox([{ ...kept, state: { is: 'sending' } } as OutboxRecord]);
  const [again] = await reopened(store);
  expect(again?.state.is).toBe('sending');
  expect(await partsOf(again)?.[0]?.[1].text()).toBe('x');
});

test('a file that cannot be read costs its own part, and no other send', async () => {
  const store = await openResilient();
  const gone = new Blob(['x']);
  gone.arrayBuffer = () => Promise.reject(new DOMException('gone', 'NotFoundError'));
  await store.putOutbox([withParts(1, [['file', gone, 'x.txt']]), outboxRecord(2)]);
  const records = await reopened(store);
  expect(partsOf(records[0])).toEqual([]);
  expect(records[1]).toEqual(outboxRecord(2));
});
