/** The invariants of a walk: those that hold after each step, and those of the end, when everything has recovered. */
import { expect } from 'vitest';
import type { OutboxEntry, WireMessage } from '../../../../src/protocol/index.js';
import { textOf } from '../../../kit/message-parts.js';
import type { ClientTab } from '../../fakes/client-tab.js';
import { messagesOf } from '../../fakes/messages.js';
import type { World } from '../../fakes/world.js';
import type { HostModel } from './host-models.js';
import { type Member, USERS, type WalkRecord } from './record.js';

/** Frames in flight may still arrive. */
const ON_ITS_WAY_MS = 20;

export class Invariants {
  /** The texts that the server has stored. */
  readonly #stored = new Set<string>();
  /** How many events of each tab are checked. */
  readonly #checked = new Map<ClientTab, number>();
  /** Messages of the server that are in `#stored`. */
  #read = 0;

  /** No frame and no worker is lost and no tab is absent, so each conversation has one order. */
  readonly #isOrdered: boolean;

  constructor(
    readonly world: World,
    readonly record: WalkRecord,
    private readonly host: HostModel,
    isGentle: boolean,
  ) {
    this.#isOrdered = isGentle && !host.endsWithTabs;
  }

  check(): void {
    this.host.check(this);
    const { network, server } = this.world;
    if (server.doubleLogins.length > 0) throw new Error(`logged in twice: ${server.doubleLogins}`);
    const sockets = network.open.filter(({ isIdle }) => !isIdle);
    const users = sockets.map(({ user }) => user).filter((user) => user !== undefined);
    if (new Set(users).size < users.length) throw new Error(`more than one socket for an account: ${users}`);
    if (sockets.length > this.host.maxSockets(USERS.length, this.record.members.length))
      throw new Error(`${sockets.length} sockets are open`);
    for (const member of this.record.members) this.#checkEvents(member);
    for (const username of USERS) {
      const active = this.#activeFor(username);
      if (active.length > 1)
        throw new Error(`${active.map(({ tab }) => tab.id)} act for ${username} at once`);
    }
    this.#checkStored();
    for (const text of this.record.sent.splice(0))
      if (!this.#stored.has(text)) throw new Error(`${text} was reported as sent and is not stored`);
  }

  #activeFor(username: string): Member[] {
    return this.record.members.filter(
      ({ tab, away }) => !away && tab.client.isActive() && tab.client.getState().username === username,
    );
  }

  /** The server only adds messages, so each is checked once. */
  #checkStored(): void {
    const { messages } = this.world.server;
    for (const { wire } of messages.slice(this.#read)) {
      const text = String(textOf(wire));
      if (this.#stored.has(text)) throw new Error(`${text} is stored twice`);
      this.#stored.add(text);
      const reported = this.record.reported.get(text) ?? Number.POSITIVE_INFINITY;
      if (!this.record.retried.has(text) && wire.ctime_ms > reported + ON_ITS_WAY_MS)
        throw new Error(`${text} was stored after it was reported as not sent`);
    }
    this.#read = messages.length;
  }

  /**
   * Each conversation in the server's order, without doubles. After a lost worker or frame, or with an absent tab, own messages may arrive
   * late. The order is then that of each sender.
   */
  #checkEvents({ tab }: Member): void {
    // Without a new event the last check's result stands.
    if (this.#checked.get(tab) === tab.events.length) return;
    this.#checked.set(tab, tab.events.length);
    const newest = new Map<string, number>();
    const seen = new Set<number>();
    for (const { msg_id, content } of tab.current) {
      if (seen.has(msg_id)) throw new Error(`${tab.id} got ${msg_id} twice`);
      seen.add(msg_id);
      // It may have been stored at its first try, long before somebody had it tried again.
      if (this.record.retried.has(String(textOf({ content })))) continue;
      const sender = String(textOf({ content })).replace(/^.* of /, '');
      const parties = [content.from_id, content.target_id];
      const order = this.#isOrdered ? parties.sort().join(' and ') : [sender, ...parties].join(' to ');
      const before = newest.get(order) ?? 0;
      newest.set(order, msg_id);
      if (msg_id <= before) throw new Error(`${tab.id} got ${before} and then ${msg_id} of ${order}`);
    }
  }

  /** The network holds: every call has settled, and every tab is up to date. */
  async checkCalm(): Promise<void> {
    this.check();
    for (const member of this.record.members) {
      const { tab, login, away } = member;
      if (away) continue;
      expect(tab.waiting, `open calls of ${tab.id}`).toEqual([]);
      expect(['idle', 'ended', 'ready'], tab.id).toContain(tab.client.getState().state);
      if (tab.client.getState().state === 'ready') {
        const waiting = (await this.world.passing(outboxOf(tab))).filter(({ state }) => state !== 'failed');
        expect(waiting, `outbox of ${tab.id}`).toEqual([]);
      }
      if (!login?.whole || tab.client.getState().state !== 'ready') continue;
      const missed = this.world.server.messages
        .slice(login.messages)
        .filter(
          ({ from, to, wire }) =>
            from !== to &&
            (to === login.username || (from === login.username && this.#isReported(wire, tab))),
        )
        .map(({ wire }) => wire.msg_id)
        .filter((id) => !tab.current.some(({ msg_id }) => msg_id === id));
      expect(missed, `missed by ${tab.id} of ${login.username}`).toEqual([]);
    }
    this.#checkAccounts();
  }

  /** Whether another tab was told that it is sent. */
  #isReported(wire: WireMessage, tab: ClientTab): boolean {
    const { sends, retriedBy } = this.record;
    const text = String(textOf(wire));
    if (text.endsWith(` of ${tab.id}`) || retriedBy.get(tab)?.has(text)) return false;
    return sends.get(text)?.kind === 'success';
  }

  /** One tab of each account acts for it. Pushes without a page, or for a dead one, are delivered to the next page. */
  #checkAccounts(): void {
    const handed = new Set(
      this.record.tabs.flatMap((tab) => tab.events.flatMap(messagesOf).map(({ msg_id }) => msg_id)),
    );
    for (const username of USERS) {
      const isHere = ({ tab, away }: Member) =>
        !away && tab.client.getState().state === 'ready' && tab.client.getState().username === username;
      const here = this.record.members.filter(isHere);
      if (here.length === 0) continue;
      const active = this.#activeFor(username).map(({ tab }) => tab.id);
      expect(active, `tabs that act for ${username}`).toHaveLength(1);
      const lost = this.world.server.messages
        .filter(({ from, to, wire }) => to === username && from !== to && !handed.has(wire.msg_id))
        .map(({ wire }) => wire.msg_id);
      expect(lost, `handed to no page of ${username}`).toEqual([]);
    }
  }

  /** Every tab has gone, and nothing is left. */
  checkEnd(): void {
    const { network, locks } = this.world;
    expect(network.open.length).toBe(0);
    expect(locks.awaited).toEqual([]);
    this.host.checkEnd(this.world);
  }
}

export async function outboxOf(tab: ClientTab): Promise<OutboxEntry[]> {
  const outcome = await tab.call('getOutbox');
  return outcome.kind === 'success' ? (outcome.data as { entries: OutboxEntry[] }).entries : [];
}
