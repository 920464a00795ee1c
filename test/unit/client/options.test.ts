import { describe, expect, test } from 'vitest';
import { filesOf, settingsOf } from '../../../src/client/options.js';
import type { RuntimeFiles } from '../../../src/client/worker-link/hosts/host.js';
import type { JMessageOptions } from '../../../src/protocol/tab.js';
import { DEFAULT_UPLOAD_URL } from '../../../src/protocol/tab.js';

test('without options it is the service, in the Engine.IO revision that it speaks', () => {
  expect(settingsOf({})).toEqual({
    address: 'https://ws.im.jiguang.cn',
    uploadUrl: DEFAULT_UPLOAD_URL,
    engine: 3,
    debug: false,
    canAuth: false,
    outboxAgeMs: 86_400_000,
    disconnectGraceMs: 1_500,
  });
});

test.each([
  ['wss://im.example.com', 'https://im.example.com'],
  ['ws://im.example.com:3000/', 'http://im.example.com:3000'],
  ['https://im.example.com///', 'https://im.example.com'],
])('%s is the server %s, one account wherever it is written', (address, normal) => {
  expect(settingsOf({ address })).toMatchObject({
    address: normal,
    engine: 4,
    uploadUrl: `${normal}/resource`,
  });
});

test('given options are used', () => {
  const options: JMessageOptions = {
    address: 'http://localhost:1',
    upload_file: 'http://localhost:2/up',
    engine: 3,
    debug: true,
    offlineSend: 'timeout',
    disconnectGrace: 0,
    auth: () => ({ appkey: 'a', random_str: 'r', signature: 's', timestamp: 1, flag: false }),
  };
  expect(settingsOf(options)).toEqual({
    address: 'http://localhost:1',
    uploadUrl: 'http://localhost:2/up',
    engine: 3,
    debug: true,
    canAuth: true,
    outboxAgeMs: 25_000,
    disconnectGraceMs: 0,
  });
});

describe('a programming error is said at once', () => {
  test.each(['im.example.com', 'ftp://im.example.com', 'javascript:alert(1)'])('address %j', (address) => {
    expect(() => settingsOf({ address })).toThrow(TypeError);
  });

  test.each([
    { engine: 5 as 4 },
    { offlineSend: 'never' as 'queue' },
    { outboxAge: 0 },
    { outboxAge: '1' as unknown as number },
    { disconnectGrace: -1 },
    { disconnectGrace: Number.NaN },
    { disconnectGrace: '0' as unknown as number },
  ] satisfies JMessageOptions[])('%j', (options) => {
    expect(() => settingsOf(options)).toThrow(TypeError);
  });
});

test.each([
  null,
  { address: '', upload_file: '' },
  {
    address: null,
    upload_file: null,
    debug: null,
    engine: null,
    auth: null,
    offlineSend: null,
    outboxAge: null,
    disconnectGrace: null,
  },
])('an empty option or null counts as omitted: %j', (options) => {
  expect(settingsOf(options as JMessageOptions | null)).toEqual(settingsOf({}));
});

test('the worker is the one that is given, else the one that comes with the package', () => {
  const never = () => {
    throw new Error('not asked for');
  };
  const bundled: RuntimeFiles = { scope: 'bundled', worker: never, fallback: never, page: never };
  expect(filesOf(undefined, bundled)).toBe(bundled);
  expect(filesOf('/worker.js', bundled)).toMatchObject({ scope: '/worker.js', page: never });
  const made = () => never();
  expect(filesOf(made, bundled)).toEqual({ scope: 'bundled', worker: made, fallback: never, page: never });
});
