/** The participants: three accounts, two browser profiles, six tabs, and the conversations between them. */

import type { HostKind } from '../kit/world.js';

export const PROFILES = ['desk', 'road'] as const;
export type ProfileName = (typeof PROFILES)[number];

export const ACCOUNTS = ['alice', 'bob', 'carol'] as const;
export type Account = (typeof ACCOUNTS)[number];

/** A place for one tab at a time. */
interface Slot {
  account: Account;
  profile: ProfileName;
}

export const SLOTS = [
  { account: 'alice', profile: 'desk' },
  { account: 'alice', profile: 'desk' },
  { account: 'alice', profile: 'desk' },
  { account: 'bob', profile: 'desk' },
  { account: 'bob', profile: 'desk' },
  { account: 'carol', profile: 'road' },
] as const satisfies readonly Slot[];

/** The target of a message: an account, or the group of all three. */
export const TARGETS = [...ACCOUNTS, 'group'] as const;
export type Target = (typeof TARGETS)[number];

const ALL = [...SLOTS.keys()];
const FIRST_OF_ACCOUNT = ACCOUNTS.map((name) => SLOTS.findIndex(({ account }) => account === name));

/** In the page host the tab that logs in last is its account's only one, so each account has one slot. */
export const slotsIn = (host: HostKind): readonly number[] => (host === 'page' ? FIRST_OF_ACCOUNT : ALL);

export const slotsOf = (profile: ProfileName, slots: readonly number[]): number[] =>
  slots.filter((slot) => SLOTS[slot]?.profile === profile);

/** The conversation's name, the same for all of its members. */
export const conversationOf = (from: string, to: string): string =>
  to === 'group' ? 'group' : [from, to].sort().join('+');

export const isPartOf = (account: string, conversation: string): boolean =>
  conversation === 'group' || conversation.split('+').includes(account);

/** The identity of a message: run, sender, tab, target and number. It is the text, or stands in the extras of a file. */
export interface MessageName {
  account: string;
  /** The tab instance: `alice.3` is the third that alice ever had. */
  instance: string;
  to: string;
  n: number;
}

export const nameOf = ({ instance, to, n }: MessageName, run: string): string =>
  [instance, run, to, n].join('/');

/** undefined for a message that no run has sent. */
export function readName(text: string): MessageName | undefined {
  const [instance, , to, n] = text.split('/');
  const account = instance?.split('.')[0];
  if (instance === undefined || account === undefined || to === undefined || !Number.isInteger(Number(n)))
    return undefined;
  return { account, instance, to, n: Number(n) };
}
