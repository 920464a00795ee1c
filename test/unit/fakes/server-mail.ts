/** The messages of the fake server: it stores them, pushes them live, and keeps those without an acknowledgement for the next sync. */
import type { MessageContent, WireMessage } from '../../../src/protocol/index.js';
import { textOf } from '../../kit/message-parts.js';
import type { FakeClock } from './clock.js';
import { APPKEY } from './messages.js';
import type { FakeConnection } from './network.js';

/** The number of messages of a conversation that a login delivers. */
const KEPT_PER_CONVERSATION = 100;

/** A user's part in the messages. */
export interface Mailbox {
  username: string;
  uid: number;
  /** Ids of messages from and to this user. */
  mail: number[];
  /** Received and not acknowledged. */
  pending: Set<number>;
  connection: FakeConnection | undefined;
}

export interface StoredMessage {
  wire: WireMessage;
  from: string;
  to: string;
}

/** The payload of `sync_conversation`. */
export interface MissedMessages {
  sync_key: number;
  messages: { msgs: WireMessage[]; from_username: string }[];
}

type Fields = Record<string, unknown>;

export class ServerMail {
  readonly messages: StoredMessage[] = [];
  /** The newest id of the server. Messages share the ids with its events and tokens. */
  newestId = 0;

  constructor(
    private readonly clock: FakeClock,
    private readonly mailboxOf: (username: string) => Mailbox | undefined,
    private readonly isLive: (connection: FakeConnection) => boolean,
  ) {}

  nextId(): number {
    this.newestId += 1;
    return this.newestId;
  }

  texts(from: string, to: string): unknown[] {
    return this.messages
      .filter((stored) => stored.from === from && stored.to === to)
      .map(({ wire }) => textOf(wire));
  }

  /** @param origin the sender's connection, which receives no push of it */
  store(from: string, to: string, body: MessageContent, origin?: FakeConnection): WireMessage {
    const wire: WireMessage = {
      msg_id: this.nextId(),
      msg_type: 3,
      from_uid: this.#uidOf(from),
      from_gid: 0,
      ctime_ms: this.clock.now(),
      msg_level: 0,
      need_receipt: false,
      content: body,
    };
    this.messages.push({ wire, from, to });
    for (const username of new Set([from, to])) {
      const mailbox = this.mailboxOf(username);
      if (!mailbox) continue;
      mailbox.mail.push(wire.msg_id);
      if (username === to && from !== to) mailbox.pending.add(wire.msg_id);
      const { connection } = mailbox;
      if (connection && connection !== origin && this.isLive(connection))
        connection.send('msg_sync', { messages: [wire] });
    }
    return wire;
  }

  /** The push of a sync: pending messages, and with roaming those after the key. @returns undefined: nothing was missed */
  missed({ username, mail, pending }: Mailbox, { sync_key, sync_type }: Fields): MissedMessages | undefined {
    const due = new Set(mail.filter((id) => pending.has(id) || (sync_type === 1 && id > Number(sync_key))));
    const byPeer = new Map<string, WireMessage[]>();
    for (const { wire, from, to } of this.messages) {
      if (!due.has(wire.msg_id)) continue;
      const peer = from === username ? to : from;
      byPeer.set(peer, [...(byPeer.get(peer) ?? []), wire]);
    }
    if (byPeer.size === 0) return undefined;
    const messages = [...byPeer].map(([peer, all]) => {
      const msgs = all.slice(-KEPT_PER_CONVERSATION);
      return {
        msg_type: 3,
        key: this.#uidOf(peer),
        from_appkey: APPKEY,
        from_username: peer,
        from_gid: 0,
        unsync_count: msgs.length,
        receipt_msgs: [],
        msgs,
      };
    });
    return { sync_key: this.newestId, messages };
  }

  /** Pushes live messages that had to wait for a sync. */
  pushHeld({ pending, connection }: Mailbox, after: number): void {
    for (const { wire } of this.messages) {
      if (wire.msg_id > after && pending.has(wire.msg_id)) connection?.send('msg_sync', { messages: [wire] });
    }
  }

  /** A page as the gateway answers it. */
  history(own: Mailbox, { username, before, limit }: Fields): { messages: WireMessage[]; more: boolean } {
    const peer = String(username);
    const upTo = (before as { msg_id: number } | undefined)?.msg_id ?? Number.POSITIVE_INFINITY;
    const all = this.messages.filter(
      ({ from, to, wire }) =>
        ((from === own.username && to === peer) || (from === peer && to === own.username)) &&
        wire.msg_id < upTo,
    );
    const page = all.slice(-Number(limit));
    return { messages: page.map(({ wire }) => wire), more: page.length < all.length };
  }

  conversations(own: Mailbox): object[] {
    const peers = new Set(
      this.messages
        .filter(({ from, to }) => from === own.username || to === own.username)
        .map(({ from, to }) => (from === own.username ? to : from)),
    );
    return [...peers].map((username) => ({ type: 3, key: this.#uidOf(username), username }));
  }

  #uidOf(username: string): number {
    return this.mailboxOf(username)?.uid ?? 0;
  }
}
