/** Invitations to be friends that wait for an answer. */
import type { EventNotification, UserName } from '../index.js';

/** An invitation to be friends. */
export interface Invitation extends UserName {
  /** Text of the invitation. */
  why: string;
  /** Time of the invitation, ms. */
  ctime_ms: number;
}

const FRIEND = 5;
const FRIENDS_ELSEWHERE = 100;
const INVITES = 1;

/** @internal */
export class Invitations {
  readonly #open = new Map<string, Invitation>();

  snapshot(): readonly Invitation[] {
    return [...this.#open.values()].sort((a, b) => b.ctime_ms - a.ctime_ms);
  }

  /** @returns whether it concerns an invitation */
  receive(event: EventNotification): boolean {
    const { event_type, extra, from_username = '', from_appkey = '', description } = event;
    if (event_type === FRIENDS_ELSEWHERE) {
      const users = event.to_usernames ?? [];
      return users.map(({ appkey, username }) => this.answered(username, appkey)).some(Boolean);
    }
    if (event_type !== FRIEND) return false;
    if (extra !== INVITES) return this.answered(from_username, from_appkey);
    this.#open.set(`${from_appkey}/${from_username}`, {
      username: from_username,
      appkey: from_appkey,
      nickname: event.from_nickname ?? '',
      why: typeof description === 'string' ? description : '',
      ctime_ms: event.ctime_ms ?? 0,
    });
    return true;
  }

  answered(username: string, appkey: string): boolean {
    return this.#open.delete(`${appkey}/${username}`);
  }
}
