/**
 * The times at which users changed their profiles. V2 has no event for that: a message carries the time of its sender, and a later time than
 * the known one is a change.
 */
import type { UserInfUpdate } from '../../protocol/worker.js';
import { isObject, readCount } from '../util/read-answer.js';

/** Users that are remembered. */
const REMEMBERED = 5_000;

/** Answers that list users, with the field of the time, and its units per second. */
const LISTS: Readonly<Record<string, readonly [list: string, field: string, perSecond: number]>> = {
  get_conversations: ['conversations', 'utime', 1_000],
  get_group_members: ['member_list', 'mtime', 1_000],
  get_friend_list: ['friend_list', 'mtime', 1],
};

export class ProfileTimes {
  readonly #known = new Map<string, number>();

  /** @param event the event of the answer */
  learn(event: string, payload: unknown): void {
    const row = Object.hasOwn(LISTS, event) ? LISTS[event] : undefined;
    if (!row || !isObject(payload)) return;
    const [list, field, perSecond] = row;
    const users = payload[list];
    for (const user of Array.isArray(users) ? users.filter(isObject) : []) {
      const { appkey, username = user.name } = user;
      if (field in user)
        this.#isChange(appkey, username, Number(new Date(user[field] as number)) / perSecond);
    }
  }

  /** @returns the changes that a push of messages shows */
  changesIn(payload: unknown): UserInfUpdate[] {
    const pushed = isObject(payload) && Array.isArray(payload.messages) ? payload.messages : [];
    const changes = new Map<string, UserInfUpdate>();
    for (const one of pushed.filter(isObject)) {
      for (const message of Array.isArray(one.msgs) ? one.msgs.filter(isObject) : [one]) {
        const { content } = message;
        if (!isObject(content)) continue;
        const { from_appkey, from_id, sui_mtime } = content;
        const mtime = readCount(sui_mtime, 0);
        if (mtime === 0 || !this.#isChange(from_appkey, from_id, mtime)) continue;
        const [appkey, username] = [String(from_appkey), String(from_id)];
        const update = { username, appkey, mtime, from_username: username, from_appkey: appkey };
        changes.set(nameOf(appkey, username), update);
      }
    }
    return [...changes.values()];
  }

  /** Remembers the time. @returns whether it changes an older one */
  #isChange(appkey: unknown, username: unknown, mtime: number): boolean {
    const name = nameOf(appkey, username);
    const before = this.#known.get(name);
    if (!(mtime > (before ?? 0))) return false;
    this.#known.delete(name);
    this.#known.set(name, mtime);
    if (this.#known.size > REMEMBERED)
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    return before !== undefined;
  }
}

const nameOf = (appkey: unknown, username: unknown): string => JSON.stringify([appkey, username]);
