/** The store's invitations: those of the server, those that arrive, and those that somebody has answered. */
import { expect, test } from 'vitest';
import type { EventNotification } from '../../../src/index.js';
import { open, settled } from './fake-client.js';

const from = (username: string) => ({ from_username: username, from_appkey: 'app' });
const invitedBy = (username: string) =>
  ({ event_type: 5, extra: 1, ...from(username), description: 'hello' }) as EventNotification;
const asksToJoin = (username: string, event_id: number) =>
  ({
    event_type: 56,
    event_id,
    gid: 7,
    ...from(username),
    to_usernames: [{ username, appkey: 'app' }],
  }) as never;
const invited = ({ store }: ReturnType<typeof open>) =>
  store.invitations.getSnapshot().map(({ kind, username }) => `${kind} ${username}`);

test('an invitation waits until it is answered, on a server without a list of them too', async () => {
  const opened = open();
  const { fake, store } = opened;
  await settled();
  fake.emit('onSyncEvent', [invitedBy('bob')]);
  const [open1] = store.invitations.getSnapshot();
  expect(open1).toMatchObject({ username: 'bob', why: 'hello' });
  if (open1) await store.accept(open1);
  expect(invited(opened)).toEqual([]);
});

test('invitations that wait on the server are there, and those that were answered elsewhere leave', async () => {
  const opened = open();
  const { fake } = opened;
  fake.emit('onEventNotification', invitedBy('old'));
  await settled();
  fake.waiting = [invitedBy('bob'), asksToJoin('carol', 3), asksToJoin('alice', 4)];
  fake.setState({ connected: false });
  fake.setState({ connected: true });
  // Events overtake the list.
  fake.emit('onEventNotification', invitedBy('new'));
  fake.emit('onEventNotification', { event_type: 5, extra: 2, return_code: 0, ...from('bob') } as never);
  await settled();
  expect(invited(opened).sort()).toEqual(['friend new', 'group alice', 'member carol']);
});

test('a request to join is answered by its event, and leaves when another keeper has answered it', async () => {
  const opened = open();
  const { fake, store } = opened;
  for (const [i, username] of ['carol', 'dave', 'erin'].entries()) {
    fake.emit('onEventNotification', asksToJoin(username, i));
  }
  const [first] = store.invitations.getSnapshot();
  if (first) await store.decline(first, 'full');
  expect(fake.calls.at(-1)).toEqual([
    'addGroupMemberResp',
    expect.objectContaining({ gid: 7, event_id: 0, target_username: 'carol', result: 1, reason: 'full' }),
  ]);
  const about = (username: string) => ({ gid: 7, to_usernames: [{ username, appkey: 'app' }] });
  fake.emit('onEventNotification', { event_type: 58, ...about('dave') } as never);
  expect(invited(opened)).toEqual(['member erin']);
  fake.addGroupMemberResp = () => Promise.reject(Object.assign(new Error(), { code: 880612 }));
  const [last] = store.invitations.getSnapshot();
  if (last) await expect(store.accept(last)).rejects.toMatchObject({ code: 880612 });
  expect(invited(opened)).toEqual([]);
});

test('an invitation that another tab or a direct call has answered leaves, also while the list is on its way', async () => {
  const opened = open();
  const { fake } = opened;
  await settled();
  fake.emit('onEventNotification', invitedBy('bob'));
  fake.emit('onEventNotification', asksToJoin('carol', 3));
  fake.emit('onEventNotification', asksToJoin('dave', 4));
  const answered = (username: string, request = {}) =>
    fake.emit('onInvitationAnswer', { username, appkey: 'app', ...request });
  answered('bob');
  answered('carol', { gid: 7, event_id: 3 });
  expect(invited(opened)).toEqual(['member dave']);
  fake.waiting = [invitedBy('erin'), asksToJoin('frank', 5), asksToJoin('dave', 4)];
  fake.setState({ connected: false });
  fake.setState({ connected: true });
  answered('erin');
  answered('frank', { gid: 7, event_id: 5 });
  await settled();
  expect(invited(opened)).toEqual(['member dave']);
});
