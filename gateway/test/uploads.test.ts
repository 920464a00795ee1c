import { readdir } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { freshData } from '../../test/kit/gateway-database.js';
import { Clients, hostGateway } from '../../test/kit/gateway-in-process.js';
import { basicAuth } from '../../test/kit/signing.js';
import { APPKEY, APPS } from '../../test/kit/wire-socket.js';
import { formOf, tokenOf, upload } from '../../test/kit/wire-uploads.js';
import { startGateway } from '../src/server.js';

const MB = 1_024 * 1_024;
const LIMIT_BYTES = 48 * MB;
const _DAY_MS = 24 * 60 * 60 * 1_000;
const BOUNDARY = 'boundary';
const HEAD = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n`;
const TAIL = `\r\n--${BOUNDARY}--\r\n`;

const gateway = hostGateway({ uploadBytes: LIMIT_BYTES, uploadsPerMinute: 1_000 });
const { clients } = gateway;

const media = (path = ''): Promise<string[]> => readdir(join(gateway.media, path));
const incoming = (): Promise<string[]> => media('incoming');
const kept = async (): Promise<string[]> => (await media()).filter((name) => name !== 'incoming').sort();

/** A form that is written by hand. */
async function open(headers: Record<string, string | number>): Promise<ClientRequest> {
  const user = await clients.user();
  return request(`${gateway.url}/resource?type=file`, {
    method: 'POST',
    headers: {
      'x-app-key': APPKEY,
      authorization: basicAuth(user.username, await tokenOf(user)),
      'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
      ...headers,
    },
  });
}

function answerOf(to: ClientRequest): Promise<{ status: number; code: number | undefined }> {
  return new Promise((resolve, reject) => {
    to.on('error', reject);
    to.on('response', async (response: IncomingMessage) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode ?? 0, code: JSON.parse(text).error?.code });
    });
  });
}

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

/** Bytes in buffers that somebody still holds. */
function inUse(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  return process.memoryUsage().arrayBuffers;
}

const NOTHING = Buffer.alloc(MB);

/** Sends so much of nothing, a megabyte at a time. */
async function send(to: ClientRequest, bytes: number, watch: () => void = () => {}): Promise<void> {
  to.write(HEAD);
  for (let left = bytes; left > 0; left -= MB) {
    watch();
    if (!to.write(NOTHING.subarray(0, left))) await new Promise((resolve) => to.once('drain', resolve));
  }
  to.end(TAIL);
}

describe('an upload', () => {
  it('of 40 MB goes to disk and is never whole in memory', async () => {
    const bytes = 40 * MB;
    const to = await open({ 'content-length': HEAD.length + bytes + TAIL.length });
    const answer = answerOf(to);
    const before = inUse();
    let most = 0;
    await send(to, bytes, () => {
      most = Math.max(most, inUse() - before);
    });
    expect(await answer).toEqual({ status: 200, code: undefined });
    expect(most).toBeLessThan(4 * MB);
    expect(await incoming()).toEqual([]);
  });

  it('beyond the limit is refused, and the refusal can be read', async () => {
    const before = await kept();
    const user = await clients.user();
    const { status, answer } = await upload(gateway.url, 'file', formOf(Buffer.alloc(LIMIT_BYTES + MB)), {
      username: user.username,
      token: await tokenOf(user),
    });
    expect([status, answer.error?.code]).toEqual([413, 898061]);
    expect(await kept()).toEqual(before);
    expect(await incoming()).toEqual([]);
  });

  it('beyond all reason is cut off', async () => {
    const to = await open({ 'content-length': 1e12 });
    const answer = answerOf(to);
    const closed = new Promise((resolve) => to.on('close', resolve));
    to.write(HEAD);
    expect(await answer).toEqual({ status: 413, code: 898061 });
    await closed;
  });

  it('one byte too large leaves nothing', async () => {
    const before = await kept();
    const bytes = LIMIT_BYTES + 1;
    const to = await open({ 'content-length': HEAD.length + bytes + TAIL.length });
    const answer = answerOf(to);
    await send(to, bytes);
    expect(await answer).toEqual({ status: 413, code: 898061 });
    expect(await kept()).toEqual(before);
    expect(await incoming()).toEqual([]);
  });

  it('without a length is refused', async () => {
    const to = await open({ 'transfer-encoding': 'chunked' });
    const answer = answerOf(to);
    to.write(HEAD);
    expect(await answer).toEqual({ status: 411, code: 898003 });
    to.destroy();
  });

  it('that is cut off leaves nothing', async () => {
    const before = await kept();
    const to = await open({ 'content-length': HEAD.length + 5 * MB + TAIL.length });
    to.on('error', () => {});
    to.write(HEAD);
    to.write(NOTHING);
    await vi.waitFor(async () => expect(await incoming()).toHaveLength(1));
    to.destroy();
    await vi.waitFor(async () => expect(await incoming()).toEqual([]));
    expect(await kept()).toEqual(before);
  });

  it.each([
    ['ends within its file', `${HEAD}xxxx`],
    ['has no end', `${HEAD}xxxx\r\n--${BOUNDARY}`],
    ['is nonsense', 'nonsense'],
    ['has parts without a head', `--${BOUNDARY}\r\n\r\nxx${TAIL}`],
    ['has a field named like a method', HEAD.replace('"f"', '"constructor"') + TAIL],
  ])('whose form %s is refused', async (_, body) => {
    const before = await kept();
    const to = await open({ 'content-length': body.length });
    const answer = answerOf(to);
    to.end(body);
    expect(await answer).toEqual({ status: 400, code: 898003 });
    expect(await kept()).toEqual(before);
    await vi.waitFor(async () => expect(await incoming()).toEqual([]));
  });

  it.each([
    ['multipart/form-data', 'no boundary'],
    ['application/json', '{"a":'],
    ['image/png', 'bytes'],
    ['', 'anything'],
  ])('of type %j is refused in the same form', async (type, body) => {
    const to = await open({ 'content-type': type, 'content-length': body.length });
    const answer = answerOf(to);
    to.end(body);
    expect(await answer).toEqual({ status: expect.toSatisfy((status) => status < 500), code: 898003 });
  });

  it('of any bytes is answered, and leaves nothing when it is refused', async () => {
    const token = fc.constantFrom(
      HEAD,
      TAIL,
      `--${BOUNDARY}`,
      '\r\n',
      '--',
      'Content-Disposition: form-data',
      '; name=',
    );
    const part = fc.oneof(
      token.map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    );
    const user = await clients.user();
    const authorization = basicAuth(user.username, await tokenOf(user));
    let accepted = (await kept()).length;
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 12 }), async (parts) => {
        const body = Buffer.concat(parts);
        const to = request(`${gateway.url}/resource?type=file`, {
          method: 'POST',
          headers: {
            'x-app-key': APPKEY,
            authorization,
            'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
            'content-length': body.length,
          },
        });
        const answer = answerOf(to);
        to.end(body);
        const { status, code } = await answer;
        if (status === 200) accepted += 1;
        else expect([status, code]).toEqual([400, 898003]);
        expect(await kept()).toHaveLength(accepted);
        expect(await incoming()).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('that is under way when the gateway stops leaves nothing', async () => {
    const own = await freshData();
    const other = await startGateway({ apps: APPS, data: own.path });
    const visitors = new Clients(() => other.url);
    const user = await visitors.user();
    const to = request(`${other.url}/resource?type=file`, {
      method: 'POST',
      headers: {
        'x-app-key': APPKEY,
        authorization: basicAuth(user.username, await tokenOf(user)),
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        'content-length': MB,
      },
    });
    to.on('error', () => {});
    to.write(`${HEAD}some content`);
    const arriving = join(own.path, 'media', 'incoming');
    await vi.waitFor(async () => expect(await readdir(arriving)).toHaveLength(1));
    visitors.leave();
    await other.close();
    expect(await readdir(arriving)).toEqual([]);
    await own.remove();
  });
});

describe('an account', () => {
  it('uploads so often a minute, and so much a day', async () => {
    const own = await freshData();
    const strict = { apps: APPS, data: own.path, uploadsPerMinute: 4, uploadBytesPerDay: 1_000 };
    const other = await startGateway(strict);
    const visitors = new Clients(() => other.url);
    const put = async (user: { username: string }, token: string, bytes: number) => {
      const { answer } = await upload(other.url, 'file', formOf(Buffer.alloc(bytes, 1)), {
        username: user.username,
        token,
      });
      return answer.error?.code;
    };
    const often = await visitors.user();
    const token = await tokenOf(often);
    const codes: unknown[] = [];
    for (let count = 0; count < 5; count += 1) codes.push(await put(often, token, 1));
    expect(codes).toEqual([undefined, undefined, undefined, undefined, 898030]);
    const much = await visitors.user();
    const another = await tokenOf(much);
    expect(await put(much, another, 1_001)).toBe(898030);
    expect(await put(much, another, 1_000)).toBe(undefined);
    expect(await put(much, another, 1)).toBe(898030);
    visitors.leave();
    await other.close();
    await own.remove();
  });
});
