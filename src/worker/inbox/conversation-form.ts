/** Messages by conversation, in the form of `onSyncConversation`. */
import {
  type ConversationId,
  GROUP,
  groupId,
  type Message,
  SINGLE,
  type SyncedConversation,
  singleId,
} from '../../protocol/worker.js';

interface User {
  appkey: string;
  username: string;
}

/** The counts that a conversation is delivered with. */
export interface ConversationCounts {
  /** The account's unread messages in a conversation. */
  unreadIn(conversation: ConversationId): number;
  /** For sent messages, how many readers have not read them. */
  receiptsOf(messages: readonly Message[]): SyncedConversation['receipt_msgs'];
}

export class ConversationForm {
  constructor(
    private readonly self: User,
    private readonly counts: ConversationCounts,
  ) {}

  idOf(message: Message): ConversationId {
    if (message.msg_type === GROUP) return groupId(message.from_gid);
    const peer = this.#peerOf(message);
    return singleId(peer.appkey, peer.username);
  }

  /** Messages that came one by one, as conversations. */
  fromMessages(messages: readonly Message[]): SyncedConversation[] {
    const conversations = new Map<ConversationId, Message[]>();
    for (const message of messages) {
      const conversation = this.idOf(message);
      conversations.set(conversation, [...(conversations.get(conversation) ?? []), message]);
    }
    return this.fromLists(conversations.values());
  }

  /** Each list holds the messages of one conversation. */
  fromLists(lists: Iterable<Message[]>): SyncedConversation[] {
    return [...lists].flatMap((msgs) => this.#fromList(msgs));
  }

  #fromList(msgs: Message[]): SyncedConversation[] {
    const [first] = msgs;
    if (!first) return [];
    const unread_msg_count = this.counts.unreadIn(this.idOf(first));
    const shared = { unread_msg_count, receipt_msgs: this.counts.receiptsOf(msgs), msgs };
    if (first.msg_type === GROUP) {
      return [{ ...shared, msg_type: GROUP, key: first.from_gid, from_gid: first.from_gid }];
    }
    const { appkey, username } = this.#peerOf(first);
    const received = msgs.find((message) => message.content.from_id === username);
    const key = received?.from_uid ?? 0;
    return [{ ...shared, msg_type: SINGLE, key, from_username: username, from_appkey: appkey }];
  }

  /** The other side of a single message. */
  #peerOf({ content }: Message): User {
    const { appkey, username } = this.self;
    const isOwn = content.from_id === username && (content.from_appkey ?? appkey) === appkey;
    return isOwn
      ? // Some clients leave it empty for their own application.
        { appkey: content.target_appkey || appkey, username: String(content.target_id) }
      : { appkey: content.from_appkey ?? appkey, username: content.from_id };
  }
}
