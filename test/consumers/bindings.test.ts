/** The bindings in applications that have installed the package: the examples, built by Vite, in two tabs of a real browser. */
import { readFile, symlink } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Profile } from '../kit/browser.js';
import type { WireClient } from '../kit/wire-client.js';
import { createWorld, type World } from '../kit/world.js';
import { Consumer, tool } from './consumer.js';

interface App {
  JIM: {
    init(auth: unknown): Promise<unknown>;
    login(user: unknown): Promise<unknown>;
    loginOut(): Promise<unknown>;
  };
}

const example = (file: string) =>
  readFile(fileURLToPath(new URL(`../../examples/${file}`, import.meta.url)), 'utf8');

describe.each([
  ['React', 'react-chat.tsx', ['react', 'react-dom', 'scheduler']],
  ['Vue', 'vue-chat.ts', ['vue', '@vue']],
] as const)('a conversation in %s', (_name, file, packages) => {
  let app: Consumer;
  let world: World;
  let profile: Profile;
  let bob: WireClient;
  let first: Page;

  const open = async (): Promise<Page> => {
    const query = new URLSearchParams({ address: world.relay.url, to: 'bob' });
    return profile.page(`${world.site.url}/built/?${query}`);
  };
  const login = (page: Page) =>
    page.evaluate(
      async ([auth, user]) => {
        const { JIM } = window as unknown as App;
        await JIM.init(auth);
        await JIM.login(user);
      },
      [world.auth(), world.user('alice')] as const,
    );
  const write = async (page: Page, text: string) => {
    await page.getByLabel('Message').fill(text);
    await page.getByLabel('Message').press('Enter');
  };
  const shows = (page: Page, text: string, status = 'sent') =>
    page.locator(`li[data-status=${status}]`, { hasText: text }).waitFor();

  beforeAll(async () => {
    app = await Consumer.create();
    for (const name of packages) await symlink(tool(name), app.path('node_modules', name));
    await app.write(
      'index.html',
      `<!doctype html><div id="app"></div><script type="module" src="./${file}"></script>`,
    );
    await app.write(file, await example(file));
    const { code, output } = await app.node(tool('vite/bin/vite.js'), 'build', '--base', './');
    expect(output).toContain('built in');
    expect(code).toBe(0);
    world = await createWorld();
    world.site.mount('/built/', app.path('dist'));
    profile = await world.profile();
    bob = await world.wire('bob');
    first = await open();
    await login(first);
  });
  afterAll(async () => {
    await world?.close();
    await app?.remove();
  });

  test('its example is at most 60 lines', async () => {
    expect((await example(file)).trimEnd().split('\n').length).toBeLessThanOrEqual(60);
  });

  test('shows own and received messages in order, in each tab', async () => {
    const second = await open();
    await login(second);
    await write(first, 'hello from the first tab');
    await shows(second, 'hello from the first tab');
    await bob.waitForText('hello from the first tab');
    await bob.send('alice', 'hello from bob');
    for (const page of [first, second]) await shows(page, 'hello from bob');
    expect(await first.locator('li').allTextContents()).toEqual(await second.locator('li').allTextContents());
    await second.close();
  });

  test('shows what waits for a connection, and that it was sent', async () => {
    world.relay.refuse(true);
    world.relay.cutAll();
    await first.getByRole('heading', { name: 'waiting' }).waitFor();
    await write(first, 'written in an outage');
    await shows(first, 'written in an outage', 'queued');
    world.relay.refuse(false);
    await shows(first, 'written in an outage');
    await bob.waitForText('written in an outage');
  });

  test('a tab that opens later has the history', async () => {
    const later = await open();
    await login(later);
    await shows(later, 'hello from bob');
    await later.close();
  });

  test('is empty after a log-out', async () => {
    await first.evaluate(() => (window as unknown as App).JIM.loginOut());
    await first.getByRole('heading', { name: 'nobody' }).waitFor();
    expect(await first.locator('li').count()).toBe(0);
  });
});
