/** Received messages for screen readers, the names of their senders, and the other listeners of the page. */
import { followChats } from './chat-list.js';
import { chatOf, chatWith } from './chats.js';
import { contentOf } from './content.js';
import { onEvent } from './events.js';
import { JIM } from './jim.js';
import type { Message } from './jmessage.js';
import { notify } from './notifying.js';
import { onUserChanged } from './people.js';
import { previewOf } from './preview.js';
import { getState, nameOf, update, updatePerson } from './store.js';
import { stringsOf } from './strings.js';

/** A message has its sender's name, which is used until the profile is loaded. */
function noteSender({ from_id, from_name }: Message['content']): void {
  const { people, username } = getState();
  if (from_id === username || people[from_id] !== undefined || !from_name) return;
  updatePerson(from_id, { nickname: from_name });
}

function receive({ content, msg_type, from_gid }: Message): void {
  noteSender(content);
  if (content.from_id === getState().username) return;
  const strings = stringsOf(getState().language);
  const shownContent = contentOf(content);
  const text = previewOf(shownContent, strings);
  const isGroup = msg_type === 4 && from_gid !== undefined;
  const id = isGroup ? chatOf(Number(from_gid)) : chatWith(content.from_id);
  notify(id, { from: content.from_id, content: shownContent });
  update({ announcement: strings.saidTo(nameOf(getState(), content.from_id), text) });
}

/** To be called once, before the session starts. */
export function startReceiving(): void {
  followChats();
  JIM.onMsgReceive(receive);
  JIM.onSyncConversation((conversations) => {
    for (const { msgs } of conversations) for (const { content } of msgs) noteSender(content);
  });
  JIM.onEventNotification((event) => onEvent(event, true));
  JIM.onSyncEvent((events) => {
    for (const event of events) onEvent(event, false);
  });
  JIM.onUserInfUpdate(onUserChanged);
  JIM.onDegraded(() => update({ degraded: true }));
}
