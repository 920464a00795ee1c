/** A tab's link to its worker, over real ports: the handshake, calls, pushes, restart, the back/forward cache and the end. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { isSend } from '../../../../src/client/worker-link/open-calls.js';
import { METHOD_NAMES, METHODS, type MethodRow } from '../../../../src/protocol/index.js';
import { CODES, EventEncoder } from '../../../../src/protocol/tab.js';
import { eventually } from '../../fakes/clock.js';
import { FakePage } from '../../fakes/host.js';
import { eventOf, LinkedTab, NEXT_ADDRESS, pass, RESTORE, SUCCESS } from '../../fakes/linked-tab.js';

let tab: LinkedTab;
beforeEach(() => {
  tab = new LinkedTab();
});
afterEach(() => tab.close());

describe('opening', () => {
  test('takes the lock of the tab before it names it to the worker', async () => {
    tab.open();
    await tab.opened();
    expect(tab.locks.held).toContain('jmessage:tab:tab:1');
    expect(tab.host.end.hellos[0]).toMatchObject({
      tabId: 'tab',
      lock: 'jmessage:tab:tab:1',
      last: null,
      restore: RESTORE,
    });
  });

  test('does without locks where there are none', async () => {
    tab.page = new FakePage(null);
    tab.open();
    await tab.opened();
    expect(tab.host.end.hellos[0]?.lock).toBeNull();
  });

  test('submits what was called in the meantime, in order', async () => {
    tab.host.answer = async () => SUCCESS;
    tab.open();
    const calls = [tab.call('call-1'), tab.call('call-2')];
    expect(await Promise.all(calls)).toEqual([SUCCESS, SUCCESS]);
    expect(tab.host.end.calls.map(({ callId }) => callId)).toEqual(['call-1', 'call-2']);
  });
});

describe('a push of the worker', () => {
  test('has unread counts before the events that changed them', async () => {
    tab.open();
    await tab.opened();
    const [batch = ''] = new EventEncoder().batches([eventOf(1)]);
    tab.host.end.post({ kind: 'events', events: batch, counts: [['s/app/bob', 2]] });
    const known: string[][] = [];
    vi.spyOn(tab.events, 'push').mockImplementation(() => known.push([...tab.notices]));
    await eventually('the event', () => known.length > 0);
    expect(known).toEqual([['unread s/app/bob,2']]);
  });

  test('is passed on, each event once', async () => {
    tab.open();
    await tab.opened();
    const { end } = tab.host;
    end.postEvents([eventOf(1), eventOf(2)]);
    end.postEvents([eventOf(2), eventOf(3)]);
    end.post({ kind: 'ack', callId: 'call-1', rid: 7, data: {} });
    end.post({ kind: 'progress', callId: 'call-1', loaded: 5, total: 10 });
    end.post({ kind: 'account', account: { appkey: 'app', username: 'alice' }, logouts: 0 });
    end.post({ kind: 'unread', counts: [['s/app/bob', 2]] });
    end.post({ kind: 'gap' });
    end.post({ kind: 'auth' });
    end.post({ kind: 'log', level: 'debug', text: 'a line' });
    await eventually('all of it', () => tab.notices.length === 7);
    expect(tab.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(tab.notices).toEqual([
      'ack call-1 7',
      'progress call-1 5',
      'account alice',
      'unread s/app/bob,2',
      'gap',
      'auth',
      'a line',
    ]);
  });

  test('starts at its own beginning after a restart', async () => {
    tab.open();
    await tab.opened();
    tab.host.end.postEvents([eventOf(50)]);
    await eventually('the event', () => tab.events.length === 1);
    tab.host.end.die();
    await pass(1);
    await tab.opened(2);
    tab.host.end.postEvents([eventOf(1)]);
    await eventually('the next event', () => tab.events.length === 2);
  });
});

test('sends are what goes through the outbox', () => {
  const inOutbox = METHOD_NAMES.filter((name) => (METHODS[name] as MethodRow).message !== undefined);
  expect(METHOD_NAMES.filter(isSend)).toEqual(inOutbox);
});

describe('a call', () => {
  test('with parameters that cannot be handed over fails with 889008, and the link lives', async () => {
    tab.open();
    await tab.opened();
    await pass(1);
    expect(await tab.call('call-1', { fn: () => undefined })).toMatchObject({
      kind: 'failure',
      error: { code: CODES.cannotBeCloned },
    });
    tab.host.end.answer = async () => SUCCESS;
    expect(await tab.call('call-2')).toEqual(SUCCESS);
  });

  test('that was open when the link was closed fails with 889005', async () => {
    tab.open();
    await tab.opened();
    const outcome = tab.call();
    tab.link.close();
    expect(await outcome).toMatchObject({ error: { code: CODES.destroyed } });
  });
});

describe('the back/forward cache', () => {
  test('finds the tab without ports, locks and timers', async () => {
    tab.open();
    await tab.opened();
    await pass(1);
    tab.page.fire('hide');
    await eventually('the goodbye', () => tab.host.end.notices.includes('bye'));
    expect(tab.locks.held).not.toContain('jmessage:tab:tab:1');
    expect(tab.locks.awaited).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('gives it back with its last event and its open calls', async () => {
    tab.open();
    await tab.opened();
    const outcome = tab.call();
    tab.host.end.postEvents([eventOf(3), eventOf(4)]);
    await eventually('the events', () => tab.events.length === 2);
    tab.host.keep();
    tab.host.answer = async () => SUCCESS;
    tab.page.fire('hide');
    await pass(1);
    tab.page.fire('show');
    await tab.opened(2);
    expect(tab.host.end.hellos[0]).toMatchObject({ tabId: 'tab', last: { instance: 'boot-1', seq: 4 } });
    expect(await outcome).toEqual(SUCCESS);
  });
});

test('a restart replaces the worker, whatever it does, and gives the next one the open calls', async () => {
  tab.open();
  await tab.opened();
  const outcome = tab.call();
  await tab.called();
  tab.host.end.frozen = true;
  tab.otherBuild.answer = async () => SUCCESS;
  Object.assign(tab.host, { at: NEXT_ADDRESS });
  tab.link.restart();
  await pass(1);
  expect(await outcome).toEqual(SUCCESS);
});

test('closing says goodbye and leaves nothing', async () => {
  tab.open();
  await tab.opened();
  await pass(1);
  tab.link.close();
  tab.link.close();
  await eventually('the goodbye', () => tab.host.end.notices.includes('bye'));
  expect(tab.page.listeners).toBe(0);
  expect(tab.locks.held).not.toContain('jmessage:tab:tab:1');
  expect(vi.getTimerCount()).toBe(0);
});
