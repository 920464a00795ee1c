/** Files: uploaded by form, found again under a signed address that expires. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { GIF, HTML, JPEG, png, SVG, WEBP } from '../../test/kit/images.js';
import { type Client, OTHER_APPKEY, OTHER_SECRET, uniqueName } from '../../test/kit/wire-socket.js';
import { formOf, tokenOf, upload } from '../../test/kit/wire-uploads.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let offsetMs = 0;
const now = (): number => Date.now() + offsetMs;
const gateway = hostGateway({ now, uploadsPerMinute: 1_000 });
const { clients } = gateway;
afterEach(() => {
  offsetMs = 0;
});

/** The files that are kept, and those that are on their way. */
async function filesOnDisk(): Promise<string[]> {
  const names = await readdir(gateway.media, { recursive: true });
  return names.filter((name) => name !== 'incoming').sort();
}

type User = Client & { username: string };

async function put(user: User, type: string, content: Uint8Array, filename?: string) {
  const token = await tokenOf(user);
  return upload(gateway.url, type, formOf(content, filename), { username: user.username, token });
}

async function addressOf(user: Client, media_id: string): Promise<string> {
  const { code, url } = await user.ask('get_resource', { media_id });
  expect(code).toBe(0);
  return url;
}

describe('an image', () => {
  it.each([
    ['PNG', png(300, 200), { width: 300, height: 200, format: 'png' }, 'image/png'],
    ['GIF', GIF, { width: 2, height: 1, format: 'gif' }, 'image/gif'],
    ['JPEG', JPEG, { width: 1, height: 1, format: 'jpg' }, 'image/jpeg'],
    ['WebP', WEBP, { width: 1, height: 1, format: 'webp' }, 'image/webp'],
  ])('as %s is named by its content and shown in place', async (_, content, shape, mime) => {
    const user = await clients.user();
    const { status, answer } = await put(user, 'image', content, 'whatever.exe');
    expect(status).toBe(200);
    expect(answer).toEqual({
      media_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      media_crc32: crc32(content),
      fsize: content.length,
      ...shape,
    });
    const response = await fetch(await addressOf(user, answer.media_id));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
    expect(response.headers.get('content-type')).toBe(mime);
    expect(response.headers.get('content-disposition')).toMatch(
      /^inline; filename="[^"]+"; filename\*=UTF-8''[^ ]+$/,
    );
  });

  it.each([
    ['SVG', SVG],
    ['HTML', HTML],
    ['an image cut off after its first bytes', png(300, 200).subarray(0, 12)],
    ['text', Buffer.from('no image')],
  ])('that is %s is refused and leaves nothing', async (_, content) => {
    const user = await clients.user();
    const before = await filesOnDisk();
    const { status, answer } = await put(user, 'image', content, 'image.png');
    expect(status).toBe(400);
    expect(answer.error?.code).toBe(880003);
    expect(await filesOnDisk()).toEqual(before);
  });

  it('with HTML behind its pixels is served as an image that nothing may take for a page', async () => {
    const user = await clients.user();
    const { answer } = await put(user, 'image', Buffer.concat([GIF, HTML]), 'x.html');
    const { headers } = await fetch(await addressOf(user, answer.media_id));
    expect(headers.get('content-type')).toBe('image/gif');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
  });
});

describe('a file', () => {
  it('is answered with its hash and name, and comes back byte by byte under that name', async () => {
    const user = await clients.user();
    const content = Buffer.from('some content 😀');
    const { status, answer } = await put(user, 'file', content, 'Übersicht 😀 (1).txt');
    expect(status).toBe(200);
    expect(answer).toEqual({
      media_id: expect.stringMatching(/^[0-9a-f]{32}$/),
      media_crc32: crc32(content),
      hash: createHash('md5').update(content).digest('hex'),
      fsize: content.length,
      fname: 'Übersicht 😀 (1).txt',
    });
    const response = await fetch(await addressOf(user, answer.media_id));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(content);
    expect(response.headers.get('content-disposition')).toBe(
      `attachment; filename="_bersicht __ (1).txt"; filename*=UTF-8''${encodeURIComponent('Übersicht 😀 ')}%281%29.txt`,
    );
    expect(response.headers.get('cache-control')).toMatch(/^private, max-age=3\d{3}$/);
  });

  it.each([
    ['SVG', SVG],
    ['HTML', HTML],
  ])('that is %s is saved and never shown', async (_, content) => {
    const user = await clients.user();
    const { answer } = await put(user, 'file', content, 'page.html');
    const { headers } = await fetch(await addressOf(user, answer.media_id));
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('content-disposition')).toBe(
      `attachment; filename="page.html"; filename*=UTF-8''page.html`,
    );
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("sandbox; default-src 'none'");
  });

  it.each([
    ['../../../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['/abs/olute', 'olute'],
    ['..', 'file'],
    ['a\0b\r\nc.txt', expect.stringMatching(/^[^\0\r\n]+$/)],
    ['x'.repeat(2_000), 'x'.repeat(250)],
  ])('called %j lies under its media_id all the same', async (filename, fname) => {
    const user = await clients.user();
    const before = await filesOnDisk();
    const { answer } = await put(user, 'file', Buffer.from('x'), filename);
    expect(answer.fname).toEqual(fname);
    expect(await filesOnDisk()).toEqual([...before, answer.media_id].sort());
    expect((await fetch(await addressOf(user, answer.media_id))).status).toBe(200);
  });

  it('can be fetched in parts', async () => {
    const user = await clients.user();
    const { answer } = await put(user, 'file', Buffer.from('0123456789'));
    const url = await addressOf(user, answer.media_id);
    const part = async (range: string) => {
      const response = await fetch(url, { headers: { range } });
      const text = await response.text();
      return [response.status, response.headers.get('content-range'), response.ok ? text : ''];
    };
    expect(await part('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await part('bytes=-3')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await part('bytes=8-')).toEqual([206, 'bytes 8-9/10', '89']);
    expect(await part('bytes=20-')).toEqual([416, 'bytes */10', '']);
    const head = await fetch(url, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '10']);
  });
});

describe('an upload', () => {
  it('may come from a page of any origin', async () => {
    const asked = 'authorization,jm-channel,x-app-key';
    const response = await fetch(`${gateway.url}/resource?type=image`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example.org',
        'access-control-request-method': 'POST',
        'access-control-request-headers': asked,
      },
    });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toBe(asked);
    expect(response.headers.get('access-control-allow-methods')).toContain('POST');
  });

  it('needs the token of its account', async () => {
    const user = await clients.user();
    const other = await clients.user();
    const token = await tokenOf(user);
    const refusal = async (who: { username: string; token: string; appkey?: string }) => {
      const { status, answer } = await upload(gateway.url, 'file', formOf(Buffer.from('x')), who);
      return [status, answer.error?.code];
    };
    const { username } = user;
    expect(await refusal({ username: other.username, token })).toEqual([401, 898008]);
    expect(await refusal({ username: 'nobody', token })).toEqual([401, 898008]);
    expect(await refusal({ username, token: '' })).toEqual([401, 898008]);
    expect(await refusal({ username, token: `${token}x` })).toEqual([401, 898008]);
    expect(await refusal({ username, token: token.replace(/^\d/, '9') })).toEqual([401, 898008]);
    expect(await refusal({ username, token, appkey: 'nothing' })).toEqual([401, 898009]);
    expect(await refusal({ username, token, appkey: OTHER_APPKEY })).toEqual([401, 898008]);
    offsetMs = 11 * MINUTE_MS;
    expect(await refusal({ username, token })).toEqual([401, 898010]);
  });

  it('works for a name with a colon and letters of any script', async () => {
    const user = await clients.user(`张三:${uniqueName('user')}`);
    expect((await put(user, 'file', Buffer.from('x'))).status).toBe(200);
  });

  it('has one file, whatever the field is called and whatever else the form has', async () => {
    const user = await clients.user();
    const who = { username: user.username, token: await tokenOf(user) };
    const before = await filesOnDisk();
    const refusal = async (body: FormData | string) => {
      const { status, answer } = await upload(gateway.url, 'file', body, who);
      return [status, answer.error?.code];
    };
    const two = formOf(Buffer.from('x'));
    two.append('another', new Blob(['y']), 'y');
    expect(await refusal(two)).toEqual([400, 898003]);
    expect(await refusal(new FormData())).toEqual([400, 898003]);
    const text = new FormData();
    text.append('text', 'only');
    expect(await refusal(text)).toEqual([400, 898003]);
    expect(await refusal(formOf(Buffer.alloc(0)))).toEqual([400, 898003]);
    expect(await refusal('no form')).toEqual([400, 898003]);
    expect(await filesOnDisk()).toEqual(before);
    text.append('那个', new Blob(['z']), 'z');
    expect((await upload(gateway.url, 'file', text, who)).status).toBe(200);
    expect((await upload(gateway.url, 'nonsense', formOf(Buffer.from('x')), who)).answer.error?.code).toBe(
      898003,
    );
  });
});

describe('get_resource', () => {
  it('knows only what was uploaded', async () => {
    const user = await clients.user();
    for (const media_id of ['0'.repeat(32), '../../pg', 'qiniu/image/j/0123', '\0', '\ud800']) {
      expect(await user.ask('get_resource', { media_id })).toMatchObject({ code: 880005 });
    }
  });

  it('is for whoever is logged in, in any application', async () => {
    const user = await clients.user();
    const { answer } = await put(user, 'image', png(1, 1));
    const stranger = await clients.connect();
    const { media_id } = answer;
    expect(await stranger.ask('get_resource', { media_id })).toMatchObject({ code: 882004 });
    await stranger.init(OTHER_APPKEY, OTHER_SECRET, now());
    const username = uniqueName('stranger');
    await stranger.ask('register', { username, password: '0'.repeat(32) });
    await stranger.login(username, '0'.repeat(32));
    expect((await fetch(await addressOf(stranger, media_id))).status).toBe(200);
  });

  it('answers an address under which the client itself reached the gateway', async () => {
    const user = await clients.user();
    const { answer } = await put(user, 'image', png(1, 1));
    const url = new URL(await addressOf(user, answer.media_id));
    expect(url.origin).toBe(gateway.url);
    const elsewhere = await clients.connect('v4', 'websocket', { host: 'im.example.org:8443' });
    await elsewhere.init(undefined, undefined, now());
    await elsewhere.login(user.username);
    expect(await addressOf(elsewhere, answer.media_id)).toMatch(/^http:\/\/im\.example\.org:8443\/media\//);
  });
});

describe('the address of a file', () => {
  it('works for an hour and for that file only', async () => {
    const user = await clients.user();
    const { media_id } = (await put(user, 'file', Buffer.from('mine'))).answer;
    const other = (await put(user, 'file', Buffer.from('other'))).answer.media_id;
    const url = await addressOf(user, media_id);
    const status = async (address: string) => (await fetch(address)).status;
    expect(await status(url)).toBe(200);
    expect(await status(url.replace(media_id, other))).toBe(403);
    expect(await status(url.replace(/e=\d/, 'e=9'))).toBe(403);
    expect(await status(url.replace(/s=.*/, ''))).toBe(403);
    expect(await status(url.replace(/&s=/, '&s=A'))).toBe(403);
    expect(await status(url.split('?')[0] ?? '')).toBe(403);
    expect(await status(url.replace(media_id, '..%2f..%2fpg%2fPG_VERSION'))).toBe(403);
    expect(await status(`${url}&s=x`)).toBe(403);
    offsetMs = HOUR_MS - MINUTE_MS;
    expect(await status(url)).toBe(200);
    offsetMs = HOUR_MS + MINUTE_MS;
    expect(await status(url)).toBe(403);
  });

  it('cannot be made with an upload token', async () => {
    const user = await clients.user();
    const { media_id } = (await put(user, 'file', Buffer.from('mine'))).answer;
    const [expires, signature] = (await tokenOf(user)).split('.');
    expect((await fetch(`${gateway.url}/media/${media_id}?e=${expires}&s=${signature}`)).status).toBe(403);
  });
});
