/** Uploads: what is asked for, sent and answered, and what is done when a part of it fails. */
import { expect, test, vi } from 'vitest';
import { CODES, failure } from '../../../../src/protocol/codes/codes.js';
import type { FormParts } from '../../../../src/protocol/index.js';
import type { Reply } from '../../../../src/worker/connection/request.js';
import { type Uploaded, type UploadJob, upload } from '../../../../src/worker/methods/upload.js';
import { type PostForm, Stalled } from '../../../../src/worker/platform/platform.js';
import { FakeClock, settle } from '../../fakes/clock.js';

type Posted = Parameters<PostForm>[0];
type Answer = { status: number; body: unknown } | Error;

const MEDIA = { media_id: 'm', media_crc32: 1, fsize: 2 };
const fine: Answer = { status: 200, body: MEDIA };
const refusal = (code: number, status = 401): Answer => ({
  status,
  body: { error: { code, message: 'no' } },
});
const form = (filename = 'a.png'): FormParts => ({ formParts: [['f', new Blob(['ab']), filename]] });

/** An upload whose server answers, time by time, with these; the last one is the answer from then on. */
function uploading(answers: Answer[], job: Partial<UploadJob> = {}) {
  const clock = new FakeClock();
  const posted: Posted[] = [];
  let tokens = 0;
  const token = async (): Promise<Reply> => {
    tokens += 1;
    return { kind: 'answer', answer: { rid: 1, code: 0, message: 'success', uptoken: `token ${tokens}` } };
  };
  const postForm: PostForm = async (request) => {
    posted.push(request);
    const answer = answers[Math.min(posted.length, answers.length) - 1];
    if (!answer || answer instanceof Error) throw answer;
    return answer;
  };
  const aborting = new AbortController();
  let result: Uploaded | undefined;
  const done = upload(
    { clock, postForm },
    {
      url: 'http://server/resource',
      type: 'image',
      parts: form(),
      appkey: 'app',
      username: 'ålice',
      signal: aborting.signal,
      onProgress: () => undefined,
      outages: () => 0,
      token,
      ...job,
    },
  );
  void done.then((uploaded) => {
    result = uploaded;
  });
  return { clock, posted, done, abort: () => aborting.abort(), result: () => result };
}

/** Lets as much time pass as all tries need. */
async function outcomeOf({ clock, done }: ReturnType<typeof uploading>): Promise<Uploaded> {
  await clock.advance(60_000);
  return done;
}

const code = (uploaded: Uploaded | undefined) => (uploaded?.ok === false ? uploaded.error.code : 0);
const credentials = ({ headers }: Posted) =>
  Buffer.from(String(headers.Authorization).replace('Basic ', ''), 'base64').toString();

test('an upload goes to its address with the account, its token and the form, and is answered with the media', async () => {
  const run = uploading([fine]);
  expect(await outcomeOf(run)).toEqual({ ok: true, media: MEDIA });
  const [request] = run.posted;
  if (!request) throw new Error('nothing was posted');
  expect(request.url).toBe('http://server/resource?type=image');
  expect(request.headers).toMatchObject({ 'X-App-Key': 'app', 'jm-channel': 'w' });
  expect(credentials(request)).toBe('ålice:token 1');
  expect((request.form.get('f') as File).name).toBe('a.png');
});

test('a form without a file fails with 880005, and nothing is asked for', async () => {
  const run = uploading([fine], { parts: { formParts: [['f', 'text']] } });
  expect(code(await outcomeOf(run))).toBe(CODES.fileNotExist);
  expect(run.posted).toEqual([]);
});

test("a file's name with quotes comes back as it was given", async () => {
  const fname = 'say "hi".txt';
  const answered = { status: 200, body: { ...MEDIA, fname: 'say %22hi%22.txt' } };
  const outcome = await outcomeOf(uploading([answered], { parts: form(fname) }));
  expect(outcome).toMatchObject({ ok: true, media: { fname } });
});

test('a network that fails is tried three times, with a new token each, and then it fails with 889011', async () => {
  const run = uploading([new Error('the network failed')]);
  expect(code(await outcomeOf(run))).toBe(CODES.uploadFailed);
  expect(run.posted.map(credentials)).toEqual(['ålice:token 1', 'ålice:token 2', 'ålice:token 3']);
});

test('a try that broke off with the connection does not count', async () => {
  let tries = 0;
  const broken = new Error('the network failed');
  const run = uploading([broken, broken, broken, broken, broken, fine], {
    // The connection is lost with each of the first three.
    outages: () => Math.min(3, tries),
    token: async () => {
      tries += 1;
      return { kind: 'answer', answer: { rid: 1, code: 0, message: 'success', uptoken: 'token' } };
    },
  });
  expect(await outcomeOf(run)).toMatchObject({ ok: true });
  expect(run.posted).toHaveLength(6);
});

test.each([
  ['fails', () => Promise.reject(new DOMException('gone', 'NotFoundError'))],
  ['waits for ever', () => new Promise<ArrayBuffer>(() => undefined)],
])('a file whose reading %s fails with 880005, and nothing is posted', async (_how, arrayBuffer) => {
  const file = new File(['ab'], 'a.png');
  const reading = vi.spyOn(Blob.prototype, 'arrayBuffer').mockImplementation(arrayBuffer);
  const run = uploading([fine], { parts: { formParts: [['f', file, 'a.png']] } });
  expect(code(await outcomeOf(run))).toBe(CODES.fileNotExist);
  reading.mockRestore();
  expect(run.posted).toEqual([]);
});

test('a file that is cleared away while its upload waits for a connection, or stalls, fails with 880005', async () => {
  let isThere = true;
  const reading = vi
    .spyOn(Blob.prototype, 'arrayBuffer')
    .mockImplementation(() => (isThere ? Promise.resolve(new ArrayBuffer(1)) : new Promise(() => undefined)));
  const clearedAfter = (tokens: number) => {
    isThere = true;
    let given = 0;
    return uploading([new Stalled('nothing moves')], {
      token: async () => {
        given += 1;
        if (given === tokens) isThere = false;
        return { kind: 'answer', answer: { rid: 1, code: 0, message: 'success', uptoken: 'token' } };
      },
    });
  };
  const waiting = clearedAfter(1);
  expect(code(await outcomeOf(waiting))).toBe(CODES.fileNotExist);
  expect(waiting.posted).toEqual([]);
  const stalling = clearedAfter(2);
  expect(code(await outcomeOf(stalling))).toBe(CODES.fileNotExist);
  expect(stalling.posted).toHaveLength(1);
  reading.mockRestore();
});

test('a try that has stalled counts, whatever the connection does', async () => {
  let outages = 0;
  const run = uploading([new Stalled('nothing moves')], {
    outages: () => {
      outages += 1;
      return outages;
    },
  });
  expect(code(await outcomeOf(run))).toBe(CODES.uploadFailed);
  expect(run.posted).toHaveLength(3);
});

test('a token that has expired is replaced, and the upload goes through', async () => {
  const run = uploading([refusal(898_010), fine]);
  expect(await outcomeOf(run)).toMatchObject({ ok: true });
  expect(run.posted.map(credentials)).toEqual(['ålice:token 1', 'ålice:token 2']);
});

test('a server that calls every token expired is believed in the end', async () => {
  const run = uploading([refusal(898_010)]);
  expect(code(await outcomeOf(run))).toBe(898_010);
  expect(run.posted).toHaveLength(3);
});

test.each([
  ['too many uploads', refusal(898_030, 429), CODES.beyondFrequencyLimit],
  ['a file that is too large', refusal(898_061, 413), CODES.fileTooLarge],
  ['a file that a proxy finds too large', { status: 413, body: undefined }, CODES.fileTooLarge],
  ['a token that is not the account’s', refusal(898_008), 898_008],
  ['what is no answer', { status: 502, body: undefined }, CODES.uploadFailed],
  ['media without an id', { status: 200, body: {} }, CODES.uploadFailed],
] as [string, Answer, number][])('%s is refused once, and with its code', async (_what, answer, expected) => {
  const run = uploading([answer]);
  expect(code(await outcomeOf(run))).toBe(expected);
  expect(run.posted).toHaveLength(1);
});

test.each([
  ['refused', { kind: 'answer', answer: { rid: 1, code: 882_005, message: 'busy' } }, 882_005],
  ['not answered', { kind: 'timeout', responseTimeout: false }, CODES.timeout],
  ['dropped with its session', { kind: 'dropped', error: failure(CODES.superseded) }, CODES.superseded],
] as [string, Reply, number][])(
  'a token that is %s is what the upload fails with',
  async (_what, reply, expected) => {
    const run = uploading([fine], { token: async () => reply });
    expect(code(await outcomeOf(run))).toBe(expected);
    expect(run.posted).toEqual([]);
  },
);

test('an upload that is aborted while it waits for its token is answered at once', async () => {
  const run = uploading([fine], { token: () => new Promise(() => undefined) });
  await settle();
  run.abort();
  await settle();
  expect(code(run.result())).toBe(CODES.aborted);
});

test('an upload reports its progress every 50 ms and at its end, however often the browser does', async () => {
  const reported: number[] = [];
  const run = uploading([fine], { onProgress: (loaded) => reported.push(loaded) });
  await settle();
  const [request] = run.posted;
  for (let loaded = 1; loaded <= 100; loaded += 1) {
    request?.onProgress(loaded, 100);
    await run.clock.advance(2);
  }
  expect(reported).toEqual([1, 26, 51, 76, 100]);
});

test('an upload that is aborted between two tries is answered at once, and not tried again', async () => {
  const run = uploading([new Error('the network failed')]);
  await settle();
  run.abort();
  await settle();
  expect(code(run.result())).toBe(CODES.aborted);
  await run.clock.advance(60_000);
  expect(run.posted).toHaveLength(1);
  expect(run.clock.pending).toBe(0);
});

test('an upload that is aborted on its way is answered at once, whatever the network does', async () => {
  const aborting = new AbortController();
  const clock = new FakeClock();
  const done = upload(
    { clock, postForm: () => new Promise(() => undefined) },
    {
      url: 'http://server/resource',
      type: 'file',
      parts: form(),
      appkey: 'app',
      username: 'alice',
      signal: aborting.signal,
      onProgress: () => undefined,
      outages: () => 0,
      token: async () => ({ kind: 'answer', answer: { rid: 1, code: 0, message: '', uptoken: 't' } }),
    },
  );
  await settle();
  aborting.abort();
  expect(code(await done)).toBe(CODES.aborted);
});
