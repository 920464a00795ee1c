/** Incoming messages, missed messages, and receipts for own messages. */
import { type ChatMessage, withMessages, withReceipts } from './chat-messages.js';
import { type ChatId, chatOf, chatWith } from './chats.js';
import { contentOf, mentions } from './content.js';
import { onEvent } from './events.js';
import { JIM } from './jim.js';
import type { Message, ReceiptChange, SyncedConversation } from './jmessage.js';
import { watchOutbox } from './outbox.js';
import { onUserChanged } from './people.js';
import { previewOf } from './preview.js';
import { noteArrival, watchUnread } from './reading.js';
import { getState, nameOf, update, updateChat, updatePerson } from './store.js';
import { stringsOf } from './strings.js';
import { timeOf } from './untrusted.js';

export function chatMessage({ msg_id, ctime_ms, content, need_receipt }: Message): ChatMessage {
  const { username } = getState();
  return {
    id: `m${msg_id}`,
    msgId: msg_id,
    from: content.from_id,
    content: contentOf(content),
    at: timeOf(ctime_ms),
    status: 'sent',
    needsReceipt: need_receipt,
    mentionsMe: username !== null && content.from_id !== username && mentions(content, username),
  };
}

/** The conversation of a message. */
function chatIdOf({ msg_type, from_gid, content }: Message): ChatId {
  if (msg_type === 4) return chatOf(from_gid);
  const isMine = content.from_id === getState().username;
  return chatWith(isMine ? String(content.target_id) : content.from_id);
}

/** A message has its sender's name, which is used until the profile is loaded. */
function noteSender({ from_id, from_name }: Message['content']): void {
  const { people, username } = getState();
  if (from_id === username || people[from_id] !== undefined || !from_name) return;
  updatePerson(from_id, { nickname: from_name });
}

function receive(message: Message): void {
  const id = chatIdOf(message);
  const received = chatMessage(message);
  noteSender(message.content);
  updateChat(id, (chat) => ({ messages: withMessages(chat.messages, [received]) }));
  if (received.from !== getState().username) {
    const strings = stringsOf(getState().language);
    const text = previewOf(received.content, strings);
    update({ announcement: strings.saidTo(nameOf(getState(), received.from), text) });
  }
  noteArrival(id);
}

function receiveHistory(conversations: readonly SyncedConversation[]): void {
  for (const { msgs, receipt_msgs } of conversations) {
    const [first] = msgs;
    if (first === undefined) continue;
    const id = chatIdOf(first);
    for (const { content } of msgs) noteSender(content);
    updateChat(id, (chat) => ({
      messages: withReceipts(withMessages(chat.messages, msgs.map(chatMessage)), receipt_msgs),
    }));
    noteArrival(id);
  }
}

function receiveReceipts({ gid, username = '', receipt_msgs }: ReceiptChange): void {
  const id = gid ? chatOf(gid) : chatWith(username);
  if (getState().chats[id] === undefined) return;
  updateChat(id, (chat) => ({ messages: withReceipts(chat.messages, receipt_msgs) }));
}

/** To be called once, before the session starts. */
export function startReceiving(): void {
  JIM.onMsgReceive(receive);
  JIM.onSyncConversation(receiveHistory);
  JIM.onMsgReceiptChange(receiveReceipts);
  JIM.onSyncMsgReceipt((changes) => {
    for (const change of changes) receiveReceipts(change);
  });
  JIM.onEventNotification((event) => onEvent(event, true));
  JIM.onSyncEvent((events) => {
    for (const event of events) onEvent(event, false);
  });
  JIM.onUserInfUpdate(onUserChanged);
  JIM.onDegraded(() => update({ degraded: true }));
  watchUnread();
  watchOutbox();
}
