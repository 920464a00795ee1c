/** A log-out with which its page is left: the next visit finds no session, though the runtime may have ended before it read that. */

import type { Page } from 'playwright-core';
import { afterEach, expect, test } from 'vitest';
import type { JMessage } from '../../src/index.js';
import { CODES } from '../../src/protocol/codes/codes.js';
import { hostWorld } from '../kit/hosted-world.js';
import type { Tab } from '../kit/tab.js';
import { until } from '../kit/until.js';
import { HOST, type HostKind } from '../kit/world.js';

/** Longer than a page needs to go. */
const BUSY_MS = 3_000;

const here = hostWorld();
afterEach(() => here.profile.clear());

const HOSTS: readonly HostKind[] =
  process.env.JMESSAGE_HOST === undefined ? ['shared', 'leader', 'page'] : [HOST];

/** Whether the database of the only account has one. */
const hasToken = ({ frame }: Tab) =>
  frame.evaluate(async () => {
    const of = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const [{ name = '' } = {}] = await indexedDB.databases();
    const database = await of(indexedDB.open(name));
    const token = await of(database.transaction('account').objectStore('account').get('token'));
    database.close();
    return token !== undefined && token !== null;
  });

test.each(HOSTS)(
  'a log-out in the turn in which its page is left holds, and so does the next login: host "%s"',
  async (host) => {
    const { world } = here;
    const tab = await here.tabOf('alice', { host });
    await tab.waitForState('ready');
    await until('the resume token to be on the disk', () => hasToken(tab));
    // The worker of a leading tab has no time to read the call before it ends with that tab.
    for (const worker of (tab.page as Page).workers()) {
      await worker.evaluate((ms) => {
        const work = () => {
          for (const until = Date.now() + ms; Date.now() < until; );
        };
        setTimeout(work);
      }, BUSY_MS);
    }
    const leave = (to: string) => {
      const { JIM } = window as unknown as { JIM: JMessage };
      JIM.loginOut();
      location.href = to;
    };
    // The page may be gone before it has answered.
    await tab.frame.evaluate(leave, `${world.site.url}/elsewhere.html`).catch(() => undefined);
    const attach = async () => {
      const next = await world.tab(here.profile, { host });
      return [next, await next.call('attach', { username: 'alice', appkey: world.gateway.appkey })] as const;
    };
    const [next, refused] = await attach();
    expect(refused).toMatchObject({ kind: 'failure', error: { code: CODES.nothingToAttach } });
    await here.logIn(next, 'alice');
    await next.waitForState('ready');
    await next.close();
    expect((await attach())[1]).toMatchObject({ kind: 'success' });
  },
);
