/** The sessions and rooms that this node has written to Redis, so that it can write them again when Redis has lost them. */
import type { SeatedSession } from './engine.js';

const nameOf = ({ uid, platform }: Pick<SeatedSession, 'uid' | 'platform'>): string => `${uid} ${platform}`;

export class Registry {
  readonly #sessions = new Map<string, SeatedSession>();
  /** The number of sessions in a room, by room and account. */
  readonly #rooms = new Map<number, Map<number, number>>();

  enter(session: SeatedSession): void {
    this.#sessions.set(nameOf(session), session);
  }

  leave(session: SeatedSession): void {
    if (this.#sessions.get(nameOf(session))?.seat === session.seat) this.#sessions.delete(nameOf(session));
  }

  get sessions(): SeatedSession[] {
    return [...this.#sessions.values()];
  }

  /** @returns whether the account was not in the room before */
  enterRoom(roomId: number, uid: number): boolean {
    const members = this.#rooms.get(roomId) ?? new Map<number, number>();
    const sessions = members.get(uid) ?? 0;
    members.set(uid, sessions + 1);
    this.#rooms.set(roomId, members);
    return sessions === 0;
  }

  /** @returns whether the account has left the room with its last session */
  leaveRoom(roomId: number, uid: number): boolean {
    const members = this.#rooms.get(roomId);
    const sessions = members?.get(uid);
    if (!members || sessions === undefined) return false;
    if (sessions > 1) {
      members.set(uid, sessions - 1);
      return false;
    }
    members.delete(uid);
    if (members.size === 0) this.#rooms.delete(roomId);
    return true;
  }

  has(session: SeatedSession): boolean {
    return this.#sessions.get(nameOf(session)) === session;
  }

  get rooms(): number[] {
    return [...this.#rooms.keys()];
  }

  membersOf(roomId: number): number[] {
    return [...(this.#rooms.get(roomId)?.keys() ?? [])];
  }
}
