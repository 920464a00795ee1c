/**
 * How much may be uploaded. Running uploads count as stored, so that many at once cannot pass a limit. Refused and interrupted ones no longer
 * count.
 */
import type { Settings } from '../config.js';
import type { Media } from './media.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

export interface UploadLimits {
  ofAccount: number;
  ofAll: number;
  /** One that takes longer has broken off. */
  longestMs: number;
}

/** An upload that has begun. */
export interface UploadBegun {
  /** The bytes under way with it: of the account, and of all. */
  own: number;
  all: number;
  end(): void;
}

export interface UploadsUnderWay {
  /** @returns undefined when there are too many at once */
  begin(uid: number, bytes: number, limits: UploadLimits): Promise<UploadBegun | undefined>;
}

interface Sum {
  uploads: number;
  bytes: number;
}

/** Of a single process. */
export class LocalUploads implements UploadsUnderWay {
  readonly #byAccount = new Map<number, Sum>();
  readonly #all: Sum = { uploads: 0, bytes: 0 };

  begin(uid: number, bytes: number, { ofAccount, ofAll }: UploadLimits): Promise<UploadBegun | undefined> {
    const own = this.#byAccount.get(uid) ?? { uploads: 0, bytes: 0 };
    if (own.uploads >= ofAccount || this.#all.uploads >= ofAll) return Promise.resolve(undefined);
    this.#byAccount.set(uid, own);
    const change = (direction: 1 | -1): void => {
      for (const sum of [own, this.#all]) {
        sum.uploads += direction;
        sum.bytes += direction * bytes;
      }
      if (own.uploads === 0) this.#byAccount.delete(uid);
    };
    change(1);
    return Promise.resolve({ own: own.bytes, all: this.#all.bytes, end: () => change(-1) });
  }
}

interface Reservation {
  /** The bytes that the file may have beside the others. */
  readonly room: number;
  release(): void;
}

export class MediaQuota {
  constructor(
    private readonly media: Pick<Media, 'bytesSince' | 'bytesKept'>,
    private readonly settings: Pick<
      Settings,
      'uploadsAtOnce' | 'totalUploadsAtOnce' | 'uploadBytesPerDay' | 'mediaBytes' | 'uploadTimeoutMs'
    >,
    private readonly underWay: UploadsUnderWay,
    private readonly now: () => number,
  ) {}

  /** @returns why not, as a text, when the account may not upload so many bytes */
  async reserve(uid: number, bytes: number): Promise<Reservation | string> {
    const { uploadsAtOnce, totalUploadsAtOnce, uploadBytesPerDay, mediaBytes, uploadTimeoutMs } =
      this.settings;
    // Ahead of the questions below, so that whoever asks meanwhile sees it.
    const begun = await this.underWay.begin(uid, bytes, {
      ofAccount: uploadsAtOnce,
      ofAll: totalUploadsAtOnce,
      longestMs: uploadTimeoutMs,
    });
    if (!begun) return 'too many uploads at once: wait for one to end';
    try {
      const ofToday = (await this.media.bytesSince(uid, this.now() - DAY_MS)) + begun.own;
      const inAll = (await this.media.bytesKept()) + begun.all;
      const room = bytes + Math.min(uploadBytesPerDay - ofToday, mediaBytes - inAll);
      if (room >= bytes) return { room, release: begun.end };
      begun.end();
      return ofToday > uploadBytesPerDay
        ? 'too much uploaded within a day'
        : 'there is no more room for files on this server';
    } catch (error) {
      begun.end();
      throw error;
    }
  }
}
