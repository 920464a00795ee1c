/** Invitations and requests to join that wait for an answer of the account. */
import type {
  AnsweredInvitation,
  EventNotification,
  JMessageError,
  JoinRequestEvent,
  UserName,
} from '../index.js';
import type { StoreClient } from './client.js';
import { isSelf, type Self } from './message-log.js';

/** Of a friend or a group. */
export interface Invitation extends UserName {
  /** A key for a list. */
  id: string;
  /** The user wants to be a friend, to join the account's group, or asks the account into a group. */
  kind: 'friend' | 'member' | 'group';
  /** Text of the invitation. */
  why: string;
  /** Time of the invitation, ms. */
  ctime_ms: number;
  /** Of a group: event 56. */
  event?: JoinRequestEvent;
}

const FRIEND = 5;
const LEFT = 9;
const MEMBERS_ADDED = 10;
const MEMBERS_REMOVED = 11;
const JOIN_REQUEST = 56;
const REFUSED_BY_KEEPER = 58;
const FRIENDS_ELSEWHERE = 100;
const INVITES = 1;
const DISSOLVED = 69;
/** The invitation was answered elsewhere: a friend already, none to answer, a member already, processed already. */
const OUTDATED: readonly number[] = [881302, 881305, 880610, 880612];

/** @internal */
export class Invitations {
  readonly #open = new Map<string, Invitation>();
  /** Set while the server's list is on its way: events overtake it. */
  #touched: Set<string> | undefined;

  constructor(
    private readonly jim: StoreClient,
    private readonly self: Self,
    private readonly changed: () => void,
  ) {}

  snapshot(): readonly Invitation[] {
    return [...this.#open.values()].sort((a, b) => b.ctime_ms - a.ctime_ms);
  }

  /** The server's list takes the place of this one. A server without the extension leaves the events that were received. */
  async load(): Promise<void> {
    const touched = new Set<string>();
    this.#touched = touched;
    const answer = await this.jim.getInvitations().catch(() => undefined);
    if (!answer || this.#touched !== touched) return;
    this.#touched = undefined;
    const listed = answer.events.flatMap((event) => invitationOf(event, this.self) ?? []);
    const ids = new Set(listed.map(({ id }) => id));
    for (const id of this.#open.keys()) if (!ids.has(id) && !touched.has(id)) this.#open.delete(id);
    for (const one of listed) {
      const isOld = touched.has(one.id) || touched.has(requestId(one.event?.event_id));
      // An invitation without a change stays the same object.
      const known = this.#open.get(one.id);
      if (!isOld && !(known && isSame(known, one))) this.#open.set(one.id, one);
    }
    this.changed();
  }

  async answer({ kind, username, appkey, event, id }: Invitation, accepts: boolean, why: string) {
    const user = { target_name: username, appkey };
    const answering = event
      ? this.#decide(event, accepts, why)
      : accepts
        ? this.jim.acceptFriend(user)
        : this.jim.declineFriend({ ...user, why });
    try {
      await answering;
    } catch (error) {
      if (OUTDATED.includes((error as JMessageError).code)) this.#remove([id]);
      throw error;
    }
    this.#remove(kind === 'member' && accepts ? this.#idsIn(event?.gid, username, appkey) : [id]);
  }

  /** The account has answered one, in any tab. */
  answered({ username, appkey, gid, event_id }: AnsweredInvitation): void {
    if (gid === undefined) return this.#remove([friendId(username, appkey)]);
    this.#touched?.add(requestId(event_id));
    this.#remove(this.#idsIn(gid).filter((id) => this.#open.get(id)?.event?.event_id === event_id));
  }

  receive(event: EventNotification): void {
    const { from_username = '', from_appkey = '', to_usernames: users = [] } = event;
    const invitation = invitationOf(event, this.self);
    if (invitation) {
      this.#touched?.add(invitation.id);
      this.#open.set(invitation.id, invitation);
      this.changed();
      return;
    }
    switch (event.event_type) {
      case FRIEND:
        // A refusal leaves the other user's own invitation open.
        if (!event.return_code) this.#remove([friendId(from_username, from_appkey)]);
        return;
      case FRIENDS_ELSEWHERE:
        return this.#remove(users.map(({ username, appkey }) => friendId(username, appkey)));
      case LEFT:
        if (event.extra === DISSOLVED) this.#remove(this.#idsIn(event.gid));
        return;
      case MEMBERS_REMOVED:
        if (users.some((user) => this.#isSelf(user))) this.#remove(this.#idsIn(event.gid));
        return;
      case MEMBERS_ADDED:
      case REFUSED_BY_KEEPER:
        return this.#remove(users.flatMap((user) => this.#idsIn(event.gid, user.username, user.appkey)));
    }
  }

  #decide(event: JoinRequestEvent, accepts: boolean, reason: string) {
    const { gid, event_id, from_username, from_appkey, to_usernames = [] } = event;
    const { username, appkey } = to_usernames[0] ?? this.self;
    return this.jim.addGroupMemberResp({
      gid,
      event_id,
      from_username,
      from_appkey,
      target_username: username,
      target_appkey: appkey,
      result: accepts ? 0 : 1,
      reason,
    });
  }

  /** Those about a group, or about one applicant to it. */
  #idsIn(gid: number | undefined, username?: string, appkey?: string): string[] {
    return [...this.#open.values()]
      .filter(({ event }) => {
        const [user] = event?.to_usernames ?? [];
        const isHis = username === undefined || (user?.username === username && user.appkey === appkey);
        return event && event.gid === gid && isHis;
      })
      .map(({ id }) => id);
  }

  #isSelf({ username, appkey }: { username: string; appkey: string }): boolean {
    return isSelf(this.self, username, appkey);
  }

  #remove(ids: readonly string[]): void {
    for (const id of ids) this.#touched?.add(id);
    if (ids.map((id) => this.#open.delete(id)).includes(true)) this.changed();
  }
}

const isSame = (a: Invitation, b: Invitation): boolean => JSON.stringify(a) === JSON.stringify(b);

const friendId = (username: string, appkey: string): string => `friend/${appkey}/${username}`;

const requestId = (eventId: number | undefined): string => `request/${eventId}`;

function invitationOf(event: EventNotification, self: Self): Invitation | undefined {
  const { from_username: username = '', from_appkey: appkey = '', from_nickname: nickname = '' } = event;
  const { description, ctime_ms = 0 } = event;
  const why = typeof description === 'string' ? description : '';
  const from = { username, appkey, nickname, why, ctime_ms };
  if (event.event_type === FRIEND && event.extra === INVITES) {
    return { id: friendId(username, appkey), kind: 'friend', ...from };
  }
  const [target] = event.to_usernames ?? [];
  if (event.event_type !== JOIN_REQUEST || !target) return undefined;
  // Of several requests by the same user for the same one the latest counts.
  const id = `${event.gid}/${appkey}/${username}/${target.appkey}/${target.username}`;
  if (isSelf(self, target.username, target.appkey)) return { id, kind: 'group', ...from, event };
  const { nickname: name = '' } = target;
  return {
    id,
    kind: 'member',
    ...from,
    username: target.username,
    appkey: target.appkey,
    nickname: name,
    event,
  };
}
