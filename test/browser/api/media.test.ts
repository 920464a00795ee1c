/** Images and files through pages: uploaded with progress, named in messages, fetched by others, aborted, refused. */
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { CODES } from '../../../src/protocol/codes/codes.js';
import type { ImageBody } from '../../../src/protocol/index.js';
import { fileForm } from '../../kit/forms.js';
import { GIF, HTML, JPEG, png, WEBP } from '../../kit/images.js';
import { mediaIdOf } from '../../kit/message-parts.js';
import { SHARES } from '../../kit/world.js';
import { type Actor, EMOJI, hostCast, to } from './cast.js';

/** The gateway's limit. */
const LARGEST_UPLOAD_BYTES = 10 * 1_024 * 1_024;

const cast = hostCast(['alice', 'bob']);
const { alice, bob } = cast.actors;
const { stranger } = cast;
let gid: number;

beforeAll(async () => {
  ({ gid } = await alice.ok('createGroup', { group_name: 'team' }));
  await alice.ok('addGroupMembers', { gid, member_usernames: to(bob, stranger) });
});

const NAME = `图 ${EMOJI} & "a"`;
const imageForm = (bytes: Buffer = png(7, 5)) => fileForm(Uint8Array.from(bytes), `${NAME}.png`, 'image/png');
const textForm = (text = `text ${EMOJI}`) =>
  fileForm(new TextEncoder().encode(text), `${NAME}.txt`, 'text/plain');
const toBob = { target_username: 'bob', target_nickname: 'Bob' };
/** The upload's message body for these bytes. */
const bodyOf = (bytes: Buffer) => ({
  media_id: expect.stringMatching(/\w/),
  media_crc32: crc32(bytes),
  fsize: bytes.length,
});
const received = (actor: Actor, msg_type: string) =>
  actor.receives('onMsgReceive', { content: { msg_type } });

async function fetched(actor: Actor, media_id: unknown): Promise<Buffer> {
  const { url } = await actor.ok('getResource', { media_id: String(media_id) });
  const response = await fetch(url);
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
}

test('sendSinglePic: the message names the uploaded image, its size and format, and its recipient can fetch it', async () => {
  const bytes = png(7, 5);
  const outcome = await alice.call('sendSinglePic', {
    ...toBob,
    image: imageForm(bytes),
    extras: { e: EMOJI },
  });
  if (outcome.kind !== 'success') throw new Error(JSON.stringify(outcome));
  const { data, second, progress } = outcome;
  expect(data).toMatchObject({
    code: 0,
    msg_id: expect.any(Number),
    target_username: 'bob',
    appkey: bob.appkey,
  });
  const msg_body = { ...bodyOf(bytes), width: 7, height: 5, format: 'png', extras: { e: EMOJI } };
  expect(second.content).toMatchObject({ msg_type: 'image', msg_body });
  const { content, msg_id } = await received(bob, 'image');
  expect(msg_id).toBe(data.msg_id);
  expect(content.msg_body).toMatchObject(msg_body);
  expect((await fetched(bob, mediaIdOf(content))).equals(bytes)).toBe(true);
  const last = progress.at(-1);
  expect(last?.loaded).toBe(last?.total);
});

test('sendSinglePic: recognises the web formats by their content', async () => {
  for (const [bytes, format] of [
    [GIF, 'gif'],
    [WEBP, 'webp'],
    [JPEG, /jpe?g/],
  ] as const) {
    await bob.tab.forget();
    await alice.ok('sendSinglePic', { ...toBob, image: imageForm(bytes) });
    const { content } = await received(bob, 'image');
    expect(content.msg_body).toMatchObject({
      ...bodyOf(bytes),
      width: expect.any(Number),
      height: expect.any(Number),
    });
    expect((content.msg_body as ImageBody).format).toMatch(format);
  }
});

test('sendSinglePic: forwards by msg_body without another upload, also to another application', async () => {
  await alice.ok('sendSinglePic', { ...toBob, image: imageForm() });
  const { content } = await received(bob, 'image');
  const { msg_body } = content;
  const outcome = await bob.call('sendSinglePic', {
    target_username: 'stranger',
    appkey: cast.stranger.appkey,
    msg_body,
  });
  expect(outcome).toMatchObject({ kind: 'success', progress: [] });
  expect((await received(stranger, 'image')).content.msg_body).toEqual(content.msg_body);
  expect((await fetched(stranger, mediaIdOf(content))).length).toBe(png(7, 5).length);
});

test('sendSinglePic: another file type is refused, a form without a file fails with 880005, no form with 880002', async () => {
  expect(await alice.code('sendSinglePic', { ...toBob, image: imageForm(HTML) })).toBe(CODES.invalidValue);
  const empty = new FormData();
  empty.append('note', 'no file here');
  expect(await alice.code('sendSinglePic', { ...toBob, image: empty })).toBe(CODES.fileNotExist);
  expect(await alice.code('sendSinglePic', toBob)).toBe(CODES.invalidParameter);
  const nobody = { target_username: 'nobody', image: imageForm() };
  expect(await alice.code('sendSinglePic', nobody)).toBe(CODES.targetUserNotExist);
  expect(await bob.tab.texts()).toEqual([]);
});

test('sendSingleFile: the message names the uploaded file, its hash and name, and its recipient can fetch it', async () => {
  const text = `text ${EMOJI}`;
  await alice.ok('sendSingleFile', { ...toBob, file: textForm(text), extras: { e: 1 } });
  const { content } = await received(bob, 'file');
  expect(content.msg_body).toMatchObject({
    ...bodyOf(Buffer.from(text)),
    hash: expect.stringMatching(/\w/),
    fname: `${NAME}.txt`,
    extras: { e: 1 },
  });
  expect((await fetched(bob, mediaIdOf(content))).toString()).toBe(text);
});

test('sendSingleFile: a File or a Blob is taken in place of a form', async () => {
  const content = new TextEncoder().encode('as it is');
  for (const [file, fname] of [
    [new File([content], `${NAME}.txt`, { type: 'text/plain' }), `${NAME}.txt`],
    [new Blob([content], { type: 'text/plain' }), 'file'],
  ] as const) {
    await alice.ok('sendSingleFile', { ...toBob, file });
    const { content: body } = await received(bob, 'file');
    expect(body.msg_body).toMatchObject({ fname });
    expect((await fetched(bob, mediaIdOf(body))).toString()).toBe('as it is');
    bob.tab.forget();
  }
  await alice.ok('updateSelfAvatar', {
    avatar: new Blob([Uint8Array.from(png(7, 5))], { type: 'image/png' }),
  });
  const { user_info } = await bob.ok('getUserInfo', { username: 'alice' });
  expect((await fetched(bob, user_info.avatar)).equals(png(7, 5))).toBe(true);
});

test('sendSingleFile: a form may have text beside its file', async () => {
  const form = new FormData();
  form.append('comment', `beside ${EMOJI}`);
  for (const [name, file] of textForm('with text')) form.append(name, file);
  await alice.ok('sendSingleFile', { ...toBob, file: form });
  expect((await received(bob, 'file')).content.msg_body).toMatchObject({ fsize: 9, fname: `${NAME}.txt` });
});

test('sendSingleFile: reports its progress in every step up to the end', async () => {
  const bytes = randomBytes(2_000_000);
  const form = fileForm(Uint8Array.from(bytes), 'large.bin', 'application/octet-stream');
  const outcome = await alice.call('sendSingleFile', { ...toBob, file: form });
  expect(outcome.kind).toBe('success');
  const loaded = outcome.progress.map((step) => step.loaded);
  expect(loaded).toEqual([...loaded].sort((a, b) => a - b));
  expect(outcome.progress.at(-1)).toMatchObject({ loaded: outcome.progress.at(-1)?.total });
  const { content } = await received(bob, 'file');
  expect((await fetched(bob, mediaIdOf(content))).equals(bytes)).toBe(true);
});

test.each(['at once', 'in progress'] as const)(
  'sendSingleFile: aborted %s it fails with 889010, and no message is sent',
  async (when) => {
    const form = fileForm(new Uint8Array(LARGEST_UPLOAD_BYTES - 1), 'large.bin', 'application/octet-stream');
    cast.world.relay.holdUploads(true);
    const outcome = await alice.tab.call('sendSingleFile', { ...toBob, file: form }, when);
    cast.world.relay.holdUploads(false);
    expect(outcome).toMatchObject({ kind: 'failure', error: { code: CODES.aborted } });
    if (when === 'in progress') expect(outcome.progress.length).toBeGreaterThan(0);
    await alice.ok('sendSingleMsg', { ...toBob, content: 'instead' });
    await bob.tab.waitForText('instead');
    expect(await bob.tab.received('onMsgReceive')).toHaveLength(1);
  },
);

test('sendSingleFile: a file that is too large fails with 880210', async () => {
  const form = fileForm(new Uint8Array(LARGEST_UPLOAD_BYTES + 1), 'huge.bin', 'application/octet-stream');
  expect(await alice.code('sendSingleFile', { ...toBob, file: form })).toBe(CODES.fileTooLarge);
});

test('sendGroupPic: every member gets the image, and the tabs of the sender too', async () => {
  const second = SHARES ? [await cast.secondTabOf(alice)] : [];
  const sent = await alice.ok('sendGroupPic', {
    target_gid: `${gid}`,
    target_gname: 'team',
    image: imageForm(),
    extras: { e: 1 },
  });
  expect(sent).toMatchObject({ code: 0, msg_id: expect.any(Number), target_gid: gid });
  for (const actor of [bob, stranger, ...second]) {
    const { content, from_gid } = await received(actor, 'image');
    expect(from_gid).toBe(gid);
    expect(content.msg_body).toMatchObject({ ...bodyOf(png(7, 5)), width: 7, height: 5, extras: { e: 1 } });
  }
  for (const { tab } of second) await tab.close();
  const { content } = await received(bob, 'image');
  await bob.ok('sendGroupPic', { target_gid: gid, msg_body: content.msg_body });
  expect((await received(alice, 'image')).content.msg_body).toEqual(content.msg_body);
  expect(await alice.code('sendGroupPic', { target_gid: gid + 99, image: imageForm() })).toBe(
    CODES.targetGroupNotExist,
  );
  expect(await alice.code('sendGroupPic', { target_gid: gid })).toBe(CODES.invalidParameter);
});

test('sendGroupFile: every member gets the file', async () => {
  const sent = await alice.ok('sendGroupFile', {
    target_gid: gid,
    target_gname: 'team',
    file: textForm(),
    extras: { e: 1 },
  });
  expect(sent).toMatchObject({ code: 0, msg_id: expect.any(Number), target_gid: gid });
  for (const actor of [bob, stranger]) {
    const { content } = await received(actor, 'file');
    expect(content.msg_body).toMatchObject({
      fname: `${NAME}.txt`,
      hash: expect.any(String),
      extras: { e: 1 },
    });
    expect((await fetched(actor, mediaIdOf(content))).toString()).toBe(`text ${EMOJI}`);
  }
  expect(await alice.code('sendGroupFile', { target_gid: gid, file: new FormData() })).toBe(
    CODES.fileNotExist,
  );
  expect(await alice.code('sendGroupFile', { target_gid: gid + 99, file: textForm() })).toBe(
    CODES.targetGroupNotExist,
  );
});

test("getResource: takes media_id also under the documents' misprint with a blank, and fails for an unknown file", async () => {
  await alice.ok('sendSinglePic', { ...toBob, image: imageForm() });
  const media_id = mediaIdOf((await received(bob, 'image')).content);
  const answers = [
    await bob.ok('getResource', { media_id }),
    await bob.ok('getResource', { 'media_id ': media_id }),
  ];
  for (const { code, url } of answers) {
    expect(code).toBe(0);
    expect((await fetch(url)).headers.get('content-type')).toBe('image/png');
  }
  expect(await bob.code('getResource', { media_id: 'nothing' })).not.toBe(0);
  expect(await bob.code('getResource', {})).toBe(CODES.invalidParameter);
});
