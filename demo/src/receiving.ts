/** Received messages for screen readers, the names of their senders, and the other listeners of the page. */
import { followChats } from './chat-list.js';
import { chatFrom } from './chats.js';
import { contentOf } from './content.js';
import { onEvent } from './events.js';
import { followSeats, isShown } from './jim.js';
import type { Message } from './jmessage.js';
import { notify, notifyElsewhere } from './notifying.js';
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
  const id = chatFrom({ content, msg_type, from_gid });
  notify(id, { from: content.from_id, content: shownContent });
  update({ announcement: strings.saidTo(nameOf(getState(), content.from_id), text) });
}

/** To be called once, before the session starts. */
export function startReceiving(): void {
  followChats();
  followSeats((seat) => {
    const { jim } = seat;
    jim.onMsgReceive((message) => {
      if (isShown(seat)) receive(message);
      else notifyElsewhere(seat, message);
    });
    const shown =
      <T>(fn: (data: T) => void) =>
      (data: T) => {
        if (isShown(seat)) fn(data);
      };
    jim.onSyncConversation(
      shown((conversations) => {
        for (const { msgs } of conversations) for (const { content } of msgs) noteSender(content);
      }),
    );
    jim.onEventNotification(shown((event) => onEvent(event, true)));
    jim.onSyncEvent(
      shown((events) => {
        for (const event of events) onEvent(event, false);
      }),
    );
    jim.onUserInfUpdate(shown(onUserChanged));
    jim.onDegraded(() => update({ degraded: true }));
  });
}
