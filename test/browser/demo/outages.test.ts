/** The demo page without a connection: waiting, equal and failed messages, in every tab. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { until } from '../../kit/until.js';
import { bubble, DEMO_PASSWORD, DemoStage, delivered, openChat, picture, write } from './stage.js';

let stage: DemoStage;
beforeAll(async () => {
  stage = await DemoStage.open();
});
afterAll(() => stage.close());
afterEach(() => stage.clear());

test('an offline message waits, is marked as waiting, and arrives once when the connection returns', async () => {
  const alice = await stage.enter(stage.hers, 'Alice Chen');
  const bob = await stage.enter(stage.his, 'Bob Wang');
  await openChat(alice, 'bob');
  await openChat(bob, 'alice');
  stage.cut();
  await alice
    .getByTestId('outage')
    .getByText(/^Offline\. Trying again/)
    .waitFor();
  await alice.getByText('1 tab · no connection').waitFor();
  const tunnel = ['written in a tunnel', 'a second one', '第三条'];
  for (const text of tunnel) await write(alice, text);
  await bubble(alice, 'written in a tunnel').getByLabel('Waiting for connection').waitFor();
  await stage.mend(alice);
  await delivered(alice, 'written in a tunnel').waitFor();
  await alice.getByTestId('outage').waitFor({ state: 'detached' });
  await bubble(bob, 'written in a tunnel').waitFor();
  for (const page of [alice, bob]) {
    await bubble(page, '第三条').waitFor();
    const texts = await page.locator('.bubble p').allTextContents();
    expect(texts.filter((text) => tunnel.includes(text))).toEqual(tunnel);
  }
});

test('two equal texts written offline are two messages, and both arrive', async () => {
  const first = await stage.enter(stage.hers, 'Alice Chen');
  const second = await stage.enter(stage.hers, 'Alice Chen');
  const bob = await stage.enter(stage.his, 'Bob Wang');
  for (const page of [first, second]) await openChat(page, 'bob');
  await openChat(bob, 'alice');
  stage.cut();
  for (const page of [first, second]) await page.getByTestId('outage').waitFor();
  const twice = 'are you there';
  for (let i = 0; i < 2; i += 1) await write(first, twice);
  const marks = (page: Page, label: string) => bubble(page, twice).getByLabel(label);
  for (const page of [first, second]) {
    await until(
      'two waiting bubbles',
      async () => (await marks(page, 'Waiting for connection').count()) === 2,
    );
    expect(await bubble(page, twice).count()).toBe(2);
  }
  stage.world.relay.refuse(false);
  // The next try may be half a minute away, or may come before the click.
  const clicked = first.getByRole('button', { name: 'Connect now' }).click();
  await Promise.race([
    clicked.catch(() => undefined),
    first.getByTestId('outage').waitFor({ state: 'detached' }),
  ]);
  await until('both at the other side', async () => (await bubble(bob, twice).count()) === 2);
  for (const page of [first, second]) {
    await until('two sent bubbles', async () => (await delivered(page, twice).count()) === 2);
    expect(await bubble(page, twice).count()).toBe(2);
  }
});

test('waiting messages are in every tab and after a reload, and each can be cancelled', async () => {
  const first = await stage.enter(stage.hers, 'Alice Chen');
  const second = await stage.enter(stage.hers, 'Alice Chen');
  for (const page of [first, second]) await openChat(page, 'bob');
  stage.cut();
  for (const page of [first, second]) await page.getByTestId('outage').waitFor();
  const buffer = await picture(first, 64, 40);
  await write(first, 'from a tunnel');
  await first
    .getByLabel('Photo or file')
    .setInputFiles({ name: 'tunnel.png', mimeType: 'image/png', buffer });
  await write(first, 'better not');
  const waiting = (page: Page) => page.locator('.message[data-status=waiting]');
  for (const page of [first, second]) {
    await bubble(page, 'better not').getByLabel('Waiting for connection').waitFor();
    await until('the picture', async () => (await waiting(page).locator('img').count()) === 1);
  }
  await first.reload();
  await bubble(first, 'better not').getByLabel('Waiting for connection').waitFor();
  await until('all three', async () => (await waiting(first).count()) === 3);
  await first.getByTestId('connection').getByText('Offline · showing saved data').waitFor();

  await bubble(first, 'better not').getByRole('button', { name: 'Message actions' }).click();
  await first.getByRole('menuitem', { name: 'Cancel sending' }).click();
  for (const page of [first, second]) await bubble(page, 'better not').waitFor({ state: 'detached' });
  await stage.mend(first);
  for (const page of [first, second]) {
    await delivered(page, 'from a tunnel').waitFor();
    await waiting(page).first().waitFor({ state: 'detached' });
    expect(await bubble(page, 'from a tunnel').count()).toBe(1);
    expect(await page.locator('.message[data-kind=image]').count()).toBe(1);
  }
  await first.getByTestId('connection').getByText('Online').waitFor();
});

test('a failed message shows its reason in every tab, and is retried or deleted', async () => {
  const first = await stage.enter(stage.hers, 'Alice Chen');
  const second = await stage.enter(stage.hers, 'Alice Chen');
  for (const page of [first, second]) await openChat(page, 'bob');
  const bob = await stage.world.wire('bob', { password: DEMO_PASSWORD });
  const member_usernames = [{ username: 'alice' }];
  await bob.request('add_black_list', { member_usernames });
  await write(first, 'let me in');
  await write(first, 'never mind');
  const why = 'Not sent: This user does not accept your messages.';
  for (const page of [first, second]) await bubble(page, 'let me in').getByText(why).waitFor();
  await bubble(second, 'never mind').getByRole('button', { name: 'Delete' }).click();
  for (const page of [first, second]) await bubble(page, 'never mind').waitFor({ state: 'detached' });
  await first.reload();
  await bubble(first, 'let me in').getByText(why).waitFor();
  await bob.request('del_black_list', { member_usernames });
  await bubble(second, 'let me in').getByRole('button', { name: 'Try again' }).click();
  for (const page of [first, second]) {
    await delivered(page, 'let me in').waitFor();
    expect(await bubble(page, 'let me in').count()).toBe(1);
  }
  await bob.waitForText('let me in');
  bob.close();
});
