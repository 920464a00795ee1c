/**
 * Judges a run's history: every message that was accepted is stored once, in order, and told to everyone once, in order; what was reported
 * as failed was not sent; everything settled. What cannot be known is not held against the runtime: a call whose page died before anything
 * showed that the runtime had got it may be lost.
 *
 * The order in which a tab is told of messages is that of the server: of each sender, and among those that others sent. Only where
 * its own account's messages stand between others' may come late (an answer that was lost is given again seconds later).
 */
import { isPartOf } from './cast.js';
import type { History, InstanceRecord, SendRecord, Settlement, StoredRecord, Told } from './history.js';

export const VIOLATIONS = [
  'lost',
  'doubled',
  'swapped',
  'denied',
  'unsettled',
  'missed',
  'sockets',
  'stray',
  'stuck',
] as const;
export type ViolationKind = (typeof VIOLATIONS)[number];

export interface Violation {
  kind: ViolationKind;
  what: string;
  /** The message that it is about, if it is about one. */
  name?: string;
}

/** Codes that say that the outcome is not known. */
const DESTROYED = 889005;
/** A retry of what is no longer there (another tab was faster) is no attempt. */
const NO_SUCH_SEND = 889013;
const TIMED_OUT = 889009;

export function check(history: History): Violation[] {
  const stored = new Map<string, StoredRecord[]>();
  for (const one of history.stored) stored.set(one.name, [...(stored.get(one.name) ?? []), one]);
  return [
    ...history.stuck.map((what): Violation => ({ kind: 'stuck', what })),
    ...checkSockets(history),
    ...checkStored(history, stored),
    ...[...history.sends.values()].flatMap((send) => checkSend(history, send, stored.get(send.name)?.[0])),
    ...checkOrder(history, stored),
    ...[...history.instances.values()].flatMap((tab) => [
      ...checkTold(tab, history),
      ...checkMissed(tab, history.stored),
    ]),
  ];
}

function checkSockets({ peakSockets }: History): Violation[] {
  return [...peakSockets]
    .filter(([, peak]) => peak > 1)
    .map(([account, peak]) => ({ kind: 'sockets', what: `${account} had ${peak} sockets at a time` }));
}

function checkStored({ sends, instances }: History, stored: Map<string, StoredRecord[]>): Violation[] {
  return [...stored].flatMap(([name, copies]): Violation[] => [
    ...(copies.length > 1
      ? [{ kind: 'doubled', name, what: `${name} is stored ${copies.length} times` } as const]
      : []),
    // What a page was told to send and had no time to report before it died is its message all the same.
    ...(sends.has(name) || instances.get(name.split('/')[0] ?? '')?.gone !== undefined
      ? []
      : [{ kind: 'stray', name, what: `${name} is stored and was not sent` } as const]),
  ]);
}

function checkSend(history: History, send: SendRecord, stored: StoredRecord | undefined): Violation[] {
  const { name } = send;
  const found: Violation[] = [];
  const settlements = attemptsOf(send).flatMap(({ settled }) => settled);
  for (const { instance, settled } of send.attempts) {
    const isGone = history.instances.get(instance)?.gone !== undefined;
    if (settled.length === 0 && !isGone) {
      found.push({ kind: 'unsettled', name, what: `${name}: its call in ${instance} has not settled` });
    }
    if (settled.length > 1) {
      found.push({ kind: 'doubled', name, what: `${name}: its call in ${instance} settled twice` });
    }
  }
  if (stored) {
    const why = deniedBy(send, settlements, stored);
    if (why) found.push({ kind: 'denied', name, what: `${name} is stored and was ${why}` });
  } else {
    const why = acceptedBy(send, settlements);
    if (why) found.push({ kind: 'lost', name, what: `${name} is not stored and was ${why}` });
  }
  return found;
}

const attemptsOf = ({ attempts }: SendRecord) =>
  attempts.filter(({ number, settled }) => number === 0 || settled[0]?.code !== NO_SUCH_SEND);

/** Why a message that is stored should not be. */
function deniedBy(send: SendRecord, settlements: Settlement[], stored: StoredRecord): string | undefined {
  if (send.cancelledAt !== undefined) return 'cancelled';
  const allows = ({ as, at, code }: Settlement) =>
    as === 'success' || (as === 'timeout' && stored.at <= at) || (as === 'failure' && code === DESTROYED);
  if (settlements.some(allows)) return undefined;
  const last = settlements.at(-1);
  if (last) return `reported as ${last.as}${last.code === undefined ? '' : ` (${last.code})`}`;
  const { outbox } = send;
  const listed = outbox.at(-1);
  if (listed?.state !== 'failed' || (listed.code === TIMED_OUT && stored.at <= listed.at)) return undefined;
  return `listed as failed (${listed.code ?? ''})`;
}

/** Why a message that is not stored should be. */
function acceptedBy(send: SendRecord, settlements: Settlement[]): string | undefined {
  if (settlements.some(({ as }) => as === 'success')) return 'reported as sent';
  if (send.cancelledAt !== undefined) return undefined;
  const last = attemptsOf(send).at(-1);
  if (!last || last.settled.length > 0) return undefined;
  const listed = send.outbox.at(-1)?.state;
  if (listed === 'failed' || listed === 'cancelled') return undefined;
  const sign = send.seen.find(({ at }) => at >= last.at);
  return sign && `accepted (${sign.how}, seen by ${sign.by})`;
}

/** In each conversation the messages of a tab are stored in the order of its calls. What was retried has a new place. */
function checkOrder({ sends }: History, stored: Map<string, StoredRecord[]>): Violation[] {
  const found: Violation[] = [];
  const lines = new Map<string, { n: number; name: string; msg_id: number }[]>();
  for (const send of sends.values()) {
    const [copy] = stored.get(send.name) ?? [];
    if (!copy || send.attempts.length > 1) continue;
    const line = `${send.instance} to ${send.to}`;
    lines.set(line, [...(lines.get(line) ?? []), { n: send.n, name: send.name, msg_id: copy.msg_id }]);
  }
  for (const line of lines.values()) {
    line.sort((a, b) => a.n - b.n);
    line.forEach((one, index) => {
      const before = line[index - 1];
      if (before && before.msg_id > one.msg_id) {
        found.push({
          kind: 'swapped',
          name: one.name,
          what: `${one.name} is stored before ${before.name}, which was sent before it`,
        });
      }
    });
  }
  return found;
}

/** Which messages have to come in the server's order to a tab of `account`. */
const lineOf = (account: string, { from, name }: Told): string => {
  const [instance, , to] = name.split('/');
  return from === account
    ? `${instance} to ${to}`
    : `others ${to === 'group' ? 'in the group' : `from ${from}`}`;
};

/**
 * Whether its place says nothing. It may have been stored at its first try, long before somebody had it tried again; and what the account
 * itself was told had timed out is news to it when it turns out to have been stored.
 */
const isOutOfLine = (send: SendRecord | undefined, account: string): boolean =>
  send !== undefined &&
  (send.attempts.length > 1 ||
    (send.account === account &&
      send.attempts.some(({ settled }) => settled.some(({ as }) => as === 'timeout'))));

function checkTold({ name: tab, account, told }: InstanceRecord, { sends }: History): Violation[] {
  const found: Violation[] = [];
  let epoch = 0;
  let seen = new Set<number>();
  let newest = new Map<string, Told>();
  for (const one of told) {
    if (one.epoch !== epoch) {
      epoch = one.epoch;
      seen = new Set();
      newest = new Map();
    }
    const { msg_id, name } = one;
    if (seen.has(msg_id)) {
      found.push({ kind: 'doubled', name, what: `${tab} was told of ${name} twice` });
      continue;
    }
    seen.add(msg_id);
    if (isOutOfLine(sends.get(name), account)) continue;
    const line = lineOf(account, one);
    const before = newest.get(line);
    if (before && before.msg_id > msg_id) {
      found.push({
        kind: 'swapped',
        name,
        what: `${tab} was told of ${name} after ${before.name}, which is newer`,
      });
    }
    newest.set(line, one);
  }
  return found;
}

/** A tab that is there at the end has heard of everything since it logged in, but for what it has sent itself. */
function checkMissed(tab: InstanceRecord, stored: readonly StoredRecord[]): Violation[] {
  const { joinedAt, account, name: instance, epoch } = tab;
  if (tab.gone || joinedAt === undefined) return [];
  const heard = new Set(tab.told.filter((one) => one.epoch === epoch).map(({ msg_id }) => msg_id));
  return stored
    .filter(({ at, msg_id, name }) => {
      const [sender = '', , to = ''] = name.split('/');
      const from = sender.split('.')[0] ?? '';
      const conversation = to === 'group' ? 'group' : `${from}+${to}`;
      return at > joinedAt && sender !== instance && isPartOf(account, conversation) && !heard.has(msg_id);
    })
    .map(({ name }) => ({ kind: 'missed', name, what: `${instance} was never told of ${name}` }));
}
