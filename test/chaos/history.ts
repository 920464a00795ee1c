/** What happened in a run, as the driver and the pages tell it: what the checker judges. */
import type { Account, MessageName, ProfileName } from './cast.js';
import { conversationOf, readName } from './cast.js';

export type SettledAs = 'success' | 'failure' | 'timeout';

export interface Settlement {
  at: number;
  as: SettledAs;
  code?: number | undefined;
  msg_id?: number | undefined;
}

/** A call that sends: the first, or a retry of what was reported as failed. */
export interface Attempt {
  instance: string;
  /** Tells retries apart; 0 is the first call. */
  number: number;
  at: number;
  settled: Settlement[];
}

export interface SendRecord extends MessageName {
  name: string;
  conversation: string;
  attempts: Attempt[];
  /** Signs that the runtime has got it: when, what, and which tab has seen that. */
  seen: { at: number; how: string; by: string }[];
  /** What the outbox says of it, newest last. */
  outbox: { at: number; state: string; code?: number | undefined; by: string }[];
  cancelledAt: number | undefined;
}

export interface Told {
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
  /** Of its last login; undefined: not logged in yet. */
  joinedAt: number | undefined;
  gone: { at: number; how: string } | undefined;
  told: Told[];
}

export interface StoredRecord {
  msg_id: number;
  /** ms since 1970. */
  at: number;
  name: string;
}

/** Something that was done, or that a page noticed about itself: for the timeline. */
export interface Happening {
  at: number;
  what: string;
  /** Whom it concerns: an instance, a profile or nothing in particular. */
  of?: string | undefined;
}

export interface History {
  run: string;
  sends: Map<string, SendRecord>;
  instances: Map<string, InstanceRecord>;
  stored: StoredRecord[];
  happenings: Happening[];
  /** The most sockets that an account had at one time. */
  peakSockets: Map<string, number>;
  /** What was waited for in vain. */
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

/** What a page reports. */
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
      what: 'told';
      by: 'live' | 'history';
      epoch: number;
      messages: { msg_id: number; name: string; from: string }[];
    }
);

/** Puts what a page reports in its place. Reports of what the run did not ask for are none of its business. */
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
    case 'told': {
      if (!tab) return;
      const { by, epoch } = event;
      for (const message of event.messages) tab.told.push({ at, epoch, by, ...message });
      return;
    }
    default:
      recordSend(history, event);
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
