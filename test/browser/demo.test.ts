/**
 * The demo page as a person uses it: the built page in real browsers, before a real gateway with the demo's own accounts. It leaves
 * pictures of each screen in `test-results/demo/`, in both themes, wide and narrow.
 */
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { APPKEY, seed } from '../../demo/seed.mjs';
import type { Profile } from '../harness/browser.js';
import { until } from '../harness/until.js';
import { createWorld, type World } from '../harness/world.js';

const CONFIG = fileURLToPath(new URL('../../demo/vite.config.ts', import.meta.url));
const PICTURES = fileURLToPath(new URL('../../test-results/demo', import.meta.url));
const LOOPBACK = '127.0.0.1';
const LAST_SEEDED = 'And bring the laptop, I want to see it with ten tabs.';

let world: World;
let outDir: string;
let server: PreviewServer;
let address: string;
let hers: Profile;
let his: Profile;

/** The gateway is to say the page's address before the page is served. */
async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => probe.listen(0, LOOPBACK, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

beforeAll(async () => {
  // As behind any proxy that is not there to pass on what the browser called it.
  const port = await freePort();
  const publicUrl = `http://${LOOPBACK}:${port}`;
  world = await createWorld({
    users: [],
    gateway: { appkey: APPKEY, args: ['--public-url', publicUrl] },
  });
  await seed({ gateway: world.gateway.url });
  outDir = await mkdtemp(path.join(os.tmpdir(), 'jmessage-demo-'));
  process.env.JMESSAGE_GATEWAY = world.relay.url;
  const config = { configFile: CONFIG, logLevel: 'silent', build: { outDir } } as const;
  await build(config);
  server = await preview({ ...config, preview: { host: LOOPBACK, port, strictPort: true } });
  address = `${publicUrl}/`;
  hers = await world.profile();
  his = await world.profile();
});
afterAll(async () => {
  await server.close();
  await world.close();
  await rm(outDir, { recursive: true, force: true });
});

afterEach(async () => {
  world.relay.refuse(false);
  world.relay.freeze(false);
  for (const profile of [hers, his]) {
    for (const page of profile.context.pages()) if (!page.isClosed()) await page.goto('about:blank');
    await profile.killSharedWorkers();
  }
  await until('every socket to be closed', () => world.relay.open === 0);
});

/** A tab that is asked who it is for, whoever was here before. */
const openLogin = (profile: Profile): Promise<Page> => profile.page(`${address}#log-in`);

async function enter(profile: Profile, name: 'Alice Chen' | 'Bob Wang' | 'Mei Lin'): Promise<Page> {
  const page = await openLogin(profile);
  await page.getByRole('button', { name: `Continue as ${name}` }).click();
  await page.getByTestId('connection').getByText('Online').waitFor();
  return page;
}

async function openChat(page: Page, username: string): Promise<void> {
  await page.locator(`[data-username=${username}]`).click();
  await page.getByRole('textbox', { name: /^Message / }).waitFor();
}

async function write(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: /^Message / });
  await field.fill(text);
  await field.press('Enter');
}

/** A drawn image, as a PNG file. */
async function picture(page: Page, width: number, height: number): Promise<Buffer> {
  const data = await page.evaluate(
    ([w, h]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: w, height: h });
      const context = canvas.getContext('2d');
      if (context === null) return '';
      const sky = context.createLinearGradient(0, 0, 0, h);
      sky.addColorStop(0, '#2b3a8c');
      sky.addColorStop(0.7, '#f08a5d');
      sky.addColorStop(1, '#ffd56b');
      context.fillStyle = sky;
      context.fillRect(0, 0, w, h);
      context.fillStyle = '#fff3c4';
      context.beginPath();
      context.arc(w * 0.7, h * 0.6, h * 0.12, 0, 7);
      context.fill();
      return canvas.toDataURL('image/png');
    },
    [width, height] as const,
  );
  return Buffer.from(data.slice(data.indexOf(',') + 1), 'base64');
}

/** A file in hand, as a browser hands it to the page. */
const transfer = (page: Page, name: string, text: string) =>
  page.evaluateHandle(
    ([fileName, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([content], fileName));
      return data;
    },
    [name, text] as const,
  );

async function drop(page: Page, name: string, text: string): Promise<void> {
  const dataTransfer = await transfer(page, name, text);
  await page.locator('main.conversation').dispatchEvent('drop', { dataTransfer });
}

async function paste(page: Page, name: string, text: string): Promise<void> {
  const data = await transfer(page, name, text);
  await page.getByRole('textbox', { name: /^Message / }).evaluate((field, clipboardData) => {
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  }, data);
}

const bubble = (page: Page, text: string) => page.locator('.message').filter({ hasText: text });
/** Whoever it is for may have read it already. */
const delivered = (page: Page, text: string) => bubble(page, text).getByLabel(/^(Sent|Read)/);
const note = (page: Page, text: string) => page.locator('.note').filter({ hasText: text });
const showContacts = (page: Page) => page.getByRole('radio', { name: 'Contacts' }).check();

test('a demo account is one click away, with its conversation and what is new in it', async () => {
  const page = await enter(hers, 'Alice Chen');
  const row = page.locator('[data-username=bob]');
  await row.getByLabel('2 unread').waitFor();
  expect(await page.title()).toBe('(3) JMessage');
  await openChat(page, 'bob');
  await bubble(page, LAST_SEEDED).waitFor();
  expect(await page.locator('.message').count()).toBe(21);
  await row.getByLabel('2 unread').waitFor({ state: 'detached' });
  // The page has no inline script or style that its policy would have to allow.
  expect(await page.locator('meta[http-equiv=Content-Security-Policy]').count()).toBe(1);
});

test('two people chat, and what they write is text whatever it looks like', async () => {
  const alice = await enter(hers, 'Alice Chen');
  const bob = await enter(his, 'Bob Wang');
  await openChat(alice, 'bob');
  await openChat(bob, 'alice');
  const hostile =
    '<img src=x onerror="document.title=\'gone\'"> javascript:alert(1) https://example.com/?a=1.';
  await write(alice, hostile);
  await delivered(alice, hostile).waitFor();
  await bubble(bob, hostile).waitFor();
  expect(await bob.locator('.message img').count()).toBe(0);
  const links = bubble(bob, hostile).locator('a');
  expect(await links.evaluateAll((found) => found.map((link) => link.getAttribute('href')))).toEqual([
    'https://example.com/?a=1',
  ]);
  await write(bob, '看到了 👀');
  await bubble(alice, '看到了').waitFor();
  expect(await alice.getByTestId('announcer').textContent()).toBe('Bob Wang: 看到了 👀');
});

test('a reload comes back into the open conversation without a password, with all that was said', async () => {
  const page = await enter(hers, 'Alice Chen');
  await openChat(page, 'bob');
  await write(page, 'before the reload');
  await delivered(page, 'before the reload').waitFor();
  await page.reload();
  await bubble(page, 'before the reload').waitFor();
  await bubble(page, LAST_SEEDED).waitFor();
  expect(await page.getByLabel('Password').count()).toBe(0);
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
  expect(stored).toContain('alice');
  expect(stored).not.toMatch(/demo1234|[0-9a-f]{32}/);
});

test('a second tab shares the connection, says so, and shows what the first one writes', async () => {
  const first = await enter(hers, 'Alice Chen');
  await openChat(first, 'bob');
  const [second] = await Promise.all([
    hers.context.waitForEvent('page'),
    first.getByRole('button', { name: 'Open another tab' }).click(),
  ]);
  for (const tab of [first, second]) await tab.getByText('2 tabs · 1 connection').waitFor();
  expect(world.relay.openFor('alice')).toBe(1);
  await write(first, 'from the first tab');
  await bubble(second, 'from the first tab').waitFor();
  await second.close();
  await first.getByText('1 tab · 1 connection').waitFor();
});

test('what one tab has read is no longer new in the other', async () => {
  const reading = await enter(hers, 'Alice Chen');
  const other = await enter(hers, 'Alice Chen');
  const bob = await enter(his, 'Bob Wang');
  await openChat(bob, 'alice');
  await write(bob, 'for both tabs');
  for (const tab of [reading, other]) {
    await tab.locator('[data-username=bob]').getByLabel('1 unread').waitFor();
  }
  await reading.bringToFront();
  await openChat(reading, 'bob');
  await other.locator('[data-username=bob]').getByLabel('1 unread').waitFor({ state: 'detached' });
});

test('a conversation that one has turned away from counts again', async () => {
  const alice = await enter(hers, 'Alice Chen');
  const bob = await enter(his, 'Bob Wang');
  await openChat(alice, 'bob');
  await bubble(alice, LAST_SEEDED).waitFor();
  await alice.goBack();
  await openChat(bob, 'alice');
  await write(bob, 'still there?');
  await alice.locator('[data-username=bob]').getByLabel('1 unread').waitFor();
});

test('what is written off line waits, is marked so, and arrives once when the connection is back', async () => {
  const alice = await enter(hers, 'Alice Chen');
  const bob = await enter(his, 'Bob Wang');
  await openChat(alice, 'bob');
  await openChat(bob, 'alice');
  world.relay.refuse(true);
  world.relay.cutAll();
  await alice
    .getByTestId('outage')
    .getByText(/^Offline\. Trying again/)
    .waitFor();
  await alice.getByText('1 tab · no connection').waitFor();
  const tunnel = ['written in a tunnel', 'a second one', '第三条'];
  for (const text of tunnel) await write(alice, text);
  await bubble(alice, 'written in a tunnel').getByLabel('Waiting for connection').waitFor();
  world.relay.refuse(false);
  await delivered(alice, 'written in a tunnel').waitFor();
  await alice.getByTestId('outage').waitFor({ state: 'detached' });
  await bubble(bob, 'written in a tunnel').waitFor();
  for (const page of [alice, bob]) {
    await bubble(page, '第三条').waitFor();
    const texts = await page.locator('.bubble p').allTextContents();
    expect(texts.filter((text) => tunnel.includes(text))).toEqual(tunnel);
  }
});

test('a login elsewhere is told to every tab, and one click brings the session back here', async () => {
  const here = await enter(hers, 'Alice Chen');
  const there = await enter(his, 'Alice Chen');
  await here.getByRole('heading', { name: 'Logged in somewhere else' }).waitFor();
  await here.keyboard.press('Escape');
  await here.keyboard.press('Escape');
  await here.getByRole('button', { name: 'Log in here' }).click();
  await here.getByRole('dialog').waitFor({ state: 'detached' });
  await here.getByTestId('connection').getByText('Online').waitFor();
  await there.getByRole('heading', { name: 'Logged in somewhere else' }).waitFor();
});

test('somebody new registers, finds nobody under a wrong name, and writes to somebody by name', async () => {
  const page = await openLogin(hers);
  await page.getByLabel('User name').fill('carol');
  await page.getByLabel('Password').fill('not a demo password');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByRole('alert').getByText('There is no such user.').waitFor();
  await page.getByRole('button', { name: 'New here? Create an account' }).click();
  await page.getByRole('button', { name: 'Create account' }).click();
  const find = page.getByRole('searchbox', { name: 'Find or start a conversation' });
  await find.fill('nobody-of-that-name');
  await find.press('Enter');
  await page.getByRole('alert').getByText('There is no user “nobody-of-that-name”.').waitFor();
  await find.fill('bob');
  await find.press('Enter');
  await write(page, 'Hello Bob, Carol here');
  await delivered(page, 'Hello Bob, Carol here').waitFor();
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByRole('button', { name: 'Continue as Bob Wang' }).click();
  await page.locator('[data-username=carol]').getByLabel('1 unread').waitFor();
});

test('the Enter that ends an input method’s composition sends nothing', async () => {
  const page = await enter(hers, 'Alice Chen');
  await openChat(page, 'bob');
  const field = page.getByRole('textbox', { name: /^Message / });
  await field.fill('ni hao');
  await field.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
  await field.press('Shift+Enter');
  expect(await field.inputValue()).toBe('ni hao\n');
  await field.press('Enter');
  await delivered(page, 'ni hao').waitFor();
  expect(await bubble(page, 'ni hao').count()).toBe(1);
});

test('a reader of old messages is not carried away by new ones', async () => {
  const alice = await enter(hers, 'Alice Chen');
  const bob = await enter(his, 'Bob Wang');
  await openChat(alice, 'bob');
  await openChat(bob, 'alice');
  await bubble(alice, LAST_SEEDED).waitFor();
  const messages = alice.getByRole('log');
  await messages.evaluate((element) => element.scrollTo(0, 0));
  await write(bob, 'news while you read');
  await alice.getByText('1 new message').waitFor();
  expect(await messages.evaluate((element) => element.scrollTop)).toBe(0);
  await alice.getByRole('button', { name: 'Jump to the latest message' }).click();
  await alice.getByText('1 new message').waitFor({ state: 'detached' });
});

test('a message is marked as read once it has been, and can be taken back for everybody', async () => {
  const alice = await enter(hers, 'Alice Chen');
  const bob = await enter(his, 'Bob Wang');
  await openChat(alice, 'bob');
  await write(alice, 'not yet');
  await bubble(alice, 'not yet').getByLabel('Sent').waitFor();
  await openChat(bob, 'alice');
  await bubble(alice, 'not yet').getByLabel('Read').waitFor();
  await alice.reload();
  await bubble(alice, 'not yet').getByLabel('Read').waitFor();

  await bubble(alice, 'not yet').getByRole('button', { name: 'Message actions' }).click();
  await alice.getByRole('button', { name: 'Retract' }).click();
  await note(alice, 'You retracted a message').waitFor();
  await note(bob, 'Alice Chen retracted a message').waitFor();
  for (const page of [alice, bob]) await bubble(page, 'not yet').waitFor({ state: 'detached' });
  await alice.getByRole('button', { name: 'Write it again' }).click();
  expect(await alice.getByRole('textbox', { name: /^Message / }).inputValue()).toBe('not yet');
});

test('images and files reach the other side, with their progress, and an upload can be given up', async () => {
  const alice = await enter(hers, 'Alice Chen');
  const bob = await enter(his, 'Bob Wang');
  await openChat(alice, 'bob');
  await openChat(bob, 'alice');
  const png = await picture(alice, 640, 400);
  await alice
    .getByLabel('Photo or file')
    .setInputFiles({ name: 'sunset.png', mimeType: 'image/png', buffer: png });
  const shown = bob.locator('.message[data-kind=image] img').last();
  await shown.waitFor();
  await until('the image to be there', () =>
    shown.evaluate((image: HTMLImageElement) => image.naturalWidth === 640),
  );
  // Its place is as large as it is: nothing moves when it comes.
  expect(await shown.boundingBox()).toMatchObject({ width: 320, height: 200 });
  await bob.getByRole('button', { name: 'Enlarge the photo' }).last().click();
  await bob.getByRole('dialog', { name: 'Photo' }).waitFor();
  await bob.keyboard.press('Escape');
  await bob.getByRole('dialog').waitFor({ state: 'detached' });

  await drop(alice, 'notes for 周四.txt', 'what we said');
  const [saved] = await Promise.all([
    bob.waitForEvent('download'),
    bob.getByRole('button', { name: 'Download notes for 周四.txt' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('notes for 周四.txt');
  expect(await readFile(await saved.path(), 'utf8')).toBe('what we said');

  // Nothing gets up from here on: what is being sent stays so until it is given up.
  world.relay.freeze(true);
  await paste(alice, 'too soon.bin', 'never mind');
  await bubble(alice, 'too soon.bin').getByRole('progressbar').waitFor({ state: 'attached' });
  await bubble(alice, 'too soon.bin').getByRole('button', { name: 'Cancel the upload' }).click();
  await bubble(alice, 'too soon.bin').waitFor({ state: 'detached' });
  world.relay.freeze(false);
  await write(alice, 'that was the wrong one');
  await bubble(bob, 'that was the wrong one').waitFor();
  expect(await bubble(bob, 'too soon.bin').count()).toBe(0);
  await alice.getByRole('button', { name: 'Emoji' }).click();
  await alice.keyboard.press('ArrowRight');
  await alice.keyboard.press('Enter');
  expect(await alice.getByRole('textbox', { name: /^Message / }).inputValue()).toBe('😄');
});

test('a picture of oneself is seen by those who know one', async () => {
  const bob = await enter(his, 'Bob Wang');
  const alice = await enter(hers, 'Alice Chen');
  await alice.getByRole('button', { name: 'Menu' }).click();
  await alice.getByRole('button', { name: 'Edit profile' }).click();
  const buffer = await picture(alice, 96, 96);
  await alice.getByLabel('Change photo').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer });
  await alice.locator('.modal .avatar img').waitFor();
  await bob.locator('[data-username=alice] .avatar img').waitFor();
});

test('a group is made, talks, calls its members by name, changes and loses them', async () => {
  const alice = await enter(hers, 'Alice Chen');
  const bob = await enter(his, 'Bob Wang');
  await showContacts(alice);
  await alice.getByRole('button', { name: 'New group' }).click();
  await alice.getByLabel('Group name').fill('Lunch');
  await alice.getByLabel('Bob Wang').check();
  await alice.getByRole('button', { name: 'Create' }).click();
  await alice.getByTestId('subtitle').getByText('2 members').waitFor();
  await note(alice, 'You added Bob Wang').waitFor();
  const row = bob.locator('[data-gid]').filter({ hasText: 'Lunch' });
  await row.waitFor();

  const field = alice.getByRole('textbox', { name: /^Message / });
  await field.pressSequentially('noodles, @bo');
  await alice.getByRole('option', { name: /Bob Wang/ }).waitFor();
  await field.press('Enter');
  expect(await field.inputValue()).toBe('noodles, @Bob Wang ');
  await field.press('Enter');
  await delivered(alice, 'noodles').waitFor();
  await row.getByText('[@you]').waitFor();
  await row.getByLabel('1 unread').waitFor();
  await row.click();
  await bob.locator('.message[data-mentioned=true]').filter({ hasText: 'noodles' }).waitFor();
  await bubble(alice, 'noodles').getByLabel('Read').waitFor();
  await bubble(alice, 'noodles').getByRole('button', { name: 'Message actions' }).click();
  await alice.getByRole('button', { name: 'Who has read it' }).click();
  await alice.getByRole('list', { name: 'Read by' }).getByText('Bob Wang').waitFor();
  await alice.keyboard.press('Escape');

  await alice.getByTitle('Details').click();
  await alice.getByLabel('Group name').fill('Late lunch');
  await alice.getByRole('button', { name: 'Rename' }).click();
  await bob.getByRole('heading', { name: 'Late lunch' }).waitFor();
  await alice.getByLabel('Add a member by user name').fill('mei');
  await alice.getByRole('button', { name: 'Add', exact: true }).click();
  await bob.getByTestId('subtitle').getByText('3 members').waitFor();
  await alice.getByRole('button', { name: 'Remove Mei Lin' }).click();
  await note(bob, 'Alice Chen removed Mei Lin').waitFor();
  await alice.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

  await bob.getByTitle('Details').click();
  await bob.getByRole('button', { name: 'Leave the group' }).click();
  await row.waitFor({ state: 'detached' });
  await note(alice, 'Bob Wang left the group').waitFor();
});

test('an invitation waits until it is answered, and makes friends whom one can call as one likes', async () => {
  const alice = await enter(hers, 'Alice Chen');
  await alice.getByLabel('1 invitation').waitFor();
  await alice.reload();
  await showContacts(alice);
  const mei = await enter(his, 'Mei Lin');
  await alice.locator('[data-invitation=mei]').getByRole('button', { name: 'Accept' }).click();
  await mei.getByText('Alice Chen is a friend now').waitFor();
  await alice.locator('[data-invitation=mei]').waitFor({ state: 'detached' });
  await alice.getByRole('region', { name: 'Friends' }).getByRole('button', { name: 'Mei Lin' }).click();
  await alice.getByTitle('Details').click();
  await alice.getByLabel('Call them').fill('小林');
  await alice.getByRole('button', { name: 'Save' }).click();
  await alice.getByRole('heading', { name: '小林' }).waitFor();

  await showContacts(mei);
  await mei.getByRole('button', { name: 'Add a friend' }).click();
  await mei.getByLabel('User name').fill('bob');
  await mei.getByRole('button', { name: 'Invite' }).click();
  await mei.getByText('Invitation sent').waitFor();
});

test('a place is a card that leads to a map', async () => {
  const alice = await enter(hers, 'Alice Chen');
  const bob = await enter(his, 'Bob Wang');
  await openChat(alice, 'bob');
  await openChat(bob, 'alice');
  await hers.context.grantPermissions(['geolocation']);
  await hers.context.setGeolocation({ latitude: 22.5431, longitude: 114.0579 });
  await alice.getByRole('button', { name: 'Attach' }).click();
  await alice.getByRole('button', { name: 'Location' }).click();
  await alice.getByLabel('Place').fill('面馆');
  await alice.getByRole('button', { name: 'Use my position' }).click();
  await until('the position', async () => (await alice.getByLabel('Latitude').inputValue()) === '22.5431');
  await alice.getByRole('dialog').getByRole('button', { name: 'Send' }).click();
  const card = bob.locator('.location-card').filter({ hasText: '面馆' });
  await card.waitFor();
  expect(await card.getAttribute('href')).toContain('mlat=22.5431&mlon=114.0579');
});

test('has its picture taken, light and dark, wide and narrow', async () => {
  await mkdir(PICTURES, { recursive: true });
  const login = await openLogin(hers);
  const page = await enter(hers, 'Alice Chen');
  await page.locator('[data-username=bob]').waitFor();
  const shoot = async (from: Page, screen: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [width, height] of [
        [1280, 800],
        [360, 740],
      ] as const) {
        await from.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await from.setViewportSize({ width, height });
        await from.screenshot({ path: path.join(PICTURES, `${screen}-${colorScheme}-${width}.png`) });
        const overflow = await from.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(overflow, `${screen} at ${width} px is as wide as its window`).toBeLessThanOrEqual(0);
      }
    }
  };
  await shoot(login, 'login');
  await login.close();
  await shoot(page, 'list');
  await showContacts(page);
  await shoot(page, 'contacts');
  await page.getByRole('radio', { name: 'Chats' }).check();
  await page.locator('[data-gid]').filter({ hasText: 'Thursday release' }).click();
  await page.locator('.message[data-mentioned=true]').waitFor();
  await page.getByTestId('subtitle').getByText('3 members').waitFor();
  await shoot(page, 'group');
  await page.getByTitle('Details').click();
  await shoot(page, 'group-details');
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.goBack();
  await openChat(page, 'bob');
  await bubble(page, LAST_SEEDED).waitFor();
  await shoot(page, 'chat');
  const buffer = await picture(page, 640, 400);
  await page.getByLabel('Photo or file').setInputFiles([
    { name: 'sunset.png', mimeType: 'image/png', buffer },
    { name: 'minutes of the meeting on Thursday.pdf', mimeType: 'application/pdf', buffer },
  ]);
  await delivered(page, 'minutes of the meeting').waitFor();
  await page.getByRole('button', { name: 'Emoji' }).click();
  await shoot(page, 'media');
  await page.keyboard.press('Escape');
  world.relay.refuse(true);
  world.relay.cutAll();
  await page.getByTestId('outage').waitFor();
  await write(page, 'This one waits for the network');
  await shoot(page, 'offline');
  world.relay.refuse(false);
  await page.getByTestId('outage').waitFor({ state: 'detached' });
  await enter(his, 'Alice Chen');
  await page.getByRole('heading', { name: 'Logged in somewhere else' }).waitFor();
  await shoot(page, 'kicked');
});
