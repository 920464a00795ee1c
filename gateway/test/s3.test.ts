/** Uploaded files in a bucket, on a real server of the S3 protocol: the same promises as in a directory. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import S3rver from '@20minutes/s3rver';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { host } from '../../test/kit/gateway-in-process.js';
import { png } from '../../test/kit/images.js';
import { APPS, type Client } from '../../test/kit/wire-socket.js';
import { formOf, tokenOf, upload } from '../../test/kit/wire-uploads.js';
import { DEFAULTS } from '../src/config.js';
import { startGateway } from '../src/server.js';
import { Bucket } from '../src/store/bucket.js';
import { Store } from '../src/store/index.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
const BUCKET = 's3://files/of/gateway';
const KEY = 'S3RVER';

let folder = '';
let server: S3rver;
let environment: Record<string, string> = {};
let bucket: Bucket;

async function keysOf(): Promise<string[]> {
  const keys: string[] = [];
  for await (const portion of bucket.list(2)) keys.push(...portion.map(({ key }) => key));
  return keys.sort();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jmessage-s3-'));
  const buckets = [{ name: 'files', configs: [] }];
  server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory: folder,
    configureBuckets: buckets,
  });
  const { port } = await server.run();
  const endpoint = `http://127.0.0.1:${port}`;
  environment = { AWS_ACCESS_KEY_ID: KEY, AWS_SECRET_ACCESS_KEY: KEY, AWS_ENDPOINT_URL: endpoint };
  bucket = new Bucket('s3://files', environment);
  Object.assign(process.env, environment);
});
afterAll(async () => {
  for (const name of Object.keys(environment)) delete process.env[name];
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('with a bucket', () => {
  const gateway = host(undefined, (data) =>
    startGateway({ apps: APPS, data, mediaDirectory: BUCKET, passwordCost: 10, uploadBytesPerDay: 5_000 }),
  );
  const put = async (user: Client & { username: string }, type: string, content: Uint8Array) =>
    upload(gateway.url, type, formOf(content), { username: user.username, token: await tokenOf(user) });
  const addressOf = async (user: Client, media_id: string) =>
    (await user.ask('get_resource', { media_id })).url;

  it('an image is kept there, and comes back whole, in part, and not again to who has it', async () => {
    const user = await gateway.clients.user();
    const content = png(30, 20);
    const { answer } = await put(user, 'image', content);
    expect(answer).toMatchObject({ width: 30, height: 20, fsize: content.length });
    expect(await keysOf()).toEqual([`of/gateway/${answer.media_id}`]);
    const url = await addressOf(user, answer.media_id);
    const whole = await fetch(url);
    expect(Buffer.from(await whole.arrayBuffer())).toEqual(content);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'content-type': 'image/png',
      'content-length': String(content.length),
      'content-security-policy': "sandbox; default-src 'none'",
    });
    for (const [range, slice] of [
      ['bytes=0-9', [0, 10]],
      ['bytes=-5', [-5]],
      ['bytes=10-', [10]],
    ] as const) {
      const part = await fetch(url, { headers: { range } });
      expect(part.status).toBe(206);
      expect(Buffer.from(await part.arrayBuffer())).toEqual(content.subarray(...slice));
    }
    expect((await fetch(url, { headers: { range: 'bytes=999999-' } })).status).toBe(416);
    const etag = whole.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(url, { method: 'HEAD' })).headers.get('content-length')).toBe(String(content.length));
  });

  it('refused uploads leave nothing there, and the quota holds', async () => {
    const user = await gateway.clients.user();
    const before = await keysOf();
    expect((await put(user, 'image', Buffer.from('no image'))).status).toBe(400);
    expect((await put(user, 'file', Buffer.alloc(6_000))).answer.error?.code).toBe(898030);
    expect(await keysOf()).toEqual(before);
  });

  it('a file that is gone from the bucket is not found', async () => {
    const user = await gateway.clients.user();
    const { answer } = await put(user, 'file', Buffer.from('content'));
    const url = await addressOf(user, answer.media_id);
    await bucket.remove(`of/gateway/${answer.media_id}`);
    expect((await fetch(url)).status).toBe(404);
  });
});

describe('a sweep', () => {
  it('deletes what nobody has asked for in a long time, and what has no row; other objects stay', async () => {
    let time = Date.now();
    const settings = { ...DEFAULTS, mediaDirectory: BUCKET };
    const store = await Store.open('memory', settings, () => time);
    const orphan = `of/gateway/${'0'.repeat(32)}`;
    await bucket.put(orphan, new Blob(['x']));
    await bucket.put('of/gateway/README', new Blob(['x']));
    const received = await store.media.files.receive(Readable.from([png(1, 1)]));
    const kept = { appkey: 'a', uid: 1, type: 'image', mime: 'image/png', fname: 'x' };
    const id = await store.media.add(received, kept);
    time += 31 * DAY_MS;
    await store.sweep();
    expect(await keysOf()).not.toContain(`of/gateway/${id}`);
    // It is too young: its row may be about to come.
    expect(await keysOf()).toContain(orphan);
    const found: string[] = [];
    for await (const names of store.media.files.olderThan(Date.now() + DAY_MS, 1)) found.push(...names);
    expect(found).toEqual(expect.arrayContaining(['0'.repeat(32), 'README']));
    await store.close();
  });
});

describe('a start', () => {
  it.each([
    ['without keys', BUCKET, { AWS_ACCESS_KEY_ID: '' }, /needs AWS_ACCESS_KEY_ID/],
    ['without a bucket of that name', 's3://others', {}, /NoSuchBucket/],
    ['with wrong keys', BUCKET, { AWS_SECRET_ACCESS_KEY: 'wrong' }, /SignatureDoesNotMatch/],
    ['without a server', BUCKET, { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' }, /fetch failed|cannot/],
  ])('%s is refused', async (_, where, change, reason) => {
    const open = async () => new Bucket(where, { ...environment, ...change }).open();
    await expect(open()).rejects.toThrow(reason);
  });
});
