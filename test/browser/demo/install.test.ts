/** The demo page as an installed application: it starts without a server, and changes to a new version when its person wants to. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../kit/until.js';
import { bubble, DemoStage, delivered, LAST_SEEDED, openChat, write } from './stage.js';

let stage: DemoStage;
beforeAll(async () => {
  stage = await DemoStage.open();
});
afterAll(() => stage.close());
afterEach(() => stage.clear());

const controlled = (page: Page) =>
  until('a service worker', () => page.evaluate(() => navigator.serviceWorker.controller !== null));

test('without any server, a new browser shows the conversations and the history, and sends later', async () => {
  const page = await stage.enter(stage.hers, 'Alice Chen');
  await controlled(page);
  await openChat(page, 'bob');
  await bubble(page, LAST_SEEDED).waitFor();

  await stage.hers.close();
  await stage.stopServing();
  stage.cut();
  await stage.hers.open();
  const offline = await stage.hers.page(stage.address);
  await offline.locator('[data-username=bob]').getByText(LAST_SEEDED).waitFor();
  await openChat(offline, 'bob');
  await bubble(offline, LAST_SEEDED).waitFor();
  expect(await offline.locator('.message').count()).toBeGreaterThan(15);
  await write(offline, 'written without a server');
  await bubble(offline, 'written without a server').getByLabel('Waiting for connection').waitFor();
  await offline.reload();
  await bubble(offline, 'written without a server').getByLabel('Waiting for connection').waitFor();

  await stage.serve();
  await stage.mend(offline);
  await delivered(offline, 'written without a server').waitFor();
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
