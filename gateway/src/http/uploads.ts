/**
 * `POST /resource?type=image|file`: takes one file from a form, streamed to disk, and answers the fields of a message body that name it.
 * The content decides the type of a file, whatever the request claims. A refused upload leaves nothing on the disk.
 */
import { setTimeout as delay } from 'node:timers/promises';
import multipart, { type MultipartFile } from '@fastify/multipart';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CODES, type UploadedMedia } from '../../../src/protocol/index.js';
import { limitOf } from '../auth/tries.js';
import type { Settings } from '../config.js';
import type { Services } from '../services/services.js';
import type { Account } from '../store/accounts.js';
import type { ReceivedFile } from '../store/media-files.js';
import { answerErrors, basicAuth, HTTP_CODES, HttpRefusal, refusalBody, sendRefusal } from './errors.js';
import { isImage, pixelsOf, typeOf } from './media-type.js';

/** Room for the form around its file. */
const FORM_BYTES = 64 * 1_024;
/** The part of a form beside its file, at most. Its size is known at the end of the form. */
const FORM_ALLOWANCE_BYTES = 1_024;
const MAX_FIELDS = 20;
/** How long a connection that is to be closed stays for its answer to be read. */
const LINGER_MS = 2_000;
const MAX_NAME_CHARS = 250;
const MINUTE_MS = 60_000;

type UploadType = 'image' | 'file';
type Query = Record<string, unknown>;

const badRequest = (message: string): HttpRefusal =>
  new HttpRefusal(400, HTTP_CODES.uploadInvalidParameter, message);
const busy = (message: string): HttpRefusal => new HttpRefusal(429, HTTP_CODES.uploadBusy, message);
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
    return refuseAndDrain(request, reply, services().settings, outcome);
  });
}

/**
 * A browser or proxy reads the answer only after it has sent everything. So a refused upload is read and discarded first, up to a limit.
 * Answered earlier, the sender would find its connection closed under it, and never learn why.
 */
async function refuseAndDrain(
  { raw, headers }: FastifyRequest,
  reply: FastifyReply,
  { uploadDrainBytes }: Settings,
  refusal: HttpRefusal,
): Promise<FastifyReply> {
  raw.unpipe();
  raw.resume();
  const arrived = new Promise<void>((resolve) => {
    if (raw.complete || raw.destroyed) resolve();
    else raw.once('end', resolve).once('close', resolve);
  });
  if (Number(headers['content-length']) <= uploadDrainBytes) {
    await arrived;
    return sendRefusal(reply, refusal);
  }
  // Node closes the connection with the end of the answer. Closed while more arrives, the answer would be lost on the way.
  reply.hijack();
  const answer = JSON.stringify(refusalBody(refusal));
  reply.raw.writeHead(refusal.status, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(answer),
    connection: 'close',
  });
  reply.raw.write(answer);
  await Promise.race([arrived, delay(LINGER_MS)]);
  reply.raw.end();
  return reply;
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
  if (!request.isMultipart()) return badRequest('the body must be multipart/form-data');
  const bytes = Math.max(0, Number(request.headers['content-length']) - FORM_ALLOWANCE_BYTES);
  const reservation = await services.mediaQuota.reserve(account.uid, bytes);
  if (typeof reservation === 'string') return busy(reservation);
  const received: Received[] = [];
  try {
    const refusal = await receive(request, services, received);
    if (refusal) return refusal;
    const [only] = received;
    if (!only || only.file.size === 0) return badRequest('the form has no file, or it is empty');
    if (only.file.size > reservation.room) return busy('too much uploaded within a day');
    return await identify(only, type, account, services);
  } finally {
    for (const { file } of received) await services.store.media.files.discard(file);
    reservation.release();
  }
}

/** The uploading account, by the token of its session. */
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
  const passwordHash = account && (await store.accounts.passwordHash(account.uid));
  const verdict =
    account && passwordHash !== undefined
      ? tickets.verifyUploadToken({ uid: account.uid, passwordHash }, auth.password)
      : 'forged';
  if (verdict === 'expired') {
    return new HttpRefusal(401, HTTP_CODES.uploadTokenExpired, 'the token has expired: get another one');
  }
  if (!account || verdict === 'forged' || store.disabledAccounts.isDisabled(account.uid)) {
    return new HttpRefusal(401, HTTP_CODES.uploadAuthFailed, 'username and token do not go together');
  }
  return account;
}

async function refuseAmount(
  { headers }: FastifyRequest,
  { settings, tries }: Services,
  { uid }: Account,
): Promise<HttpRefusal | undefined> {
  // Every browser sends it, and nothing without it can be refused in time.
  if (headers['content-length'] === undefined) {
    return new HttpRefusal(411, HTTP_CODES.uploadInvalidParameter, 'Content-Length is required');
  }
  if (Number(headers['content-length']) > settings.uploadBytes + FORM_BYTES) return TOO_LARGE;
  const mayUpload = await tries.spend(limitOf('upload', uid, settings.uploadsPerMinute, MINUTE_MS));
  if (!mayUpload) return busy('too many uploads: wait a minute');
  return undefined;
}

interface Received {
  file: ReceivedFile;
  /** As the sender calls it. */
  name: string;
}

/**
 * Takes the form's one file.
 * @param received gets what was written, whatever happens afterwards
 */
async function receive(
  request: FastifyRequest,
  { settings, store, log }: Services,
  received: Received[],
): Promise<HttpRefusal | undefined> {
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
      const name = nameOf(part);
      received.push({ file: await store.media.files.receive(part.file), name });
      if (part.file.truncated) return TOO_LARGE;
    }
  } catch (error) {
    if (isDiskError(error)) {
      log.error({ err: error }, 'an upload could not be written');
      return new HttpRefusal(500, HTTP_CODES.uploadInternalError, 'internal error');
    }
    log.debug({ err: error }, 'upload refused');
    const { code } = error as { code?: unknown };
    return badRequest(
      code === 'FST_FILES_LIMIT' ? 'the form must have one file only' : 'the form could not be read',
    );
  }
  return undefined;
}

/** Any failure of the system, except a client that has gone. */
const isDiskError = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && 'code' in error && error.code !== 'ECONNRESET';

/**
 * The sender's name of the file, as one line and without its folders. A part may be a file by its type and have no name,
 * whatever the library's types say.
 */
function nameOf({ filename = '' }: Partial<MultipartFile>): string {
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
