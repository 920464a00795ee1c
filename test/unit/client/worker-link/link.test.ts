/** A tab's link to its worker, over real ports, with workers that fail in every way. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Link } from '../../../../src/client/worker-link/link.js';
import { isSend } from '../../../../src/client/worker-link/open-calls.js';
import { METHOD_NAMES, METHODS, type MethodRow } from '../../../../src/protocol/index.js';
import {
  type AccountEvent,
  CODES,
  NO_HELLO,
  type Outcome,
  PROTOCOL,
  type Restore,
} from '../../../../src/protocol/tab.js';
import { eventually, settle } from '../../fakes/clock.js';
import { FakeHost, FakePage } from '../../fakes/host.js';
import { FakeLocks } from '../../fakes/locks.js';
import { SETTINGS } from '../../fakes/settings.js';

const HANDSHAKE_TIMEOUT_MS = 5_000;
const SILENCE_MS = 3_000;
const PING_TIMEOUT_MS = 4_000;
const LONGEST_RESTART_DELAY_MS = 2_000;
const STABLE_MS = 60_000;
const RETRY_AFTER_MS = 30_000;

const to = { protocol: PROTOCOL, host: 'shared', url: '/next.js', name: 'jmessage-9' } as const;
const restore: Restore = {
  auth: null,
  rooms: [],
  login: { appkey: 'app', username: 'alice', digest: 'd', joined: { ctime_ms: 0, msg_id: 0 }, resume: null },
};

let locks: FakeLocks;
let host: FakeHost;
let hosts: FakeHost[];
/** The host of another build's worker. */
let next: FakeHost;
let page: FakePage;
let link: Link;
let events: AccountEvent[];
let notices: string[];

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  locks = new FakeLocks();
  host = new FakeHost(locks);
  hosts = [host];
  next = new FakeHost(locks);
  page = new FakePage(locks);
  events = [];
  notices = [];
});
afterEach(() => {
  link.close();
  for (const one of [...hosts, next]) one.close();
  vi.useRealTimers();
});

function open(): void {
  link = new Link(hosts, page, 'tab', SETTINGS, {
    onEvents: (batch) => events.push(...batch),
    onMirror: ({ initialised }) => notices.push(`mirror ${initialised}`),
    onAccount: ({ username }) => notices.push(`account ${username}`),
    onAck: (callId, rid) => notices.push(`ack ${callId} ${rid}`),
    onQueued: (callId) => notices.push(`queued ${callId}`),
    onOpened: () => undefined,
    onProgress: (callId, loaded) => notices.push(`progress ${callId} ${loaded}`),
    onUnread: (counts) => notices.push(`unread ${counts}`),
    onGap: () => notices.push('gap'),
    onAuth: () => notices.push('auth'),
    onLog: (_level, text) => notices.push(text),
    onGivenUp: () => notices.push('given up'),
    onOutdated: () => notices.push('outdated'),
    hostOf: () => next,
    restore: () => restore,
  });
}

const call = (callId = 'call-1', params: unknown = null) =>
  link.call({ callId, method: 'getConversation', params, madeAt: 1 });
const send = (callId: string) => link.call({ callId, method: 'sendSingleMsg', params: null, madeAt: 1 });
const success: Outcome = { kind: 'success', data: { code: 0 } };
const event = (seq: number): AccountEvent => ({ seq, listener: 'onDisconnect', data: undefined });
const opened = (count = 1) =>
  eventually(
    `worker ${count} to be greeted`,
    () => host.ends.length === count && host.end.hellos.length === 1,
  );

/** Lets time pass, and what it brings about. */
async function pass(ms: number): Promise<void> {
  await settle();
  await vi.advanceTimersByTimeAsync(ms);
  for (let turn = 0; turn < 10; turn += 1) await settle();
}

describe('opening', () => {
  test('takes the lock of the tab before it names it to the worker', async () => {
    open();
    await opened();
    expect(locks.held).toContain('jmessage:tab:tab:1');
    expect(host.end.hellos[0]).toMatchObject({
      tabId: 'tab',
      lock: 'jmessage:tab:tab:1',
      last: null,
      restore,
    });
  });

  test('does without locks where there are none', async () => {
    page = new FakePage(null);
    open();
    await opened();
    expect(host.end.hellos[0]?.lock).toBeNull();
  });

  test('submits what was called in the meantime, in order', async () => {
    host.answer = async () => success;
    open();
    const calls = [call('call-1'), call('call-2')];
    expect(await Promise.all(calls)).toEqual([success, success]);
    expect(host.end.calls.map(({ callId }) => callId)).toEqual(['call-1', 'call-2']);
  });
});

describe('a worker that does not start', () => {
  test.each(['silent', 'error', 'throws'] as const)(
    '(%s) is started again, and then given up: calls fail with 889004',
    async (how) => {
      host.starts = how;
      open();
      const outcome = call();
      await pass((HANDSHAKE_TIMEOUT_MS + LONGEST_RESTART_DELAY_MS) * 4);
      expect(await outcome).toMatchObject({ kind: 'failure', error: { code: CODES.hostUnavailable } });
      expect(notices).toEqual(['given up']);
      if (how !== 'throws') expect(host.ends).toHaveLength(4);
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  test('is tried again at the next call', async () => {
    host.starts = 'error';
    open();
    await pass(LONGEST_RESTART_DELAY_MS * 4);
    expect(notices).toEqual(['given up']);
    host.starts = 'well';
    host.answer = async () => success;
    expect(await call()).toEqual(success);
  });

  test('after a long good time is given up as well', async () => {
    open();
    await opened();
    await pass(STABLE_MS);
    host.starts = 'silent';
    host.end.die();
    const outcome = call();
    await pass((HANDSHAKE_TIMEOUT_MS + LONGEST_RESTART_DELAY_MS) * 5);
    expect(await outcome).toMatchObject({ error: { code: CODES.hostUnavailable } });
  });
});

describe('a worker that dies', () => {
  test('is noticed by its lock, and the open calls go to the next one under their callIds, as calls that it may have begun with', async () => {
    open();
    await opened();
    const outcome = call('call-1', { a: 1 });
    await eventually('the call to arrive', () => host.end.calls.length === 1);
    host.answer = async () => success;
    host.end.die();
    await pass(1);
    await opened(2);
    expect(await outcome).toEqual(success);
    const [given] = host.ends[0]?.calls ?? [];
    expect(host.end.calls).toEqual([{ ...given, again: true }]);
    expect(host.end.hellos[0]).toMatchObject({ restore });
  });

  test('again and again within a minute is given up', async () => {
    open();
    for (let boot = 1; boot <= 4; boot += 1) {
      await opened(boot);
      await eventually('the watch', () => locks.awaited.length > 0);
      host.end.die();
      await pass(LONGEST_RESTART_DELAY_MS);
    }
    expect(host.ends).toHaveLength(4);
    expect(notices).toContain('given up');
  });

  test('and cannot be replaced for now leaves sends open that it was given: the next one has to answer', async () => {
    open();
    await opened();
    const read = call('read');
    const given = send('given');
    await eventually('the calls to arrive', () => host.end.calls.length === 2);
    host.starts = 'error';
    host.end.die();
    await pass(1);
    const later = send('later');
    await pass(LONGEST_RESTART_DELAY_MS * 4);
    expect(notices).toEqual(['given up']);
    for (const lost of [read, later])
      expect(await lost).toMatchObject({ error: { code: CODES.hostUnavailable } });
    host.starts = 'well';
    host.answer = async () => success;
    await pass(RETRY_AFTER_MS);
    expect(await given).toEqual(success);
    expect(host.end.hellos[0]).toMatchObject({ restore });
    expect(host.end.calls.map(({ callId }) => callId)).toEqual(['given']);
  });

  test('is looked for at once when somebody comes back to the page', async () => {
    open();
    await opened();
    host.starts = 'error';
    host.end.die();
    await pass(LONGEST_RESTART_DELAY_MS * 4);
    expect(notices).toEqual(['given up']);
    const before = host.ends.length;
    host.starts = 'well';
    page.fire('wake');
    await opened(before + 1);
  });

  test('now and then over a long time is not', async () => {
    open();
    for (let boot = 1; boot <= 8; boot += 1) {
      await opened(boot);
      await pass(STABLE_MS);
      host.end.die();
      await pass(LONGEST_RESTART_DELAY_MS);
    }
    expect(notices).not.toContain('given up');
  });

  test('is ignored afterwards, with its messages in flight', async () => {
    open();
    await opened();
    const first = host.end;
    await eventually('the watch', () => locks.awaited.length > 0);
    first.die();
    await pass(1);
    await opened(2);
    first.postEvents([event(1)]);
    await pass(1);
    expect(events).toEqual([]);
  });
});

describe('silence', () => {
  test('with calls in flight is asked about, and no answer starts the worker anew', async () => {
    open();
    await opened();
    const outcome = call();
    await eventually('the call to arrive', () => host.end.calls.length === 1);
    host.end.frozen = true;
    host.answer = async () => success;
    await pass(SILENCE_MS * 2);
    expect(host.end.notices).toContain('ping');
    await pass(PING_TIMEOUT_MS);
    await opened(2);
    expect(await outcome).toEqual(success);
  });

  test('of a worker that lives is no reason', async () => {
    open();
    await opened();
    void call();
    for (let i = 0; i < 20; i += 1) await pass(SILENCE_MS);
    expect(host.end.notices).toContain('ping');
    expect(host.ends).toHaveLength(1);
  });

  test('without calls in flight is noticed as well, within ten seconds', async () => {
    open();
    await opened();
    await pass(1);
    host.end.frozen = true;
    await pass(SILENCE_MS * 2);
    await pass(PING_TIMEOUT_MS);
    await opened(2);
  });

  test('is no reason if the page itself was frozen, and the answer waits in its queue', async () => {
    open();
    await opened();
    await pass(SILENCE_MS - 1);
    // The page is frozen for an hour, right after its question.
    vi.setSystemTime(Date.now() + 3_600_000);
    await pass(PING_TIMEOUT_MS);
    for (let i = 0; i < 5; i += 1) await pass(SILENCE_MS);
    expect(host.ends).toHaveLength(1);
  });

  test('of a wedged worker ends with its lock taken, so the other tabs follow once the next worker has answered', async () => {
    open();
    await opened();
    await pass(1);
    Object.assign(host, { at: to });
    const { lock } = host.end;
    let isFree = false;
    void locks.for('other tab').request(lock, { mode: 'shared' }, () => {
      isFree = true;
    });
    next.starts = 'silent';
    host.end.frozen = true;
    await pass(SILENCE_MS * 2);
    await pass(PING_TIMEOUT_MS);
    expect(isFree).toBe(false);
    next.starts = 'well';
    await pass(HANDSHAKE_TIMEOUT_MS + LONGEST_RESTART_DELAY_MS);
    await eventually('the next worker', () => next.end.hellos.length === 1);
    await eventually('the lock to be released', () => isFree);
  });

  test('is asked about at once when the page wakes', async () => {
    open();
    await opened();
    await pass(1);
    host.end.notices.length = 0;
    page.fire('wake');
    await eventually('the question', () => host.end.notices.includes('ping'));
    expect(host.end.notices).toEqual(['wake', 'ping']);
  });
});

describe('with several hosts', () => {
  let next: FakeHost;
  beforeEach(() => {
    next = new FakeHost(locks, 'page');
    hosts.push(next);
  });

  test.each(['silent', 'error', 'throws'] as const)(
    'one that does not come up (%s) is left for the next one within five seconds',
    async (how) => {
      host.starts = how;
      next.answer = async () => success;
      open();
      const outcome = call();
      expect(link.host).toBe(host);
      await pass(HANDSHAKE_TIMEOUT_MS);
      await pass(1);
      expect(await outcome).toEqual(success);
      expect(link.host).toBe(next);
      expect(notices).not.toContain('given up');
    },
  );

  test('one that comes up late gets no call, so no session can be opened in it', async () => {
    host.starts = 'silent';
    open();
    await pass(HANDSHAKE_TIMEOUT_MS);
    await pass(1);
    await eventually('the other one to be greeted', () => next.ends.at(-1)?.hellos.length === 1);
    host.end.serve();
    await pass(HANDSHAKE_TIMEOUT_MS);
    expect(host.end.hellos).toEqual([]);
    expect(host.end.calls).toEqual([]);
  });

  test('one that has worked and dies is started again', async () => {
    open();
    await opened();
    await pass(1);
    host.end.die();
    await pass(1);
    await opened(2);
    expect(link.host).toBe(host);
    expect(next.ends).toEqual([]);
  });

  test('a silent leading tab is asked again before it is left: another one may lead by then', async () => {
    host = new FakeHost(locks, 'leader');
    hosts[0] = host;
    host.starts = 'silent';
    open();
    await pass(HANDSHAKE_TIMEOUT_MS);
    await pass(1);
    host.starts = 'well';
    await pass(HANDSHAKE_TIMEOUT_MS);
    await pass(LONGEST_RESTART_DELAY_MS);
    await eventually('it to be greeted', () => host.end.hellos.length === 1);
    expect(next.ends).toEqual([]);
  });

  test('after a failure of all hosts the first one is tried again', async () => {
    host.starts = 'error';
    next.starts = 'error';
    open();
    expect(await Promise.all([call(), pass(LONGEST_RESTART_DELAY_MS * 2)])).toMatchObject([
      { kind: 'failure', error: { code: CODES.hostUnavailable } },
      undefined,
    ]);
    host.starts = 'well';
    host.answer = async () => success;
    expect(await call('call-2')).toEqual(success);
    expect(link.host).toBe(host);
  });
});

describe('the back/forward cache', () => {
  test('finds the tab without ports, locks and timers', async () => {
    open();
    await opened();
    await pass(1);
    page.fire('hide');
    await eventually('the goodbye', () => host.end.notices.includes('bye'));
    expect(locks.held).not.toContain('jmessage:tab:tab:1');
    expect(locks.awaited).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('gives it back with its last event and its open calls', async () => {
    open();
    await opened();
    const outcome = call();
    host.end.postEvents([event(3), event(4)]);
    await eventually('the events', () => events.length === 2);
    host.keep();
    host.answer = async () => success;
    page.fire('hide');
    await pass(1);
    page.fire('show');
    await opened(2);
    expect(host.end.hellos[0]).toMatchObject({ tabId: 'tab', last: { instance: 'boot-1', seq: 4 } });
    expect(await outcome).toEqual(success);
  });
});

describe('a push of the worker', () => {
  test('is passed on, each event once', async () => {
    open();
    await opened();
    const { end } = host;
    end.postEvents([event(1), event(2)]);
    end.postEvents([event(2), event(3)]);
    end.post({ kind: 'ack', callId: 'call-1', rid: 7, data: {} });
    end.post({ kind: 'progress', callId: 'call-1', loaded: 5, total: 10 });
    end.post({ kind: 'account', account: { appkey: 'app', username: 'alice' }, logouts: 0 });
    end.post({ kind: 'unread', counts: [['s/app/bob', 2]] });
    end.post({ kind: 'gap' });
    end.post({ kind: 'auth' });
    end.post({ kind: 'log', level: 'debug', text: 'a line' });
    await eventually('all of it', () => notices.length === 7);
    expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(notices).toEqual([
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
    open();
    await opened();
    host.end.postEvents([event(50)]);
    await eventually('the event', () => events.length === 1);
    host.end.die();
    await pass(1);
    await opened(2);
    host.end.postEvents([event(1)]);
    await eventually('the next event', () => events.length === 2);
  });
});

test('sends are what goes through the outbox', () => {
  const inOutbox = METHOD_NAMES.filter((name) => (METHODS[name] as MethodRow).message !== undefined);
  expect(METHOD_NAMES.filter(isSend)).toEqual(inOutbox);
});

describe('a call', () => {
  test('with parameters that cannot be handed over fails with 889008, and the link lives', async () => {
    open();
    await opened();
    await pass(1);
    expect(await call('call-1', { fn: () => undefined })).toMatchObject({
      kind: 'failure',
      error: { code: CODES.cannotBeCloned },
    });
    host.end.answer = async () => success;
    expect(await call('call-2')).toEqual(success);
  });

  test('that was open when the link was closed fails with 889005', async () => {
    open();
    await opened();
    const outcome = call();
    link.close();
    expect(await outcome).toMatchObject({ error: { code: CODES.destroyed } });
  });
});

describe('a worker of another build', () => {
  test('that takes the account over gets the tab and its open calls', async () => {
    open();
    await opened();
    const outcome = call();
    await eventually('the call to arrive', () => host.end.calls.length === 1);
    next.answer = async () => success;
    host.end.post({ kind: 'moved', to });
    await eventually('the tab to arrive', () => next.ends[0]?.hellos.length === 1);
    expect(await outcome).toEqual(success);
    expect(next.end.hellos[0]?.restore).toEqual(restore);
    expect(host.end.notices).toContain('bye');
  });

  test.each([
    ['that takes the account over', 'moved'],
    ['that answers the handshake', 'pong'],
  ])('%s in a newer protocol leaves the tab outdated: its calls fail with 889006', async (_title, way) => {
    if (way === 'pong') host.protocol = PROTOCOL + 1;
    open();
    const before = call('before');
    if (way === 'moved') {
      await opened();
      host.end.post({ kind: 'moved', to: { ...to, protocol: PROTOCOL + 1 } });
    }
    const failed = { kind: 'failure', error: { code: CODES.superseded } };
    expect(await before).toMatchObject(failed);
    expect(await call('after')).toMatchObject(failed);
    expect(notices.filter((text) => text === 'outdated')).toHaveLength(1);
    expect(next.ends).toEqual([]);
    expect(locks.held.filter((name) => name.startsWith('jmessage:tab'))).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('of an older protocol is left for the next host', async () => {
    host.protocol = PROTOCOL - 1;
    hosts.push(next);
    open();
    await eventually('the tab to leave', () => locks.held.every((name) => !name.startsWith('jmessage:tab')));
    await pass(1);
    await eventually('the next host', () => next.ends[0]?.hellos.length === 1);
    expect(host.end.hellos).toEqual([]);
  });
});

test('a worker that the browser started again behind the same port gets the tab and its call anew', async () => {
  open();
  await opened();
  host.answer = async () => success;
  host.end.answer = () => Promise.reject(new Error(NO_HELLO));
  const outcome = call();
  await pass(1);
  expect(await outcome).toEqual(success);
  expect(host.ends).toHaveLength(2);
  host.end.instance = 'another boot';
  for (let i = 0; i < 3; i += 1) await pass(SILENCE_MS);
  await opened(3);
});

test('a restart replaces the worker, whatever it does, and gives the next one the open calls', async () => {
  open();
  await opened();
  const outcome = call();
  await eventually('the call to arrive', () => host.end.calls.length === 1);
  host.end.frozen = true;
  next.answer = async () => success;
  Object.assign(host, { at: to });
  link.restart();
  await pass(1);
  expect(await outcome).toEqual(success);
});

test('closing says goodbye and leaves nothing', async () => {
  open();
  await opened();
  await pass(1);
  link.close();
  link.close();
  await eventually('the goodbye', () => host.end.notices.includes('bye'));
  expect(page.listeners).toBe(0);
  expect(locks.held).not.toContain('jmessage:tab:tab:1');
  expect(vi.getTimerCount()).toBe(0);
});
