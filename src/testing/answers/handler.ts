/** The form of a test server's answers, and what several of them use. */
import { CODES } from '../../protocol/codes/codes.js';
import type { Account, Group, Stored, TestData } from '../data.js';

export type Fields = Record<string, unknown>;

/** How a handler reaches other accounts. */
export interface Delivery {
  /** Stores a message and delivers it. @param except the socket that sent it */
  deliver(stored: Stored): void;
  /** @returns the event as it is delivered */
  event(username: string, event: Fields): Fields;
  receipt(stored: Stored): void;
  push(username: string, event: string, payload: Fields): void;
}

export interface Asked extends Delivery {
  data: TestData;
  self: Account;
  fields: Fields;
}

/** The code of a failure, or the fields of a success. */
export type Handler = (asked: Asked) => number | Fields;

export type Handlers = Readonly<Record<string, Handler>>;

export const OK: Fields = {};

export const names = ({ member_usernames }: Fields): string[] =>
  (member_usernames as { username: string }[]).map(({ username }) => username);

/** Runs with a group of which the account is a member. */
export const inGroup =
  (fn: (asked: Asked, group: Group) => number | Fields): Handler =>
  (asked) => {
    const group = asked.data.groups.get(Number(asked.fields.gid));
    if (!group) return CODES.targetGroupNotExist;
    return group.members.has(asked.self.username) ? fn(asked, group) : CODES.userNotInGroup;
  };

export const withUser =
  (field: string, fn: (asked: Asked, other: Account) => number | Fields): Handler =>
  (asked) => {
    const other = asked.data.accounts.get(String(asked.fields[field]));
    return other ? fn(asked, other) : CODES.userNotExist;
  };

export const usersOf = (data: TestData, usernames: Iterable<string>): Fields[] =>
  [...usernames].flatMap((username) => {
    const account = data.accounts.get(username);
    return account ? [data.userOf(account)] : [];
  });

export const named = (data: TestData, usernames: readonly string[]): Fields[] =>
  usernames.map((username) => ({ username, appkey: data.appkey }));
