/** The data that the client of a session has, as far as the session saw it. A sync leaves out whatever is not news to the client. */
import type { WireMessage } from '../../../src/protocol/index.js';
import { RecentIds } from '../util/recent-ids.js';
import { GroupAcks } from './group-acks.js';

/** The maximum of deliveries between two syncs of a session. */
const MAX_RECENT = 2_000;

interface SyncKeys {
  messages: number;
  events: number;
}

export class ClientData {
  /**
   * The keys of the last sync. A script that syncs again with these keys receives nothing twice. A client with other keys knows what it has.
   */
  #last: SyncKeys | undefined;
  /** Messages beyond the last sync that the client has acknowledged or sent. */
  readonly #messages = new RecentIds(MAX_RECENT);
  /** Events beyond the last sync that were pushed to the client live. */
  readonly #events = new RecentIds(MAX_RECENT);
  readonly #groupAcks: GroupAcks;

  /** @param offlineMessages see `Settings` */
  constructor(offlineMessages: number) {
    this.#groupAcks = new GroupAcks(offlineMessages);
  }

  startSync(): void {
    this.#groupAcks.restart();
  }

  endSync(keys: SyncKeys): void {
    this.#last = keys;
  }

  pushed({ from_gid, msg_id }: Pick<WireMessage, 'from_gid' | 'msg_id'>): void {
    if (from_gid > 0) this.#groupAcks.pushed(from_gid, msg_id);
  }

  pushedEvent(eventId: number): void {
    this.#events.add(eventId);
  }

  hasEvent(eventId: number): boolean {
    return this.#events.has(eventId);
  }

  /** The client has acknowledged or sent a message. */
  addMessage(msgId: number): void {
    this.#messages.add(msgId);
  }

  /** @returns the id up to which the member now has all messages; undefined if it has not changed */
  acknowledgedInGroup(gid: number, msgId: number): number | undefined {
    this.#messages.add(msgId);
    return this.#groupAcks.acknowledged(gid, msgId);
  }

  acknowledgedUpTo(key: number): void {
    this.#groupAcks.acknowledgedUpTo(key);
  }

  /**
   * @param key the key of a sync
   * @returns whether a message is news to the client
   */
  messageFilter(key: number): (msgId: number) => boolean {
    const isAsBefore = key === this.#last?.messages;
    return (msgId) => !(isAsBefore && this.#messages.has(msgId));
  }

  /** The same for events. */
  eventFilter(key: number): (eventId: number) => boolean {
    const isAsBefore = key === this.#last?.events;
    return (eventId) => !(isAsBefore && this.#events.has(eventId));
  }
}
