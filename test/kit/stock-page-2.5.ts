/** A page with the habits of version 2.5.0, among them its unread counts. */
import type { WireMessage } from '../../src/protocol/index.js';
import { type Row, StockPage } from './stock-page.js';
import { APPKEY } from './wire-socket.js';

interface Conversation {
  unread_msg_count: number;
  recent_time?: number;
  msg_time: number[];
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
