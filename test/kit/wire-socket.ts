/**
 * One socket that speaks the wire protocol, over the real Socket.IO 4 client or the real 2.x one. It records every event, and waits for events
 * and never for time to pass.
 */

import { io as ioV4 } from 'socket.io-client';
import ioV2 from 'socket.io-client-v2';
import {
  ANSWERED_AS,
  type Conversation,
  type EventNotification,
  type Friend,
  type OnlineDevice,
  type PushEvent,
  REQUESTS,
  type ReceiptChange,
  type UserInfo,
  type WireMessage,
} from '../../src/protocol/index.js';
import { md5, signatureOf } from './signing.js';

export const APPKEY = 'app1';
export const SECRET = 'secret-1';
export const OTHER_APPKEY = 'app2';
export const OTHER_SECRET = 'secret-2';
export const APPS = { [APPKEY]: SECRET, [OTHER_APPKEY]: OTHER_SECRET };

/** A message of `msg_sync`, or a conversation of `sync_conversation`. A test knows which one it reads. */
interface Mail extends WireMessage {
  key: number;
  from_appkey: string;
  from_username: string;
  unsync_count: number;
  msgs: WireMessage[];
}

/** The data of any event of the gateway. A test asserts its own fields. */
export interface Data {
  rid: number;
  code: number;
  message: string;
  uid: number;
  username: string;
  appkey: string;
  online_list: OnlineDevice[];
  user_info: UserInfo;
  conversations: Conversation[];
  msg_id: number;
  ctime_ms: number;
  sync_key: number;
  event_type: number;
  extra: number;
  messages: Mail[];
  events: (EventNotification & Record<string, unknown>)[];
  receipts: ReceiptChange[];
  friend_list: Friend[];
  uptoken: string;
  url: string;
  /** A test checks the types of other fields. */
  [field: string]: unknown;
}

interface Wait {
  matches(event: string, data: Data): boolean;
  resolve(data: Data): void;
}

interface BareSocket {
  on(event: string, listener: (data: unknown) => void): unknown;
  emit(event: string, payload: object): unknown;
  close(): unknown;
}

const CONNECT_TIMEOUT_MS = 10_000;

let lastRid = 0;
export const nextRid = (): number => {
  lastRid += 1;
  return lastRid;
};

export function sign(appkey: string, secret: string, timestamp: number) {
  const random_str = '022cd9fd995849b58b3ef0e943421ed9';
  const signature = signatureOf(appkey, secret, timestamp, random_str);
  return { appkey, random_str, signature, timestamp, flag: 1, fromPlatForm: 'j' };
}

export type Library = 'v4' | 'v2';
export type Transport = 'websocket' | 'polling';

/** The event under which a request is answered. */
function answerTo(event: string): string {
  const renamed: Readonly<Record<string, string | undefined>> = ANSWERED_AS;
  return renamed[event] ?? event;
}

/** The pushes of the server. */
const PUSHES = [
  'msg_sync',
  'event_notification',
  'sync_conversation',
  'sync_event',
  'sync_receipt',
  'receipt_change',
  'trans_msg_rec',
  'room_msg_sync',
  'room_msg_sync_his',
  'going_away',
] as const satisfies readonly PushEvent[];

const isPush = (event: string, data: Data | undefined): boolean =>
  event !== 'ack' && event !== 'disconnect' && !(data && 'rid' in data && 'code' in data);

/** The recorded events. The 2.x client has no `onAny`. */
const EVENTS = new Set([
  'ack',
  ...Object.keys(REQUESTS),
  's_single_text',
  'an_unknown_event',
  ...PUSHES,
  'disconnect',
]);

export class Client {
  readonly seen: { event: string; data: Data }[] = [];
  /** Called for each push, which is neither an `ack` nor an answer. */
  onPush: (event: string, data: Data) => void = () => {};
  readonly #waits = new Set<Wait>();

  private constructor(readonly socket: BareSocket) {
    for (const event of EVENTS) {
      socket.on(event, (said) => {
        const data = said as Data;
        this.seen.push({ event, data });
        for (const wait of [...this.#waits]) {
          if (!wait.matches(event, data)) continue;
          this.#waits.delete(wait);
          wait.resolve(data);
        }
        if (isPush(event, data)) this.onPush(event, data);
      });
    }
  }

  static connect(
    url: string,
    library: Library = 'v4',
    transport: Transport = 'websocket',
    extraHeaders: Record<string, string> = {},
  ): Promise<Client> {
    const options = {
      extraHeaders,
      transports: [transport],
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
    };
    const socket: BareSocket = library === 'v4' ? ioV4(url, options) : ioV2(url, options);
    return new Promise((resolve, reject) => {
      const client = new Client(socket);
      socket.on('connect', () => resolve(client));
      socket.on('connect_error', (error) => reject(error));
    });
  }

  /** The first matching event, past or future. */
  next(event: string, matches: (data: Data) => boolean = () => true): Promise<Data> {
    const seen = this.seen.find((past) => past.event === event && matches(past.data));
    if (seen) return Promise.resolve(seen.data);
    return new Promise((resolve) => {
      this.#waits.add({ matches: (name, data) => name === event && matches(data), resolve });
    });
  }

  all(event: string): Data[] {
    return this.seen.filter((past) => past.event === event).map(({ data }) => data);
  }

  /** Emits a request and waits for its `ack` and its answer. */
  async ask(event: string, payload: object = {}, rid: number = nextRid()): Promise<Data> {
    const before = this.seen.length;
    this.socket.emit(event, { ...payload, rid });
    const isNew = (data: Data): boolean =>
      data?.rid === rid && this.seen.findIndex((past) => past.data === data) >= before;
    const [, answer] = await Promise.all([this.next('ack', isNew), this.next(answerTo(event), isNew)]);
    return answer;
  }

  init(appkey = APPKEY, secret = SECRET, timestamp = Date.now()): Promise<Data> {
    return this.ask('c_init', sign(appkey, secret, timestamp));
  }

  login(username: string, password = md5('secret')): Promise<Data> {
    return this.ask('login', { username, password, version: '2.5.0' });
  }

  send(to: string, text: string, extra: object = {}, rid?: number): Promise<Data> {
    return this.ask('s_across_single_text', textTo(to, text, extra), rid);
  }

  sync(key: number, roaming: 0 | 1): Promise<Data> {
    return this.ask('sync_check', {
      sync_key: key,
      sync_type: roaming,
      sync_event_key: 0,
      msg_receipt_key: 0,
    });
  }

  /** The texts of the live messages so far, in the order of arrival. */
  texts(): string[] {
    return this.all('msg_sync')
      .flatMap(({ messages }) => messages)
      .map(textOf);
  }

  /** Resolves after the arrival of this many live messages. */
  async live(count: number): Promise<Mail[]> {
    const messages = () => this.all('msg_sync').flatMap((push) => push.messages);
    while (messages().length < count) {
      const before = this.all('msg_sync').length;
      await new Promise((resolve) => {
        this.#waits.add({
          matches: (event) => event === 'msg_sync' && this.all('msg_sync').length > before,
          resolve,
        });
      });
    }
    return messages();
  }

  acknowledge({ msg_id, msg_type, from_uid, from_gid }: WireMessage): Promise<Data> {
    return this.ask('msg_recv_v2', { msg_id, msg_type, from_uid, from_gid });
  }

  close(): void {
    this.socket.close();
  }
}

export const textOf = ({ content }: Pick<WireMessage, 'content'>): string =>
  content.msg_type === 'text' ? content.msg_body.text : '';

/** A payload with every field of a stock client, the same for all of its tries. */
export function textTo(to: string, text: string, extra: object = {}): object {
  return {
    target_id: to,
    target_name: to,
    appkey: APPKEY,
    no_offline: false,
    no_notification: false,
    need_receipt: false,
    content: {
      version: 1,
      target_type: 'single',
      target_id: to,
      target_name: to,
      from_appkey: APPKEY,
      from_platform: 'web',
      from_id: 'whoever the page says',
      from_name: '',
      create_time: 1_500_000_000_000,
      msg_type: 'text',
      msg_body: { text },
    },
    ...extra,
  };
}

let lastUser = 0;
/** A name of this test only. */
export const uniqueName = (prefix: string): string => {
  lastUser += 1;
  return `${prefix}-${lastUser}`;
};
