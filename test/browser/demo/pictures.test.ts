/** Pictures of each screen of the demo, in `test-results/demo/`: light and dark, wide and narrow. No screen is wider than its window. */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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

let stage: DemoStage;
beforeAll(async () => {
  stage = await DemoStage.open();
});
afterAll(() => stage.close());

test('fits its window, light and dark, wide and narrow', async () => {
  await mkdir(PICTURES, { recursive: true });
  const login = await stage.openLogin(stage.hers);
  const page = await stage.enter(stage.hers, 'Alice Chen');
  await page.locator('[data-username=bob]').waitFor();
  const shoot = async (from: Page, screen: string) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      if (colorScheme === 'dark' && !IN_THE_DARK.has(screen)) continue;
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
  stage.cut();
  await page.getByTestId('outage').waitFor();
  await write(page, 'This one waits for the network');
  await shoot(page, 'offline');
  await page.reload();
  await page.getByTestId('connection').getByText('saved data').waitFor({ state: 'attached' });
  await page.locator('.message[data-status=waiting]').waitFor();
  await shoot(page, 'saved');
  await stage.mend(page);
  await page.getByTestId('outage').waitFor({ state: 'detached' });
  const bob = await stage.world.wire('bob', { password: DEMO_PASSWORD });
  await bob.request('add_black_list', { member_usernames: [{ username: 'alice' }] });
  await write(page, 'This one is refused');
  await page.locator('.message[data-status=failed]').waitFor();
  await shoot(page, 'failed');
  await stage.enter(stage.his, 'Alice Chen');
  await page.getByRole('heading', { name: 'Logged in elsewhere' }).waitFor();
  await shoot(page, 'kicked');
});
