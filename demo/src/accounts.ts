/** The accounts that are live in this page, as the switcher shows them. */
import { APPKEY, followSeats, isShown, SEAT, type Seat, seatOf, takenSeats } from './jim.js';
import { rememberSeats } from './remember.js';
import { type AccountView, getState, update } from './store.js';
import { textOf } from './untrusted.js';

const viewOf = (seat: Seat & { username: string }): AccountView => ({
  username: seat.username,
  name: seat.nickname || seat.username,
  avatar: seat.avatar,
  unread: seat.chats.unread.getSnapshot(),
  hasEnded: seat.jim.getState().state === 'ended',
});

/** Brings the switcher up to date. */
export function showAccounts(): void {
  update({ accounts: takenSeats().map(viewOf) });
}

/** The tab has the same accounts with the same conversations after a reload. */
export function keepSeats(): void {
  rememberSeats(
    APPKEY,
    takenSeats().map(({ username, open }) => ({ username, open })),
  );
  showAccounts();
}

/** To be called once. */
export function followAccounts(): void {
  followSeats((seat) => {
    const changed = () => {
      if (seat.username !== undefined) showAccounts();
    };
    seat.chats.unread.subscribe(changed);
    seat.chats.connection.subscribe(changed);
    const invited = () => {
      if (isShown(seat)) showInvitations();
    };
    seat.chats.invitations.subscribe(invited);
  });
}

export function showInvitations(): void {
  update({ invitations: SEAT.chats.invitations.getSnapshot() });
}

/** Loads the name and picture of an account. @throws the failure of `getUserInfo` */
export async function loadSeat(seat: Seat): Promise<void> {
  const { username } = seat;
  if (username === undefined) return;
  nameSeat(username, (await seat.jim.getUserInfo({ username })).user_info);
}

/** The profile of a live account is known, or has changed. */
export function nameSeat(username: string, { nickname, avatar }: { nickname: string; avatar: string }): void {
  const seat = seatOf(username);
  if (!seat) return;
  Object.assign(seat, { nickname: textOf(nickname), avatar: textOf(avatar) });
  showAccounts();
}

/** Unread messages of the accounts that are not on the screen. */
export const unreadElsewhere = (accounts: readonly AccountView[]): number =>
  accounts
    .filter(({ username }) => username !== getState().username)
    .reduce((sum, { unread }) => sum + unread, 0);
