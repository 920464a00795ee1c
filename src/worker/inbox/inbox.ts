/**
 * What comes in, one thing after the other: persisted, then delivered to the tabs, then acknowledged to the server. Each message once, whatever
 * the server repeats, and in the order it came. What a worker before this one has told is told again: it may have died between writing and
 * telling, and the tabs know what they have.
 */
import {
  type ConversationId,
  GROUP,
  groupId,
  type Message,
  SINGLE,
  type SyncedConversation,
  singleId,
} from '../../protocol/worker.js';
import { byPlace, type Store, type StoredMessage } from '../store/store.js';
import { parseMsgSync, parseSyncConversation } from './push-parsing.js';

/** Message ids that are remembered to recognise repeats. */
const REMEMBERED_IDS = 20_000;
/** How much of each conversation a tab is given when it joins with roaming: what the gateway gives at login. */
const SNAPSHOT_MESSAGES = 100;

/** What was missed in a conversation. */
export interface MissedConversation {
  id: ConversationId;
  synced: SyncedConversation;
  /** How many of its messages are new here, and by others. */
  fresh: number;
}

export interface InboxHandlers {
  /** Called when its message has been told: it may have to wait until a page has been handed it. */
  acknowledgeMessage(message: Message): void;
  acknowledgeSync(syncKey: number): void;
  /** @param told an earlier worker had it already, and it has been counted */
  onMessage(message: Message, conversation: ConversationId, told: boolean, except?: string): void;
  onSync(missed: MissedConversation[]): void;
  /** How many messages of a conversation have not been read, and of those that one sent, by how many. */
  unreadOf(conversation: ConversationId): number;
  receiptsOf(messages: readonly Message[]): SyncedConversation['receipt_msgs'];
}

export class Inbox {
  #tail: Promise<void> = Promise.resolve();
  /** Live messages whose turn has not come; undefined when something else has come behind them. */
  #burst: Message[] | undefined;
  /** What was sent from here while the server's history is on its way, where it has its place. Undefined when none is. */
  #waiting: { message: Message; from: string }[] | undefined;
  readonly #seen = new Set<number>();
  #newestMs: number;

  constructor(
    private readonly store: Store,
    private readonly self: { appkey: string; username: string },
    private readonly handlers: InboxHandlers,
    /** `ctime_ms` of the newest message that an earlier worker has left. */
    private readonly keptUpTo: number,
  ) {
    this.#newestMs = keptUpTo;
  }

  /** `ctime_ms` of the newest message that there is. */
  get newestMs(): number {
    return this.#newestMs;
  }

  /** `msg_sync`. A burst is written in one go. */
  live(payload: unknown): void {
    // A server that goes live has told its history.
    this.syncEnds();
    const batch = parseMsgSync(payload);
    if (this.#burst) {
      for (const message of batch) this.#burst.push(message);
      return;
    }
    void this.#next(async () => {
      if (this.#burst === batch) this.#burst = undefined;
      const fresh = this.#unseen(batch);
      const told = await this.#kept(fresh);
      await this.#persist(fresh);
      for (const message of fresh) {
        this.handlers.onMessage(message, this.#conversationOf(message), told.has(message.msg_id));
      }
      for (const message of batch) this.handlers.acknowledgeMessage(message);
    });
    this.#burst = batch;
  }

  /** `sync_conversation`. */
  synced(payload: unknown): void {
    const push = parseSyncConversation(payload);
    if (!push) return;
    void this.#next(async () => {
      const all = push.conversations
        .map((conversation) => ({ ...conversation, msgs: this.#unseen(this.#withSent(conversation.msgs)) }))
        .filter(({ msgs }) => msgs.length > 0);
      await this.#persist(all.flatMap(({ msgs }) => msgs));
      if (all.length > 0) this.handlers.onSync(all.map((synced) => this.#missed(synced)));
      this.handlers.acknowledgeSync(push.syncKey);
    });
  }

  /** The server is asked for what was missed … */
  syncBegins(): void {
    this.#waiting ??= [];
  }

  /** … and has told all of it. */
  syncEnds(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    for (const { message, from } of waiting ?? []) this.sent(message, from);
  }

  /** A message that was sent from here: news to all tabs but the one that sent it. */
  sent(message: Message, from: string): void {
    if (this.#waiting) {
      this.#waiting.push({ message, from });
      return;
    }
    void this.#next(async () => {
      if (this.#seen.has(message.msg_id)) return;
      this.#remember(message.msg_id);
      // An earlier worker told it, and was not there to say that it had been sent.
      if ((await this.#kept([message])).size > 0) return;
      await this.#persist([message]);
      this.handlers.onMessage(message, this.#conversationOf(message), false, from);
    });
  }

  /** Messages that were taken back: who joins later is not shown them. */
  retracted(conversation: ConversationId, msgIds: readonly number[]): void {
    void this.#next(() => this.store.forgetMessages(conversation, msgIds));
  }

  /** The cached history, for a tab that joins with roaming. Runs in turn, so that nothing is between it and what comes after. */
  snapshot(use: (conversations: SyncedConversation[]) => void): void {
    void this.#next(async () => {
      const recent = await this.store.recent(SNAPSHOT_MESSAGES);
      use([...recent.values()].flatMap((msgs) => this.#synced(msgs)));
    });
  }

  /** What a tab may have missed that was told everything up to then. Runs in turn, as the snapshot does. */
  since(ctimeMs: number, use: (conversations: SyncedConversation[]) => void): void {
    void this.#next(async () => {
      const missed = await this.store.since(ctimeMs);
      use([...missed.values()].flatMap((msgs) => this.#synced(msgs)));
    });
  }

  /** Resolves when all that has come so far is done. */
  idle(): Promise<void> {
    return this.#next(async () => undefined);
  }

  #next(work: () => Promise<void>): Promise<void> {
    this.#burst = undefined;
    this.#tail = this.#tail.then(work).catch((error: unknown) => {
      // The store hides its faults, so this is a defect of ours: it must not stop what comes behind.
      console.error('[JMessage] inbox', error);
    });
    return this.#tail;
  }

  #unseen(messages: readonly Message[]): Message[] {
    return messages.filter(({ msg_id }) => {
      if (this.#seen.has(msg_id)) return false;
      this.#remember(msg_id);
      return true;
    });
  }

  /** Which of them an earlier worker has left. */
  async #kept(messages: readonly Message[]): Promise<Set<number>> {
    const kept = new Set<number>();
    for (const message of messages) {
      if (message.ctime_ms > this.keptUpTo) continue;
      const { ctime_ms, msg_id } = message;
      const after = { ctime_ms, msg_id: msg_id + 1 };
      const [found] = await this.store.page(this.#conversationOf(message), after, 1);
      if (found?.msg_id === msg_id) kept.add(msg_id);
    }
    return kept;
  }

  /** A conversation's history with what was sent from here meanwhile. The tab that sent it recognises it. */
  #withSent(msgs: Message[]): Message[] {
    const last = msgs.at(-1);
    if (!last || !this.#waiting) return msgs;
    const conversation = this.#conversationOf(last);
    const within = this.#waiting
      .map(({ message }) => message)
      .filter((message) => this.#conversationOf(message) === conversation && byPlace(message, last) < 0);
    return within.length === 0 ? msgs : [...msgs, ...within].sort(byPlace);
  }

  #remember(msgId: number): void {
    this.#seen.add(msgId);
    if (this.#seen.size <= REMEMBERED_IDS) return;
    const [oldest] = this.#seen;
    if (oldest !== undefined) this.#seen.delete(oldest);
  }

  async #persist(messages: readonly Message[]): Promise<void> {
    for (const { ctime_ms } of messages) this.#newestMs = Math.max(this.#newestMs, ctime_ms);
    if (messages.length > 0) await this.store.putMessages(messages.map((message) => this.#filed(message)));
  }

  #filed(message: Message): StoredMessage {
    return { conversation: this.#conversationOf(message), message };
  }

  #conversationOf(message: Message): ConversationId {
    if (message.msg_type === GROUP) return groupId(message.from_gid);
    const peer = this.#peerOf(message);
    return singleId(peer.appkey, peer.username);
  }

  /** The other side of a single message. */
  #peerOf({ content }: Message): { appkey: string; username: string } {
    const { appkey, username } = this.self;
    const mine = content.from_id === username && (content.from_appkey ?? appkey) === appkey;
    return mine
      ? // Some clients leave it empty for their own application.
        { appkey: content.target_appkey || appkey, username: String(content.target_id) }
      : { appkey: content.from_appkey ?? appkey, username: content.from_id };
  }

  /** Messages that came one by one, as conversations. */
  asSynced(messages: readonly Message[]): SyncedConversation[] {
    const conversations = new Map<ConversationId, Message[]>();
    for (const message of messages) {
      const conversation = this.#conversationOf(message);
      conversations.set(conversation, [...(conversations.get(conversation) ?? []), message]);
    }
    return [...conversations.values()].flatMap((msgs) => this.#synced(msgs));
  }

  /** One conversation's messages, if there are any. */
  #synced(msgs: Message[]): SyncedConversation[] {
    const [first] = msgs;
    if (!first) return [];
    const { unreadOf, receiptsOf } = this.handlers;
    const unread_msg_count = unreadOf(this.#conversationOf(first));
    const shared = { unread_msg_count, receipt_msgs: receiptsOf(msgs), msgs };
    if (first.msg_type === GROUP) {
      return [{ ...shared, msg_type: GROUP, key: first.from_gid, from_gid: first.from_gid }];
    }
    const peer = this.#peerOf(first);
    const received = msgs.find((message) => message.content.from_id === peer.username);
    return [
      {
        ...shared,
        msg_type: SINGLE,
        key: received?.from_uid ?? 0,
        from_username: peer.username,
        from_appkey: peer.appkey,
      },
    ];
  }

  #missed(synced: SyncedConversation): MissedConversation {
    const { msgs } = synced;
    const [first] = msgs as [Message];
    const fresh = msgs.filter(({ content }) => content.from_id !== this.self.username).length;
    return { id: this.#conversationOf(first), synced, fresh };
  }
}
