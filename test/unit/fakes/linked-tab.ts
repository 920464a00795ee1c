/** A tab's link with fake workers at its other end: one of them is the first host, one belongs to another build. */
import { vi } from 'vitest';
import { Link } from '../../../src/client/worker-link/link.js';
import { type AccountEvent, type Outcome, PROTOCOL, type Restore } from '../../../src/protocol/tab.js';
import { eventually, settle } from './clock.js';
import { FakeHost, FakePage } from './host.js';
import { FakeLocks } from './locks.js';
import { SETTINGS } from './settings.js';

export const HANDSHAKE_TIMEOUT_MS = 5_000;
export const SILENCE_MS = 3_000;
export const PING_TIMEOUT_MS = 4_000;
export const LONGEST_RESTART_DELAY_MS = 2_000;

/** The address of a newer build's worker. */
export const NEXT_ADDRESS = {
  protocol: PROTOCOL,
  host: 'shared',
  url: '/next.js',
  name: 'jmessage-9',
} as const;

/** The tab's state for a worker that has just started. */
export const RESTORE: Restore = {
  auth: null,
  rooms: [],
  login: { appkey: 'app', username: 'alice', digest: 'd', joined: { ctime_ms: 0, msg_id: 0 }, resume: null },
};

export const SUCCESS: Outcome = { kind: 'success', data: { code: 0 } };
export const eventOf = (seq: number): AccountEvent => ({ seq, listener: 'onDisconnect', data: undefined });

/** Real ports deliver between the steps, so a worker that answers at once is never late. */
const STEP_MS = 500;

/** Lets time pass, and everything that it causes. */
export async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    await settle();
    await vi.advanceTimersByTimeAsync(Math.min(STEP_MS, ms - passed));
    for (let turn = 0; turn < 10; turn += 1) await settle();
  }
}

/** It stops the timers of the test, and `close` gives them back. */
export class LinkedTab {
  readonly locks = new FakeLocks();
  /** The hosts in the tab's order. A test may add some before it opens the link. */
  readonly hosts: FakeHost[] = [new FakeHost(this.locks)];
  /** The host of another build's worker. */
  readonly otherBuild = new FakeHost(this.locks, 'shared', 'other-boot');
  page = new FakePage(this.locks);
  readonly events: AccountEvent[] = [];
  readonly notices: string[] = [];
  #link: Link | undefined;

  constructor() {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  }

  /** The first host. */
  get host(): FakeHost {
    const [first] = this.hosts;
    if (!first) throw new Error('no host');
    return first;
  }

  get link(): Link {
    if (!this.#link) throw new Error('the link is not open');
    return this.#link;
  }

  open(): void {
    const { events, notices } = this;
    this.#link = new Link(this.hosts, this.page, 'tab', SETTINGS, {
      onEvents: (batch) => events.push(...batch),
      mirror: ({ mirror: { initialised } }) => notices.push(`mirror ${initialised}`),
      account: ({ account: { username } }) => notices.push(`account ${username}`),
      ack: ({ callId, rid }) => notices.push(`ack ${callId} ${rid}`),
      queued: ({ callId }) => notices.push(`queued ${callId}`),
      onOpened: () => undefined,
      progress: ({ callId, loaded }) => notices.push(`progress ${callId} ${loaded}`),
      unread: ({ counts }) => notices.push(`unread ${counts}`),
      gap: () => notices.push('gap'),
      auth: () => notices.push('auth'),
      log: ({ text }) => notices.push(text),
      onGivenUp: () => notices.push('given up'),
      onOutdated: () => notices.push('outdated'),
      hostOf: () => this.otherBuild,
      restore: () => RESTORE,
    });
  }

  call(callId = 'call-1', params: unknown = null): Promise<Outcome> {
    return this.link.call({ callId, method: 'getConversation', params, madeAt: 1 });
  }

  send(callId: string): Promise<Outcome> {
    return this.link.call({ callId, method: 'sendSingleMsg', params: null, madeAt: 1 });
  }

  /** The handshake with the first host's worker of this number. */
  opened(count = 1): Promise<void> {
    return eventually(
      `worker ${count} to be greeted`,
      () => this.host.ends.length === count && this.host.end.hellos.length === 1,
    );
  }

  /** The first host's worker has received this many calls. */
  called(count = 1): Promise<void> {
    return eventually('the calls to arrive', () => this.host.end.calls.length === count);
  }

  close(): void {
    this.#link?.close();
    for (const host of [...this.hosts, this.otherBuild]) host.close();
    vi.useRealTimers();
  }
}
