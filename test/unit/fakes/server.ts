/**
 * A small JMessage server in memory, behind a {@link FakeNetwork}. It acknowledges and answers, executes a repeated request once, and has one web
 * session for each account. It keeps and syncs unacknowledged messages. The browser tests use the real gateway.
 */

import { SendOrder } from '../../../gateway/src/connection/send-order.js';
import {
  CODES,
  type ErrorCode,
  failure,
  type MessageContent,
  SIGNATURE_LIFETIME_MS,
  type WireMessage,
} from '../../../src/protocol/index.js';
import { textOf } from '../../kit/message-parts.js';
import type { FakeClock } from './clock.js';
import type { Callee, FakeConnection, FakeNetwork } from './network.js';

export const APPKEY = 'app';
/** The number of messages of a conversation that a login delivers. */
const KEPT_PER_CONVERSATION = 100;

export const BAD_SIGNATURE = 'f'.repeat(32);

type Fields = Record<string, unknown>;

interface User {
  username: string;
  uid: number;
  digest: string;
  /** Ids of messages from and to this user. */
  mail: number[];
  /** Received and not acknowledged. */
  pending: Set<number>;
  connection: FakeConnection | undefined;
  /** The valid resume tokens: the current one and its predecessor. */
  token: { device: string; current: string; previous: string } | undefined;
}

interface Client {
  initialised: boolean;
  user: User | undefined;
  /** False from login to the end of the sync: live messages wait. */
  live: boolean;
  readonly order: SendOrder<[event: string, payload: Fields]>;
}

interface Stored {
  wire: WireMessage;
  from: string;
  to: string;
}

const REMEMBERED_REQUESTS = 1_000;

const newClient = (): Client => ({
  initialised: false,
  user: undefined,
  live: false,
  order: new SendOrder(REMEMBERED_REQUESTS),
});

export class FakeServer implements Callee {
  readonly messages: Stored[] = [];
  /** Its extensions of the original protocol: none, as for a stock server. */
  capabilities: ('resume' | 'history' | 'ordered_sends')[] = [];
  /** By how much its clock is ahead of the clients'. */
  skewMs = 0;
  /** Violations of "one socket for each account", as seen when a login arrives. */
  readonly doubleLogins: string[] = [];
  readonly #users = new Map<string, User>();
  readonly #clients = new Map<FakeConnection, Client>();
  /** First answers, by account, rid, event and payload. */
  readonly #answers = new Map<string, Fields>();
  #ids = 0;

  constructor(
    private readonly clock: FakeClock,
    network: FakeNetwork,
    private readonly md5: (text: string) => string,
  ) {
    network.callee = this;
  }

  addUser(username: string, password: string): void {
    this.#users.set(username, {
      username,
      uid: this.#users.size + 1,
      digest: this.md5(password),
      mail: [],
      pending: new Set(),
      connection: undefined,
      token: undefined,
    });
  }

  isOnline(username: string): boolean {
    return this.#users.get(username)?.connection !== undefined;
  }

  pendingOf(username: string): number {
    return this.#users.get(username)?.pending.size ?? 0;
  }

  /** Texts that are stored, in order. */
  texts(from: string, to: string): unknown[] {
    return this.messages
      .filter((stored) => stored.from === from && stored.to === to)
      .map(({ wire }) => textOf(wire));
  }

  /** A message from a user who is not part of the test. */
  deliver(from: string, to: string, text: string): void {
    this.#store(from, to, content(from, to, text, this.clock.now()), undefined);
  }

  /** Anything at all, to a user who is logged in. */
  push(username: string, event: string, payload: unknown): void {
    this.#users.get(username)?.connection?.send(event, payload as object);
  }

  /** The account logs in on another machine. */
  kick(username: string): void {
    const user = this.#users.get(username);
    if (user) this.#kick(user);
  }

  /** Its resume token is worth nothing any more. */
  revoke(username: string): void {
    const user = this.#users.get(username);
    if (user) user.token = undefined;
  }

  changePassword(username: string, password: string): void {
    const user = this.#users.get(username);
    if (!user) return;
    user.digest = this.md5(password);
    user.token = undefined;
    user.connection?.send('event_notification', this.#event(2, user));
    this.#drop(user);
  }

  closed(connection: FakeConnection): void {
    const client = this.#clients.get(connection);
    if (client?.user?.connection === connection) client.user.connection = undefined;
    this.#clients.delete(connection);
  }

  receive(connection: FakeConnection, event: string, payload: object): void {
    const { rid, after, ...fields } = payload as Fields;
    const client = this.#clients.get(connection) ?? newClient();
    this.#clients.set(connection, client);
    if (after !== undefined && !client.order.mayProceed(Number(after), [event, { rid, ...fields }])) return;
    connection.send('ack', { rid });
    const key = JSON.stringify([client.user?.username ?? connection.id, rid, event, fields]);
    const answer = this.#answers.get(key) ?? this.#answer(connection, client, event, fields);
    this.#answers.set(key, answer);
    if (event === 'login' && answer.code !== CODES.success) connection.user = undefined;
    connection.send(event === 's_across_single_text' ? 's_single_text' : event, { ...answer, rid });
    if (event === 'sync_check' && answer.code === 0) this.#sync(connection, client, fields);
    for (const next of client.order.received(Number(rid))) this.receive(connection, ...next);
  }

  #answer(connection: FakeConnection, client: Client, event: string, fields: Fields): Fields {
    const { user } = client;
    if (event === 'c_init') return this.#init(client, fields);
    if (event === 'resume') return this.#resume(connection, client, fields);
    if (!client.initialised) return failure(CODES.authFail);
    if (event === 'login') return this.#login(connection, client, fields);
    if (event === 'register') return this.#register(fields);
    if (!user) return failure(CODES.authFail);
    switch (event) {
      case 's_across_single_text':
        return this.#send(user, connection, fields);
      case 'get_across_user_info':
        return this.#users.has(String(fields.username))
          ? { ...ok, user_info: { username: fields.username } }
          : failure(CODES.targetUserNotExist);
      case 'get_conversations':
        return { ...ok, conversations: this.#conversations(user) };
      case 'get_history':
        return this.#history(user, fields);
      case 'log_out':
        user.token = undefined;
        this.#drop(user);
        return ok;
      case 'sync_check':
        return { ...ok, sync_key: this.#ids, sync_event_key: 0, msg_receipt_key: 0 };
      case 'msg_recv_v2':
        user.pending.delete(Number(fields.msg_id));
        return ok;
      case 'sync_conversation_ack':
        for (const id of [...user.pending]) if (id <= Number(fields.sync_key)) user.pending.delete(id);
        return ok;
      default:
        return ok;
    }
  }

  #init(client: Client, { signature, timestamp }: Fields): Fields {
    if (signature === BAD_SIGNATURE) return failure(CODES.signatureFail);
    if (this.clock.now() + this.skewMs > Number(timestamp) + SIGNATURE_LIFETIME_MS) {
      return failure(CODES.signatureExpired);
    }
    client.initialised = true;
    return { ...ok, ...this.#announced() };
  }

  #announced(): Fields {
    return this.capabilities.length > 0 ? { capabilities: this.capabilities } : {};
  }

  #resume(connection: FakeConnection, client: Client, { username, device, token }: Fields): Fields {
    const user = this.#users.get(String(username));
    const known = user?.token;
    if (!user || !known || known.device !== device) return failure(CODES.authFail);
    if (token !== known.current && token !== known.previous) return failure(CODES.authFail);
    client.initialised = true;
    this.#enter(user, connection, client);
    user.token = { ...known, previous: String(token), current: this.#token() };
    return { ...ok, ...this.#announced(), uid: user.uid, online_list: [], resume_token: user.token.current };
  }

  #token(): string {
    this.#ids += 1;
    return `token-${this.#ids}`;
  }

  #login(connection: FakeConnection, client: Client, { username, password, device }: Fields): Fields {
    const user = this.#users.get(String(username));
    if (!user) return failure(CODES.userNotExist);
    if (user.digest !== password) return failure(CODES.invalidPassword);
    if (user.connection === connection) return { ...ok, uid: user.uid, online_list: [] };
    this.#enter(user, connection, client);
    user.token =
      device === undefined ? undefined : { device: String(device), current: this.#token(), previous: '' };
    return { ...ok, uid: user.uid, online_list: [], ...(user.token && { resume_token: user.token.current }) };
  }

  #enter(user: User, connection: FakeConnection, client: Client): void {
    if (user.connection && user.connection !== connection) {
      if (user.connection.open) this.doubleLogins.push(user.username);
      this.#kick(user);
    }
    user.connection = connection;
    client.user = user;
    client.live = false;
  }

  /** A page as the gateway gives it. */
  #history(user: User, { username, before, limit }: Fields): Fields {
    const peer = String(username);
    const upTo = (before as { msg_id: number } | undefined)?.msg_id ?? Number.POSITIVE_INFINITY;
    const all = this.messages.filter(
      ({ from, to, wire }) =>
        ((from === user.username && to === peer) || (from === peer && to === user.username)) &&
        wire.msg_id < upTo,
    );
    const page = all.slice(-Number(limit));
    return { ...ok, messages: page.map(({ wire }) => wire), more: page.length < all.length };
  }

  #register({ username, password }: Fields): Fields {
    if (this.#users.has(String(username))) return failure(CODES.userExists);
    this.addUser(String(username), '');
    const user = this.#users.get(String(username));
    if (user) user.digest = String(password);
    return ok;
  }

  #send(user: User, connection: FakeConnection, fields: Fields): Fields {
    const to = String(fields.target_id);
    if (!this.#users.has(to)) return failure(CODES.targetUserNotExist);
    const { msg_id, ctime_ms } = this.#store(user.username, to, fields.content as MessageContent, connection);
    return { ...ok, msg_id, ctime_ms };
  }

  #store(from: string, to: string, body: MessageContent, origin: FakeConnection | undefined): WireMessage {
    this.#ids += 1;
    const wire: WireMessage = {
      msg_id: this.#ids,
      msg_type: 3,
      from_uid: this.#users.get(from)?.uid ?? 0,
      from_gid: 0,
      ctime_ms: this.clock.now(),
      msg_level: 0,
      need_receipt: false,
      content: body,
    };
    this.messages.push({ wire, from, to });
    for (const username of new Set([from, to])) {
      const user = this.#users.get(username);
      if (!user) continue;
      user.mail.push(wire.msg_id);
      if (username === to && from !== to) user.pending.add(wire.msg_id);
      const { connection } = user;
      if (connection && connection !== origin && this.#clients.get(connection)?.live) {
        connection.send('msg_sync', { messages: [wire] });
      }
    }
    return wire;
  }

  #sync(connection: FakeConnection, client: Client, { sync_key, sync_type }: Fields): void {
    const { user } = client;
    if (!user) return;
    const due = new Set(
      user.mail.filter((id) => user.pending.has(id) || (sync_type === 1 && id > Number(sync_key))),
    );
    const byPeer = new Map<string, Stored[]>();
    for (const stored of this.messages) {
      if (!due.has(stored.wire.msg_id)) continue;
      const peer = stored.from === user.username ? stored.to : stored.from;
      byPeer.set(peer, [...(byPeer.get(peer) ?? []), stored]);
    }
    const messages = [...byPeer].map(([peer, all]) => {
      const list = all.slice(-KEPT_PER_CONVERSATION);
      return {
        msg_type: 3,
        key: this.#users.get(peer)?.uid ?? 0,
        from_appkey: APPKEY,
        from_username: peer,
        from_gid: 0,
        unsync_count: list.length,
        receipt_msgs: [],
        msgs: list.map(({ wire }) => wire),
      };
    });
    if (messages.length > 0) connection.send('sync_conversation', { sync_key: this.#ids, messages });
    client.live = true;
  }

  #conversations(user: User): object[] {
    const peers = new Set(
      this.messages
        .filter(({ from, to }) => from === user.username || to === user.username)
        .map(({ from, to }) => (from === user.username ? to : from)),
    );
    return [...peers].map((username) => ({ type: 3, key: this.#users.get(username)?.uid ?? 0, username }));
  }

  #kick(user: User): void {
    user.token = undefined;
    user.connection?.send('event_notification', this.#event(1, user));
    this.#drop(user);
  }

  #drop(user: User): void {
    const { connection } = user;
    user.connection = undefined;
    if (!connection) return;
    this.#clients.delete(connection);
    connection.hangUp('io server disconnect');
  }

  #event(event_type: number, user: User): object {
    this.#ids += 1;
    return {
      event_id: this.#ids,
      event_type,
      from_uid: user.uid,
      gid: 0,
      ctime_ms: this.clock.now(),
      extra: 0,
    };
  }
}

const ok = { code: CODES.success as ErrorCode, message: 'success' };

/** A text's content, as its sender writes it. */
export function content(from: string, to: string, text: string, at: number): MessageContent {
  return {
    version: 1,
    target_type: 'single',
    target_id: to,
    target_name: '',
    target_appkey: APPKEY,
    from_appkey: APPKEY,
    from_platform: 'web',
    from_id: from,
    from_name: from,
    create_time: at,
    msg_type: 'text',
    msg_body: { text },
  };
}
