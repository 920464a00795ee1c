/** A page with the habits of version 2.3.0. */
import type { WireMessage } from '../../src/protocol/index.js';
import { type Row, StockPage } from './stock-page.js';
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
