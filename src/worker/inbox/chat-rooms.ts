/**
 * Chat rooms of a session. The server knows one member, the account; which of its tabs are in a room is known here. A tab hears only the rooms
 * that it has entered; the account leaves a room when the last of its tabs does, and enters again after an outage.
 */
import type { Outcome, RoomMessage } from '../../protocol/worker.js';
import { succeeded } from '../methods/outcome.js';

/** What a tab gets that enters a room in which another one is already: what the server gives. */
const HISTORY_MESSAGES = 50;

interface Room {
  tabs: Set<string>;
  /** The server's answer to the entry, while it is awaited. */
  entering?: Promise<Outcome> | undefined;
  /** Newest last. */
  recent: RoomMessage[];
}

export class ChatRooms {
  readonly #rooms = new Map<number, Room>();

  /** Those to enter again on a new connection. */
  entered(): number[] {
    return [...this.#rooms.keys()];
  }

  of(tab: string): number[] {
    return this.entered().filter((room) => this.#rooms.get(room)?.tabs.has(tab));
  }

  /**
   * A tab enters. The first one asks the server; those who come while that is not answered share its fate.
   * @param show what the tab has missed of a room that the account is in already
   * @param ask asks the server. Its history is pushed before its answer: whom it is for is known by then
   */
  async enter(
    id: number,
    tab: string,
    show: (recent: readonly RoomMessage[]) => void,
    ask: () => Promise<Outcome>,
  ): Promise<Outcome> {
    const known = this.#rooms.get(id);
    const isNew = !known?.tabs.has(tab);
    const room = this.opened(id, tab);
    if (known && isNew) show(room.recent);
    if (known && !room.entering) return succeeded({ id });
    room.entering ??= ask().finally(() => {
      room.entering = undefined;
    });
    const outcome = await room.entering;
    if (outcome.kind !== 'success') this.closed(id);
    return outcome;
  }

  /** The account is in the room, or will be, for that tab. */
  opened(id: number, tab: string): Room {
    const room = this.#rooms.get(id) ?? { tabs: new Set(), recent: [] };
    room.tabs.add(tab);
    this.#rooms.set(id, room);
    return room;
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
