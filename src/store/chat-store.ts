import type { EventNotification, Message, OutboxEntry, ReceiptChange, StateSnapshot } from '../index.js';
import {
  type ConversationId,
  type ConversationRef,
  conversationId,
  conversationOf,
} from '../protocol/conversation-id.js';
import type { StoreClient } from './client.js';
import { type ConversationItem, ConversationList } from './conversation-list.js';
import { type Invitation, Invitations } from './invitations.js';
import { isSelf, type Self } from './message-log.js';
import { Messages } from './messages.js';
import { OutboxEntries } from './outbox-entries.js';
import { keepRaw } from './raw.js';
import { isUpload, named, refOf, retractedIds } from './read-event.js';
import { Cell, type Readable } from './readable.js';

const RETRACTED = 55;

/** The state of a chat application, on the public API. It never replaces the application's listeners. */
export class ChatStore {
  /** The account's connection. */
  readonly connection: Readable<StateSnapshot>;
  /** The conversations, the latest first. */
  readonly conversations: Readable<readonly ConversationItem[]>;
  /** The number of unread messages in all conversations. */
  readonly unread: Readable<number>;
  /** Sends that are not delivered, of every conversation. */
  readonly outbox: Readable<readonly OutboxEntry[]>;
  /** Invitations that wait for an answer. */
  readonly invitations: Readable<readonly Invitation[]>;

  readonly #jim: StoreClient;
  readonly #connection: Cell<StateSnapshot>;
  readonly #conversations: Cell<readonly ConversationItem[]>;
  readonly #unread: Cell<number>;
  readonly #outbox: Cell<readonly OutboxEntry[]>;
  readonly #invitations: Cell<readonly Invitation[]>;
  readonly #removals: (() => void)[];
  #list = new ConversationList();
  #invited: Invitations;
  #entries = new OutboxEntries();
  #messages = new Map<ConversationId, Messages>();
  #self: Self = { appkey: '', username: '' };
  #isConnected = false;

  /** @internal made by {@link createChatStore} */
  constructor(jim: StoreClient) {
    keepRaw(this);
    this.#jim = jim;
    this.#invited = this.#newInvitations();
    this.connection = this.#connection = new Cell(() => jim.getState());
    this.conversations = this.#conversations = new Cell(() => this.#list.snapshot());
    this.unread = this.#unread = new Cell(() => this.#list.unread);
    this.outbox = this.#outbox = new Cell(() => this.#entries.snapshot());
    this.invitations = this.#invitations = new Cell(() => this.#invited.snapshot());
    this.#removals = [
      jim.addListener('onStateChange', (state) => this.#setState(state)),
      jim.addListener('onMsgReceive', (message) => this.#receive([message])),
      jim.addListener('onSyncConversation', (synced) => {
        for (const { msgs, receipt_msgs } of synced) this.#receive(msgs, receipt_msgs);
      }),
      jim.addListener('onEventNotification', (event) => this.#receiveEvent(event)),
      jim.addListener('onSyncEvent', (events) => {
        for (const event of events) this.#receiveEvent(event);
      }),
      jim.addListener('onInvitationAnswer', (answer) => this.#invited.answered(answer)),
      jim.addListener('onMsgReceiptChange', (change) => this.#receiveReceipts(change)),
      jim.addListener('onSyncMsgReceipt', (changes) => {
        for (const change of changes) this.#receiveReceipts(change);
      }),
      jim.addListener('onUnreadChange', ({ unread_msg_count, ...ref }) => {
        this.#list.setUnread(this.#idOf(ref as ConversationRef), unread_msg_count);
        this.#listChanged();
      }),
      jim.addListener('onOutboxChange', (entry) => this.#setEntry(entry)),
    ];
    this.#setState(jim.getState());
  }

  /**
   * The messages of a conversation. The first page is loaded at the first subscription or call of `loadMore`.
   * @param ref a user or a group; the account's own appkey is the default
   */
  messages(ref: ConversationRef): Messages {
    // The event of a login may follow the login's answer.
    this.#setAccount(this.#jim.getState());
    return this.#messagesOf(this.#idOf(ref));
  }

  /** Sends a text. It appears in `messages(ref)` at once, as every send of the account does. */
  async send(ref: ConversationRef, text: string): Promise<void> {
    if ('gid' in ref) await this.#jim.sendGroupMsg({ target_gid: Number(ref.gid), content: text });
    else {
      const { username, appkey } = ref;
      await this.#jim.sendSingleMsg({
        target_username: String(username),
        content: text,
        ...(appkey && { appkey }),
      });
    }
  }

  /** Sends a failed message again. */
  async retry(outboxId: string): Promise<void> {
    await this.#jim.retrySend({ id: outboxId });
  }

  /** Cancels a send that has not been transmitted, or removes a failed one. */
  async cancel(outboxId: string): Promise<void> {
    await this.#jim.cancelSend({ id: outboxId });
  }

  /** Takes an own message back. */
  async retract(ref: ConversationRef, msg_id: number): Promise<void> {
    await this.#jim.msgRetract({ msg_id });
    // The other tabs and devices learn it by event 55.
    this.#retract(ref, [msg_id]);
  }

  /** The conversation is on the screen: it counts as read, until {@link leave}. */
  read(ref: ConversationRef): void {
    this.#jim.resetUnreadCount(named(ref));
  }

  /** The conversation is not on the screen any longer. */
  leave(ref: ConversationRef): void {
    this.#jim.closeConversation(named(ref));
  }

  /** Accepts an invitation. */
  accept(invitation: Invitation): Promise<void> {
    return this.#invited.answer(invitation, true, '');
  }

  /** Declines an invitation. @param why is shown to the other user */
  decline(invitation: Invitation, why = ''): Promise<void> {
    return this.#invited.answer(invitation, false, why);
  }

  /** Removes the store's listeners. */
  close(): void {
    for (const remove of this.#removals) remove();
  }

  #setState(state: StateSnapshot): void {
    const hasConnected = state.connected && !this.#isConnected;
    this.#isConnected = state.connected;
    this.#connection.changed();
    if (this.#setAccount(state) || !hasConnected || !this.#self.username) return;
    this.#load();
    for (const messages of this.#messages.values()) messages.resume();
  }

  /** @returns whether the account is another one */
  #setAccount({ state, reason, appkey = '', username = '' }: StateSnapshot): boolean {
    // An account that was logged out elsewhere keeps what is on the screen, until the application goes on.
    if (state === 'ended' && reason !== 'logged_out') return false;
    const isLoggedIn = state !== 'idle' && state !== 'ended';
    const self = isLoggedIn ? { appkey, username } : { appkey: '', username: '' };
    if (isSelf(self, this.#self.username, this.#self.appkey)) return false;
    this.#startAfresh(self);
    // Without a connection the device answers.
    if (isLoggedIn) this.#load();
    return true;
  }

  #startAfresh(self: Self): void {
    this.#self = self;
    this.#list = new ConversationList();
    this.#invited = this.#newInvitations();
    this.#entries = new OutboxEntries();
    this.#messages = new Map();
    this.#listChanged();
    this.#outbox.changed();
    this.#invitations.changed();
  }

  #load(): void {
    void this.#loadList();
    void this.#loadOutbox();
    if (this.#isConnected) void this.#invited.load();
  }

  async #loadList(): Promise<void> {
    const self = this.#self;
    const answer = await this.#jim.getConversation().catch(() => undefined);
    if (!answer || self !== this.#self) return;
    this.#list.load(answer.conversations, (ref) => this.#jim.getUnreadMsgCnt(named(ref)));
    this.#listChanged();
  }

  async #loadOutbox(): Promise<void> {
    const self = this.#self;
    const answer = await this.#jim.getOutbox().catch(() => undefined);
    if (!answer || self !== this.#self) return;
    for (const entry of answer.entries) this.#setEntry(entry);
  }

  #receive(
    messages: readonly Message[],
    receipts: readonly { msg_id: number; unread_count: number }[] = [],
  ): void {
    const [first] = messages;
    if (!first) return;
    const id = this.#idOf(refOf(first, this.#self));
    const log = this.#messagesOf(id);
    log.add(messages);
    log.setUnreadCounts(receipts);
    this.#touch(id, true);
  }

  #receiveEvent(event: EventNotification): void {
    this.#invited.receive(event);
    if (event.event_type !== RETRACTED) return;
    const { from_username = '', from_appkey = this.#self.appkey, to_usernames, gid } = event;
    const isOwn = isSelf(this.#self, from_username, from_appkey);
    const other = isOwn ? to_usernames?.[0] : { username: from_username, appkey: from_appkey };
    const ref = event.type === 1 && gid ? { gid } : other;
    if (ref) this.#retract(ref, retractedIds(event));
  }

  #retract(ref: ConversationRef, msgIds: readonly number[]): void {
    const id = this.#idOf(ref);
    const messages = this.#messagesOf(id);
    messages.retract(msgIds);
    if (messages.last) this.#touch(id, false);
  }

  #receiveReceipts(change: ReceiptChange): void {
    const { gid, username = '', appkey, receipt_msgs } = change;
    const ref = gid ? { gid } : { username, appkey };
    this.#messagesOf(this.#idOf(ref)).setUnreadCounts(receipt_msgs);
  }

  #setEntry(entry: OutboxEntry): void {
    const { id, state } = entry;
    if (!this.#entries.set(entry)) return;
    this.#outbox.changed();
    const conversation = this.#idOfEntry(entry);
    if (conversation === undefined) return;
    const messages = this.#messagesOf(conversation);
    messages.setEntry(entry);
    this.#touch(conversation, state === 'sent');
    // The list of the outbox has the files, and its changes have none.
    if (isUpload(entry) && !messages.hasFile(id) && this.#entries.needsFile(id)) void this.#loadOutbox();
  }

  #messagesOf(id: ConversationId): Messages {
    const known = this.#messages.get(id);
    if (known) return known;
    const messages = new Messages(this.#jim, conversationOf(id), this.#self);
    this.#messages.set(id, messages);
    return messages;
  }

  /** Messages of a conversation have changed. @param isListed the server has the conversation */
  #touch(id: ConversationId, isListed: boolean): void {
    const target = conversationOf(id);
    const ref =
      target.type === 4 ? { gid: target.gid } : { username: target.username, appkey: target.appkey };
    this.#list.touch(id, ref, this.#messagesOf(id).last, this.#jim.getUnreadMsgCnt(ref));
    this.#listChanged();
    if (isListed && this.#list.needsName(id)) void this.#loadList();
  }

  #newInvitations(): Invitations {
    return new Invitations(this.#jim, this.#self, () => this.#invitations.changed());
  }

  #listChanged(): void {
    this.#conversations.changed();
    this.#unread.changed();
  }

  #idOf(ref: ConversationRef): ConversationId {
    return conversationId(ref, this.#self.appkey);
  }

  /** undefined for a chat room, whose messages are not kept. */
  #idOfEntry({ gid, username, appkey }: OutboxEntry): ConversationId | undefined {
    if (gid !== undefined) return this.#idOf({ gid });
    return username === undefined ? undefined : this.#idOf({ username, appkey });
  }
}

/** @param jim a JMessage, of any account: the store follows its logins */
export const createChatStore = (jim: StoreClient): ChatStore => new ChatStore(jim);
