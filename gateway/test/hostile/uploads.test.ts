/** Issue of the hostile run: uploads filled the disk past the quota, and a refusal was not always heard. */

import { readdir } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hostileGateway } from '../../../test/kit/gateway-hostile.js';
import { basicAuth } from '../../../test/kit/signing.js';
import { APPKEY } from '../../../test/kit/wire-socket.js';
import { tokenOf } from '../../../test/kit/wire-uploads.js';

const MB = 1_024 * 1_024;
const BOUNDARY = 'boundary';
const TAIL = `\r\n--${BOUNDARY}--\r\n`;

const gateway = hostileGateway({ uploadBytesPerDay: MB, uploadsPerMinute: 1_000, uploadsAtOnce: 1_000 });
const { clients } = gateway;

const onDisk = async (): Promise<string[]> => {
  const names = await readdir(gateway.media, { recursive: true });
  return names.filter((name) => name !== 'incoming');
};

/** @param disposition of the part, as it stands in the form */
const formOf = (bytes: number, disposition: string): Buffer =>
  Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ),
    Buffer.alloc(bytes, 1),
    Buffer.from(TAIL),
  ]);

/** @returns status and code; a connection that broke is an error */
function post(
  port: number,
  body: Buffer,
  authorization: string,
  headers: Record<string, string> = {},
): Promise<[number, number | undefined]> {
  return new Promise((resolve, reject) => {
    const to = request({
      port,
      path: '/resource?type=file',
      method: 'POST',
      headers: {
        'x-app-key': APPKEY,
        authorization,
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        'content-length': body.length,
        ...headers,
      },
    });
    to.on('error', reject);
    to.on('response', async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      resolve([response.statusCode ?? 0, JSON.parse(text).error?.code]);
    });
    to.end(body);
  });
}

async function uploader(): Promise<string> {
  const user = await clients.user();
  return basicAuth(user.username, await tokenOf(user));
}

describe('the quota of uploads', () => {
  it('counts a file that has no name', async () => {
    const auth = await uploader();
    const form = formOf(MB - 10_000, 'name="f"');
    expect(await post(gateway.port, form, auth)).toEqual([200, undefined]);
    expect(await post(gateway.port, form, auth)).toEqual([429, 898030]);
  });

  it('counts what is under way: twelve at once are no way around it', async () => {
    const auth = await uploader();
    const before = await onDisk();
    const form = formOf(MB - 10_000, 'name="f"; filename="f"');
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => post(gateway.port, form, auth)));
    expect(outcomes.filter(([status]) => status === 200)).toHaveLength(1);
    expect(outcomes.filter(([, code]) => code === 898030)).toHaveLength(11);
    expect(await onDisk()).toHaveLength(before.length + 1);
  });

  it('is not used up by what was refused, and a refusal leaves nothing', async () => {
    const auth = await uploader();
    const before = await onDisk();
    for (let tries = 0; tries < 3; tries += 1) {
      expect(await post(gateway.port, formOf(9 * MB, 'name="f"'), auth)).toEqual([429, 898030]);
    }
    expect(await onDisk()).toEqual(before);
    expect((await post(gateway.port, formOf(1_000, 'name="f"'), auth))[0]).toBe(200);
  });
});

describe('an upload above the limit', () => {
  /** As simple as a proxy can be: one connection for each request, closed with it, and nothing kept back. */
  const proxy = createServer((from, to) => {
    const onwards = request(
      {
        port: gateway.port,
        path: from.url,
        method: from.method,
        headers: { ...from.headers, connection: 'close' },
      },
      (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(to);
      },
    );
    onwards.on('error', () => {
      if (!to.headersSent) to.writeHead(502).end('{"error":{"code":502}}');
    });
    from.pipe(onwards);
  });
  let proxyPort = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = proxy.address();
    proxyPort = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => new Promise((resolve) => proxy.close(resolve)));

  it.each([
    ['directly', () => gateway.port, {}],
    ['directly, on a connection that closes', () => gateway.port, { connection: 'close' }],
    ['through a proxy', () => proxyPort, {}],
  ])('ends as 898061, every time: %s', async (_, port, headers) => {
    const auth = await uploader();
    const form = formOf(11 * MB, 'name="f"; filename="f"');
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await post(port(), form, auth, headers)).toEqual([413, 898061]);
    }
  });

  it('is not waited for without end: one that stops arriving is cut off', async () => {
    const auth = await uploader();
    const socket = connect(gateway.port, '127.0.0.1');
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => {});
    socket.write(
      [
        'POST /resource?type=file HTTP/1.1',
        'host: localhost',
        `x-app-key: ${APPKEY}`,
        `authorization: ${auth}`,
        `content-type: multipart/form-data; boundary=${BOUNDARY}`,
        'content-length: 10000000',
        '',
        `--${BOUNDARY}\r\n`,
      ].join('\r\n'),
    );
    await closed;
    await vi.waitFor(async () => expect(await readdir(join(gateway.media, 'incoming'))).toEqual([]));
  });
});
