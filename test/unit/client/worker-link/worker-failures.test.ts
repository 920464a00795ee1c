/** Workers that do not start, die or fall silent: the times at which a link starts the next one, and gives up. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CODES, NO_HELLO } from '../../../../src/protocol/tab.js';
import { eventually } from '../../fakes/clock.js';
import {
  eventOf,
  HANDSHAKE_TIMEOUT_MS,
  LinkedTab,
  LONGEST_RESTART_DELAY_MS,
  NEXT_ADDRESS,
  PING_TIMEOUT_MS,
  pass,
  RESTORE,
  SILENCE_MS,
  SUCCESS,
} from '../../fakes/linked-tab.js';

const STABLE_MS = 2_000;
const REVIVAL_MS = 1_000;
const RETRY_AFTER_MS = 30_000;

let tab: LinkedTab;
beforeEach(() => {
  tab = new LinkedTab();
});
afterEach(() => tab.close());

describe('a worker that does not start', () => {
  test.each(['silent', 'error', 'throws'] as const)(
    '(%s) is started again, and then given up: calls fail with 889004',
    async (how) => {
      tab.host.starts = how;
      tab.open();
      const outcome = tab.call();
      await pass((HANDSHAKE_TIMEOUT_MS + LONGEST_RESTART_DELAY_MS) * 4);
      expect(await outcome).toMatchObject({ kind: 'failure', error: { code: CODES.hostUnavailable } });
      expect(tab.notices).toEqual(['given up']);
      if (how !== 'throws') expect(tab.host.ends).toHaveLength(4);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test('and whose failure the browser does not report has the defect of its script in the error', async () => {
    tab.host.starts = 'silent';
    tab.host.defect = 'its script is HTTP 200 text/html';
    tab.open();
    const outcome = tab.call();
    await pass((HANDSHAKE_TIMEOUT_MS + LONGEST_RESTART_DELAY_MS) * 4);
    expect(await outcome).toMatchObject({ error: { message: expect.stringContaining('text/html') } });
  });

  test('is tried again at the next call', async () => {
    tab.host.starts = 'error';
    tab.open();
    await pass(LONGEST_RESTART_DELAY_MS * 4);
    expect(tab.notices).toEqual(['given up']);
    tab.host.starts = 'well';
    tab.host.answer = async () => SUCCESS;
    expect(await tab.call()).toEqual(SUCCESS);
  });

  test('after a long good time is given up as well', async () => {
    tab.open();
    await tab.opened();
    await pass(STABLE_MS);
    tab.host.starts = 'silent';
    tab.host.end.die();
    const outcome = tab.call();
    await pass((HANDSHAKE_TIMEOUT_MS + LONGEST_RESTART_DELAY_MS) * 5);
    expect(await outcome).toMatchObject({ error: { code: CODES.hostUnavailable } });
  });
});

describe('a worker that dies', () => {
  test('is noticed by its lock, and the open calls go to the next one under their callIds, as calls that it may have begun with', async () => {
    tab.open();
    await tab.opened();
    const outcome = tab.call('call-1', { a: 1 });
    await tab.called();
    tab.host.answer = async () => SUCCESS;
    tab.host.end.die();
    await pass(1);
    await tab.opened(2);
    expect(await outcome).toEqual(SUCCESS);
    const [given] = tab.host.ends[0]?.calls ?? [];
    expect(tab.host.end.calls).toEqual([{ ...given, again: true }]);
    expect(tab.host.end.hellos[0]).toMatchObject({ restore: RESTORE });
  });

  test('again and again right after its start is given up', async () => {
    tab.open();
    for (const [died, delayMs] of [1, 500, LONGEST_RESTART_DELAY_MS, 1].entries()) {
      await tab.opened(died + 1);
      await eventually('the watch', () => tab.locks.awaited.length > 0);
      tab.host.end.die();
      await pass(delayMs);
    }
    expect(tab.host.ends).toHaveLength(4);
    expect(tab.notices).toContain('given up');
  });

  test('now and then over a short time is replaced at once, as by tabs that are closed one after the other', async () => {
    tab.open();
    for (let boot = 1; boot <= 8; boot += 1) {
      await tab.opened(boot);
      await pass(STABLE_MS);
      tab.host.end.die();
      await pass(1);
    }
    await tab.opened(9);
    expect(tab.notices).not.toContain('given up');
  });

  test('is reached by another port when the browser loses the first one', async () => {
    tab.open();
    await tab.opened();
    await pass(STABLE_MS);
    tab.host.starts = 'silent';
    tab.host.end.die();
    await pass(1);
    expect(tab.host.ends).toHaveLength(2);
    tab.host.starts = 'well';
    await pass(REVIVAL_MS + 500);
    await tab.opened(3);
  });

  test('and cannot be replaced for now leaves sends open that it was given: the next one has to answer', async () => {
    tab.open();
    await tab.opened();
    const read = tab.call('read');
    const given = tab.send('given');
    await tab.called(2);
    tab.host.starts = 'error';
    tab.host.end.die();
    await pass(1);
    const later = tab.send('later');
    await pass(LONGEST_RESTART_DELAY_MS * 4);
    expect(tab.notices).toEqual(['given up']);
    for (const lost of [read, later])
      expect(await lost).toMatchObject({ error: { code: CODES.hostUnavailable } });
    tab.host.starts = 'well';
    tab.host.answer = async () => SUCCESS;
    await pass(RETRY_AFTER_MS);
    expect(await given).toEqual(SUCCESS);
    expect(tab.host.end.hellos[0]).toMatchObject({ restore: RESTORE });
    expect(tab.host.end.calls.map(({ callId }) => callId)).toEqual(['given']);
  });

  test('is looked for at once when somebody comes back to the page', async () => {
    tab.open();
    await tab.opened();
    tab.host.starts = 'error';
    tab.host.end.die();
    await pass(LONGEST_RESTART_DELAY_MS * 4);
    expect(tab.notices).toEqual(['given up']);
    const before = tab.host.ends.length;
    tab.host.starts = 'well';
    tab.page.fire('wake');
    await tab.opened(before + 1);
  });

  test('is ignored afterwards, with its messages in flight', async () => {
    tab.open();
    await tab.opened();
    const first = tab.host.end;
    await eventually('the watch', () => tab.locks.awaited.length > 0);
    first.die();
    await pass(1);
    await tab.opened(2);
    first.postEvents([eventOf(1)]);
    await pass(1);
    expect(tab.events).toEqual([]);
  });
});

describe('silence', () => {
  test('with calls in flight is asked about, and no answer starts the worker anew', async () => {
    tab.open();
    await tab.opened();
    const outcome = tab.call();
    await tab.called();
    tab.host.end.frozen = true;
    tab.host.answer = async () => SUCCESS;
    await pass(SILENCE_MS * 2);
    expect(tab.host.end.notices).toContain('ping');
    await pass(PING_TIMEOUT_MS);
    await tab.opened(2);
    expect(await outcome).toEqual(SUCCESS);
  });

  test('of a worker that lives is no reason', async () => {
    tab.open();
    await tab.opened();
    void tab.call();
    for (let i = 0; i < 20; i += 1) await pass(SILENCE_MS);
    expect(tab.host.end.notices).toContain('ping');
    expect(tab.host.ends).toHaveLength(1);
  });

  test('without calls in flight is noticed as well, within ten seconds', async () => {
    tab.open();
    await tab.opened();
    await pass(1);
    tab.host.end.frozen = true;
    await pass(SILENCE_MS * 2);
    await pass(PING_TIMEOUT_MS);
    await tab.opened(2);
  });

  test('is no reason if the page itself was frozen, and the answer waits in its queue', async () => {
    tab.open();
    await tab.opened();
    await pass(SILENCE_MS - 1);
    // The page is frozen for an hour, right after its question.
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(PING_TIMEOUT_MS);
    for (let i = 0; i < 5; i += 1) await pass(SILENCE_MS);
    expect(tab.host.ends).toHaveLength(1);
  });

  test('of a wedged worker ends with its lock taken, so the other tabs follow once the next worker has answered', async () => {
    tab.open();
    await tab.opened();
    await pass(1);
    Object.assign(tab.host, { at: NEXT_ADDRESS });
    const { lock } = tab.host.end;
    let isFree = false;
    void tab.locks.for('other tab').request(lock, { mode: 'shared' }, () => {
      isFree = true;
    });
    tab.otherBuild.starts = 'silent';
    tab.host.end.frozen = true;
    tab.host.starts = 'silent';
    await pass(SILENCE_MS * 2);
    await pass(PING_TIMEOUT_MS);
    expect(isFree).toBe(false);
    tab.otherBuild.starts = 'well';
    await pass(HANDSHAKE_TIMEOUT_MS * 2 + LONGEST_RESTART_DELAY_MS);
    await eventually('the next worker', () => tab.otherBuild.end.hellos.length === 1);
    await eventually('the lock to be released', () => isFree);
  });

  test('is asked about at once when the page wakes', async () => {
    tab.open();
    await tab.opened();
    await pass(1);
    tab.host.end.notices.length = 0;
    tab.page.fire('wake');
    await eventually('the question', () => tab.host.end.notices.includes('ping'));
    expect(tab.host.end.notices).toEqual(['wake', 'ping']);
  });
});

test('a worker that the browser started again behind the same port gets the tab and its call anew', async () => {
  tab.open();
  await tab.opened();
  tab.host.answer = async () => SUCCESS;
  tab.host.end.answer = () => Promise.reject(new Error(NO_HELLO));
  const outcome = tab.call();
  await pass(1);
  expect(await outcome).toEqual(SUCCESS);
  expect(tab.host.ends).toHaveLength(2);
  tab.host.end.instance = 'another boot';
  for (let i = 0; i < 3; i += 1) await pass(SILENCE_MS);
  await tab.opened(3);
});
