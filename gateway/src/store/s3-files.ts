/**
 * The contents of uploads in a bucket of S3 or of a server that speaks its protocol, for several nodes. A file arrives in a local folder first, where
 * its type is found out. Downloads pass through the gateway, so that signed addresses and headers keep their promises.
 */
import { openAsBlob } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { Bucket } from './bucket.js';
import {
  type Kept,
  MediaFiles,
  prepareFolder,
  RANGE_NOT_SATISFIABLE,
  type ReceivedFile,
  type ServedFile,
} from './media-files.js';

export class S3Files extends MediaFiles {
  private constructor(
    private readonly bucket: Bucket,
    folder: Awaited<ReturnType<typeof prepareFolder>>,
  ) {
    super(folder);
  }

  /** @throws when the bucket cannot be used */
  static async open(bucket: Bucket): Promise<S3Files> {
    await bucket.open();
    return new S3Files(bucket, await prepareFolder(undefined, true));
  }

  override async keep(received: Pick<ReceivedFile, 'path'>, mediaId: string): Promise<void> {
    await this.bucket.put(mediaId, await openAsBlob(received.path));
    await this.discard(received);
  }

  override async remove(mediaIds: readonly string[]): Promise<void> {
    for (const mediaId of mediaIds) await this.bucket.remove(mediaId);
  }

  override async *olderThan(timeMs: number, batchSize: number): AsyncGenerator<string[]> {
    for await (const portion of this.bucket.list(batchSize)) {
      const old = portion.filter(({ writtenMs }) => writtenMs < timeMs);
      if (old.length > 0) yield old.map(({ key }) => key);
    }
  }

  override async serve(request: IncomingMessage, { media_id, size }: Kept): Promise<ServedFile | undefined> {
    const etag = `"${media_id}"`;
    const common = { etag, 'accept-ranges': 'bytes' };
    // The content of an id never changes.
    if (request.headers['if-none-match'] === etag) return { statusCode: 304, headers: common };
    const range = rangeOf(request.headers.range, size);
    if (range === 'unsatisfiable') {
      const headers = { ...common, 'content-range': `bytes */${size}` };
      return { statusCode: RANGE_NOT_SATISFIABLE, headers };
    }
    const { first, last } = range ?? { first: 0, last: size - 1 };
    const headers = {
      ...common,
      'content-length': last - first + 1,
      ...(range && { 'content-range': `bytes ${first}-${last}/${size}` }),
    };
    const statusCode = range ? 206 : 200;
    if (request.method === 'HEAD') return { statusCode, headers, stream: Readable.from([]) };
    const content = await this.bucket.get(media_id, range && `bytes=${first}-${last}`);
    return content && { statusCode, headers, stream: Readable.from(content) };
  }
}

/** One range; more of them are answered with the whole file, as the standard allows. */
function rangeOf(
  header: string | undefined,
  size: number,
): { first: number; last: number } | 'unsatisfiable' | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  return first <= last && first < size ? { first, last } : 'unsatisfiable';
}
