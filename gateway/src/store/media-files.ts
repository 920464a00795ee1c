/**
 * The contents of uploads, as files of one directory, named by media_id and by nothing that a client says. A file gets its name only when it
 * is complete. The next start removes the remains of interrupted uploads and of a killed gateway.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, opendir, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import send from '@fastify/send';
import { privateDirectory } from './private-directory.js';

/** These first bytes of a file are enough to recognise its type. */
const HEAD_BYTES = 4_100;
const INCOMING = 'incoming';
const PORTION = 1_000;
export const RANGE_NOT_SATISFIABLE = 416;

export interface ReceivedFile {
  path: string;
  size: number;
  crc32: number;
  /** Hex. */
  md5: string;
  /** Its first bytes. */
  head: Buffer;
}

/** A file that has its place. */
export interface Kept {
  media_id: string;
  size: number;
}

/** A file, or a part of it, as an answer of HTTP. */
export interface ServedFile {
  statusCode: number;
  headers: Record<string, string | number | string[] | undefined>;
  stream?: Readable | undefined;
}

interface Folder {
  path: string;
  /** It goes when the files are closed. */
  isTemporary: boolean;
}

/** @param directory a temporary one without */
export async function prepareFolder(directory: string | undefined, isShared: boolean): Promise<Folder> {
  const path = directory ?? (await mkdtemp(join(tmpdir(), 'jmessage-gateway-media-')));
  // Another node may be writing there.
  if (!isShared) await rm(join(path, INCOMING), { recursive: true, force: true });
  await privateDirectory(path);
  await privateDirectory(join(path, INCOMING));
  return { path, isTemporary: directory === undefined };
}

export class MediaFiles {
  readonly #receiving = new Set<Promise<ReceivedFile>>();

  constructor(private readonly folder: Folder) {}

  get directory(): string {
    return this.folder.path;
  }

  /**
   * Writes what arrives to a file of its own.
   * @throws when the source breaks off or the disk fails; no file is left then
   */
  receive(source: Readable): Promise<ReceivedFile> {
    const received = this.#receive(source).finally(() => this.#receiving.delete(received));
    this.#receiving.add(received);
    return received;
  }

  async #receive(source: Readable): Promise<ReceivedFile> {
    const path = join(this.directory, INCOMING, randomUUID());
    const md5 = createHash('md5');
    const head: Buffer[] = [];
    let size = 0;
    let checksum = 0;
    const measure = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        if (size < HEAD_BYTES) head.push(chunk.subarray(0, HEAD_BYTES - size));
        size += chunk.length;
        checksum = crc32(chunk, checksum);
        md5.update(chunk);
        done(null, chunk);
      },
    });
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    try {
      await pipeline(source, measure, file);
    } catch (error) {
      // The pipeline does not wait for a file that is just being opened: removed before that, it would come into being afterwards.
      if (!file.closed) await new Promise<void>((resolve) => file.once('close', resolve));
      await rm(path, { force: true });
      throw error;
    }
    return { path, size, crc32: checksum, md5: md5.digest('hex'), head: Buffer.concat(head) };
  }

  /** Gives a received file its place. */
  keep(received: Pick<ReceivedFile, 'path'>, mediaId: string): Promise<void> {
    return rename(received.path, join(this.directory, mediaId));
  }

  discard(received: Pick<ReceivedFile, 'path'>): Promise<void> {
    return rm(received.path, { force: true });
  }

  async remove(mediaIds: readonly string[]): Promise<void> {
    for (const mediaId of mediaIds) await rm(join(this.directory, mediaId), { force: true });
  }

  /** Removes what was left half written before that time. An upload takes no such time: it writes, or it is cut off. */
  async removeIncoming(beforeMs: number): Promise<void> {
    for await (const names of olderThan(join(this.directory, INCOMING), beforeMs, PORTION)) {
      for (const name of names) await rm(join(this.directory, INCOMING, name), { force: true });
    }
  }

  /** The names of files that were last written before that time, in portions. */
  olderThan(timeMs: number, batchSize: number): AsyncGenerator<string[]> {
    return olderThan(this.directory, timeMs, batchSize);
  }

  /** The file as far as the request wants it; undefined if it is not there. */
  async serve(request: IncomingMessage, { media_id }: Kept): Promise<ServedFile | undefined> {
    const { statusCode, headers, stream, type } = await send(request, media_id, {
      root: this.directory,
      // Names of files in the directory have no meaning.
      index: false,
      contentType: false,
      cacheControl: false,
    });
    if (type === 'error' && statusCode !== RANGE_NOT_SATISFIABLE) return undefined;
    return { statusCode, headers, stream };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#receiving);
    if (this.folder.isTemporary) await rm(this.directory, { recursive: true, force: true });
  }
}

async function* olderThan(directory: string, timeMs: number, batchSize: number): AsyncGenerator<string[]> {
  let names: string[] = [];
  for await (const entry of await opendir(directory)) {
    if (!entry.isFile()) continue;
    const written = await stat(join(directory, entry.name)).catch(() => undefined);
    if (!written || written.mtimeMs >= timeMs) continue;
    names.push(entry.name);
    if (names.length < batchSize) continue;
    yield names;
    names = [];
  }
  if (names.length > 0) yield names;
}
