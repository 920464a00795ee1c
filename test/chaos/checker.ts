/**
 * Judges the history of a run. Every accepted message is stored once, in order, and delivered to each tab once, in order. A message reported as
 * failed was not sent. Every call settled. A call may be lost if its page died before any sign that the runtime had received it.
 *
 * A tab receives messages in the server's order: those of each sender, and those of others among each other. Only the place of its own
 * account's messages among others' may be late, because a lost answer is repeated seconds later.
 */
import { isPartOf } from './cast.js';
import type { Delivery, History, InstanceRecord, SendRecord, Settlement, StoredRecord } from './history.js';

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
type ViolationKind = (typeof VIOLATIONS)[number];

export interface Violation {
  kind: ViolationKind;
  what: string;
  /** The message of the violation, if it has one. */
  name?: string;
}

/** Codes of an unknown outcome. */
const DESTROYED = 889005;
/** A retry of an entry that another tab has already retried is no attempt. */
const NO_SUCH_SEND = 889013;
const TIMED_OUT = 889009;

/** A send on an open connection is written after 100 ms, and the disk may be slow. */
const UNWRITTEN_MS = 5_000;

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
      ...checkDeliveries(tab, history),
      ...checkMissed(tab, history),
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
    // A page may die before it reports a requested send. The message is the page's all the same.
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
    const why = acceptedBy(history, send, settlements);
    if (why) found.push({ kind: 'lost', name, what: `${name} is not stored and was ${why}` });
  }
  return found;
}

const attemptsOf = ({ attempts }: SendRecord) =>
  attempts.filter(({ number, settled }) => number === 0 || settled[0]?.code !== NO_SUCH_SEND);

/** The reason why a stored message should not be stored. */
function deniedBy(send: SendRecord, settlements: Settlement[], stored: StoredRecord): string | undefined {
  if (send.cancelledAt !== undefined) return 'cancelled';
  const allows = ({ as, at, code }: Settlement) =>
    as === 'success' || (as === 'timeout' && stored.at <= at) || (as === 'failure' && code === DESTROYED);
  if (settlements.some(allows)) return undefined;
  // A retry whose page has died before the answer: the user has not been told that it failed.
  if (attemptsOf(send).at(-1)?.settled.length === 0) return undefined;
  const last = settlements.at(-1);
  if (last) return `reported as ${last.as}${last.code === undefined ? '' : ` (${last.code})`}`;
  const { outbox } = send;
  const listed = outbox.at(-1);
  if (listed?.state !== 'failed' || (listed.code === TIMED_OUT && stored.at <= listed.at)) return undefined;
  return `listed as failed (${listed.code ?? ''})`;
}

/** The reason why a missing message should be stored. */
function acceptedBy({ instances }: History, send: SendRecord, settlements: Settlement[]): string | undefined {
  if (settlements.some(({ as }) => as === 'success')) return 'reported as sent';
  if (send.cancelledAt !== undefined) return undefined;
  const last = attemptsOf(send).at(-1);
  if (!last || last.settled.length > 0) return undefined;
  const listed = send.outbox.at(-1)?.state;
  if (listed === 'failed' || listed === 'cancelled') return undefined;
  const gone = instances.get(last.instance)?.gone;
  // The disk may not have it yet, and all who knew of it died at once.
  const isUnwritten = gone?.how === 'browser killed' && gone.at - last.at < UNWRITTEN_MS;
  const sign = send.seen.find(({ at, how }) => at >= last.at && !(isUnwritten && how === 'outbox sending'));
  return sign && `accepted (${sign.how}, seen by ${sign.by})`;
}

/** In each conversation the messages of a tab are stored in the order of its calls. A retried message has a new place. */
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

/** The messages that a tab of `account` has to receive in the server's order. */
const lineOf = (account: string, { from, name }: Delivery): string => {
  const [instance, , to] = name.split('/');
  return from === account
    ? `${instance} to ${to}`
    : `others ${to === 'group' ? 'in the group' : `from ${from}`}`;
};

/**
 * Whether the place of a message is meaningless. Its first try may have stored it long before a retry. A message that timed out for its account
 * is new to that account when it turns out to be stored.
 */
const isOutOfLine = (send: SendRecord | undefined, account: string): boolean =>
  send !== undefined &&
  (send.attempts.length > 1 ||
    (send.account === account &&
      send.attempts.some(({ settled }) => settled.some(({ as }) => as === 'timeout'))));

function checkDeliveries({ name: tab, account, delivered }: InstanceRecord, { sends }: History): Violation[] {
  const found: Violation[] = [];
  let epoch = 0;
  let seen = new Set<number>();
  let newest = new Map<string, Delivery>();
  for (const one of delivered) {
    if (one.epoch !== epoch) {
      epoch = one.epoch;
      seen = new Set();
      newest = new Map();
    }
    const { msg_id, name } = one;
    if (seen.has(msg_id)) {
      found.push({ kind: 'doubled', name, what: `${tab} received ${name} twice` });
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
        what: `${tab} received ${name} after ${before.name}, which is newer`,
      });
    }
    newest.set(line, one);
  }
  return found;
}

/** A tab that is open at the end has received every message since its login, except those that it sent or retried. */
function checkMissed(tab: InstanceRecord, { stored, sends }: History): Violation[] {
  const { joinedAt, account, name: instance, epoch } = tab;
  if (tab.gone || joinedAt === undefined) return [];
  const received = new Set(tab.delivered.filter((one) => one.epoch === epoch).map(({ msg_id }) => msg_id));
  return stored
    .filter(({ at, msg_id, name }) => {
      const [sender = '', , to = ''] = name.split('/');
      const from = sender.split('.')[0] ?? '';
      const conversation = to === 'group' ? 'group' : `${from}+${to}`;
      const isOwn =
        sender === instance || sends.get(name)?.attempts.some((attempt) => attempt.instance === instance);
      return at > joinedAt && !isOwn && isPartOf(account, conversation) && !received.has(msg_id);
    })
    .map(({ name }) => ({ kind: 'missed', name, what: `${instance} never received ${name}` }));
}
