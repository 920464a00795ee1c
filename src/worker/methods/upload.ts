/**
 * Uploads a file: it gets a token from the server, and posts the application's form to the upload server. A failed network, a fault of the server or an
 * expired token is retried with a new token; any other refusal is final. An aborted upload ends at once.
 */
import {
  CODES,
  type ErrorCode,
  type Failure,
  type FormParts,
  failure,
  RECOGNISED_CODES,
  type UploadedMedia,
} from '../../protocol/worker.js';
import type { Reply } from '../connection/request.js';
import { type Platform, Stalled } from '../platform/platform.js';
import { type Clock, delay } from '../util/clock.js';
import { unlessAborted } from '../util/deferred.js';
import { isObject, readCount } from '../util/read-answer.js';

const MAX_TRIES = 3;
const RETRY_MS = 1_000;
/** How long the first byte of a file may take to read. */
const READ_TIMEOUT_MS = 10_000;
/** WebKit reports progress up to a thousand times a second. This is the standard's shortest time between two reports. */
const PROGRESS_MS = 50;
/** The upload server's code for a file that is too large: 880210 of the API. */
const WIRE_FILE_TOO_LARGE = 898061;
/** The upload server's codes for an expired token, and for a fault of its own, such as a database that is away for a moment. */
const AGAIN = new Set([898010, 898000]);
/** The upload server's code for too many uploads: 880209 of the API. */
const WIRE_TOO_MANY = 898030;

export type Uploaded = { ok: true; media: UploadedMedia } | { ok: false; error: Failure };

export interface UploadJob {
  url: string;
  type: 'image' | 'file';
  parts: FormParts;
  appkey: string;
  username: string;
  signal: AbortSignal;
  onProgress(loaded: number, total: number): void;
  /** How often the connection was lost. */
  outages(): number;
  /** Requests a token. */
  token(): Promise<Reply>;
}

function paced(clock: Clock, job: UploadJob): UploadJob['onProgress'] {
  let reportedAt = 0;
  return (loaded, total) => {
    const now = clock.now();
    if (loaded < total && Math.abs(now - reportedAt) < PROGRESS_MS) return;
    reportedAt = now;
    job.onProgress(loaded, total);
  };
}

export async function upload(
  platform: Pick<Platform, 'postForm' | 'clock'>,
  job: UploadJob,
): Promise<Uploaded> {
  const form = toForm(job.parts);
  if (!form) return refused(CODES.fileNotExist);
  const url = `${job.url}?type=${job.type}`;
  let failures = 0;
  for (;;) {
    const outages = job.outages();
    const token = await unlessAborted(job.token(), job.signal);
    if (!token || job.signal.aborted) return refused(CODES.aborted);
    if (token.kind === 'dropped') return { ok: false, error: token.error };
    if (token.kind === 'timeout') return refused(CODES.timeout);
    if (token.answer.code !== CODES.success) return { ok: false, error: token.answer };
    // It is checked on each try, since a file may be deleted while it waits for a connection.
    const readable = await unlessAborted(isReadable(form, platform.clock), job.signal);
    if (readable === undefined) return refused(CODES.aborted);
    if (!readable) return refused(CODES.fileNotExist);
    const headers = {
      'X-App-Key': job.appkey,
      'jm-channel': 'w',
      Authorization: `Basic ${base64(`${job.username}:${token.answer.uptoken}`)}`,
    };
    let outcome: Uploaded;
    let hasStalled = false;
    try {
      const { signal } = job;
      const onProgress = paced(platform.clock, job);
      const answer = await unlessAborted(
        platform.postForm({ url, headers, form, onProgress, signal }),
        signal,
      );
      if (!answer) return refused(CODES.aborted);
      if (!AGAIN.has(wireCode(answer.body))) return named(read(answer), form);
      outcome = read(answer);
    } catch (error) {
      outcome = refused(CODES.uploadFailed, String(error));
      hasStalled = error instanceof Stalled;
    }
    if (job.signal.aborted) return refused(CODES.aborted);
    await delay(platform.clock, RETRY_MS * (failures + 1), job.signal);
    if (job.signal.aborted) return refused(CODES.aborted);
    // A failure together with a lost connection is not the upload's fault, and uses up no try.
    if (job.outages() !== outages && !hasStalled) continue;
    failures += 1;
    if (failures === MAX_TRIES) return outcome;
  }
}

/** @returns undefined for a form without a file */
function toForm({ formParts }: FormParts): FormData | undefined {
  const form = new FormData();
  let files = 0;
  for (const part of formParts) {
    if (!Array.isArray(part)) continue;
    const [name, value, filename] = part;
    if (typeof value === 'string') form.append(name, value);
    else if (value instanceof Blob) {
      files += 1;
      form.append(name, value, filename ?? 'file');
    }
  }
  return files > 0 ? form : undefined;
}

/** The browser may delete a stored file, and the user one on the disk. Reading it fails or never ends, and so would its upload. */
async function isReadable(form: FormData, clock: Clock): Promise<boolean> {
  const files = [...form.values()].filter((value) => typeof value !== 'string');
  return new Promise((resolve) => {
    const cancel = clock.after(READ_TIMEOUT_MS, () => resolve(false));
    Promise.all(files.map((file) => file.slice(0, 1).arrayBuffer()))
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(cancel);
  });
}

/** @returns 0 if there is none */
const wireCode = (body: unknown): number =>
  isObject(body) && isObject(body.error) ? readCount(body.error.code, 0) : 0;

function read({ status, body }: { status: number; body: unknown }): Uploaded {
  if (isObject(body) && isObject(body.error)) {
    const code = wireCode(body);
    if (code === WIRE_FILE_TOO_LARGE) return refused(CODES.fileTooLarge);
    const apiCode =
      code === WIRE_TOO_MANY ? RECOGNISED_CODES.beyondFrequencyLimit : code || CODES.uploadFailed;
    return { ok: false, error: { code: apiCode as ErrorCode, message: String(body.error.message) } };
  }
  if (status === 200 && isObject(body) && typeof body.media_id === 'string') {
    return { ok: true, media: body as unknown as UploadedMedia };
  }
  return refused(status === 413 ? CODES.fileTooLarge : CODES.uploadFailed, `HTTP ${status}`);
}

/** Restores a file's name. In the headers of a form browsers write a quote as `%22`, which no server can distinguish from a name with `%22`. */
function named(uploaded: Uploaded, form: FormData): Uploaded {
  if (!uploaded.ok) return uploaded;
  const { media } = uploaded;
  for (const value of form.values()) {
    if (typeof value !== 'string' && value.name.replace(/["\r\n]/g, encodeURIComponent) === media.fname) {
      return { ok: true, media: { ...media, fname: value.name } };
    }
  }
  return uploaded;
}

const refused = (
  code: (typeof CODES)['fileNotExist' | 'aborted' | 'timeout' | 'uploadFailed' | 'fileTooLarge'],
  detail?: string,
): Uploaded => ({ ok: false, error: failure(code, detail && `${failure(code).message} (${detail})`) });

/** Of the text's UTF-8; `btoa` alone takes Latin-1. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
