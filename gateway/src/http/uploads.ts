/**
 * `POST /resource?type=image|file`: takes one file from a form, streamed to disk, and answers the fields of a message body that name it.
 * Whatever the request claims, the file is called what its content is; whatever is refused leaves nothing on disk.
 */
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { CODES, type UploadedMedia } from '../../../src/protocol/index.js';
import type { Services } from '../gateway.js';
import { isImage, pixelsOf, typeOf } from '../media-type.js';
import type { Account } from '../store/accounts.js';
import type { ReceivedFile } from '../store/media-files.js';
import { answerErrors, basicAuth, HTTP_CODES, HttpRefusal, sendRefusal } from './errors.js';

/** Room for the form around its file. */
const FORM_BYTES = 64 * 1_024;
const MAX_FIELDS = 20;
const MAX_NAME_CHARS = 250;
const DAY_MS = 24 * 60 * 60 * 1_000;

type UploadType = 'image' | 'file';
type Query = Record<string, unknown>;

const badRequest = (message: string): HttpRefusal =>
  new HttpRefusal(400, HTTP_CODES.uploadInvalidParameter, message);
const TOO_LARGE = new HttpRefusal(413, HTTP_CODES.uploadTooLarge, 'the file is too large');
const NOT_AN_IMAGE = new HttpRefusal(400, CODES.invalidValue, 'the file is not an image');

export async function uploads(http: FastifyInstance, services: () => Services): Promise<void> {
  const codes = {
    invalid: HTTP_CODES.uploadInvalidParameter,
    internal: HTTP_CODES.uploadInternalError,
  };
  answerErrors(http, codes, () => services().log);
  await http.register(multipart, { throwFileSizeLimit: false });
  http.post<{ Querystring: Query }>('/resource', async (request, reply) => {
    const outcome = await take(request, services());
    if (!(outcome instanceof HttpRefusal)) return outcome;
    // A browser reads the answer only after it has sent everything, so the rest is let in and thrown away, within reason.
    if (!(Number(request.headers['content-length']) <= services().settings.uploadDrainBytes)) {
      reply.header('connection', 'close');
    }
    request.raw.unpipe();
    request.raw.resume();
    return sendRefusal(reply, outcome);
  });
}

async function take(
  request: FastifyRequest<{ Querystring: Query }>,
  services: Services,
): Promise<UploadedMedia | HttpRefusal> {
  const account = await uploaderOf(request, services);
  if (account instanceof HttpRefusal) return account;
  const { type } = request.query;
  if (type !== 'image' && type !== 'file') return badRequest('type must be image or file');
  const refused = await refuseAmount(request, services, account);
  if (refused) return refused;

  const received = await receive(request, services);
  if (received instanceof HttpRefusal) return received;
  try {
    return await identify(received, type, account, services);
  } finally {
    await services.store.media.files.discard(received.file);
  }
}

/** Who it is that uploads, by the token that their session was given. */
async function uploaderOf(
  { headers }: FastifyRequest,
  { apps, store, tickets }: Services,
): Promise<Account | HttpRefusal> {
  const appkey = headers['x-app-key'];
  if (typeof appkey !== 'string' || !apps.has(appkey)) {
    return new HttpRefusal(401, HTTP_CODES.uploadAppkeyNotExist, 'X-App-Key names no application');
  }
  const auth = basicAuth(headers.authorization, 'last');
  if (!auth) return new HttpRefusal(401, HTTP_CODES.uploadMissingAuth, 'Authorization is missing');
  const account = await store.accounts.find(appkey, auth.name);
  const verdict = account ? tickets.verifyUploadToken(account.uid, auth.password) : 'forged';
  if (verdict === 'expired') {
    return new HttpRefusal(401, HTTP_CODES.uploadTokenExpired, 'the token has expired: get another one');
  }
  if (!account || verdict === 'forged' || store.standing.isDisabled(account.uid)) {
    return new HttpRefusal(401, HTTP_CODES.uploadAuthFailed, 'username and token do not go together');
  }
  return account;
}

async function refuseAmount(
  { headers }: FastifyRequest,
  { settings, store, uploadTries, now }: Services,
  { uid }: Account,
): Promise<HttpRefusal | undefined> {
  // Every browser sends it, and nothing without it can be refused in time.
  if (headers['content-length'] === undefined) {
    return new HttpRefusal(411, HTTP_CODES.uploadInvalidParameter, 'Content-Length is required');
  }
  if (Number(headers['content-length']) > settings.uploadBytes + FORM_BYTES) return TOO_LARGE;
  if (!uploadTries.of(String(uid)).take()) {
    return new HttpRefusal(429, HTTP_CODES.uploadBusy, 'too many uploads: wait a minute');
  }
  if ((await store.media.bytesSince(uid, now() - DAY_MS)) > settings.uploadBytesPerDay) {
    return new HttpRefusal(429, HTTP_CODES.uploadBusy, 'too much uploaded within a day');
  }
  return undefined;
}

interface Received {
  file: ReceivedFile;
  /** As the sender calls it. */
  name: string;
}

/** Takes the form's one file. */
async function receive(
  request: FastifyRequest,
  { settings, store, log }: Services,
): Promise<Received | HttpRefusal> {
  if (!request.isMultipart()) return badRequest('the body must be multipart/form-data');
  let received: Received | undefined;
  const refuse = async (refusal: HttpRefusal): Promise<HttpRefusal> => {
    if (received) await store.media.files.discard(received.file);
    return refusal;
  };
  try {
    const limits = {
      files: 1,
      fields: MAX_FIELDS,
      fieldSize: FORM_BYTES,
      parts: MAX_FIELDS + 1,
      fileSize: settings.uploadBytes,
    };
    for await (const part of request.parts({ limits })) {
      if (part.type !== 'file') continue;
      received = { file: await store.media.files.receive(part.file), name: nameOf(part) };
      if (part.file.truncated) return await refuse(TOO_LARGE);
    }
  } catch (error) {
    if (isDiskError(error)) {
      log.error({ err: error }, 'an upload could not be written');
      return refuse(new HttpRefusal(500, HTTP_CODES.uploadInternalError, 'internal error'));
    }
    log.debug({ err: error }, 'upload refused');
    const { code } = error as { code?: unknown };
    return refuse(
      badRequest(
        code === 'FST_FILES_LIMIT' ? 'the form must have one file only' : 'the form could not be read',
      ),
    );
  }
  if (!received || received.file.size === 0)
    return await refuse(badRequest('the form has no file, or it is empty'));
  return received;
}

/** Whatever the system refuses, save that the client has gone. */
const isDiskError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && 'code' in error && error.code !== 'ECONNRESET';

/** What the sender calls the file, as one line; its folders have been taken off already. */
function nameOf({ filename }: MultipartFile): string {
  const line = filename.replace(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, '').trim();
  return [...line].slice(0, MAX_NAME_CHARS).join('') || 'file';
}

/** Says what the file is and makes it known. */
async function identify(
  { file, name }: Received,
  type: UploadType,
  { appkey, uid }: Account,
  { store }: Services,
): Promise<UploadedMedia | HttpRefusal> {
  const { mime, format } = await typeOf(file.head);
  const pixels = type === 'image' && isImage({ mime }) ? await pixelsOf(file.path) : undefined;
  if (type === 'image' && !pixels) return NOT_AN_IMAGE;
  const media_id = await store.media.add(file, { appkey, uid, type, mime, fname: name });
  const common = { media_id, media_crc32: file.crc32, fsize: file.size };
  return pixels ? { ...common, ...pixels, format } : { ...common, hash: file.md5, fname: name };
}
