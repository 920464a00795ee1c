/**
 * Chat rooms of a session. The server knows the account as one member, and this table knows its tabs. A tab gets the messages of the rooms
 * that it has entered. The account leaves a room with its last tab, and enters again after an outage.
 */
import type { Outcome, RoomMessage } from '../../protocol/worker.js';
import { succeeded } from '../methods/outcome.js';

/** Recent messages for a tab that enters a room after another tab, as many as the server gives. */
const HISTORY_MESSAGES = 50;

interface Room {
  tabs: Set<string>;
  /** The server's answer to the entry, until it comes. */
  entering?: Promise<Outcome> | undefined;
  /** Newest last. */
  recent: RoomMessage[];
}

export class ChatRooms {
  readonly #rooms = new Map<number, Room>();

  /** The rooms that the account is in. */
  entered(): number[] {
    return [...this.#rooms.keys()];
  }

  of(tab: string): number[] {
    return this.entered().filter((room) => this.#rooms.get(room)?.tabs.has(tab));
  }

  /**
   * A tab enters a room. The first tab asks the server, and tabs that enter before the answer share it.
   * @param show delivers the recent messages of a room that the account is in already
   * @param ask asks the server, which pushes the room's history before it answers
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

  /** The account is in the room for that tab, or will be. */
  opened(id: number, tab: string): Room {
    const room = this.#rooms.get(id) ?? { tabs: new Set(), recent: [] };
    room.tabs.add(tab);
    this.#rooms.set(id, room);
    return room;
  }

  /** @returns whether no tab is left, so that the account has to leave as well */
  leave(room: number, tab: string): boolean {
    const known = this.#rooms.get(room);
    known?.tabs.delete(tab);
    return !known || known.tabs.size === 0;
  }

  closed(room: number): void {
    this.#rooms.delete(room);
  }

  /** The tab has gone. @returns the rooms in which no tab is left */
  drop(tab: string): number[] {
    return this.entered().filter((room) => this.#rooms.get(room)?.tabs.delete(tab) && this.#isEmpty(room));
  }

  /** @returns false for a repeat, and for a room that the account is not in */
  received(message: RoomMessage): boolean {
    const room = this.#rooms.get(message.room_id);
    if (!room || room.recent.some(({ msg_id }) => msg_id === message.msg_id)) return false;
    room.recent.push(message);
    if (room.recent.length > HISTORY_MESSAGES) room.recent.shift();
    return true;
  }

  isTabIn(room: number): (tabId: string) => boolean {
    return (tabId) => this.#rooms.get(room)?.tabs.has(tabId) ?? false;
  }

  #isEmpty(room: number): boolean {
    return this.#rooms.get(room)?.tabs.size === 0;
  }
}
