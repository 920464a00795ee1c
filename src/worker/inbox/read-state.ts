/** What of the account's conversations has been read: how many messages are unread, and who has read one's own. The same in every tab. */
import {
  type ConversationId,
  conversationId,
  conversationOf,
  type Message,
  type ReadElsewhere,
  type SyncedConversation,
} from '../../protocol/worker.js';
import type { Account } from '../connection/account.js';
import type { Store } from '../store/store.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import type { Tab } from '../tabs/tab.js';
import type { Clock } from '../util/clock.js';
import { readConversations } from '../util/read-answer.js';
import type { MissedConversation } from './inbox.js';
import { KnownReceipts } from './known-receipts.js';
import { UnreadCounts } from './unread-counts.js';

export interface ReadStateParts {
  clock: Clock;
  account: Account;
  store: Store;
  audience: SessionTabs;
  /** Asks the server for something that outlives a connection. */
  ask(event: string, payload: object): unknown;
}

export class ReadState {
  readonly unread: UnreadCounts;
  readonly receipts: KnownReceipts;

  constructor(private readonly parts: ReadStateParts) {
    const { clock, store, audience } = parts;
    this.receipts = new KnownReceipts(store);
    this.unread = new UnreadCounts(clock, {
      isOpen: (conversation) => audience.looksAt(conversation),
      onChange: (counts) => audience.tellUnread(counts),
      onRead: (conversation) => this.#report(conversation),
    });
  }

  /** @param told an earlier worker had it already, and it has been counted */
  received({ content, ctime_ms }: Message, conversation: ConversationId, told: boolean): void {
    if (!told && content.from_id !== this.parts.account.username)
      this.unread.received(conversation, ctime_ms);
  }

  /** What was missed in a conversation, with the count that `getUnreadMsgCnt` answers. */
  counted({ id, synced, fresh }: MissedConversation): SyncedConversation {
    this.receipts.note(synced.receipt_msgs);
    this.unread.synced(id, synced.unread_msg_count, fresh);
    return { ...synced, unread_msg_count: this.unread.of(id) };
  }

  /** The server's list of conversations. */
  listed(answer: object): void {
    const conversations = readConversations(answer);
    this.unread.reset(conversations, this.parts.account.appkey);
    void this.parts.store.putConversations(conversations);
  }

  /** A tab has read it: the others hear of it as another device would. */
  readIn(tab: Tab, conversation: ConversationId): void {
    tab.open = conversation;
    const wasUnread = this.unread.of(conversation) > 0;
    this.unread.read(conversation, true);
    if (!wasUnread) return;
    const read = conversationOf(conversation);
    this.parts.audience.publish('onMutiUnreadMsgUpdate', read, (other) => other !== tab.id);
  }

  readElsewhere({ gid, username = '', appkey }: Partial<ReadElsewhere>): void {
    const ref = gid ? { gid } : { username, appkey };
    this.unread.read(conversationId(ref, this.parts.account.appkey), false);
  }

  #report(conversation: ConversationId): void {
    const ref = conversationOf(conversation);
    this.parts.ask(ref.type === 4 ? 'unread_group_count' : 'unread_single_count', ref);
  }
}
