/** The demo page without a mouse: from the log-in to the log-out, with a focus that can be seen and that returns to its opener. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../kit/until.js';
import { bubble, DEMO_PASSWORD, DemoStage, delivered, field, LAST_SEEDED, note } from './stage.js';

const WIDE = { width: 1_100, height: 760 };
const NARROW = { width: 320, height: 640 };
/** More stops than a screen has. */
const MOST_STOPS = 30;
/** Rings stand outside of their elements. */
const AROUND_PX = 6;

let stage: DemoStage;
let page: Page;
beforeAll(async () => {
  stage = await DemoStage.open();
  page = await stage.openLogin(stage.hers);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.setViewportSize(WIDE);
});
afterAll(() => stage.close());

const hasFocus = (what: Locator): Promise<boolean> =>
  what.evaluateAll(([element]) => element !== undefined && element === document.activeElement);

const focusOn = (what: Locator): Promise<true> => until(`the focus on ${what}`, () => hasFocus(what));

const press = (...keys: string[]): Promise<void> =>
  keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());

/** @returns the number of presses that the way took */
async function tabTo(what: Locator, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<number> {
  await what.first().waitFor();
  for (let presses = 1; presses <= MOST_STOPS; presses += 1) {
    await press(key);
    if (await hasFocus(what)) return presses;
  }
  throw new Error(`${key} never reaches ${what}`);
}

/** The element looks different without the focus. */
async function expectVisibleFocus(): Promise<void> {
  const focused = await page.evaluateHandle(() => document.activeElement as HTMLElement);
  const box = await focused.asElement()?.boundingBox();
  if (!box) throw new Error('the focus is on nothing that is drawn');
  const { width, height } = page.viewportSize() ?? WIDE;
  const [x, y] = [Math.max(0, box.x - AROUND_PX), Math.max(0, box.y - AROUND_PX)];
  const clip = {
    x,
    y,
    width: Math.min(width, box.x + box.width + AROUND_PX) - x,
    height: Math.min(height, box.y + box.height + AROUND_PX) - y,
  };
  const seen = await page.screenshot({ clip });
  await focused.evaluate((element) => element.blur());
  const unseen = await page.screenshot({ clip });
  await focused.evaluate((element) => element.focus({ preventScroll: true }));
  const name = await focused.evaluate((element) => element.outerHTML.slice(0, 120));
  expect(seen.equals(unseen), `a visible focus on ${name}`).toBe(false);
}

const row = (username: string) => page.locator(`[data-username=${username}]`);
const message = (text: string) => page.locator('li[data-index]').filter({ hasText: text });
const button = (name: string | RegExp) => page.getByRole('button', { name });
const search = () => page.getByRole('searchbox');

test('a person without a mouse logs in, and every stop on the way to a conversation can be seen', async () => {
  await tabTo(page.getByLabel('User name'));
  await page.keyboard.type('alice');
  await expectVisibleFocus();
  await press('Tab');
  await page.keyboard.type(DEMO_PASSWORD);
  await expectVisibleFocus();
  await press('Enter');
  await row('bob').waitFor();
  for (const stop of [button('Menu'), page.getByRole('radio', { name: 'Chats' }), search()]) {
    expect(await tabTo(stop)).toBe(1);
    await expectVisibleFocus();
  }
  // The list is one stop, and the arrow keys move in it.
  await press('Tab', 'Home');
  await expectVisibleFocus();
  for (let rows = 0; rows < MOST_STOPS && !(await hasFocus(row('bob'))); rows += 1) await press('ArrowDown');
  await press('Enter');
  await focusOn(field(page));
  await bubble(page, LAST_SEEDED).waitFor();
  await expectVisibleFocus();
});

test('the field sends, a message’s menu retracts, and the focus stays with the message', async () => {
  await page.keyboard.type('written without a mouse');
  await press('Enter');
  await delivered(page, 'written without a mouse').waitFor();
  await focusOn(field(page));
  expect(await tabTo(message('written without a mouse'), 'Shift+Tab')).toBe(1);
  await expectVisibleFocus();

  await press('Enter');
  const menu = page.getByRole('menu', { name: 'Message actions' });
  await focusOn(menu.getByRole('menuitem').first());
  await expectVisibleFocus();
  await press('Escape');
  await focusOn(message('written without a mouse'));

  await press('Enter');
  await focusOn(menu.getByRole('menuitem').first());
  await press('ArrowDown', 'Enter');
  await page.getByRole('dialog', { name: 'Forward to' }).waitFor();
  await expectVisibleFocus();
  await press('Escape');
  await focusOn(message('written without a mouse'));

  await press('Enter', 'ArrowUp', 'Enter');
  await note(page, 'You retracted a message').waitFor();
  await focusOn(message('You retracted a message'));
  await press('Tab');
  await focusOn(field(page));
});

test('Escape closes each dialog and popover, and the focus returns to its opener', async () => {
  const details = page.locator('.bar-button');
  await tabTo(details, 'Shift+Tab');
  await expectVisibleFocus();
  await press('Enter');
  await page.getByRole('dialog', { name: 'Bob Wang' }).waitFor();
  await expectVisibleFocus();
  await press('Escape');
  await focusOn(details);

  for (const name of ['Emoji', 'Attach']) {
    await tabTo(button(name));
    await expectVisibleFocus();
    await press('Enter');
    await until('the focus in the popover', () =>
      page.evaluate(() => document.activeElement?.closest('[popover]') !== null),
    );
    await expectVisibleFocus();
    await press('Escape');
    await focusOn(button(name));
  }

  await tabTo(button('Menu'), 'Shift+Tab');
  await press('Enter');
  expect(await tabTo(button('Edit profile'))).toBe(1);
  await expectVisibleFocus();
  await press('Escape');
  await focusOn(button('Menu'));
  await press('Enter', 'Tab', 'Enter');
  await page.getByRole('dialog', { name: 'Profile' }).waitFor();
  await press('Escape');
  await focusOn(button('Menu'));
});

test('a search leads to the message, whose menu is one key away', async () => {
  await tabTo(search());
  await page.keyboard.type('laptop');
  const found = page.getByRole('region', { name: 'Messages' }).getByRole('button').first();
  await tabTo(found);
  await expectVisibleFocus();
  await press('Enter');
  await focusOn(message(LAST_SEEDED));
  await expectVisibleFocus();
  await press('Enter');
  await page.getByRole('menu', { name: 'Message actions' }).waitFor();
  await press('Escape');
  await tabTo(search(), 'Shift+Tab');
  await press('Escape');
  await until('an empty field', async () => (await search().inputValue()) === '');
});

test('on a narrow screen the way back from a conversation ends at its row', async () => {
  await page.setViewportSize(NARROW);
  await tabTo(button('Back'), 'Shift+Tab');
  await expectVisibleFocus();
  await press('Enter');
  await focusOn(row('bob'));
  await expectVisibleFocus();
  await press('Enter');
  await focusOn(field(page));
});

test('the menu logs out, and the log-in is there for the next person', async () => {
  await page.setViewportSize(WIDE);
  await tabTo(button('Menu'), 'Shift+Tab');
  await press('Enter');
  await tabTo(button('Log out'));
  await press('Enter');
  await tabTo(page.getByLabel('User name'));
  await expectVisibleFocus();
});
