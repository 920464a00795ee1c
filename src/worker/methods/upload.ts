/**
 * Uploads: a token from the server, then the application's form to where uploads go. A network that fails is tried again with a new token, and
 * so is a token that was too old on arrival; any other refusal stands. Who aborts is answered at once, whatever is being waited for.
 */
import {
  CODES,
  type Failure,
  type FormParts,
  failure,
  RECOGNISED_CODES,
  type UploadedMedia,
} from '../../protocol/worker.js';
import type { Reply } from '../connection/open-requests.js';
import { type Platform, Stalled } from '../platform/platform.js';
import { type Clock, delay } from '../util/clock.js';
import { isObject, readCount } from '../util/read-answer.js';

const MAX_TRIES = 3;
const RETRY_MS = 1_000;
/** How long the first byte of a file may take. */
const READ_TIMEOUT_MS = 10_000;
/** The upload server's own codes: what the API calls 880210 … */
const WIRE_FILE_TOO_LARGE = 898061;
/** … a token that is not good any longer … */
const WIRE_TOKEN_EXPIRED = 898010;
/** … and more uploads than it takes, 880209. */
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
  /** How often the connection has been lost so far. */
  outages(): number;
  /** Asks the server for a token. */
  token(): Promise<Reply>;
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
    if (token.kind === 'dropped') return refused(CODES.sessionEnded);
    if (token.kind === 'timeout') return refused(CODES.timeout);
    if (token.answer.code !== CODES.success) return { ok: false, error: token.answer };
    // Each time: what was there when it was queued may be gone by the time there is a connection.
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
      const { onProgress, signal } = job;
      const answer = await unlessAborted(
        platform.postForm({ url, headers, form, onProgress, signal }),
        signal,
      );
      if (!answer) return refused(CODES.aborted);
      if (wireCode(answer.body) !== WIRE_TOKEN_EXPIRED) return named(read(answer), form);
      outcome = read(answer);
    } catch (error) {
      outcome = refused(CODES.uploadFailed, String(error));
      hasStalled = error instanceof Stalled;
    }
    if (job.signal.aborted) return refused(CODES.aborted);
    await delay(platform.clock, RETRY_MS * (failures + 1), job.signal);
    if (job.signal.aborted) return refused(CODES.aborted);
    // What broke off with the connection says nothing about the upload: it is tried again when there is another one.
    if (job.outages() !== outages && !hasStalled) continue;
    failures += 1;
    if (failures === MAX_TRIES) return outcome;
  }
}

/** @returns undefined if it was aborted before */
function unlessAborted<T>(waited: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) resolve(undefined);
    const abort = () => resolve(undefined);
    signal.addEventListener('abort', abort);
    waited.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** The form as the application made it; undefined if there is no file in it. */
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

/**
 * A file that the outbox has kept may have been cleared away beneath it, as may one on the user's disk: reading that fails, or waits for ever,
 * and so would its upload.
 */
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

/** 0: none. */
const wireCode = (body: unknown): number =>
  isObject(body) && isObject(body.error) ? readCount(body.error.code, 0) : 0;

function read({ status, body }: { status: number; body: unknown }): Uploaded {
  if (isObject(body) && isObject(body.error)) {
    const code = wireCode(body);
    if (code === WIRE_FILE_TOO_LARGE) return refused(CODES.fileTooLarge);
    const told = code === WIRE_TOO_MANY ? RECOGNISED_CODES.beyondFrequencyLimit : code || CODES.uploadFailed;
    return { ok: false, error: { code: told, message: String(body.error.message) } };
  }
  if (status === 200 && isObject(body) && typeof body.media_id === 'string') {
    return { ok: true, media: body as unknown as UploadedMedia };
  }
  return refused(status === 413 ? CODES.fileTooLarge : CODES.uploadFailed, `HTTP ${status}`);
}

/** In a form's headers browsers write quotes and line ends of a file's name as `%22` and the like, which no server can tell from a name with `%22`. */
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
  code: (typeof CODES)[
    | 'fileNotExist'
    | 'aborted'
    | 'sessionEnded'
    | 'timeout'
    | 'uploadFailed'
    | 'fileTooLarge'],
  detail?: string,
): Uploaded => ({ ok: false, error: failure(code, detail && `${failure(code).message} (${detail})`) });

/** Of the text's UTF-8, which `btoa` alone does not do. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
