/** A JMessage for the store's tests: an account, listeners that a test calls, and a history that a test writes. */
import type {
  EventNotification,
  ListenerEvents,
  ListenerName,
  Message,
  MessageContent,
  OutboxEntry,
  StateSnapshot,
} from '../../../src/index.js';
import { createChatStore, type StoreClient } from '../../../src/store/index.js';

export const SELF = { appkey: 'app', username: 'alice' };
export const BOB = { username: 'bob', appkey: 'app' };

export function contentOf(from: string, to: string, text: string): MessageContent {
  return {
    version: 1,
    target_type: 'single',
    target_id: to,
    target_name: '',
    target_appkey: 'app',
    from_appkey: 'app',
    from_platform: 'web',
    from_id: from,
    create_time: 1_000,
    msg_type: 'text',
    msg_body: { text },
  } as MessageContent;
}

export function messageOf(msg_id: number, from: string, to: string): Message {
  return {
    msg_id,
    msg_type: 3,
    from_uid: 1,
    from_gid: 0,
    ctime_ms: msg_id,
    msg_level: 'normal',
    need_receipt: false,
    key: 1,
    content: contentOf(from, to, `message ${msg_id}`),
  } as Message;
}

export function entryOf(id: string, to: string, change: Partial<OutboxEntry> = {}): OutboxEntry {
  return {
    id,
    state: 'queued',
    method: 'sendSingleMsg',
    username: to,
    appkey: 'app',
    content: contentOf(SELF.username, to, `entry ${id}`),
    expires_at: 9_999,
    ...change,
  } as OutboxEntry;
}

export class FakeClient {
  readonly #listeners = new Map<string, Set<(data: never) => void>>();
  state: StateSnapshot = { state: 'ready', connected: true, synced: true, tabs: 1, ...SELF };
  /** The server's messages of each conversation with a user, oldest first. */
  history: Record<string, Message[]> = {};
  entries: OutboxEntry[] = [];
  conversations: object[] = [];
  unread = 0;
  /** The server gives no history. */
  fails = false;
  readonly calls: [method: string, params: unknown][] = [];

  get client(): StoreClient {
    return this as unknown as StoreClient;
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  addListener<L extends ListenerName>(name: L, fn: (data: ListenerEvents[L]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(fn));
    return () => void listeners.delete(fn);
  }

  emit<L extends ListenerName>(name: L, data: ListenerEvents[L]): void {
    for (const fn of this.#listeners.get(name) ?? []) fn(data as never);
  }

  setState(change: Partial<StateSnapshot>): void {
    this.state = { ...this.state, ...change };
    this.emit('onStateChange', this.state);
  }

  getState = () => this.state;
  getUnreadMsgCnt = () => this.unread;
  getConversation = async () => {
    this.calls.push(['getConversation', {}]);
    return { conversations: this.conversations };
  };
  getOutbox = async () => ({ entries: this.entries });
  resetUnreadCount = (params: unknown) => this.calls.push(['resetUnreadCount', params]);
  closeConversation = (params: unknown) => this.calls.push(['closeConversation', params]);
  sendSingleMsg = async (params: unknown) => this.calls.push(['sendSingleMsg', params]);
  msgRetract = async (params: unknown) => this.calls.push(['msgRetract', params]);
  /** Events that wait on the server; null for a server without the extension. */
  waiting: EventNotification[] | null = null;
  getInvitations = async () => {
    if (!this.waiting) throw Object.assign(new Error(), { code: 882003 });
    return { events: this.waiting };
  };
  addGroupMemberResp = async (params: unknown) => this.calls.push(['addGroupMemberResp', params]);
  acceptFriend = async (params: unknown) => this.calls.push(['acceptFriend', params]);

  getHistory = async ({
    username = '',
    before,
    limit = 20,
  }: {
    username?: string;
    before?: { msg_id: number };
    limit?: number;
  }) => {
    this.calls.push(['getHistory', { username, before }]);
    if (this.fails) throw new Error('no connection');
    const all = (this.history[username] ?? []).filter(({ msg_id }) => !before || msg_id < before.msg_id);
    return { messages: all.slice(-limit), more: all.length > limit };
  };
}

export const settled = () => new Promise((resolve) => setTimeout(resolve));

/** A store on a client, with the conversation with bob. */
export function open() {
  const fake = new FakeClient();
  const store = createChatStore(fake.client);
  return { fake, store, bob: store.messages(BOB) };
}
