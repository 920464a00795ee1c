/**
 * The files of outbox records, which the disk keeps as bytes. WebKit cannot read a `Blob` of its database after a restart ("WebKitBlobResource
 * error 1"). In a private window it aborts the transaction that writes one (bug 156347).
 */
import type { FormPart, FormParts } from '../../protocol/worker.js';
import type { OutboxRecord } from './store.js';

interface StoredFile {
  bytes: ArrayBuffer;
  type: string;
}

const FILE_PARAMS = ['file', 'image'] as const;

/** A file that cannot be read is left out: its upload would fail too. */
export const withBytes = (record: OutboxRecord): Promise<OutboxRecord> =>
  mapParts(record, async (part) => {
    const [name, value, filename] = part;
    if (!(value instanceof Blob)) return part;
    try {
      const stored: StoredFile = { bytes: await value.arrayBuffer(), type: value.type };
      return [name, stored, filename];
    } catch {
      return undefined;
    }
  });

export const withFiles = (record: OutboxRecord): Promise<OutboxRecord> =>
  mapParts(record, (part) => {
    const [name, value, filename] = part;
    return isStoredFile(value) ? [name, new Blob([value.bytes], { type: value.type }), filename] : part;
  });

const isStoredFile = (value: unknown): value is StoredFile =>
  typeof value === 'object' && (value as StoredFile | null)?.bytes instanceof ArrayBuffer;

type Part = readonly unknown[];

async function mapParts(
  record: OutboxRecord,
  map: (part: Part) => Part | undefined | Promise<Part | undefined>,
): Promise<OutboxRecord> {
  const params = { ...record.params };
  for (const name of FILE_PARAMS) {
    const { formParts } = params[name] ?? {};
    if (!Array.isArray(formParts)) continue;
    const parts = await Promise.all(formParts.map((part) => (Array.isArray(part) ? map(part) : part)));
    const mapped: FormParts = { formParts: parts.filter((part): part is FormPart => part !== undefined) };
    params[name] = mapped;
  }
  return { ...record, params };
}
