/**
 * The demo page as a person uses it: the built page in real browsers, before a real gateway with the demo's own accounts. It leaves
 * pictures of each screen in `test-results/demo/`, in both themes, wide and narrow.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
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
const LAST_SEEDED = 'And bring the laptop, I want to see it with ten tabs.';

let world: World;
let outDir: string;
let server: PreviewServer;
let address: string;
let hers: Profile;
let his: Profile;

beforeAll(async () => {
  world = await createWorld({ users: [], gateway: { appkey: APPKEY } });
  await seed({ gateway: world.gateway.url });
  outDir = await mkdtemp(path.join(os.tmpdir(), 'jmessage-demo-'));
  process.env.JMESSAGE_GATEWAY = world.relay.url;
  const config = { configFile: CONFIG, logLevel: 'silent', build: { outDir } } as const;
  await build(config);
  server = await preview({ ...config, preview: { host: '127.0.0.1', port: 0 } });
  address = server.resolvedUrls?.local[0] ?? '';
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
  for (const profile of [hers, his]) {
    for (const page of profile.context.pages()) if (!page.isClosed()) await page.goto('about:blank');
    await profile.killSharedWorkers();
  }
  await until('every socket to be closed', () => world.relay.open === 0);
});

/** A tab that is asked who it is for, whoever was here before. */
const openLogin = (profile: Profile): Promise<Page> => profile.page(`${address}#log-in`);

async function enter(profile: Profile, name: 'Alice Chen' | 'Bob Wang'): Promise<Page> {
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

const bubble = (page: Page, text: string) => page.locator('.message').filter({ hasText: text });

test('a demo account is one click away, with its conversation and what is new in it', async () => {
  const page = await enter(hers, 'Alice Chen');
  const row = page.locator('[data-username=bob]');
  await row.getByLabel('2 unread').waitFor();
  expect(await page.title()).toBe('(2) JMessage');
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
  await bubble(alice, hostile).getByLabel('Sent').waitFor();
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
  await bubble(page, 'before the reload').getByLabel('Sent').waitFor();
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
  await bubble(alice, 'written in a tunnel').getByLabel('Sending').waitFor();
  world.relay.refuse(false);
  await bubble(alice, 'written in a tunnel').getByLabel('Sent').waitFor();
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
  await bubble(page, 'Hello Bob, Carol here').getByLabel('Sent').waitFor();
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
  await bubble(page, 'ni hao').getByLabel('Sent').waitFor();
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
  await openChat(page, 'bob');
  await bubble(page, LAST_SEEDED).waitFor();
  await shoot(page, 'chat');
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
