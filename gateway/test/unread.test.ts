/** Unread messages: their counts, and the marks that reset the counts on every device of a user. */
import { describe, expect, it } from 'vitest';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { liveEvent, makeGroup, missedEvents, named, sendTo } from '../../test/kit/wire-groups.js';
import { APPKEY, type Client } from '../../test/kit/wire-socket.js';

const { clients } = hostGateway({ offlineMessages: 10 });
/** By the name of the other side, or gid. */
async function unread(client: Client): Promise<Record<string, number>> {
  const { conversations } = await client.ask('get_conversations');
  return Object.fromEntries(
    conversations.map(({ username, gid, unread_msg_count }) => [username ?? gid, unread_msg_count]),
  );
}
describe('unread messages', () => {
  it('are those of others that no device has marked as read', async () => {
    const [alice, bob] = await clients.two();
    await bob.send(alice.username, 'one');
    await alice.send(bob.username, 'two');
    await bob.send(alice.username, 'three');
    expect(await unread(alice)).toEqual({ [bob.username]: 2 });
    expect(await unread(bob)).toEqual({ [alice.username]: 1 });
    const read = { type: 3, appkey: APPKEY, username: bob.username };
    expect(await alice.ask('unread_single_count', read)).toMatchObject({ code: 0 });
    expect(await unread(alice)).toEqual({ [bob.username]: 0 });
    await bob.send(alice.username, 'four');
    expect(await unread(alice)).toEqual({ [bob.username]: 1 });
    expect(await unread(bob)).toEqual({ [alice.username]: 1 });
  });

  it('of a group count from the membership on, and for each member by itself', async () => {
    const [alice, bob, carol] = await clients.three();
    const gid = await makeGroup([alice, bob]);
    await sendTo(alice, gid, 'one');
    await alice.ask('add_across_group_member', { gid, member_usernames: named(carol) });
    await sendTo(alice, gid, 'two');
    expect([await unread(alice), await unread(bob), await unread(carol)]).toEqual([
      { [gid]: 0 },
      { [gid]: 2 },
      { [gid]: 1 },
    ]);
    expect(await bob.ask('unread_group_count', { type: 4, gid })).toMatchObject({ code: 0 });
    expect([await unread(bob), await unread(carol)]).toEqual([{ [gid]: 0 }, { [gid]: 1 }]);
    await sendTo(alice, gid, 'now or never', { no_offline: true });
    expect(await unread(bob)).toEqual({ [gid]: 0 });
  });

  it('are counted up to what is kept for those who are away', async () => {
    const [alice, bob] = await clients.two();
    for (let index = 0; index < 12; index += 1) await bob.send(alice.username, `${index}`);
    expect(await unread(alice)).toEqual({ [bob.username]: 10 });
  });

  it('are counted up to the time of the conversation, while messages arrive', async () => {
    const [alice, bob] = await clients.two();
    const times: number[] = [];
    const lists: { mtime: number; unread_msg_count: number }[] = [];
    const send = async () => {
      for (let index = 0; index < 10; index += 1)
        times.push((await bob.send(alice.username, `${index}`)).ctime_ms);
    };
    const sent = send();
    while (times.length < 10) lists.push(...(await alice.ask('get_conversations')).conversations);
    await sent;
    const counted = lists.map(({ mtime, unread_msg_count }) => ({ mtime, unread_msg_count }));
    expect(counted).toEqual(
      lists.map(({ mtime }) => ({ mtime, unread_msg_count: times.filter((time) => time <= mtime).length })),
    );
  });

  it('marked as read are told to the other devices, live or later, and only once', async () => {
    const [alice, bob] = await clients.two();
    const phone = await liveDevice(clients, alice.username);
    await bob.send(alice.username, 'hi');
    const read = { type: 3, appkey: APPKEY, username: bob.username };
    await alice.ask('unread_single_count', read);
    await alice.ask('unread_single_count', read);
    const event = await liveEvent(phone, 200);
    expect(event).toMatchObject({ description: read, ctime_ms: expect.any(Number) });
    const gid = await makeGroup([bob, alice]);
    await sendTo(bob, gid, 'hi all');
    await alice.ask('unread_group_count', { type: 4, gid });
    await liveEvent(phone, 200, ({ event_id }) => event_id !== event.event_id);
    expect(phone.all('event_notification').filter(({ event_type }) => event_type === 200)).toHaveLength(2);
    expect(alice.all('event_notification').filter(({ event_type }) => event_type === 200)).toEqual([]);
    const readElsewhere = (events: { event_type: number }[]) =>
      events.filter(({ event_type }) => event_type === 200);
    const tablet = await liveDevice(clients, alice.username, 'ios');
    const { events: missed } = await tablet.next('sync_event');
    expect(readElsewhere(missed)).toMatchObject([{ description: read }, { description: { type: 4, gid } }]);
    // The reading device does not receive it.
    expect(readElsewhere(await missedEvents(await clients.user(alice.username)))).toEqual([]);
  });

  it('cannot be marked in conversations that one has no part in', async () => {
    const [alice, bob] = await clients.two();
    const gid = await makeGroup([bob]);
    const reset = (payload: object) => alice.ask('unread_group_count', payload);
    expect(await reset({ type: 4, gid })).toMatchObject({ code: 880205 });
    expect(await reset({ type: 4, gid: gid + 1_000 })).toMatchObject({ code: 880204 });
    expect(await reset({ type: 3, username: 'nobody' })).toMatchObject({ code: 880103 });
    expect(await reset({ type: 3, username: bob.username })).toMatchObject({ code: 0 });
    expect(await unread(alice)).toEqual({});
  });
});
