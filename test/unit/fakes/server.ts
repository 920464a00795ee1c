/**
 * A small JMessage server in memory, behind a {@link FakeNetwork}. It acknowledges and answers, executes a repeated request once, and has one web
 * session for each account. The browser tests use the real gateway.
 */

import { FOLLOWS_SYNC } from '../../../gateway/src/connection/request.js';
import {
  CODES,
  type ErrorCode,
  failure,
  type MessageContent,
  SIGNATURE_LIFETIME_MS,
} from '../../../src/protocol/index.js';
import type { FakeClock } from './clock.js';
import { content } from './messages.js';
import type { Callee, FakeConnection, FakeNetwork } from './network.js';
import { type Client, type Fields, newClient, type User } from './server-client.js';
import { ServerMail, type StoredMessage } from './server-mail.js';
import { WindowedSync } from './windowed-sync.js';

export const BAD_SIGNATURE = 'f'.repeat(32);

export class FakeServer implements Callee {
  /** Its extensions of the original protocol: none, as for a stock server. */
  capabilities: ('resume' | 'history' | 'ordered_sends' | 'sync_window')[] = [];
  /** By how much its clock is ahead of the clients'. */
  skewMs = 0;
  /** Violations of "one socket for each account", as seen when a login arrives. */
  readonly doubleLogins: string[] = [];
  readonly #users = new Map<string, User>();
  readonly #clients = new Map<FakeConnection, Client>();
  /** First answers, by account, rid, event and payload. */
  readonly #answers = new Map<string, Fields>();
  readonly #mail: ServerMail;
  constructor(
    private readonly clock: FakeClock,
    network: FakeNetwork,
    private readonly md5: (text: string) => string,
  ) {
    network.callee = this;
    this.#mail = new ServerMail(
      clock,
      (username) => this.#users.get(username),
      (connection) => this.#clients.get(connection)?.live === true,
    );
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

  get messages(): StoredMessage[] {
    return this.#mail.messages;
  }

  /** Texts that are stored, in order. */
  texts(from: string, to: string): unknown[] {
    return this.#mail.texts(from, to);
  }

  /** A message from a user who is not part of the test. */
  deliver(from: string, to: string, text: string): void {
    this.#mail.store(from, to, content(from, to, text, this.clock.now()));
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
    if (client.syncing && FOLLOWS_SYNC.has(event)) {
      client.syncing.follow(() => connection.open && this.receive(connection, event, payload));
      return;
    }
    if (event === 'sync_taken') client.syncing?.taken();
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
        return { ...ok, conversations: this.#mail.conversations(user) };
      case 'get_history':
        return { ...ok, ...this.#mail.history(user, fields) };
      case 'log_out':
        user.token = undefined;
        this.#drop(user);
        return ok;
      case 'sync_check':
        return { ...ok, sync_key: this.#mail.newestId, sync_event_key: 0, msg_receipt_key: 0 };
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
    return `token-${this.#mail.nextId()}`;
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
      if (user.connection.open && !user.connection.isIdle) this.doubleLogins.push(user.username);
      this.#kick(user);
    }
    user.connection = connection;
    client.user = user;
    client.live = false;
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
    const body = fields.content as MessageContent;
    const { msg_id, ctime_ms } = this.#mail.store(user.username, to, body, connection);
    return { ...ok, msg_id, ctime_ms };
  }

  #sync(connection: FakeConnection, client: Client, fields: Fields): void {
    if (!client.user) return;
    const missed = this.#mail.missed(client.user, fields);
    if (missed && fields.window !== undefined) {
      const { user } = client;
      client.syncing = new WindowedSync(connection, missed, () => {
        client.syncing = undefined;
        client.live = true;
        this.#mail.pushHeld(user, missed.sync_key);
      });
      client.syncing.start();
      return;
    }
    if (missed) connection.send('sync_conversation', missed);
    client.live = true;
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
    return {
      event_id: this.#mail.nextId(),
      event_type,
      from_uid: user.uid,
      gid: 0,
      ctime_ms: this.clock.now(),
      extra: 0,
    };
  }
}

const ok = { code: CODES.success as ErrorCode, message: 'success' };
