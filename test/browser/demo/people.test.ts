/** The demo page with several people: photos and files, groups, friends, places. All steps share one login of each person. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { until } from '../../kit/until.js';
import {
  bubble,
  closeDialog,
  DEMO_PASSWORD,
  DemoStage,
  delivered,
  drop,
  enterTwice,
  field,
  note,
  openChat,
  paste,
  picture,
  showContacts,
  write,
} from './stage.js';

let stage: DemoStage;
let alice: Page;
let bob: Page;
beforeAll(async () => {
  stage = await DemoStage.open();
  alice = await stage.enter(stage.hers, 'Alice Chen');
  bob = await stage.enter(stage.his, 'Bob Wang');
});
afterAll(() => stage.close());
beforeEach(async () => {
  for (const page of [alice, bob]) {
    await page.evaluate(() => {
      location.hash = '#/';
    });
    await page.getByRole('radio', { name: 'Chats' }).check();
  }
});

test('images and files reach the other side, with their progress, and an upload can be cancelled', async () => {
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
  // Its placeholder has its size, so nothing moves when it loads.
  expect(await shown.boundingBox()).toMatchObject({ width: 320, height: 200 });
  await bob.getByRole('button', { name: 'Enlarge the photo' }).last().click();
  await bob.getByRole('dialog', { name: 'Photo' }).waitFor();
  await closeDialog(bob);

  await drop(alice, 'notes for 周四.txt', 'what we said');
  const [saved] = await Promise.all([
    bob.waitForEvent('download'),
    bob.getByRole('button', { name: 'Download notes for 周四.txt' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('notes for 周四.txt');
  expect(await readFile(await saved.path(), 'utf8')).toBe('what we said');

  // Uploads stall from here on, so this send stays in flight until it is cancelled.
  stage.world.relay.freeze(true);
  await paste(alice, 'too soon.bin', 'never mind');
  await bubble(alice, 'too soon.bin').getByRole('progressbar').waitFor({ state: 'attached' });
  await bubble(alice, 'too soon.bin').getByRole('button', { name: 'Cancel the upload' }).click();
  await bubble(alice, 'too soon.bin').waitFor({ state: 'detached' });
  stage.world.relay.freeze(false);
  await write(alice, 'that was the wrong one');
  await bubble(bob, 'that was the wrong one').waitFor();
  expect(await bubble(bob, 'too soon.bin').count()).toBe(0);
  await alice.getByRole('button', { name: 'Emoji' }).click();
  await until('an emoji in focus', () =>
    alice.evaluate(() => /\p{Extended_Pictographic}/u.test(document.activeElement?.textContent ?? '')),
  );
  await alice.keyboard.press('ArrowRight');
  await alice.keyboard.press('Enter');
  await until('the emoji', async () => (await field(alice).inputValue()) === '😄');
});

test('the keyboard, a right click and a long press open a message’s menu, and a message is forwarded', async () => {
  await openChat(alice, 'bob');
  await write(alice, 'pass it on');
  await delivered(alice, 'pass it on').waitFor();
  const focusedText = () => alice.evaluate(() => document.activeElement?.textContent ?? '');
  await field(alice).press('Shift+Tab');
  expect(await focusedText()).toContain('pass it on');
  await alice.keyboard.press('ArrowUp');
  expect(await focusedText()).not.toContain('pass it on');
  await alice.keyboard.press('End');
  await alice.keyboard.press('Enter');
  const menu = alice.getByRole('menu', { name: 'Message actions' });
  await menu.getByRole('menuitem', { name: 'Retract' }).waitFor();
  await alice.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  expect(await focusedText()).toContain('pass it on');
  await alice.keyboard.press('Tab');
  expect(await field(alice).evaluate((element) => element === document.activeElement)).toBe(true);

  const touch = { pointerType: 'touch', clientX: 600, clientY: 300, bubbles: true };
  await bubble(alice, 'pass it on').dispatchEvent('pointerdown', touch);
  await menu.waitFor();
  await bubble(alice, 'pass it on').dispatchEvent('pointerup', touch);
  await alice.keyboard.press('Escape');
  await bubble(alice, 'pass it on').locator('.bubble').click({ button: 'right' });
  await menu.getByRole('menuitem', { name: 'Forward' }).click();
  const choice = alice.getByRole('dialog', { name: 'Forward to' });
  await choice.getByRole('button', { name: 'Thursday release' }).click();
  await choice.waitFor({ state: 'detached' });
  await bob.locator('[data-gid]').getByText('pass it on').waitFor();
});

test('a kept message is found by its text, and a shared text becomes a draft', async () => {
  await alice.getByRole('searchbox').fill('LAPTOP');
  const found = alice
    .getByRole('region', { name: 'Messages' })
    .getByRole('button')
    .filter({ hasText: 'laptop' });
  await found.first().click();
  await alice.locator('li[data-found=true]').getByText('bring the laptop').waitFor();
  await alice.getByRole('searchbox').fill('');

  const shared = await stage.hers.page(`${stage.address}?title=A%20page&url=https%3A%2F%2Fexample.com%2F#/`);
  await shared.getByRole('dialog', { name: 'Share with' }).getByRole('button', { name: 'Bob Wang' }).click();
  expect(await field(shared).inputValue()).toBe('A page\nhttps://example.com/');
  expect(shared.url()).not.toContain('example.com');
  await field(shared).fill('');
  await shared.close();
});

test('one tab alone notifies, and the badge has the unread sum', async () => {
  await stage.hers.context.grantPermissions(['notifications']);
  const other = await stage.enter(stage.hers, 'Alice Chen');
  const tabs = [alice, other];
  for (const tab of tabs) {
    await tab.evaluate(() => {
      const seen: { titles: string[]; badge: number } = Object.assign(window, { titles: [], badge: 0 });
      const Shown = Notification;
      window.Notification = class extends Shown {
        constructor(title: string, options?: NotificationOptions) {
          super(title, options);
          seen.titles.push(title);
        }
      };
      navigator.setAppBadge = async (count = 0) => {
        seen.badge = count;
      };
    });
  }
  await alice.getByRole('button', { name: 'Menu' }).click();
  await alice.getByRole('button', { name: 'Turn on notifications' }).click();
  await openChat(bob, 'alice');
  await write(bob, 'are you there?');
  for (const tab of tabs) await tab.locator('[data-username=bob]').getByText('are you there?').waitFor();
  const seen = () =>
    Promise.all(
      tabs.map((tab) =>
        tab.evaluate(() => {
          const { titles, badge } = window as unknown as { titles: string[]; badge: number };
          return { titles, badge };
        }),
      ),
    );
  await until('a notification', async () => (await seen()).some(({ titles }) => titles.length > 0));
  expect((await seen()).flatMap(({ titles }) => titles)).toEqual(['Bob Wang']);
  await until('the badge', async () => (await seen()).some(({ badge }) => badge > 0));
  await other.close();
  await alice.bringToFront();
});

test('a new profile picture reaches contacts with the next message', async () => {
  await alice.getByRole('button', { name: 'Menu' }).click();
  await alice.getByRole('button', { name: 'Edit profile' }).click();
  const buffer = await picture(alice, 96, 96);
  await alice.getByLabel('Change photo').setInputFiles({ name: 'me.png', mimeType: 'image/png', buffer });
  await alice.locator('.modal .avatar img').waitFor();
  await closeDialog(alice);
  await openChat(alice, 'bob');
  await write(alice, 'how do I look?');
  await bob.locator('[data-username=alice] .avatar img').waitFor();
});

test('the sessions of the account are listed, and another device can be logged out', async () => {
  const phone = await stage.world.wire('alice', { platform: 'android', password: DEMO_PASSWORD });
  await alice.getByRole('button', { name: 'Menu' }).click();
  await alice.getByRole('button', { name: 'Edit profile' }).click();
  const sessions = alice.locator('.sessions li');
  await sessions.filter({ hasText: 'android' }).waitFor();
  await sessions.filter({ hasText: 'This browser' }).getByText('Chrome').waitFor();
  expect(await sessions.filter({ hasText: 'This browser' }).getByRole('button').count()).toBe(0);
  await alice.getByRole('button', { name: 'Log out android' }).click();
  await sessions.filter({ hasText: 'android' }).waitFor({ state: 'detached' });
  await until('the phone to have the event', () =>
    phone.pushes.some(({ event, payload }) => event === 'event_notification' && payload.event_type === 1),
  );
  await closeDialog(alice);
});

test('a group is created, exchanges messages, mentions members, changes and loses them', async () => {
  await showContacts(alice);
  await alice.getByRole('button', { name: 'New group' }).click();
  await alice.getByLabel('Group name').fill('Lunch');
  await alice.getByLabel('Bob Wang').check();
  await alice.getByRole('button', { name: 'Create' }).click();
  await alice.getByTestId('subtitle').getByText('2 members').waitFor();
  await note(alice, 'You added Bob Wang').waitFor();
  const row = bob.locator('[data-gid]').filter({ hasText: 'Lunch' });
  await row.waitFor();

  const draft = field(alice);
  await draft.pressSequentially('noodles, @bo');
  await alice.getByRole('option', { name: /Bob Wang/ }).waitFor();
  expect(await enterTwice(draft)).toBe('noodles, @Bob Wang ');
  await delivered(alice, 'noodles').waitFor();
  await row.getByText('[@you]').waitFor();
  await row.getByLabel('1 unread').waitFor();
  await row.click();
  await bob.locator('.message[data-mentioned=true]').filter({ hasText: 'noodles' }).waitFor();
  await bubble(alice, 'noodles').getByLabel('Read').waitFor();
  await bubble(alice, 'noodles').getByRole('button', { name: 'Message actions' }).click();
  await alice.getByRole('menuitem', { name: 'Read receipts' }).click();
  await alice.getByRole('list', { name: 'Read by' }).getByText('Bob Wang').waitFor();
  await alice.keyboard.press('Escape');

  await alice.getByTitle('Details').click();
  await alice.getByLabel('Group name').fill('Late lunch');
  await alice.getByRole('button', { name: 'Rename' }).click();
  await bob.getByRole('heading', { name: 'Late lunch' }).waitFor();
  await alice.getByLabel('Add a member by user name').fill('mei');
  await alice.getByRole('button', { name: 'Add', exact: true }).click();
  await bob.getByTestId('subtitle').getByText('3 members').waitFor();
  const question = alice.getByRole('dialog', { name: 'Remove Mei Lin from the group?' });
  await alice.getByRole('button', { name: 'Remove Mei Lin' }).click();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  await alice.getByRole('button', { name: 'Remove Mei Lin' }).click();
  await question.getByRole('button', { name: 'Remove', exact: true }).click();
  await note(bob, 'Alice Chen removed Mei Lin').waitFor();
  await alice.getByRole('dialog').getByRole('button', { name: 'Close' }).click();

  await bob.getByTitle('Details').click();
  await bob.getByRole('button', { name: 'Leave the group' }).click();
  await bob
    .getByRole('dialog', { name: 'Leave “Late lunch”?' })
    .getByRole('button', { name: 'Leave' })
    .click();
  await row.waitFor({ state: 'detached' });
  await note(alice, 'Bob Wang left the group').waitFor();
});

test('an invitation waits for its answer, and a friend can get a name of one’s own', async () => {
  await alice.getByLabel('1 invitation').waitFor();
  // In a browser that has never seen the account, too.
  const elsewhere = await stage.enter(stage.his, 'Alice Chen');
  await elsewhere.getByLabel('1 invitation').waitFor();
  await elsewhere.close();
  await alice.getByRole('button', { name: 'Log in here' }).click();
  await alice.getByRole('dialog').waitFor({ state: 'detached' });
  await alice.reload();
  await showContacts(alice);
  const mei = await stage.enter(stage.his, 'Mei Lin');
  await alice.locator('[data-invitation=mei]').getByRole('button', { name: 'Accept' }).click();
  await mei.getByText('Alice Chen is now a friend').waitFor();
  await alice.locator('[data-invitation=mei]').waitFor({ state: 'detached' });
  await alice.getByRole('region', { name: 'Friends' }).getByRole('button', { name: 'Mei Lin' }).click();
  await alice.getByTitle('Details').click();
  // A phone has no Escape key.
  await alice.getByRole('button', { name: 'Close' }).click();
  await alice.getByTitle('Details').click();
  await alice.getByLabel('Custom name').fill('小林');
  await alice.getByRole('button', { name: 'Save' }).click();
  await alice.getByRole('heading', { name: '小林', level: 1 }).waitFor();

  await showContacts(mei);
  await mei.getByRole('button', { name: 'Add a friend' }).click();
  await mei.getByLabel('User name').fill('bob');
  await mei.getByRole('button', { name: 'Invite' }).click();
  await mei.getByText('Invitation sent').waitFor();
});

test('a place is a card that leads to a map', async () => {
  await openChat(alice, 'bob');
  await openChat(bob, 'alice');
  await stage.hers.context.grantPermissions(['geolocation']);
  await stage.hers.context.setGeolocation({ latitude: 22.5431, longitude: 114.0579 });
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
