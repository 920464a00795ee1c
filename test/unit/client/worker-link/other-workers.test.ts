/** The other workers that a link can go on with: those of the next host, and those of another build. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CODES, PROTOCOL } from '../../../../src/protocol/tab.js';
import { eventually } from '../../fakes/clock.js';
import { FakeHost } from '../../fakes/host.js';
import {
  HANDSHAKE_TIMEOUT_MS,
  LinkedTab,
  LONGEST_RESTART_DELAY_MS,
  NEXT_ADDRESS,
  pass,
  RESTORE,
  SUCCESS,
} from '../../fakes/linked-tab.js';

let tab: LinkedTab;
beforeEach(() => {
  tab = new LinkedTab();
});
afterEach(() => tab.close());

describe('with several hosts', () => {
  let second: FakeHost;
  beforeEach(() => {
    second = new FakeHost(tab.locks, 'page');
    tab.hosts.push(second);
  });

  test.each(['silent', 'error', 'throws'] as const)(
    'one that does not come up (%s) is left for the next one within five seconds',
    async (how) => {
      tab.host.starts = how;
      second.answer = async () => SUCCESS;
      tab.open();
      const outcome = tab.call();
      expect(tab.link.host).toBe(tab.host);
      await pass(HANDSHAKE_TIMEOUT_MS);
      await pass(1);
      expect(await outcome).toEqual(SUCCESS);
      expect(tab.link.host).toBe(second);
      expect(tab.notices).not.toContain('given up');
    },
  );

  test('one that comes up late gets no call, so no session can be opened in it', async () => {
    tab.host.starts = 'silent';
    tab.open();
    await pass(HANDSHAKE_TIMEOUT_MS);
    await pass(1);
    await eventually('the other one to be greeted', () => second.ends.at(-1)?.hellos.length === 1);
    tab.host.end.serve();
    await pass(HANDSHAKE_TIMEOUT_MS);
    expect(tab.host.end.hellos).toEqual([]);
    expect(tab.host.end.calls).toEqual([]);
  });

  test('one that has worked and dies is started again', async () => {
    tab.open();
    await tab.opened();
    await pass(1);
    tab.host.end.die();
    await pass(1);
    await tab.opened(2);
    expect(tab.link.host).toBe(tab.host);
    expect(second.ends).toEqual([]);
  });

  test('a silent leading tab is asked again before it is left: another one may lead by then', async () => {
    tab.hosts[0] = new FakeHost(tab.locks, 'leader');
    tab.host.starts = 'silent';
    tab.open();
    await pass(HANDSHAKE_TIMEOUT_MS);
    await pass(1);
    tab.host.starts = 'well';
    await pass(HANDSHAKE_TIMEOUT_MS);
    await pass(LONGEST_RESTART_DELAY_MS);
    await eventually('it to be greeted', () => tab.host.end.hellos.length === 1);
    expect(second.ends).toEqual([]);
  });

  test('after a failure of all hosts the first one is tried again', async () => {
    tab.host.starts = 'error';
    second.starts = 'error';
    tab.open();
    expect(await Promise.all([tab.call(), pass(LONGEST_RESTART_DELAY_MS * 2)])).toMatchObject([
      { kind: 'failure', error: { code: CODES.hostUnavailable } },
      undefined,
    ]);
    tab.host.starts = 'well';
    tab.host.answer = async () => SUCCESS;
    expect(await tab.call('call-2')).toEqual(SUCCESS);
    expect(tab.link.host).toBe(tab.host);
  });
});

describe('a worker of another build', () => {
  test('that takes the account over gets the tab and its open calls', async () => {
    tab.open();
    await tab.opened();
    const outcome = tab.call();
    await tab.called();
    tab.otherBuild.answer = async () => SUCCESS;
    tab.host.end.post({ kind: 'moved', to: NEXT_ADDRESS });
    await eventually('the tab to arrive', () => tab.otherBuild.ends[0]?.hellos.length === 1);
    expect(await outcome).toEqual(SUCCESS);
    expect(tab.otherBuild.end.hellos[0]?.restore).toEqual(RESTORE);
    expect(tab.host.end.notices).toContain('bye');
  });

  describe('that sends a tab on, which has just been sent on to it,', () => {
    const SAME_AGAIN_MS = 100;
    const greetings = () => tab.otherBuild.ends.filter(({ hellos }) => hellos.length === 1).length;

    /** @param isSame the tab reaches the worker that it came from */
    async function sendOnTwice(isSame: boolean): Promise<void> {
      tab.open();
      await tab.opened();
      if (isSame) tab.otherBuild.keep(tab.host.end);
      for (const { end } of [tab.host, tab.otherBuild]) {
        end.post({ kind: 'moved', to: NEXT_ADDRESS });
        await eventually('the tab to arrive', () => greetings() === 1);
        await pass(1);
      }
    }

    test('lets it go at once', async () => {
      await sendOnTwice(false);
      await eventually('the tab to follow', () => greetings() === 2);
    });

    test('makes it wait if it came from the same worker, and go on then', async () => {
      await sendOnTwice(true);
      await pass(SAME_AGAIN_MS - 2);
      expect(tab.otherBuild.ends).toHaveLength(1);
      await pass(1);
      await eventually('the tab to try again', () => greetings() === 2);
    });
  });

  test.each([
    ['that takes the account over', 'moved'],
    ['that answers the handshake', 'pong'],
  ])('%s in a newer protocol leaves the tab outdated: its calls fail with 889006', async (_title, way) => {
    if (way === 'pong') tab.host.protocol = PROTOCOL + 1;
    tab.open();
    const before = tab.call('before');
    if (way === 'moved') {
      await tab.opened();
      tab.host.end.post({ kind: 'moved', to: { ...NEXT_ADDRESS, protocol: PROTOCOL + 1 } });
    }
    const failed = { kind: 'failure', error: { code: CODES.superseded } };
    expect(await before).toMatchObject(failed);
    expect(await tab.call('after')).toMatchObject(failed);
    expect(tab.notices.filter((text) => text === 'outdated')).toHaveLength(1);
    expect(tab.otherBuild.ends).toEqual([]);
    expect(tab.locks.held.filter((name) => name.startsWith('jmessage:tab'))).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('of an older protocol is left for the next host', async () => {
    tab.host.protocol = PROTOCOL - 1;
    tab.hosts.push(tab.otherBuild);
    tab.open();
    await eventually('the tab to leave', () =>
      tab.locks.held.every((name) => !name.startsWith('jmessage:tab')),
    );
    await pass(1);
    await eventually('the next host', () => tab.otherBuild.ends[0]?.hellos.length === 1);
    expect(tab.host.end.hellos).toEqual([]);
  });
});
