/** Handles the server's events besides messages: friends, groups, retracted messages. */
import { lastId, withMessages, withRetracted } from './chat-messages.js';
import { type ChatId, chatOf, chatWith, lastTime } from './chats.js';
import type { GroupNews } from './content.js';
import { dropInvitation, loadFriends, noteInvitation } from './friends.js';
import { refreshGroup } from './groups.js';
import { EVENT, EVENT_EXTRA, type EventNotification, type RetractedEvent } from './jmessage.js';
import { meet } from './people.js';
import { getState, nameOf, update, updateChat, updateGroup } from './store.js';
import { stringsOf } from './strings.js';
import { timeOf } from './untrusted.js';

const NEWS: Readonly<Record<number, GroupNews>> = {
  [EVENT.groupCreated]: 'created',
  [EVENT.left]: 'left',
  [EVENT.membersAdded]: 'added',
  [EVENT.membersRemoved]: 'removed',
  [EVENT.groupChanged]: 'changed',
};

/** @param live a live event, rather than a missed one */
export function onEvent(event: EventNotification, live: boolean): void {
  const { event_type } = event;
  if (event_type === EVENT.invitation) onFriendEvent(event, live);
  else if (event_type === EVENT.retracted) onRetracted(event);
  else if (event.gid && (NEWS[event_type] || event_type === EVENT.keepers || event_type === EVENT.owner)) {
    onGroupEvent(event, event.gid);
  } else if (
    event_type === EVENT.unfriended ||
    event_type === EVENT.friendUpdated ||
    event_type === EVENT.friendsElsewhere
  ) {
    refreshFriends();
  }
}

const refreshFriends = (): void => void loadFriends().catch(() => undefined);

function onFriendEvent(event: EventNotification, live: boolean): void {
  const { from_username: username = '', extra, return_code, description } = event;
  const strings = stringsOf(getState().language);
  const name = nameOf(getState(), username);
  if (extra === EVENT_EXTRA.invites) {
    noteInvitation({ username, why: typeof description === 'string' ? description : '' });
    void meet(username).catch(() => undefined);
    if (live) update({ announcement: strings.wantsToBeFriend(name) });
    return;
  }
  if (return_code === 0) dropInvitation(username);
  refreshFriends();
  if (live) update({ toast: return_code === 0 ? strings.isFriendNow(name) : strings.declined(name) });
}

/** Servers use different names for the ids. */
function retractedIds(event: EventNotification): number[] {
  const { msg_ids, msgid_list, msg_id } = event as {
    msg_ids?: unknown;
    msgid_list?: unknown;
    msg_id?: unknown;
  };
  const ids = [msg_ids, msgid_list].find(Array.isArray) ?? [msg_id];
  return ids.filter((id: unknown): id is number => typeof id === 'number');
}

function onRetracted(event: RetractedEvent): void {
  const { username } = getState();
  const { gid, from_username = '', to_usernames = [] } = event;
  const isMine = from_username === username;
  const other = isMine ? to_usernames[0]?.username : from_username;
  const id: ChatId = event.type === 1 && gid ? chatOf(gid) : chatWith(other ?? '');
  if (getState().chats[id] === undefined) return;
  const ids = retractedIds(event);
  updateChat(id, ({ messages }) => ({ messages: withRetracted(messages, ids, isMine) }));
}

function onGroupEvent(event: EventNotification, gid: number): void {
  const { username } = getState();
  const { event_type, event_id, from_username: from = '', to_usernames = [], ctime_ms, extra } = event;
  const who = to_usernames.map((user) => user.username);
  const isDissolved = event_type === EVENT.left && extra === EVENT_EXTRA.dissolved;
  const isOut = isDissolved || (event_type === EVENT.membersRemoved && who.includes(username ?? ''));
  const what = isDissolved ? 'dissolved' : NEWS[event_type];
  if (isOut) updateGroup(gid, { gone: true });
  else void refreshGroup(gid);
  // A group that the user has left on another device disappears here.
  if (event_type === EVENT.left && from === username && !isDissolved) return;
  if (what === undefined) return;
  const at = timeOf(ctime_ms ?? Date.now());
  updateChat(chatOf(gid), (chat) => {
    const { messages } = chat;
    const content = { type: 'notice', what, who } as const;
    const id = `e${event_id}`;
    if (messages.some((message) => message.id === id)) return {};
    // A missed event belongs to the place of its time.
    const after = lastId(messages.filter((message) => message.at <= at));
    const note = { id, after, from, content, at, status: 'sent' } as const;
    return { messages: withMessages(messages, [note]), mtime: Math.max(lastTime(chat), at) };
  });
}
