/** The history of a run, reported by the driver and the pages and judged by the checker. */
import type { SocketTimes } from '../kit/socket-lives.js';
import type { Account, MessageName, ProfileName } from './cast.js';
import { conversationOf, readName } from './cast.js';

type SettledAs = 'success' | 'failure' | 'timeout';

export interface Settlement {
  at: number;
  as: SettledAs;
  code?: number | undefined;
  msg_id?: number | undefined;
}

/** A call that sends: the first one, or a retry of a failed one. */
export interface Attempt {
  instance: string;
  /** The number of the retry; 0 is the first call. */
  number: number;
  at: number;
  settled: Settlement[];
}

export interface SendRecord extends MessageName {
  name: string;
  conversation: string;
  attempts: Attempt[];
  /** Signs that the runtime has received it: time, kind, and the tab that has seen them. */
  seen: { at: number; how: string; by: string }[];
  /** Its states in the outbox, newest last. */
  outbox: { at: number; state: string; code?: number | undefined; by: string }[];
  cancelledAt: number | undefined;
}

export interface Delivery {
  at: number;
  epoch: number;
  by: 'live' | 'history';
  msg_id: number;
  name: string;
  /** The account. */
  from: string;
}

export interface InstanceRecord {
  name: string;
  account: Account;
  profile: ProfileName;
  openedAt: number;
  epoch: number;
  /** The time of its last login; undefined before it. */
  joinedAt: number | undefined;
  gone: { at: number; how: string } | undefined;
  delivered: Delivery[];
}

export interface StoredRecord {
  msg_id: number;
  /** ms since 1970. */
  at: number;
  name: string;
}

/** A step of the driver, or an observation of a page, for the timeline. */
interface Happening {
  at: number;
  what: string;
  /** Its subject: an instance, a profile, or none. */
  of?: string | undefined;
}

export interface History {
  run: string;
  sends: Map<string, SendRecord>;
  instances: Map<string, InstanceRecord>;
  stored: StoredRecord[];
  happenings: Happening[];
  /** The highest number of sockets that an account had at one time. */
  peakSockets: Map<string, number>;
  /** Conditions that never came true. */
  stuck: string[];
}

export const emptyHistory = (run: string): History => ({
  run,
  sends: new Map(),
  instances: new Map(),
  stored: [],
  happenings: [],
  peakSockets: new Map(),
  stuck: [],
});

/** A report of a page. */
export type PageEvent = { at: number; instance: string } & (
  | { what: 'joined'; epoch: number }
  | { what: 'refused'; code?: number }
  | { what: 'state'; state: string; reason?: string }
  | { what: 'degraded'; reason: string }
  | { what: 'called' | 'skipped' | 'cancelled'; name: string }
  | { what: 'retried'; name: string; attempt: number }
  | { what: 'seen'; name: string; how: string }
  | { what: 'outbox'; name: string; state: string; code?: number }
  | { what: 'settled'; name: string; attempt: number; as: SettledAs; code?: number; msg_id?: number }
  | {
      what: 'delivered';
      by: 'live' | 'history';
      epoch: number;
      messages: { msg_id: number; name: string; from: string }[];
    }
);

/** Records the reports of pages. It ignores reports about calls that the run did not request. */
export function record(history: History, event: PageEvent): void {
  const { at, instance } = event;
  const happened = (what: string) => history.happenings.push({ at, what, of: instance });
  const tab = history.instances.get(instance);
  switch (event.what) {
    case 'joined':
      happened(`joined (epoch ${event.epoch})`);
      if (tab) Object.assign(tab, { joinedAt: at, epoch: event.epoch });
      return;
    case 'refused':
      return void happened(`login refused (${event.code ?? 'timeout'})`);
    case 'state':
      return void happened(`state ${event.state}${event.reason ? ` (${event.reason})` : ''}`);
    case 'degraded':
      return void happened(`storage degraded: ${event.reason}`);
    case 'delivered': {
      if (!tab) return;
      const { by, epoch } = event;
      for (const message of event.messages) tab.delivered.push({ at, epoch, by, ...message });
      return;
    }
    default:
      recordSend(history, event);
  }
}

/** For the timeline: two sockets of an account at a time show which one was late. */
export function recordSockets(history: History, account: Account, times: readonly SocketTimes[]): void {
  for (const { id, openedMs, presentedMs, closedMs } of times) {
    const happened = (at: number, what: string) =>
      history.happenings.push({ at, what: `socket ${id} ${what}`, of: account });
    happened(openedMs, 'opened');
    happened(presentedMs, 'presented its account');
    if (closedMs !== undefined) happened(closedMs, 'closed');
  }
}

function recordSend(history: History, event: Extract<PageEvent, { name: string }>): void {
  const { at, instance, name } = event;
  const send = sendOf(history, name);
  if (!send) return;
  const attempt = (number: number) =>
    send.attempts.find((one) => one.instance === instance && one.number === number);
  switch (event.what) {
    case 'skipped':
      history.sends.delete(name);
      return;
    case 'called':
      return void send.attempts.push({ instance, number: 0, at, settled: [] });
    case 'retried':
      return void send.attempts.push({ instance, number: event.attempt, at, settled: [] });
    case 'settled':
      return void attempt(event.attempt)?.settled.push({
        at,
        as: event.as,
        code: event.code,
        msg_id: event.msg_id,
      });
    case 'cancelled':
      send.cancelledAt = at;
      return;
    case 'seen':
      return void send.seen.push({ at, how: event.how, by: instance });
    case 'outbox':
      send.seen.push({ at, how: `outbox ${event.state}`, by: instance });
      return void send.outbox.push({ at, state: event.state, code: event.code, by: instance });
  }
}

function sendOf(history: History, name: string): SendRecord | undefined {
  const known = history.sends.get(name);
  const parts = known ?? readName(name);
  if (known || !parts || name.split('/')[1] !== history.run) return known;
  const send: SendRecord = {
    ...parts,
    name,
    conversation: conversationOf(parts.account, parts.to),
    attempts: [],
    seen: [],
    outbox: [],
    cancelledAt: undefined,
  };
  history.sends.set(name, send);
  return send;
}
