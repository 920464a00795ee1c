/** Sources of an application: right uses of the package, and wrong ones that must not compile. */
/** The API. */
export const API_CONTRACT = `
  import JMessage, {
    CODES, EVENT, EVENT_EXTRA, JMessageError,
    type ErrorCode, type EventNotification, type Failure, type JMessageOptions, type Message, type MessageContent,
    type OutboxEntry, type SendRequest, type SentMessage, type SingleSendAnswer, type StateSnapshot, type UserInfo,
  } from 'jmessage-runtime';

  const options: JMessageOptions = { address: 'https://im.example.com' };
  const JIM: JMessage = new JMessage(options);
  class Own extends JMessage { greet() { return this.isLogin(); } }
  new Own().greet();

  JIM.init({ appkey: 'a', random_str: 'r'.repeat(20), signature: 's', timestamp: 1, flag: 1 });
  JIM.init({ appkey: 'a', random_str: 'r'.repeat(20), signature: 's', timestamp: '1', flag: true });
  JIM.loginOut();
  JIM.updateSelfInfo({ nickname: 'A', extras: { level: 3 } });
  JIM.sendSingleMsg({ target_username: 'bob', content: 'hi', need_receipt: true })
    .onSuccess((data, msg) => { const id: number = data.msg_id; const type: 'text' extends typeof msg.content.msg_type ? 1 : 0 = 1; void id; void type; })
    .onFail((error) => { const code: ErrorCode = error.code; const number: number = error.code; void code; void number; });

  // A request has its id; an awaited send has its message.
  const send: SendRequest<SingleSendAnswer> = JIM.sendSingleMsg({ target_username: 'b', content: 'c' });
  const id: string = send.id;
  export const sent: Promise<number> = send.then((answer) => answer.msg_id);
  export async function awaited(): Promise<SentMessage> {
    const { msg_ids } = await JIM.addGroupReceiptReport({ gid: 1, msg_ids: [1] });
    void (msg_ids satisfies number[]);
    const user: UserInfo = (await JIM.getUserInfo({ username: 'bob' })).user_info;
    void user;
    return (await send).msg;
  }
  export const isEntryOf = (entry: OutboxEntry) => entry.id === id;

  // A message is a union over msg_type, and so is its content.
  JIM.onMsgReceive((data) => {
    const messages: Message[] = data.messages;
    void messages;
    if (data.msg_type === 3) { const from: string = data.from_username; void from; }
    const { content } = data;
    if (content.msg_type === 'text') { const text: string = content.msg_body.text; void text; }
    else if (content.msg_type === 'image') { const width: number = content.msg_body.width; void width; }
    else if (content.msg_type === 'location') { const label: string = content.msg_body.label; void label; }
    // @ts-expect-error a text has no such field
    if (content.msg_type === 'text') content.msg_body.media_id;
    JIM.sendGroupMsg({ target_gid: 1, msg_body: content.msg_body, at_list: [] });
  });
  export const kind = (content: MessageContent): string => content.msg_type;

  // An event is a union over event_type.
  export function received(event: EventNotification): number | string | boolean | undefined {
    switch (event.event_type) {
      case EVENT.invitation: return event.extra === EVENT_EXTRA.invites ? event.from_username : event.return_code;
      case EVENT.retracted: return event.msg_ids[0];
      case EVENT.joinRequest: return event.by_self;
      case EVENT.owner: return event.new_owner.username;
      case EVENT.membersAdded: return event.gid;
      // @ts-expect-error it has no new owner
      case EVENT.membersRemoved: return event.new_owner;
      default: return undefined;
    }
  }
  JIM.onStateChange((state: StateSnapshot) => { const n: number = state.tabs; void n; });
  const remove: () => void = JIM.addListener('onUnreadChange', ({ type, gid, unread_msg_count }) => {
    const group: number | undefined = type === 4 ? gid : undefined;
    void group; void unread_msg_count;
  });
  remove();
  export const failed = (error: unknown): Failure | undefined =>
    error instanceof JMessageError && error.code === CODES.timeout ? error.data : undefined;

  // @ts-expect-error the parameter is called target_username
  JIM.sendSingleMsg({ target_name: 'bob', content: 'hi' });
  // @ts-expect-error content is missing
  JIM.sendSingleMsg({ target_username: 'bob' });
  // @ts-expect-error a flag is a boolean
  JIM.sendSingleMsg({ target_username: 'bob', content: 'hi', no_offline: 1 });
  // @ts-expect-error there is no such method
  JIM.sendSingleMessage({ target_username: 'bob', content: 'hi' });
  // @ts-expect-error an answer has no such field
  JIM.getConversation().onSuccess((data) => data.conversation);
  // @ts-expect-error there is no such code
  export const isCode = (error: Failure): boolean => error.code === 123;
  // @ts-expect-error there is no such event
  export const isEvent = (event: EventNotification): boolean => event.event_type === 3;
`;

/** The store and its bindings. */
export const STORE_CONTRACT = `
  import JMessage, { type OutboxEntry, type StateSnapshot } from 'jmessage-runtime';
  import * as react from 'jmessage-runtime/react';
  import {
    type ChatMessage, type ChatStore, type ConversationItem, type ConversationRef, createChatStore, type Messages,
  } from 'jmessage-runtime/store';
  import * as vue from 'jmessage-runtime/vue';
  import { createApp } from 'vue';

  const JIM = new JMessage({ address: 'https://im.example.com' });
  const store: ChatStore = createChatStore(JIM);
  const bob: ConversationRef = { username: 'bob' };
  const items: readonly ConversationItem[] = store.conversations.getSnapshot();
  const messages: Messages = store.messages(bob);
  const remove: () => void = messages.subscribe(() => { const more: boolean | undefined = messages.getSnapshot().hasMore; void more; });
  remove();
  void items;
  export const textOf = ({ content }: ChatMessage) => content.msg_type === 'text' ? content.msg_body.text : content.msg_type;
  // @ts-expect-error a conversation is of a user or of a group
  store.messages({ room: 1 });
  // @ts-expect-error the store stands on a JMessage
  createChatStore({});

  export function Chat() {
    const { state }: StateSnapshot = react.useConnection();
    const entries: readonly OutboxEntry[] = react.useOutbox().entries;
    const { messages, loadMore } = react.useMessages(bob, { isOpen: true });
    const send: (text: string) => Promise<void> = react.useSend({ gid: 1 });
    // @ts-expect-error a text is a string
    void send(1);
    void loadMore(20).then((more: boolean) => more);
    return <p title={state}>{react.useUnread(bob) + entries.length}{messages.map(textOf)}</p>;
  }
  export const page = <react.ChatProvider store={store}><Chat /></react.ChatProvider>;
  // @ts-expect-error a provider needs its store
  export const empty = <react.ChatProvider><Chat /></react.ChatProvider>;

  createApp({}).use(vue.chat, store);
  export function setup() {
    const state: string = vue.useConnection().value.state;
    const { messages, hasMore } = vue.useMessages(() => bob);
    const more: boolean | undefined = hasMore.value;
    const texts: string[] = messages.value.map(textOf);
    // @ts-expect-error a message has no such field
    messages.value[0]?.body;
    return { state, more, texts, unread: vue.useUnread(bob) };
  }
`;
