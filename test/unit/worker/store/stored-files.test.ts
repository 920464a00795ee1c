/** Sends with files in a database that takes no files, as in a private window of WebKit. */
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { FormPart } from '../../../../src/protocol/worker.js';
import type { OutboxRecord, Store } from '../../../../src/worker/store/store.js';
import { hasFile } from '../../../../src/worker/store/stored-files.js';
import { openResilient, outboxRecord } from '../../fakes/stores.js';

/** The number of aborted transactions. */
let aborted: number;
beforeEach(() => {
  aborted = 0;
  vi.stubGlobal('indexedDB', new IDBFactory());
  const put = IDBObjectStore.prototype.put;
  vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, value, key) {
    const request = put.call(this, value, key);
    if (!hasFile({ params: {}, ...(value as object) } as OutboxRecord)) return request;
    aborted += 1;
    queueMicrotask(() => this.transaction.abort());
    return request;
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

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

test('only the first file is tried as it is', async () => {
  const store = await openResilient();
  for (const id of [1, 2, 3]) await store.putOutbox([withParts(id, [['file', new Blob(['x']), 'x.txt']])]);
  expect(aborted).toBe(1);
  expect(await reopened(store)).toHaveLength(3);
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
