/** The demo page in browsers without a SharedWorker, such as most phones, and without any worker. */
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Profile } from '../../kit/browser.js';
import { bubble, DemoStage, delivered, openChat, write } from './stage.js';

const WITHOUT = fileURLToPath(new URL('../../kit/pages/without.js', import.meta.url));

let stage: DemoStage;
let profile: Profile;
beforeAll(async () => {
  stage = await DemoStage.open();
  profile = await stage.world.profile();
  await profile.context.addInitScript({ path: WITHOUT });
});
afterAll(() => stage.close());

async function enter(without: string): Promise<Page> {
  const page = await profile.page(`${stage.address}?without=${without}#log-in`);
  await page.getByRole('button', { name: 'Continue as Alice Chen' }).click();
  await page.getByTestId('connection').getByText('Online').waitFor();
  await openChat(page, 'bob');
  return page;
}

test('without SharedWorker the tabs of an account share one connection', async () => {
  const first = await enter('SharedWorker');
  const second = await enter('SharedWorker');
  for (const page of [first, second]) await page.getByText('2 tabs · 1 connection').waitFor();
  expect(stage.world.relay.openFor('alice')).toBe(1);
  await write(first, 'from a phone');
  await delivered(first, 'from a phone').waitFor();
  await first.close();
  await bubble(second, 'from a phone').waitFor();
  await write(second, 'from its other tab');
  await delivered(second, 'from its other tab').waitFor();
  await second.close();
});

test('without workers the account is in one tab, and one click brings it back', async () => {
  const first = await enter('SharedWorker,Worker');
  await write(first, 'from an old web view');
  await delivered(first, 'from an old web view').waitFor();
  const second = await enter('SharedWorker,Worker');
  await bubble(second, 'from an old web view').waitFor();
  await first.getByRole('heading', { name: 'Open in another tab' }).waitFor();
  await first.getByRole('button', { name: 'Use it here' }).click();
  await first.getByTestId('connection').getByText('Online').waitFor();
  await second.getByRole('heading', { name: 'Open in another tab' }).waitFor();
  expect(stage.world.relay.openFor('alice')).toBe(1);
});
