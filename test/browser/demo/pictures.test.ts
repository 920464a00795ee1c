/** Each screen of the demo, light and dark, wide and narrow: axe finds nothing, none is wider than its window, and `test-results/demo/` has pictures. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  bubble,
  DEMO_PASSWORD,
  DemoStage,
  delivered,
  LAST_SEEDED,
  openChat,
  picture,
  showContacts,
  write,
} from './stage.js';

const PICTURES = fileURLToPath(new URL('../../../test-results/demo', import.meta.url));

/** Screens with colours of their own. */
const IN_THE_DARK = new Set(['list', 'chat', 'media', 'offline', 'failed']);

/** In the dark only the contrasts differ. */
async function violations(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  await page.evaluate(axe.source);
  const runOnly = colorScheme === 'dark' ? ['color-contrast'] : undefined;
  return page.evaluate(async (rules) => {
    const { axe: checker } = window as unknown as { axe: typeof import('axe-core') };
    const { violations: found } = await checker.run(document, {
      resultTypes: ['violations'],
      ...(rules && { runOnly: { type: 'rule', values: rules } }),
    });
    return found.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }, runOnly);
}

/** Takes pictures of a screen. @returns the findings of axe */
async function shoot(from: Page, screen: string): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const [width, height] of [
      [1280, 800],
      [320, 740],
    ] as const) {
      // The contrasts of a screen do not depend on its width.
      if (colorScheme === 'dark' && width < 1280 && !IN_THE_DARK.has(screen)) continue;
      await from.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await from.setViewportSize({ width, height });
      if (colorScheme === 'light' || IN_THE_DARK.has(screen)) {
        await from.screenshot({ path: path.join(PICTURES, `${screen}-${colorScheme}-${width}.png`) });
      }
      const here = `${screen}, ${colorScheme}, ${width} px: `;
      found.push(...(await violations(from, colorScheme)).map((violation) => here + violation));
      const overflow = await from.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(overflow, `${screen} at ${width} px is as wide as its window`).toBeLessThanOrEqual(0);
    }
  }
  return found;
}

let stage: DemoStage;
/** Both tests share the page of one person. */
let page: Page;
beforeAll(async () => {
  stage = await DemoStage.open();
});
afterAll(() => stage.close());

test('lists, conversations, menus and dialogs fit their window, and axe finds nothing, light and dark', async () => {
  await mkdir(PICTURES, { recursive: true });
  const login = await stage.openLogin(stage.hers);
  page = await stage.enter(stage.hers, 'Alice Chen');
  await page.locator('[data-username=bob]').waitFor();
  const found: string[] = [];
  found.push(...(await shoot(login, 'login')));
  await login.close();
  found.push(...(await shoot(page, 'list')));
  await showContacts(page);
  found.push(...(await shoot(page, 'contacts')));
  await page.getByRole('radio', { name: 'Chats' }).check();
  await page.locator('[data-gid]').filter({ hasText: 'Thursday release' }).click();
  await page.locator('.message[data-mentioned=true]').waitFor();
  await page.getByTestId('subtitle').getByText('3 members').waitFor();
  found.push(...(await shoot(page, 'group')));
  await page.getByTitle('Details').click();
  found.push(...(await shoot(page, 'group-details')));
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.goBack();
  await openChat(page, 'bob');
  await bubble(page, LAST_SEEDED).waitFor();
  found.push(...(await shoot(page, 'chat')));
  await bubble(page, LAST_SEEDED).locator('.bubble').click({ button: 'right' });
  found.push(...(await shoot(page, 'message-menu')));
  await page.getByRole('menuitem', { name: 'Forward' }).click();
  found.push(...(await shoot(page, 'forward')));
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('searchbox').fill('laptop');
  await page.getByRole('region', { name: 'Messages' }).waitFor();
  found.push(...(await shoot(page, 'search')));
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('searchbox').fill('');
  await page.getByRole('button', { name: 'Menu' }).click();
  found.push(...(await shoot(page, 'menu')));
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Open the inspector' }).click();
  await page.locator('.inspector tr').first().waitFor();
  found.push(...(await shoot(page, 'inspector')));
  await page.getByRole('button', { name: 'Close the inspector' }).click();
  expect(found).toEqual([]);
});

test('media, an outage, a failure and the end of a session fit their window, and axe finds nothing', async () => {
  const found: string[] = [];
  const buffer = await picture(page, 640, 400);
  await page.getByLabel('Photo or file').setInputFiles([
    { name: 'sunset.png', mimeType: 'image/png', buffer },
    { name: 'minutes of the meeting on Thursday.pdf', mimeType: 'application/pdf', buffer },
  ]);
  await delivered(page, 'minutes of the meeting').waitFor();
  await page.getByRole('button', { name: 'Emoji' }).click();
  found.push(...(await shoot(page, 'media')));
  await page.keyboard.press('Escape');
  stage.cut();
  await page.getByTestId('outage').waitFor();
  await write(page, 'This one waits for the network');
  found.push(...(await shoot(page, 'offline')));
  await page.reload();
  await page.getByTestId('connection').getByText('saved data').waitFor({ state: 'attached' });
  await page.locator('.message[data-status=waiting]').waitFor();
  found.push(...(await shoot(page, 'saved')));
  await stage.mend(page);
  await page.getByTestId('outage').waitFor({ state: 'detached' });
  const bob = await stage.world.wire('bob', { password: DEMO_PASSWORD });
  await bob.request('add_black_list', { member_usernames: [{ username: 'alice' }] });
  await write(page, 'This one is refused');
  await page.locator('.message[data-status=failed]').waitFor();
  found.push(...(await shoot(page, 'failed')));
  await stage.enter(stage.his, 'Alice Chen');
  await page.getByRole('heading', { name: 'Logged in elsewhere' }).waitFor();
  found.push(...(await shoot(page, 'kicked')));
  expect(found).toEqual([]);
});
