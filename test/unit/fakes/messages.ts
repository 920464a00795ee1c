/** Messages as the server pushes and as the API has them. */
import type { AccountEvent, Message, MessageContent, WireMessage } from '../../../src/protocol/index.js';
import { toMessage } from '../../../src/worker/inbox/push-parsing.js';

export const APPKEY = 'app';

export interface MessageFields {
  from?: string;
  to?: string;
  text?: string;
  at?: number;
  gid?: number;
}

export function wireMessage(msg_id: number, fields: MessageFields = {}): WireMessage {
  const { from = 'bob', to = 'alice', text = `text ${msg_id}`, at = 1_000 + msg_id, gid = 0 } = fields;
  return {
    msg_id,
    msg_type: gid > 0 ? 4 : 3,
    from_uid: 2,
    from_gid: gid,
    ctime_ms: at,
    msg_level: 0,
    need_receipt: false,
    content: content(from, to, text, at),
  };
}

export function apiMessage(msg_id: number, fields: MessageFields = {}): Message {
  const message = toMessage(wireMessage(msg_id, fields));
  if (!message) throw new Error('not a message');
  return message;
}

/** `sync_conversation` with one conversation. */
export const syncPush = (syncKey: number, msgs: WireMessage[], peer = 'bob') => ({
  sync_key: syncKey,
  messages: [
    {
      msg_type: 3,
      key: 2,
      from_appkey: 'app',
      from_username: peer,
      from_gid: 0,
      unsync_count: msgs.length,
      receipt_msgs: [],
      msgs,
    },
  ],
});

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

/** The messages of an event: a live one, or those of a sync. */
export function messagesOf({ listener, data }: Pick<AccountEvent, 'listener' | 'data'>): Message[] {
  const event = { listener, data } as AccountEvent;
  if (event.listener === 'onMsgReceive') return [event.data];
  return event.listener === 'onSyncConversation' ? event.data.flatMap(({ msgs }) => msgs) : [];
}
