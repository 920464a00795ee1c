/** The demo page of one person: conversations, tabs, accounts and the history. */
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../kit/until.js';
import {
  allTexts,
  bubble,
  DEMO_PASSWORD,
  DemoStage,
  delivered,
  drawnRows,
  field,
  LAST_SEEDED,
  note,
  openChat,
  write,
} from './stage.js';

const WITHOUT = fileURLToPath(new URL('../../kit/pages/without.js', import.meta.url));

let stage: DemoStage;
beforeAll(async () => {
  stage = await DemoStage.open();
});
afterAll(() => stage.close());
afterEach(() => stage.clear());

test('one click logs a demo account in, with its conversation and the unread messages', async () => {
  const page = await stage.enter(stage.hers, 'Alice Chen');
  const row = page.locator('[data-username=bob]');
  await row.getByLabel('2 unread').waitFor();
  expect(await page.title()).toBe('(3) JMessage');
  await openChat(page, 'bob');
  await bubble(page, LAST_SEEDED).waitFor();
  expect(await allTexts(page)).toHaveLength(21);
  await row.getByLabel('2 unread').waitFor({ state: 'detached' });
  // The page has no inline script or style, so its policy allows none.
  expect(await page.locator('meta[http-equiv=Content-Security-Policy]').count()).toBe(1);
});

test('two people chat, and their messages are shown as text whatever they contain', async () => {
  const alice = await stage.enter(stage.hers, 'Alice Chen');
  const bob = await stage.enter(stage.his, 'Bob Wang');
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

test('a reload returns to the open conversation without a password, with all messages', async () => {
  const page = await stage.enter(stage.hers, 'Alice Chen');
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

test('two accounts are live in one tab, each with its unread messages, over a reload too', async () => {
  const page = await stage.enter(stage.hers, 'Alice Chen');
  await openChat(page, 'bob');
  await field(page).fill('not finished');
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Add an account' }).click();
  await page.getByRole('button', { name: 'Continue as Bob Wang' }).click();
  const rail = page.getByRole('navigation', { name: 'Accounts' });
  await openChat(page, 'alice');
  // The group has unread messages for both.
  const unreadOf = async (name: string) =>
    Number(/\d+/.exec((await rail.getByRole('button', { name }).textContent()) ?? '')?.[0] ?? 0);
  const [ofAlice, ofBob] = [await unreadOf('Alice Chen'), await unreadOf('Bob Wang')];
  await write(page, 'to my other account');
  await rail.getByRole('button', { name: `Alice Chen, ${ofAlice + 1} unread` }).click();
  await bubble(page, 'to my other account').waitFor();
  expect(await field(page).inputValue()).toBe('not finished');
  await page.locator('[data-gid]').getByText('Mei Lin:').waitFor();
  await write(page, 'and an answer');
  await delivered(page, 'and an answer').waitFor();
  await rail.getByRole('button', { name: `Bob Wang, ${ofBob + 1} unread` }).waitFor();
  for (const username of ['alice', 'bob']) expect(stage.world.relay.openFor(username)).toBe(1);

  await field(page).fill('another draft');
  await page.reload();
  // The conversation that was open there is open again.
  await rail.getByRole('button', { name: `Bob Wang, ${ofBob + 1} unread` }).click();
  await bubble(page, 'and an answer').waitFor();
  await rail.getByRole('button', { name: /^Alice Chen/ }).click();
  await bubble(page, 'and an answer').waitFor();

  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.getByText('@bob', { exact: true }).waitFor();
  await rail.waitFor({ state: 'detached' });
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('another draft');
  await page.getByRole('button', { name: 'Menu' }).click();
  await page.getByRole('button', { name: 'Add an account' }).click();
  expect(await page.getByRole('button', { name: 'Return to @alice' }).count()).toBe(0);
  await page.getByRole('button', { name: 'Back to Bob Wang' }).click();
  await page.getByText('@bob', { exact: true }).waitFor();
});

test('a second tab shares the connection, shows that, and shows messages of the first one', async () => {
  const first = await stage.enter(stage.hers, 'Alice Chen');
  await openChat(first, 'bob');
  const [second] = await Promise.all([
    stage.hers.context.waitForEvent('page'),
    first.getByRole('button', { name: 'Open another tab' }).click(),
  ]);
  for (const tab of [first, second]) await tab.getByText('2 tabs · 1 connection').waitFor();
  expect(stage.world.relay.openFor('alice')).toBe(1);
  await write(first, 'from the first tab');
  await bubble(second, 'from the first tab').waitFor();
  await second.close();
  await first.getByText('1 tab · 1 connection').waitFor();
});

test('messages read in one tab are no longer unread in the other', async () => {
  const reading = await stage.enter(stage.hers, 'Alice Chen');
  const other = await stage.enter(stage.hers, 'Alice Chen');
  const bob = await stage.enter(stage.his, 'Bob Wang');
  await openChat(bob, 'alice');
  await write(bob, 'for both tabs');
  for (const tab of [reading, other]) {
    await tab.locator('[data-username=bob]').getByLabel('1 unread').waitFor();
  }
  await reading.bringToFront();
  await openChat(reading, 'bob');
  await other.locator('[data-username=bob]').getByLabel('1 unread').waitFor({ state: 'detached' });
});

test('a conversation that is no longer open counts unread messages again', async () => {
  const alice = await stage.enter(stage.hers, 'Alice Chen');
  const bob = await stage.enter(stage.his, 'Bob Wang');
  await openChat(alice, 'bob');
  await bubble(alice, LAST_SEEDED).waitFor();
  await alice.goBack();
  await openChat(bob, 'alice');
  await write(bob, 'still there?');
  await alice.locator('[data-username=bob]').getByLabel('1 unread').waitFor();
});

test('every tab shows a login elsewhere, and one click logs in again', async () => {
  const here = await stage.enter(stage.hers, 'Alice Chen');
  const there = await stage.enter(stage.his, 'Alice Chen');
  await here.getByRole('heading', { name: 'Logged in elsewhere' }).waitFor();
  await here.keyboard.press('Escape');
  await here.keyboard.press('Escape');
  await here.getByRole('button', { name: 'Log in here' }).click();
  await here.getByRole('dialog').waitFor({ state: 'detached' });
  await here.getByTestId('connection').getByText('Online').waitFor();
  await there.getByRole('heading', { name: 'Logged in elsewhere' }).waitFor();
});

test('a new person registers, gets no result for a wrong name, and writes to a user by name', async () => {
  const page = await stage.openLogin(stage.hers);
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

test('the Enter that ends an input method’s composition sends no message', async () => {
  const page = await stage.enter(stage.hers, 'Alice Chen');
  await openChat(page, 'bob');
  const draft = field(page);
  await draft.fill('ni hao');
  await draft.dispatchEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true });
  await draft.press('Shift+Enter');
  expect(await draft.inputValue()).toBe('ni hao\n');
  await draft.press('Enter');
  await delivered(page, 'ni hao').waitFor();
  expect(await bubble(page, 'ni hao').count()).toBe(1);
});

test('new messages do not scroll a reader of old ones', async () => {
  const alice = await stage.enter(stage.hers, 'Alice Chen');
  const bob = await stage.enter(stage.his, 'Bob Wang');
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

test('a message is marked once it has been read, and can be retracted for all recipients', async () => {
  const alice = await stage.enter(stage.hers, 'Alice Chen');
  const bob = await stage.enter(stage.his, 'Bob Wang');
  await openChat(alice, 'bob');
  await write(alice, 'not yet');
  await bubble(alice, 'not yet').getByLabel('Sent').waitFor();
  await openChat(bob, 'alice');
  await bubble(alice, 'not yet').getByLabel('Read').waitFor();
  await alice.reload();
  await bubble(alice, 'not yet').getByLabel('Read').waitFor();

  await bubble(alice, 'not yet').getByRole('button', { name: 'Message actions' }).click();
  await alice.getByRole('menuitem', { name: 'Retract' }).click();
  await note(alice, 'You retracted a message').waitFor();
  await note(bob, 'Alice Chen retracted a message').waitFor();
  for (const page of [alice, bob]) await bubble(page, 'not yet').waitFor({ state: 'detached' });
  await alice.getByRole('button', { name: 'Edit again' }).click();
  expect(await field(alice).inputValue()).toBe('not yet');
});

test('scrolling up loads the history to the first message without moving the reader', async () => {
  const bob = await stage.world.wire('bob', { password: DEMO_PASSWORD });
  for (let i = 1; i <= 160; i += 1) await bob.send('alice', `long ago ${i}.`);
  bob.close();
  const page = await stage.enter(stage.hers, 'Alice Chen');
  await openChat(page, 'bob');
  await bubble(page, 'long ago 160.').waitFor();
  const messages = page.getByRole('log');
  await until('the first message', async () => {
    await messages.evaluate((element) => element.scrollBy(0, -600));
    return (await bubble(page, 'long ago 1.').count()) === 1;
  });
  await until('the beginning', async () => {
    await messages.evaluate((element) => element.scrollTo(0, 0));
    return (await page.getByRole('button', { name: 'Show earlier messages' }).count()) === 0;
  });
  const old = (await allTexts(page)).filter((text) => text.startsWith('long ago'));
  expect(old).toEqual(Array.from({ length: 160 }, (_, i) => `long ago ${i + 1}.`));
  expect(await drawnRows(page)).toBeLessThan(60);
});

test('without SharedWorker, as on many phones, the tabs share one connection; without any worker the account is in one tab', async () => {
  const phone = await stage.world.profile();
  await phone.context.addInitScript({ path: WITHOUT });
  const enter = async (without: string) => {
    const page = await phone.page(`${stage.address}?without=${without}#log-in`);
    await page.getByRole('button', { name: 'Continue as Alice Chen' }).click();
    await page.getByTestId('connection').getByText('Online').waitFor();
    await openChat(page, 'bob');
    return page;
  };
  const [led, other] = [await enter('SharedWorker'), await enter('SharedWorker')];
  for (const page of [led, other]) await page.getByText('2 tabs · 1 connection').waitFor();
  expect(stage.world.relay.openFor('alice')).toBe(1);
  await write(led, 'from a phone');
  await delivered(led, 'from a phone').waitFor();
  await led.close();
  await write(other, 'from its other tab');
  await delivered(other, 'from its other tab').waitFor();
  await other.close();

  const [first, second] = [await enter('SharedWorker,Worker'), await enter('SharedWorker,Worker')];
  await bubble(second, 'from its other tab').waitFor();
  await first.getByRole('heading', { name: 'Open in another tab' }).waitFor();
  await first.getByRole('button', { name: 'Use it here' }).click();
  await second.getByRole('heading', { name: 'Open in another tab' }).waitFor();
  await write(first, 'from an old web view');
  await delivered(first, 'from an old web view').waitFor();
  expect(stage.world.relay.openFor('alice')).toBe(1);
  for (const page of [first, second]) await page.close();
});
