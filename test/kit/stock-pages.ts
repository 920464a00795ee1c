/**
 * Clients with the habits of V2's own scripts, over their version of Socket.IO. They imitate the requests and their times, the handling of
 * events, and the unread counts. `storage` is the browser's storage, which outlives a page.
 */

import { randomInt } from 'node:crypto';
import ioV2 from 'socket.io-client-v2';
import type { WireMessage } from '../../src/protocol/index.js';
import { md5, signatureOf } from './signing.js';
import { APPKEY, SECRET, sign } from './wire-socket.js';

const MAX_RID = 0x7fff_ffff;
const CONNECT_TIMEOUT_MS = 10_000;
const ACK_TIMEOUT_MS = 5_000;
const TRIES = 5;

export type Row = Record<string, unknown>;
export type Storage = Map<string, string>;

interface Open {
  event: string;
  data: Row;
  settle(answer: Row): void;
  tries: number;
  timer: NodeJS.Timeout | undefined;
}

interface Conversation {
  unread_msg_count: number;
  recent_time?: number;
  msg_time: number[];
}

/** One page with its script and socket. `told` records the calls of its listeners by their names. */
export abstract class StockPage {
  readonly calls: { listener: string; data: Row }[] = [];
  readonly frames: { event: string; data: Row }[] = [];
  protected username = '';
  readonly #socket: ReturnType<typeof ioV2>;
  readonly #open = new Map<number, Open>();
  readonly #connected: Promise<void>;
  #waits: (() => void)[] = [];

  constructor(
    url: string,
    readonly storage: Storage,
  ) {
    this.#socket = ioV2(url, {
      transports: ['websocket', 'polling'],
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
    });
    this.#connected = new Promise((resolve) => this.#socket.on('connect', () => resolve()));
    const socket = this.#socket as unknown as { onevent(packet: { data: unknown[] }): void };
    const usual = socket.onevent.bind(socket);
    // The scripts see every event before their listeners do.
    socket.onevent = (packet) => {
      usual(packet);
      const [event, data] = packet.data as [string, Row];
      this.frames.push({ event, data: structuredClone(data) });
      this.handle(event, data);
      if (!this.isPush(event)) this.#answered(event, data);
      for (const wake of this.#waits.splice(0)) wake();
    };
  }

  /** Events that the script never takes for an answer. */
  protected abstract isPush(event: string): boolean;
  /** The script's handling of an event. */
  protected abstract handle(event: string, data: Row): void;
  protected abstract readonly version: string;
  /** The script's actions after the login. */
  protected abstract entered(): void;

  async login(username: string, flag: 0 | 1 = 0): Promise<Row> {
    await this.#connected;
    const auth = { ...sign(APPKEY, SECRET, Date.now()), random_str: 'abc' };
    const signature = signatureOf(APPKEY, SECRET, auth.timestamp, auth.random_str);
    await this.ask('c_init', { ...auth, signature, flag });
    await this.ask('register', { username, password: md5('secret') });
    const answer = await this.ask('login', { username, password: md5('secret'), version: this.version });
    this.username = username;
    this.entered();
    return answer;
  }

  /** Sends a request as the script's builder does; resolves with the answer. */
  ask(event: string, data: Row = {}): Promise<Row> {
    const rid = randomInt(1, MAX_RID);
    return new Promise((settle) => {
      const open: Open = {
        event,
        data: JSON.parse(JSON.stringify(data)),
        settle,
        tries: 0,
        timer: undefined,
      };
      this.#open.set(rid, open);
      this.#try(rid, open);
    });
  }

  #try(rid: number, open: Open): void {
    if (open.tries === TRIES) return void this.#open.delete(rid);
    open.tries += 1;
    this.#socket.emit(open.event, { ...open.data, rid });
    open.timer = setTimeout(() => this.#try(rid, open), ACK_TIMEOUT_MS);
  }

  #answered(event: string, data: Row): void {
    const open = this.#open.get(Number(data.rid));
    if (!open) return;
    clearTimeout(open.timer);
    if (event === 'ack') return;
    this.#open.delete(Number(data.rid));
    open.settle(data);
  }

  /** Resolves after a matching call of that listener. */
  async receives(listener: string, matches: (data: Row) => boolean = () => true): Promise<Row> {
    for (;;) {
      const found = this.received(listener).find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waits.push(resolve));
    }
  }

  received(listener: string): Row[] {
    return this.calls.filter((one) => one.listener === listener).map(({ data }) => data);
  }

  protected tell(listener: string, data: unknown): void {
    this.calls.push({ listener, data: structuredClone(data) as Row });
  }

  /** Resolves after the pushes of all earlier requests. */
  settled(): Promise<Row> {
    return this.ask('get_groups_list');
  }

  close(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
    this.#socket.close();
  }
}

/** 2.3.0 acknowledges every push, and takes every frame with the name of an event for one. */
export class Page23 extends StockPage {
  protected readonly version = '2.3.0';

  protected isPush(event: string): boolean {
    return ['event_notification', 'msg_sync', 'sync_conversation'].includes(event);
  }

  protected entered(): void {
    void this.check();
  }

  /** Runs at login and every five minutes. It requests no events. */
  async check(): Promise<void> {
    const sync_key = this.storage.get(`${this.username}s_key`) ?? '0';
    await this.ask('sync_check', { sync_key, sync_type: 0 });
  }

  protected handle(event: string, data: Row): void {
    if (event === 'msg_sync') {
      const messages = data.messages as WireMessage[];
      for (const message of messages) this.tell('onMsgReceive', message);
      const received = messages.map(({ msg_id, msg_type, from_uid, from_gid }) => ({
        msg_id,
        msg_type,
        from_uid,
        from_gid,
      }));
      void this.ask('msg_recv', { messages: received });
    } else if (event === 'event_notification') {
      const { event_id, event_type, from_uid, gid } = data;
      this.tell('onEventNotification', data);
      void this.ask('event_notification', { event_id, event_type, from_uid, gid });
    } else if (event === 'sync_conversation') {
      this.storage.set(`${this.username}s_key`, String(data.sync_key));
      this.tell('onSyncConversation', { messages: data.messages });
      void this.ask('sync_conversation_ack', { sync_key: data.sync_key });
    }
  }
}

/** 2.5.0 acknowledges messages one by one, of events only type 1, and counts unread messages by itself. */
export class Page25 extends StockPage {
  protected readonly version = '2.5.0';
  #keys: Row = { sync_key: 0, sync_type: 0, sync_event_key: 0, msg_receipt_key: 0 };
  readonly #conversations: Record<string, Conversation> = {};
  readonly #profileTimes: Record<string, unknown> = {};
  #open = '';
  #isIn = false;

  protected isPush(event: string): boolean {
    const pushes = ['event_notification', 'msg_sync', 'sync_conversation', 'sync_event', 'sync_receipt'];
    return [...pushes, 'receipt_change'].includes(event);
  }

  override login(username: string, flag: 0 | 1 = 0): Promise<Row> {
    this.#keys.sync_type = flag;
    return super.login(username, flag);
  }

  protected entered(): void {
    const kept = this.storage.get(`conversations-${this.username}`);
    if (kept) Object.assign(this.#conversations, JSON.parse(kept));
    const eventKey = this.storage.get(`eve-k-${this.username}`);
    if (eventKey !== undefined) this.#keys.sync_event_key = eventKey;
    this.#isIn = true;
    void this.check();
  }

  /** Runs at login and every 150 s, with the keys of the last answer. */
  async check(): Promise<void> {
    const { sync_key, sync_type, sync_event_key, msg_receipt_key } = await this.ask('sync_check', this.#keys);
    this.#keys = { sync_key, sync_type, sync_event_key, msg_receipt_key };
    this.storage.set(`eve-k-${this.username}`, String(sync_event_key));
  }

  unread(name: string): number {
    return this.#conversations[name]?.unread_msg_count ?? 0;
  }

  /** The page opens the conversation. */
  async read(to: { gid: number } | { username: string }): Promise<void> {
    const name = 'gid' in to ? String(to.gid) : APPKEY + to.username;
    await ('gid' in to
      ? this.ask('unread_group_count', { ...to, type: 4 })
      : this.ask('unread_single_count', { appkey: APPKEY, ...to, type: 3 }));
    const before = this.#conversations[name];
    const recent_time = Math.max(Date.now(), before?.recent_time ?? 0);
    this.#conversations[name] = { ...before, unread_msg_count: 0, msg_time: [], recent_time };
    this.#open = name;
    this.#keep();
  }

  async conversations(): Promise<Row[]> {
    const rows = (await this.ask('get_conversations')).conversations as Row[];
    for (const row of rows) if (row.type === 3) this.#profileTimes[String(row.key)] = row.utime;
    return rows;
  }

  protected handle(event: string, data: Row): void {
    if (!this.#isIn) return;
    if (event === 'msg_sync') for (const message of data.messages as WireMessage[]) this.#received(message);
    else if (event === 'event_notification') this.#notified(data);
    else if (event === 'sync_conversation') this.#synced(data);
    else if (event === 'sync_event') this.#syncedEvents(data);
    else if (event === 'sync_receipt') this.#syncedReceipts(data);
    else if (event === 'receipt_change') this.tell('onMsgReceiptChange', data);
    else if (event === 'room_msg_sync') this.tell('onRoomMsg', data);
    else if (event === 'room_msg_sync_his') {
      for (const { msgs } of data.messages as { msgs: Row[] }[])
        for (const one of msgs) this.tell('onRoomMsg', one);
    }
  }

  #received(message: WireMessage): void {
    const { content, from_uid, from_gid, msg_id, msg_type, ctime_ms } = message;
    const known = this.#profileTimes[String(from_uid)];
    const changed = content.sui_mtime ?? 0;
    if (known !== undefined && changed > new Date(known as number).getTime() / 1_000) {
      this.#profileTimes[String(from_uid)] = changed * 1_000;
      const { from_id: from_username, from_appkey } = content;
      this.tell('onUserInfUpdate', { from_username, from_appkey, mtime: changed });
    }
    const name = msg_type === 3 ? `${content.from_appkey}${content.from_id}` : String(from_gid);
    const conversation = this.#conversations[name] ?? { unread_msg_count: 0, msg_time: [] };
    this.#conversations[name] = conversation;
    if (this.#open === name) conversation.recent_time = ctime_ms;
    else {
      conversation.unread_msg_count += 1;
      conversation.msg_time.push(ctime_ms);
    }
    this.#keep();
    void this.ask('msg_recv_v2', { msg_id, msg_type, from_uid, from_gid });
    this.tell('onMsgReceive', message);
  }

  #notified(data: Row): void {
    if (data.event_type === 200) {
      const { type, appkey, username, gid } = data.description as Row;
      const name = type === 3 ? `${appkey}${username}` : String(gid);
      const conversation = this.#conversations[name] ?? { unread_msg_count: 0, msg_time: [] };
      const left = conversation.msg_time.filter((time) => time > Number(data.ctime_ms));
      if (left.length >= conversation.unread_msg_count) return;
      Object.assign(conversation, { unread_msg_count: left.length, msg_time: left });
      this.tell('onMutiUnreadMsgUpdate', { type, username, appkey, gid });
      return;
    }
    if (data.event_type === 1) {
      const { event_id, event_type, from_uid, gid } = data;
      void this.ask('event_notification', { event_id, event_type, from_uid, gid });
    }
    this.tell('onEventNotification', data);
    if (data.event_type === 1 || data.event_type === 2) this.close();
  }

  #synced(data: Row): void {
    this.#keys.sync_key = data.sync_key;
    for (const one of data.messages as (Row & { msgs: WireMessage[]; unsync_count: number })[]) {
      const name = one.msg_type === 3 ? `${one.from_appkey}${one.from_username}` : String(one.from_gid);
      const { msgs } = one;
      const before = this.#conversations[name];
      if (!before?.recent_time) {
        const recent_time = msgs.at(-1 - one.unsync_count)?.ctime_ms ?? -1;
        this.#conversations[name] = { unread_msg_count: one.unsync_count, msg_time: [], recent_time };
        continue;
      }
      let unread = 0;
      for (const { ctime_ms, content } of msgs) {
        const isRead = ctime_ms <= before.recent_time || content.from_id === this.username;
        unread = isRead ? 0 : unread + 1;
      }
      before.unread_msg_count = this.#keys.sync_type === 1 ? unread : before.unread_msg_count + unread;
    }
    this.#keep();
    this.tell('onSyncConversation', data);
    void this.ask('sync_conversation_ack', { sync_key: data.sync_key });
  }

  #syncedEvents(data: Row): void {
    this.#keys.sync_event_key = data.sync_key;
    this.storage.set(`eve-k-${this.username}`, String(data.sync_key));
    void this.ask('sync_event_ack', { sync_key: data.sync_key });
    for (const event of data.events as Row[]) this.tell('onSyncEvent', event);
  }

  #syncedReceipts(data: Row): void {
    this.#keys.msg_receipt_key = data.sync_key;
    void this.ask('sync_receipt_ack', { sync_key: data.sync_key });
    for (const receipt of data.receipts as Row[]) this.tell('onSyncMsgReceipt', receipt);
  }

  #keep(): void {
    this.storage.set(`conversations-${this.username}`, JSON.stringify(this.#conversations));
  }
}

/** A text message in the form of the scripts' builder. */
export function stockText(type: 'single' | 'group' | 'chatroom', target: string | number, text: string): Row {
  const target_id = String(target);
  const content = {
    version: 1,
    target_type: type,
    from_platform: 'web',
    target_id,
    from_id: 'somebody',
    create_time: Date.now(),
    msg_type: 'text',
    msg_body: { text },
  };
  const to = type === 'single' ? { target_id } : { target_gid: target_id };
  return { content, no_offline: false, no_notification: false, appkey: APPKEY, ...to };
}
