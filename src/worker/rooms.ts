/**
 * Chat rooms of a session. The server knows one member, the account; which of its tabs are in a room is known here. A tab hears only the rooms
 * that it has entered; the account leaves a room when the last of its tabs does, and enters again after an outage.
 */
import type { RoomMessage } from '../protocol/worker.js';

/** What a tab gets that enters a room in which another one is already: what the server gives. */
const HISTORY_MESSAGES = 50;

interface Room {
  tabs: Set<string>;
  /** Newest last. */
  recent: RoomMessage[];
}

export class Rooms {
  readonly #rooms = new Map<number, Room>();

  /** Those to enter again on a new connection. */
  entered(): number[] {
    return [...this.#rooms.keys()];
  }

  of(tab: string): number[] {
    return this.entered().filter((room) => this.#rooms.get(room)?.tabs.has(tab));
  }

  /** @returns the room's latest messages if another tab is in it already, else undefined: the server has to be asked */
  join(room: number, tab: string): RoomMessage[] | undefined {
    const known = this.#rooms.get(room);
    if (!known) return undefined;
    known.tabs.add(tab);
    return known.recent;
  }

  /** The server has let the account in. */
  opened(room: number, tab: string): void {
    const known = this.#rooms.get(room) ?? { tabs: new Set(), recent: [] };
    known.tabs.add(tab);
    this.#rooms.set(room, known);
  }

  /** @returns whether the account has to leave the room as well: no other tab is in it */
  leave(room: number, tab: string): boolean {
    const known = this.#rooms.get(room);
    known?.tabs.delete(tab);
    return !known || known.tabs.size === 0;
  }

  closed(room: number): void {
    this.#rooms.delete(room);
  }

  /** The tab is gone. @returns the rooms to leave */
  drop(tab: string): number[] {
    return this.entered().filter((room) => this.#rooms.get(room)?.tabs.delete(tab) && this.#isEmpty(room));
  }

  /** @returns whether it is news */
  received(message: RoomMessage): boolean {
    const room = this.#rooms.get(message.room_id);
    if (!room || room.recent.some(({ msg_id }) => msg_id === message.msg_id)) return false;
    room.recent.push(message);
    if (room.recent.length > HISTORY_MESSAGES) room.recent.shift();
    return true;
  }

  hears(room: number): (tabId: string) => boolean {
    return (tabId) => this.#rooms.get(room)?.tabs.has(tabId) ?? false;
  }

  #isEmpty(room: number): boolean {
    return this.#rooms.get(room)?.tabs.size === 0;
  }
}
