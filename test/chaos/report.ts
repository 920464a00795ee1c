/** A run's result as text: a table of the steps and findings, and for each violation everything related to it. */
import { VIOLATIONS } from './checker.js';
import type { History } from './history.js';
import type { RunOptions, RunResult } from './run.js';

/** Events this long before and after an event of a message are related to it. */
const AROUND_MS = 1_500;
/** States before a terminal one. */
const PASSING = /^state (connecting|initialising|authenticating|syncing)/;
const SHOWN_VIOLATIONS = 20;
const NAME_WIDTH = 34;

const commandOf = ({ seed, lengthMs, nodes = 0, host }: RunOptions): string =>
  [
    `npm run test:chaos -- --seed ${seed} --seconds ${Math.round(lengthMs / 1_000)}`,
    ...(nodes > 0 ? [`--nodes ${nodes}`] : []),
    ...(host ? [`--host ${host}`] : []),
  ].join(' ');

export function reportOf(options: RunOptions, { history, violations, faults, frames }: RunResult): string {
  const lines: string[] = [];
  const row = (name: string, count: number | string) => lines.push(`${name.padEnd(NAME_WIDTH)}${count}`);
  const section = (title: string) => lines.push('', title);
  const sends = [...history.sends.values()].filter(({ attempts }) => attempts.length > 0);
  const settled = sends.flatMap(({ attempts }) => attempts.flatMap((one) => one.settled));
  const delivered = [...history.instances.values()].flatMap((tab) => tab.delivered);

  section('faults');
  for (const [name, count] of [...faults].sort()) row(`  ${name}`, count);
  for (const [name, count] of [...frames].sort()) row(`  frames: ${name}`, count);
  row(
    '  storage degraded',
    history.happenings.filter(({ what }) => what.startsWith('storage degraded')).length,
  );
  section('sends');
  row('  accepted', sends.length);
  for (const as of ['success', 'failure', 'timeout']) {
    row(`  settled: ${as}`, settled.filter((one) => one.as === as).length);
  }
  row('  cancelled', sends.filter(({ cancelledAt }) => cancelledAt !== undefined).length);
  row('  sent again after a failure', sends.filter(({ attempts }) => attempts.length > 1).length);
  row(
    '  pages gone before it settled',
    sends.filter((send) => send.attempts.at(-1)?.settled.length === 0).length,
  );
  section('deliveries');
  row('  stored', history.stored.length);
  row('  delivered live', delivered.filter(({ by }) => by === 'live').length);
  row('  delivered in a history', delivered.filter(({ by }) => by === 'history').length);
  row('  tab instances', history.instances.size);
  section('violations');
  for (const kind of VIOLATIONS) row(`  ${kind}`, violations.filter((one) => one.kind === kind).length);

  if (violations.length > 0) {
    section('what went wrong');
    for (const { kind, what } of violations.slice(0, SHOWN_VIOLATIONS)) lines.push(`  ${kind}: ${what}`);
    if (violations.length > SHOWN_VIOLATIONS)
      lines.push(`  … and ${violations.length - SHOWN_VIOLATIONS} more`);
    const first = violations.find(({ name }) => name !== undefined);
    if (first) {
      const names = [...history.sends.keys()].filter((name) => first.what.split(/[ :,]+/).includes(name));
      lines.push('', `around ${names.join(' and ')}`, ...timeline(history, names));
    }
    lines.push('', `again: ${commandOf(options)}`);
  }
  return lines.join('\n');
}

interface Fact {
  at: number;
  what: string;
}

/** The timeline of some messages, with the faults and the tabs' fates around it. Without names it has all messages. */
export function timeline(history: History, some?: readonly string[]): string[] {
  const names = some ?? [...history.sends.keys()];
  const facts = names.flatMap((name) => factsOf(history, name));
  const from = facts.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY) - AROUND_MS;
  const isNear = (at: number) => !some || facts.some((fact) => Math.abs(fact.at - at) <= AROUND_MS);
  const around = history.happenings
    .filter(({ at, what }) => isNear(at) && (!some || !PASSING.test(what)))
    .map(({ at, what, of }) => ({ at, what: `  ${of === undefined ? '' : `${of}: `}${what}` }));
  return [...facts, ...around]
    .sort((a, b) => a.at - b.at)
    .map(({ at, what }) => `  ${String(at - from).padStart(6)} ms ${what}`);
}

function factsOf(history: History, name: string): Fact[] {
  const send = history.sends.get(name);
  const facts: Fact[] = [];
  const fact = (at: number, what: string) => facts.push({ at, what: `* ${name}: ${what}` });
  for (const { at, instance, number, settled } of send?.attempts ?? []) {
    fact(at, `${instance} ${number === 0 ? 'sends' : 'retries'}`);
    for (const one of settled) fact(one.at, `${instance}: ${one.as} ${one.code ?? ''} ${one.msg_id ?? ''}`);
  }
  for (const { at, how, by } of send?.seen ?? []) fact(at, `${how} (${by})`);
  if (send?.cancelledAt !== undefined) fact(send.cancelledAt, 'cancelled');
  for (const one of history.stored) if (one.name === name) fact(one.at, `stored as ${one.msg_id}`);
  for (const tab of history.instances.values()) {
    for (const one of tab.delivered) {
      if (one.name === name) fact(one.at, `${tab.name} receives it (${one.by}, epoch ${one.epoch})`);
    }
  }
  return facts;
}
