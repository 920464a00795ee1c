/** Each screen of the demo, light and dark, wide and narrow: axe finds nothing, none is wider than its window, and `test-results/demo/` has pictures. */
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PICTURES, shoot } from './screens.js';
import {
  atEnd,
  bubble,
  DEMO_PASSWORD,
  DemoStage,
  delivered,
  field,
  LAST_SEEDED,
  openChat,
  picture,
  showContacts,
  write,
} from './stage.js';

/** A stranger asks to join a group of Alice, which she made on her phone. */
async function askToJoin(username: string, group_name: string): Promise<void> {
  const phone = await stage.world.wire('alice', { platform: 'android', password: DEMO_PASSWORD });
  const { gid } = await phone.request('create_group', { group_name, group_description: '', is_limit: true });
  await stage.world.register(username);
  const stranger = await stage.world.wire(username);
  await stranger.request('apply_join_group', { gid, reason: 'I have read all of them, twice.' });
}

let stage: DemoStage;
/** The tests share the page of one person. */
let page: Page;
beforeAll(async () => {
  stage = await DemoStage.open();
});
afterAll(() => stage.close());

test('lists, conversations, menus and dialogs fit their window, and axe finds nothing, light and dark', async () => {
  const login = await stage.openLogin(stage.hers);
  page = await stage.enter(stage.hers, 'Alice Chen');
  await page.locator('[data-username=bob]').waitFor();
  const found: string[] = [];
  found.push(...(await shoot(login, 'login')));
  // A card that is higher than its window begins at its top.
  expect(await login.locator('.card').evaluate((card) => card.getBoundingClientRect().top)).toBeGreaterThan(
    0,
  );
  await login.getByRole('button', { name: 'New here? Create an account' }).click();
  found.push(...(await shoot(login, 'register')));
  await login.close();
  found.push(...(await shoot(page, 'list')));
  await askToJoin('carol', 'Book club');
  await showContacts(page);
  await page.locator('[data-invitation=carol]').getByText('wants to join “Book club”').waitFor();
  found.push(...(await shoot(page, 'contacts')));
  await page.getByRole('radio', { name: 'Chats' }).check();
  await page.locator('[data-gid]').filter({ hasText: 'Thursday release' }).click();
  await page.locator('.message[data-mentioned=true]').waitFor();
  await page.getByTestId('subtitle').getByText('3 members').waitFor();
  found.push(...(await shoot(page, 'group')));
  await field(page).pressSequentially('@');
  await page.getByRole('listbox', { name: 'Mention a member' }).waitFor();
  found.push(...(await shoot(page, 'mentions')));
  await field(page).fill('');
  await page.getByTitle('Details').click();
  found.push(...(await shoot(page, 'group-details')));
  await page.getByRole('button', { name: 'Leave the group' }).click();
  const question = page.getByRole('dialog', { name: /^Leave “/ });
  await question.waitFor();
  found.push(...(await shoot(page, 'leave')));
  await question.getByRole('button', { name: 'Cancel' }).click();
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
  // A narrow window has the list or the conversation.
  await page.goBack();
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
  await openChat(page, 'bob');
  await page.locator('.inspector tr').first().waitFor();
  found.push(...(await shoot(page, 'inspector')));
  await page.setViewportSize({ width: 1280, height: 800 });
  await atEnd(page);
  await page.getByRole('button', { name: 'Close the inspector' }).click();
  await atEnd(page);
  await page.screenshot({ path: path.join(PICTURES, 'inspector-closed.png') });
  // As by the keyboard of a phone.
  for (const height of [400, 740]) {
    await page.setViewportSize({ width: 320, height });
    await atEnd(page);
  }
  expect(found).toEqual([]);
});

test('dialogs of messages, people and places fit their window, and axe finds nothing', async () => {
  const found: string[] = [];
  const wide = () => page.setViewportSize({ width: 1280, height: 800 });
  const dialog = (name: string | RegExp) => page.getByRole('dialog', { name });
  /** Opens a view, takes its pictures, and closes it: the focus is where it was. */
  const view = async (screen: string, opener: Locator, shows: Locator) => {
    await wide();
    await opener.click();
    await shows.waitFor();
    found.push(...(await shoot(page, screen)));
    await wide();
    await page.keyboard.press('Escape');
    await shows.waitFor({ state: 'hidden' });
    expect(await page.evaluate(() => document.activeElement?.tagName), `focus after ${screen}`).not.toBe(
      'BODY',
    );
  };
  await wide();
  await page.locator('[data-gid]').filter({ hasText: 'Thursday release' }).click();
  await write(page, 'Who has read this?');
  await delivered(page, 'Who has read this?').waitFor();
  await bubble(page, 'Who has read this?').locator('.bubble').click({ button: 'right' });
  const readers = dialog('Read receipts').getByText('Bob Wang');
  await view('readers', page.getByRole('menuitem', { name: 'Read receipts' }), readers);
  const place = page.getByRole('button', { name: 'Location' });
  await view('attach', page.getByRole('button', { name: 'Attach' }), place.and(page.locator(':visible')));
  await page.getByRole('button', { name: 'Attach' }).click();
  await view('location', place, dialog(/ocation/));
  await openChat(page, 'bob');
  await view('person', page.getByTitle('Details'), page.getByRole('dialog'));
  const buffer = await picture(page, 1200, 1500);
  await page.getByLabel('Photo or file').setInputFiles({ name: 'high.png', mimeType: 'image/png', buffer });
  await view('lightbox', page.getByRole('button', { name: 'Enlarge the photo' }).last(), dialog('Photo'));
  await showContacts(page);
  await view('new-group', page.getByRole('button', { name: 'New group' }), page.getByRole('dialog'));
  await view('add-friend', page.getByRole('button', { name: 'Add a friend' }), page.getByRole('dialog'));
  await page.getByRole('radio', { name: 'Chats' }).check();
  await page.getByRole('button', { name: 'Menu' }).click();
  await view('profile', page.getByRole('button', { name: 'Profile' }), page.getByRole('dialog'));
  await page.goto(`${stage.address}?title=A%20page&url=https%3A%2F%2Fexample.com%2F#/`);
  await dialog('Share with').getByRole('button', { name: 'Bob Wang' }).waitFor();
  found.push(...(await shoot(page, 'share')));
  await page.keyboard.press('Escape');
  await wide();
  await openChat(page, 'bob');
  expect(found).toEqual([]);
});

test('two accounts in one tab fit their window, and axe finds nothing', async () => {
  const found: string[] = [];
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Add an account' }).click();
  found.push(...(await shoot(page, 'add-account')));
  await page.getByRole('button', { name: 'Continue as Mei Lin' }).click();
  const rail = page.getByRole('navigation', { name: 'Accounts' });
  await rail.getByRole('button', { name: 'Mei Lin' }).waitFor();
  found.push(...(await shoot(page, 'accounts')));
  await page.setViewportSize({ width: 1280, height: 800 });
  await rail.getByRole('button', { name: 'Alice Chen' }).click();
  await bubble(page, LAST_SEEDED).waitFor();
  await atEnd(page);
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
