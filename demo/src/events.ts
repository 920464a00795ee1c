/** Handles the server's events of friends and groups. */
import { addNote } from './chat-list.js';
import { chatOf } from './chats.js';
import type { GroupNews } from './content.js';
import { loadFriends } from './friends.js';
import { refreshGroup } from './groups.js';
import { EVENT, EVENT_EXTRA, type EventNotification } from './jmessage.js';
import { meet } from './people.js';
import { getState, nameOf, update, updateGroup } from './store.js';
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
  const { from_username: username = '', extra, return_code } = event;
  const strings = stringsOf(getState().language);
  const name = nameOf(getState(), username);
  if (extra === EVENT_EXTRA.invites) {
    void meet(username).catch(() => undefined);
    if (live) update({ announcement: strings.wantsToBeFriend(name) });
    return;
  }
  refreshFriends();
  if (live) update({ toast: return_code === 0 ? strings.isFriendNow(name) : strings.declined(name) });
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
  const content = { type: 'notice', what, who } as const;
  addNote(chatOf(gid), { id: `e${event_id}`, from, content, at, status: 'sent' });
}
