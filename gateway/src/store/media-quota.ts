/**
 * How much may be uploaded. Running uploads count as stored, so that many at once cannot pass a limit. Refused and interrupted ones no longer
 * count.
 */
import type { Settings } from '../config.js';
import type { Media } from './media.js';

const DAY_MS = 24 * 60 * 60 * 1_000;

interface Reservation {
  /** The bytes that the file may have beside the others. */
  readonly room: number;
  release(): void;
}

interface UnderWay {
  uploads: number;
  bytes: number;
}

export class MediaQuota {
  readonly #byAccount = new Map<number, UnderWay>();
  readonly #all: UnderWay = { uploads: 0, bytes: 0 };

  constructor(
    private readonly media: Pick<Media, 'bytesSince' | 'bytesKept'>,
    private readonly settings: Pick<
      Settings,
      'uploadsAtOnce' | 'totalUploadsAtOnce' | 'uploadBytesPerDay' | 'mediaBytes'
    >,
    private readonly now: () => number,
  ) {}

  /** @returns why not, as a text, when the account may not upload so many bytes */
  async reserve(uid: number, bytes: number): Promise<Reservation | string> {
    const { uploadsAtOnce, totalUploadsAtOnce, uploadBytesPerDay, mediaBytes } = this.settings;
    const own = this.#byAccount.get(uid) ?? { uploads: 0, bytes: 0 };
    if (own.uploads >= uploadsAtOnce || this.#all.uploads >= totalUploadsAtOnce) {
      return 'too many uploads at once: wait for one to end';
    }
    this.#byAccount.set(uid, own);
    // Ahead of the questions below, so that whoever asks meanwhile sees it.
    const change = (direction: 1 | -1): void => {
      for (const underWay of [own, this.#all]) {
        underWay.uploads += direction;
        underWay.bytes += direction * bytes;
      }
      if (own.uploads === 0) this.#byAccount.delete(uid);
    };
    change(1);
    try {
      const ofToday = (await this.media.bytesSince(uid, this.now() - DAY_MS)) + own.bytes;
      const inAll = (await this.media.bytesKept()) + this.#all.bytes;
      const room = bytes + Math.min(uploadBytesPerDay - ofToday, mediaBytes - inAll);
      if (room >= bytes) return { room, release: () => change(-1) };
      change(-1);
      return ofToday > uploadBytesPerDay
        ? 'too much uploaded within a day'
        : 'there is no more room for files on this server';
    } catch (error) {
      change(-1);
      throw error;
    }
  }
}
