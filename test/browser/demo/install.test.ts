/** The demo page as an installed application: it starts without a server, and changes to a new version when its person wants to. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../kit/until.js';
import { shoot } from './screens.js';
import { bubble, DemoStage, delivered, LAST_SEEDED, openChat, picture, write } from './stage.js';

let stage: DemoStage;
beforeAll(async () => {
  stage = await DemoStage.open();
});
afterAll(() => stage.close());
afterEach(() => stage.clear());

const controlled = (page: Page) =>
  until('a service worker', () => page.evaluate(() => navigator.serviceWorker.controller !== null));

/** Waits for the picture that was sent. */
const photo = (page: Page) =>
  until('the picture', () =>
    page
      .locator('.message[data-kind=image] img')
      .last()
      .evaluate((image: HTMLImageElement) => image.naturalWidth === 640),
  );

test('without any server, a new browser shows the conversations, the history and its pictures, and sends later', async () => {
  const page = await stage.enter(stage.hers, 'Alice Chen');
  await controlled(page);
  await openChat(page, 'bob');
  await bubble(page, LAST_SEEDED).waitFor();
  const buffer = await picture(page, 640, 400);
  await page.getByLabel('Photo or file').setInputFiles({ name: 'sunset.png', mimeType: 'image/png', buffer });
  const isKept = () =>
    until('the picture to be kept', () =>
      page.evaluate(async () => (await (await caches.open('pictures')).keys()).length > 0),
    );
  await page
    .locator('.message[data-kind=image]')
    .getByLabel(/^(Sent|Read)/)
    .waitFor();
  // The message still shows its own file, and a reload has no server to ask.
  await isKept();
  stage.cut();
  await page.reload();
  await photo(page);
  await stage.mend(page);
  // As if another device had sent it.
  await page.evaluate(() => caches.delete('pictures'));
  await page.reload();
  await isKept();
  await photo(page);

  await stage.hers.close();
  await stage.stopServing();
  stage.cut();
  await stage.hers.open();
  const offline = await stage.hers.page(stage.address);
  await offline.locator('[data-username=bob]').getByText('Photo').waitFor();
  await openChat(offline, 'bob');
  await bubble(offline, LAST_SEEDED).waitFor();
  await photo(offline);
  expect(await offline.locator('.message').count()).toBeGreaterThan(15);
  await write(offline, 'written without a server');
  await bubble(offline, 'written without a server').getByLabel('Waiting for connection').waitFor();
  await offline.reload();
  await bubble(offline, 'written without a server').getByLabel('Waiting for connection').waitFor();

  await stage.serve();
  await stage.mend(offline);
  await delivered(offline, 'written without a server').waitFor();
  await offline.getByRole('button', { name: 'Menu' }).click();
  await offline.getByRole('button', { name: 'Log out' }).click();
  await until('the pictures to be gone', () => offline.evaluate(async () => !(await caches.has('pictures'))));
});

test('a new version waits for a click, and then all tabs have it, on one connection', async () => {
  const first = await stage.enter(stage.hers, 'Alice Chen');
  const second = await stage.enter(stage.hers, 'Alice Chen');
  await controlled(first);
  const workers = () => stage.hers.sharedWorkers().then((all) => all.map(({ url }) => url));
  const before = (await workers())[0] ?? '';
  await stage.publishNextVersion();
  await first.evaluate(async () => {
    await (await navigator.serviceWorker.ready).update();
  });
  for (const page of [first, second]) await page.getByText('A new version is ready.').waitFor();
  expect(await shoot(first, 'update')).toEqual([]);
  await openChat(second, 'bob');
  await second.getByRole('textbox', { name: /^Message / }).fill('half a sentence');
  expect(await workers()).toEqual([before]);

  await first.getByRole('button', { name: 'Reload', exact: true }).click();
  for (const page of [first, second]) {
    await page.getByText('A new version is ready.').waitFor({ state: 'detached' });
    await page.getByText('2 tabs · 1 connection').waitFor();
  }
  await until('the next worker', async () => (await workers()).some((url) => url.includes('next-entry')));
  expect(stage.world.relay.openFor('alice')).toBe(1);
  const draft = second.getByRole('textbox', { name: /^Message / });
  expect(await draft.inputValue()).toBe('half a sentence');
  await draft.press('Enter');
  await delivered(second, 'half a sentence').waitFor();
});
