/** The read state of the account's conversations, the same in every tab: unread counts, and the receipts of own messages. */
import {
  type ConversationId,
  conversationId,
  conversationOf,
  type Message,
  type SyncedConversation,
} from '../../protocol/worker.js';
import type { Account } from '../connection/account.js';
import type { RequestChannel } from '../connection/request-channel.js';
import type { Store } from '../store/store.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import type { Tab } from '../tabs/tab.js';
import type { Clock } from '../util/clock.js';
import { readConversations } from '../util/read-answer.js';
import type { ConversationCounts } from './conversation-form.js';
import { KnownReceipts } from './known-receipts.js';
import { UnreadCounts } from './unread-counts.js';

interface ReadStateParts {
  account: Account;
  store: Store;
  tabs: SessionTabs;
  channel: RequestChannel;
}

export class ReadState implements ConversationCounts {
  readonly unread: UnreadCounts;
  readonly receipts: KnownReceipts;

  constructor(
    clock: Clock,
    private readonly parts: ReadStateParts,
  ) {
    const { store, tabs } = parts;
    this.receipts = new KnownReceipts(store);
    this.unread = new UnreadCounts(clock, {
      isOpen: (conversation) => tabs.isViewed(conversation),
      onChange: (counts) => tabs.updateUnread(counts),
      onRead: (conversation) => this.#report(conversation),
    });
  }

  unreadIn(conversation: ConversationId): number {
    return this.unread.of(conversation);
  }

  receiptsOf(messages: readonly Message[]): SyncedConversation['receipt_msgs'] {
    return this.receipts.of(messages);
  }

  received({ content, ctime_ms }: Message, conversation: ConversationId): void {
    if (content.from_id !== this.parts.account.username) this.unread.received(conversation, ctime_ms);
  }

  /**
   * Counts the missed messages of a conversation.
   * @param received how many of them are new here and by others
   * @returns the conversation with the count that `getUnreadMsgCnt` answers
   */
  counted(id: ConversationId, synced: SyncedConversation, received: number): SyncedConversation {
    this.receipts.note(synced.receipt_msgs);
    this.unread.synced(id, synced.unread_msg_count, received);
    return { ...synced, unread_msg_count: this.unread.of(id) };
  }

  /** The server's list of conversations. */
  listed(answer: object): void {
    const conversations = readConversations(answer);
    this.unread.reset(conversations, this.parts.account.appkey);
    void this.parts.store.putConversations(conversations);
  }

  /** A tab has read the conversation. The other tabs get the event that another device would get. */
  readIn(tab: Tab, conversation: ConversationId): void {
    tab.open = conversation;
    const wasUnread = this.unread.of(conversation) > 0;
    this.unread.read(conversation, true);
    if (!wasUnread) return;
    const read = conversationOf(conversation);
    this.parts.tabs.publish('onMutiUnreadMsgUpdate', read, (other) => other !== tab.id);
  }

  readElsewhere({
    gid,
    username = '',
    appkey,
  }: {
    gid?: number | undefined;
    username?: string | undefined;
    appkey?: string | undefined;
  }): void {
    const ref = gid ? { gid } : { username, appkey };
    this.unread.read(conversationId(ref, this.parts.account.appkey), false);
  }

  #report(conversation: ConversationId): void {
    const ref = conversationOf(conversation);
    void this.parts.channel.ask(ref.type === 4 ? 'unread_group_count' : 'unread_single_count', ref);
  }
}
