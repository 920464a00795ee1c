/**
 * Uploads: a token from the server, then the application's form to where uploads go. A network that fails is tried again with a new token; a
 * server that refuses is not.
 */
import { CODES, type Failure, type FormParts, failure, type UploadedMedia } from '../protocol/worker.js';
import { isObject, readCount } from './answers.js';
import { delay, type Platform } from './platform.js';
import type { Reply } from './requests.js';

const MAX_TRIES = 3;
const RETRY_MS = 1_000;
/** The upload server's own code for what the API calls 880210. */
const WIRE_FILE_TOO_LARGE = 898061;

export type PostForm = (request: {
  url: string;
  headers: Record<string, string>;
  form: FormData;
  onProgress(loaded: number, total: number): void;
  signal: AbortSignal;
}) => Promise<{ status: number; body: unknown }>;

export type Uploaded = { ok: true; media: UploadedMedia } | { ok: false; error: Failure };

export interface UploadJob {
  url: string;
  type: 'image' | 'file';
  parts: FormParts;
  appkey: string;
  username: string;
  signal: AbortSignal;
  onProgress(loaded: number, total: number): void;
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
  for (let tries = 1; ; tries += 1) {
    const token = await job.token();
    if (job.signal.aborted) return refused(CODES.aborted);
    if (token.kind === 'dropped') return refused(CODES.sessionEnded);
    if (token.kind === 'timeout') return refused(CODES.timeout);
    if (token.answer.code !== CODES.success) return { ok: false, error: token.answer };
    const headers = {
      'X-App-Key': job.appkey,
      'jm-channel': 'w',
      Authorization: `Basic ${base64(`${job.username}:${token.answer.uptoken}`)}`,
    };
    try {
      const { onProgress, signal } = job;
      return named(read(await platform.postForm({ url, headers, form, onProgress, signal })), form);
    } catch (error) {
      if (job.signal.aborted) return refused(CODES.aborted);
      if (tries === MAX_TRIES) return refused(CODES.uploadFailed, String(error));
      await delay(platform.clock, RETRY_MS * tries, job.signal);
    }
  }
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

function read({ status, body }: { status: number; body: unknown }): Uploaded {
  if (isObject(body) && isObject(body.error)) {
    const code = readCount(body.error.code, 0);
    if (code === WIRE_FILE_TOO_LARGE) return refused(CODES.fileTooLarge);
    return { ok: false, error: { code: code || CODES.uploadFailed, message: String(body.error.message) } };
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
