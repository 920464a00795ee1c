/** The sockets of a test server: logins, requests, pushes. */
import { CODES, MESSAGES } from '../protocol/codes/codes.js';
import { ANSWERED_AS, CAPABILITIES } from '../protocol/wire/names.js';
import type { Socket, SocketHandlers } from '../worker/platform/socket.js';
import type { Delivery } from './answers/handler.js';
import { HANDLERS } from './answers/index.js';
import type { TestRequest } from './api.js';
import type { Account, Stored, TestData } from './data.js';
import { methodOf } from './method-of.js';

type Fields = Record<string, unknown>;

interface Connection {
  handlers: SocketHandlers;
  isOpen: boolean;
  isInitialised: boolean;
  account: Account | undefined;
  /** A login has been synced. Before that, messages wait in `pending`, and other pushes here. */
  isLive: boolean;
  held: [event: string, payload: Fields][];
}

const failed = (code: number): Fields => ({
  code,
  message: MESSAGES[code as keyof typeof MESSAGES] ?? 'failed',
});
const succeeded = (fields: Fields): Fields => ({ code: CODES.success, message: 'success', ...fields });

export class ServerSockets implements Delivery {
  readonly requests: TestRequest[] = [];
  /** Answers that a test has set, by method. */
  readonly answers = new Map<string, Fields[]>();
  readonly #connections = new Set<Connection>();
  isOnline = true;

  constructor(
    private readonly data: TestData,
    private readonly now: () => number,
  ) {}

  readonly openSocket = (_address: string, _engine: 3 | 4, handlers: SocketHandlers): Socket => {
    const connection: Connection = {
      handlers,
      isOpen: true,
      isInitialised: false,
      account: undefined,
      isLive: false,
      held: [],
    };
    queueMicrotask(() => {
      if (!this.isOnline) return this.#cut(connection, 'connect error');
      this.#connections.add(connection);
      handlers.onOpen();
    });
    return {
      emit: (event, payload) => {
        const copy = JSON.parse(JSON.stringify(payload)) as Fields;
        queueMicrotask(() => {
          if (connection.isOpen && this.isOnline) this.#receive(connection, event, copy);
        });
      },
      close: async () => {
        connection.isOpen = false;
        this.#connections.delete(connection);
      },
    };
  };

  goOffline(): void {
    this.isOnline = false;
    for (const connection of [...this.#connections]) this.#cut(connection, 'transport close');
  }

  /** The account logs in on another machine. */
  kick(username: string): void {
    this.event(username, { event_type: 1 });
    // The event goes first.
    for (const connection of this.#of(username)) {
      queueMicrotask(() => this.#cut(connection, 'io server disconnect'));
    }
  }

  push(username: string, event: string, payload: Fields): void {
    for (const connection of this.#of(username)) {
      if (connection.isLive) this.#send(connection, event, payload);
      else if (event !== 'msg_sync') connection.held.push([event, payload]);
    }
  }

  /** @returns the event as it is delivered */
  event(username: string, event: Fields): Fields {
    const ctime_ms = this.now();
    const delivered = {
      event_id: this.data.nextId(),
      from_uid: 0,
      gid: 0,
      ctime_ms,
      ctime: Math.floor(ctime_ms / 1_000),
      ...event,
    };
    this.push(username, 'event_notification', delivered);
    return delivered;
  }

  deliver({ wire, from, to }: Stored): void {
    for (const username of to) if (username !== from) this.push(username, 'msg_sync', { messages: [wire] });
  }

  receipt({ wire, from, to, gid, readBy }: Stored): void {
    const reader = to.at(-1) ?? '';
    const peer = gid ? { type: 4, gid } : { type: 3, username: reader, appkey: this.data.appkey };
    const receipt_msgs = [{ msg_id: wire.msg_id, unread_count: to.length - readBy.size, mtime: this.now() }];
    this.push(from, 'receipt_change', { ...peer, receipt_msgs });
  }

  #of(username: string): Connection[] {
    return [...this.#connections].filter(({ account }) => account?.username === username);
  }

  #cut(connection: Connection, reason: string): void {
    this.#connections.delete(connection);
    if (!connection.isOpen) return;
    connection.isOpen = false;
    connection.handlers.onClose(reason);
  }

  #send(connection: Connection, event: string, payload: Fields): void {
    const copy = JSON.parse(JSON.stringify(payload)) as Fields;
    queueMicrotask(() => {
      if (connection.isOpen && this.isOnline) connection.handlers.onEvent(event, copy);
    });
  }

  #receive(connection: Connection, event: string, { rid, ...payload }: Fields): void {
    this.#send(connection, 'ack', { rid });
    const method = methodOf(event, payload);
    this.requests.push({ method, event, payload: payload as TestRequest['payload'] });
    const set = this.answers.get(method ?? '')?.shift();
    const answer = set ? { ...succeeded({}), ...set } : this.#answer(connection, event, payload);
    this.#send(connection, ANSWERED_AS[event] ?? event, { ...answer, rid });
    if (event === 'sync_check') this.#sync(connection);
  }

  #answer(connection: Connection, event: string, payload: Fields): Fields {
    const { data } = this;
    if (event === 'c_init') {
      connection.isInitialised = true;
      return succeeded({ capabilities: [CAPABILITIES.history, CAPABILITIES.invitations] });
    }
    if (!connection.isInitialised) return failed(CODES.authFail);
    const username = String(payload.username);
    const known = data.accounts.get(username);
    if (event === 'register') {
      if (known) return failed(CODES.userExists);
      const { password, is_md5: _, ...profile } = payload;
      delete profile.username;
      data.addAccount(username, String(password), profile);
      return succeeded({});
    }
    if (event === 'login') {
      if (!known) return failed(CODES.userNotExist);
      if (known.password !== payload.password) return failed(CODES.invalidPassword);
      connection.account = known;
      return succeeded({ uid: known.uid, online_list: [] });
    }
    const self = connection.account;
    if (!self) return failed(CODES.authFail);
    if (event === 'sync_check') {
      return succeeded({ sync_key: data.nextId(), sync_event_key: 0, msg_receipt_key: 0 });
    }
    if (event === 'msg_recv_v2') self.pending.delete(Number(payload.msg_id));
    if (event === 'sync_conversation_ack') self.pending.clear();
    const { deliver, event: notify, receipt, push } = this;
    const reach = {
      deliver: deliver.bind(this),
      event: notify.bind(this),
      receipt: receipt.bind(this),
      push: push.bind(this),
    };
    const outcome = HANDLERS[event]?.({ data, self, fields: payload, ...reach }) ?? {};
    return typeof outcome === 'number' ? failed(outcome) : succeeded(outcome);
  }

  /** Delivers the messages that came while the account was away. */
  #sync(connection: Connection): void {
    const { account } = connection;
    if (!account) return;
    connection.isLive = true;
    const lists = new Map<string, Stored[]>();
    for (const id of account.pending) {
      const stored = this.data.messages.get(id);
      if (!stored) continue;
      const key = stored.gid ? `g${stored.gid}` : `u${stored.from}`;
      lists.set(key, [...(lists.get(key) ?? []), stored]);
    }
    const messages = [...lists.values()].map((list) => {
      const [{ gid, from } = { gid: 0, from: '' }] = list;
      return {
        msg_type: gid ? 4 : 3,
        key: gid || (this.data.accounts.get(from)?.uid ?? 0),
        from_appkey: this.data.appkey,
        ...(gid ? { from_gid: gid } : { from_username: from, from_gid: 0 }),
        unsync_count: list.length,
        receipt_msgs: [],
        msgs: list.map(({ wire }) => wire),
      };
    });
    if (messages.length > 0) {
      this.#send(connection, 'sync_conversation', { sync_key: this.data.nextId(), messages });
    }
    for (const [event, payload] of connection.held.splice(0)) this.#send(connection, event, payload);
  }
}
