/**
 * `npm run docs:record`: the two pictures of README and site, from the real demo in Chromium. Frames are screenshots; ffmpeg makes a WebP of
 * them. The command is for authors, so no other task needs ffmpeg.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bubble, DemoStage, openChat, write } from '../browser/demo/stage.js';

const MEDIA = fileURLToPath(new URL('../../docs/media/', import.meta.url));
const MOST_BYTES = 1.5 * 1024 * 1024;
const RECORDING_TIMEOUT_MS = 300_000;
const FRAMES_A_SECOND = 2;
const run = promisify(execFile);

interface Look {
  columns: number;
  tile: { width: number; height: number };
  scale: number;
}
const TEN: Look = { columns: 5, tile: { width: 420, height: 540 }, scale: 0.5 };
const TWO: Look = { columns: 2, tile: { width: 520, height: 560 }, scale: 1 };

/** Each recording begins with the demo's first messages. */
let stage: DemoStage;
beforeEach(async () => {
  stage = await DemoStage.open();
}, RECORDING_TIMEOUT_MS);
afterEach(() => stage.close());

/** Lays screenshots of pages out as tiles, under a line of text. */
class Recording {
  readonly #folder: string;
  readonly #canvas: Page;
  readonly #look: Look;
  #count = 0;

  private constructor(folder: string, canvas: Page, look: Look) {
    this.#folder = folder;
    this.#canvas = canvas;
    this.#look = look;
  }

  static async start(look: Look): Promise<Recording> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'jmessage-recording-'));
    const canvas = await stage.his.context.newPage();
    await canvas.setViewportSize({ width: 1100, height: 100 });
    return new Recording(folder, canvas, look);
  }

  /** @param seconds the time for which the frame stands */
  async frame(caption: string, pages: readonly Page[], seconds = 0.5): Promise<void> {
    const { columns, scale, tile } = this.#look;
    // The last click has left the pointer on a message, whose button it shows.
    for (const page of pages) await page.mouse.move(0, 0);
    const shots = await Promise.all(pages.map((page) => page.screenshot({ type: 'jpeg', quality: 92 })));
    const images = shots.map((shot) => `<img src="data:image/jpeg;base64,${shot.toString('base64')}">`);
    await this.#canvas.setContent(`<!doctype html><style>
      body { margin: 0; width: max-content; padding: 14px; background: #eceef4; font: 600 19px/1.4 system-ui, sans-serif; color: #14152b; }
      p { margin: 0 4px 12px; height: 27px; }
      div { display: grid; gap: 10px; grid-template-columns: repeat(${columns}, ${tile.width * scale}px);
        grid-auto-rows: ${tile.height * scale}px; min-height: ${tile.height * scale * (columns === TEN.columns ? 2 : 1) + (columns === TEN.columns ? 10 : 0)}px; }
      img { width: 100%; border-radius: 8px; box-shadow: 0 1px 5px #0003; }
    </style><body><p>${caption}</p><div>${images.join('')}</div>`);
    const picture = await this.#canvas.locator('body').screenshot();
    for (let i = 0; i < Math.max(1, seconds * FRAMES_A_SECOND); i++) {
      const name = `${String(this.#count++).padStart(3, '0')}.png`;
      await writeFile(path.join(this.#folder, name), picture);
    }
  }

  /** @returns the size of the file */
  async end(name: string): Promise<number> {
    await mkdir(MEDIA, { recursive: true });
    const file = path.join(MEDIA, name);
    await run('ffmpeg', [
      ...[
        '-y',
        '-loglevel',
        'error',
        '-framerate',
        String(FRAMES_A_SECOND),
        '-i',
        `${this.#folder}/%03d.png`,
      ],
      ...['-c:v', 'libwebp_anim', '-quality', '75', '-compression_level', '6', '-loop', '0', file],
    ]);
    await this.#canvas.close();
    await rm(this.#folder, { recursive: true });
    return (await stat(file)).size;
  }
}

const sized = async (page: Page, { tile }: Look): Promise<Page> => {
  await page.setViewportSize(tile);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  return page;
};

test('ten tabs of one account share one socket', { timeout: RECORDING_TIMEOUT_MS }, async () => {
  const bob = await stage.enter(stage.his, 'Bob Wang');
  await openChat(bob, 'alice');
  const recording = await Recording.start(TEN);
  const sockets = () => stage.world.relay.openFor('alice');
  const tabs: Page[] = [];
  const caption = (text: string) =>
    `${text} &nbsp; ${tabs.length} ${tabs.length === 1 ? 'tab' : 'tabs'} · ${sockets()} socket at the server`;
  for (let i = 0; i < 10; i++) {
    const tab = await sized(await stage.enter(stage.hers, 'Alice Chen'), TEN);
    await openChat(tab, 'bob');
    tabs.push(tab);
    await recording.frame(caption('Alice opens tabs.'), tabs, i === 9 ? 1.5 : 0.5);
  }
  const [first] = tabs;
  if (first === undefined) throw new Error('no tab');
  await write(first, 'Written in the first tab');
  for (const tab of tabs) await bubble(tab, 'Written in the first tab').waitFor();
  await recording.frame(caption('One tab sends.'), tabs, 2);
  await write(bob, 'Read in all ten');
  for (const tab of tabs) await bubble(tab, 'Read in all ten').waitFor();
  await recording.frame(caption('Bob answers.'), tabs, 3);
  expect(sockets()).toBe(1);
  expect(await recording.end('ten-tabs.webp')).toBeLessThan(MOST_BYTES);
});

test('an outage loses nothing', { timeout: RECORDING_TIMEOUT_MS }, async () => {
  const alice = await sized(await stage.enter(stage.hers, 'Alice Chen'), TWO);
  const bob = await sized(await stage.enter(stage.his, 'Bob Wang'), TWO);
  await openChat(alice, 'bob');
  await openChat(bob, 'alice');
  const recording = await Recording.start(TWO);
  const both = [alice, bob];
  await write(alice, 'The train enters a tunnel');
  await bubble(bob, 'The train enters a tunnel').waitFor();
  await bubble(alice, 'The train enters a tunnel').getByLabel('Read').waitFor();
  await recording.frame('Alice and Bob are online.', both, 2);
  stage.cut();
  await recording.frame('The network is cut.', both, 1);
  for (const text of ['one', 'two', 'three']) {
    await write(alice, `Message ${text}`);
    await bubble(alice, `Message ${text}`).waitFor();
    await recording.frame('The network is cut. Alice writes on.', both, 1);
  }
  await alice.reload();
  await bubble(alice, 'Message three').waitFor();
  await recording.frame('Alice reloads the page. Her messages still wait.', both, 2.5);
  await stage.mend(bob);
  await stage.mend(alice);
  for (const text of ['one', 'two', 'three']) await bubble(bob, `Message ${text}`).waitFor();
  await bubble(alice, 'Message three').getByLabel('Read').waitFor();
  await recording.frame('The network returns: each message arrives once, in order.', both, 3.5);
  expect(await recording.end('outage.webp')).toBeLessThan(MOST_BYTES);
});
