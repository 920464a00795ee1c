/**
 * Signed permissions that expire: to upload as an account, and to fetch a file. Nothing is stored for them; what was not signed with
 * this gateway's secret, or for something else, is worth nothing.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

type Purpose = 'upload' | 'media';
export type Verdict = 'good' | 'expired' | 'forged';

const MS_PER_SECOND = 1_000;
const UPLOAD_TOKEN = /^(\d{1,12})\.([\w-]{43})$/;

/** The stored hash is part of what is signed, so that a new password ends the tokens of the old one. */
interface Uploader {
  uid: number;
  passwordHash: string;
}

const subjectOf = ({ uid, passwordHash }: Uploader): string => `${uid} ${passwordHash}`;

export class Tickets {
  constructor(
    private readonly secret: Buffer,
    private readonly now: () => number,
  ) {}

  /** @returns the token for the account's uploads */
  uploadToken(uploader: Uploader, lifetimeMs: number): string {
    const { expires, signature } = this.#sign('upload', subjectOf(uploader), lifetimeMs);
    return `${expires}.${signature}`;
  }

  verifyUploadToken(uploader: Uploader, token: string): Verdict {
    const [, expires = '', signature = ''] = UPLOAD_TOKEN.exec(token) ?? [];
    return this.#verify('upload', subjectOf(uploader), expires, signature);
  }

  /** @returns path and query */
  mediaPath(mediaId: string, lifetimeMs: number): string {
    const { expires, signature } = this.#sign('media', mediaId, lifetimeMs);
    return `/media/${mediaId}?e=${expires}&s=${signature}`;
  }

  verifyMedia(mediaId: string, expires: string, signature: string): Verdict {
    return this.#verify('media', mediaId, expires, signature);
  }

  #sign(purpose: Purpose, subject: string, lifetimeMs: number) {
    const expires = String(Math.ceil((this.now() + lifetimeMs) / MS_PER_SECOND));
    return { expires, signature: this.#digest(purpose, subject, expires).toString('base64url') };
  }

  #verify(purpose: Purpose, subject: string, expires: string, signature: string): Verdict {
    const actual = Buffer.from(signature, 'base64url');
    const expected = this.#digest(purpose, subject, expires);
    if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return 'forged';
    return Number(expires) * MS_PER_SECOND > this.now() ? 'good' : 'expired';
  }

  #digest(purpose: Purpose, subject: string, expires: string): Buffer {
    return createHmac('sha256', this.secret)
      .update(JSON.stringify([purpose, subject, expires]))
      .digest();
  }
}
