/** Business events: stored until acknowledged, told in order, held back during a sync. */
import { describe, expect, it } from 'vitest';
import { hostMounted } from '../../test/kit/gateway-in-process.js';
import { liveDevice } from '../../test/kit/wire-devices.js';
import { goAway, liveEvent, makeGroup, missedEvents, type User } from '../../test/kit/wire-groups.js';
import type { Data } from '../../test/kit/wire-socket.js';

const DAY_MS = 86_400_000;
const SETTINGS = { syncPushBytes: 2_048 };

let nowMs = Date.now();
const now = (): number => nowMs;
const gateway = hostMounted(SETTINGS, now);
const { clients } = gateway;

/** Makes so many events for every member. */
async function rename(owner: User, gid: number, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await owner.ask('update_group_info', { gid, group_name: `name ${time}` });
  }
}

const idsOf = (events: readonly { event_id: number }[]) => events.map(({ event_id }) => event_id);

const ascending = (ids: readonly number[]) => [...ids].sort((one, other) => one - other);

async function pair(): Promise<[User, User, number]> {
  const [owner, bob] = await Promise.all([clients.liveUser(), clients.liveUser()]);
  const gid = await makeGroup([owner, bob]);
  await liveEvent(bob, 10);
  return [owner, bob, gid];
}

describe('events', () => {
  it('that were missed come at the sync, with increasing ids, until they are acknowledged', async () => {
    const [owner, bob, gid] = await pair();
    const away = await goAway(bob);
    await rename(owner, gid, 3);
    const back = await clients.user(away);
    const answer = await back.ask('sync_check', {
      sync_key: 0,
      sync_type: 0,
      sync_event_key: 0,
      msg_receipt_key: 0,
    });
    const { sync_key, events } = await back.next('sync_event');
    expect(events.map(({ event_type }) => event_type)).toEqual([10, 12, 12, 12]);
    expect(idsOf(events)).toEqual(ascending(idsOf(events)));
    expect(answer.sync_event_key).toBe(sync_key);
    expect(sync_key).toBe(events.at(-1)?.event_id);
    expect(idsOf(await missedEvents(back))).toEqual(idsOf(events));
    expect(await back.ask('sync_event_ack', { sync_key: events[1]?.event_id })).toMatchObject({ code: 0 });
    expect(idsOf(await missedEvents(back))).toEqual(idsOf(events).slice(2));
    await back.ask('sync_event_ack', { sync_key });
    expect(await missedEvents(back)).toEqual([]);
    expect(await back.ask('sync_check', { sync_key: 0 })).toMatchObject({ sync_event_key: sync_key });
  });

  it('that were told live are not missed any more by a client that says so', async () => {
    const [owner, bob, gid] = await pair();
    await rename(owner, gid, 2);
    const live = await liveEvent(bob, 12);
    const last = await liveEvent(bob, 12, ({ event_id }) => Number(event_id) > Number(live.event_id));
    expect(idsOf(await missedEvents(bob, Number(live.event_id)))).toEqual([last.event_id]);
    // An event that one client has received is acknowledged, also for a client without keys.
    expect(idsOf(await missedEvents(bob, 0))).toEqual([last.event_id]);
  });

  it('that another device has acknowledged come all the same to one that says up to where it was told', async () => {
    const [owner, bob, gid] = await pair();
    await rename(owner, gid, 1);
    const { event_id } = await liveEvent(bob, 12);
    const away = await goAway(bob);
    const phone = await liveDevice(clients, away);
    await rename(owner, gid, 2);
    const first = await liveEvent(phone, 12);
    const second = await liveEvent(phone, 12, (event) => Number(event.event_id) > Number(first.event_id));
    // It has heard them live, and is not told again.
    expect(await missedEvents(phone, Number(event_id))).toEqual([]);
    const received = [first, second] as unknown as { event_id: number }[];
    await phone.ask('sync_event_ack', { sync_key: received.at(-1)?.event_id });
    const back = await clients.user(away);
    expect(idsOf(await missedEvents(back, Number(event_id)))).toEqual(idsOf(received));
    expect(idsOf(await missedEvents(back, Number(received.at(-1)?.event_id)))).toEqual([]);
  });

  it('to come are not acknowledged beforehand', async () => {
    const [owner, bob, gid] = await pair();
    await bob.ask('sync_event_ack', { sync_key: Number.MAX_SAFE_INTEGER });
    const away = await goAway(bob);
    await rename(owner, gid, 1);
    expect((await missedEvents(await clients.user(away))).map(({ event_type }) => event_type)).toEqual([12]);
  });

  it('wait for the end of the sync, and none comes twice', async () => {
    const [owner, bob, gid] = await pair();
    const away = await goAway(bob);
    await rename(owner, gid, 1);
    const back = await clients.user(away);
    await rename(owner, gid, 1);
    expect(back.all('event_notification')).toEqual([]);
    expect((await missedEvents(back)).map(({ event_type }) => event_type)).toEqual([10, 12, 12]);
    await rename(owner, gid, 1);
    await liveEvent(back, 12);
    expect(back.all('event_notification')).toHaveLength(1);
  });

  it('are split by size, and each key says no more than what has been pushed', async () => {
    const [owner, bob, gid] = await pair();
    const away = await goAway(bob);
    await rename(owner, gid, 12);
    const back = await clients.user(away);
    const events = await missedEvents(back);
    expect(events).toHaveLength(13);
    const pushes = back.all('sync_event');
    expect(pushes.length).toBeGreaterThan(1);
    for (const push of pushes) expect(push.sync_key).toBe(push.events.at(-1)?.event_id);
  });

  it('of others cannot be acknowledged', async () => {
    const [owner, bob, gid] = await pair();
    const away = await goAway(bob);
    await rename(owner, gid, 1);
    await owner.ask('sync_event_ack', { sync_key: Number.MAX_SAFE_INTEGER });
    expect(await missedEvents(await clients.user(away))).toHaveLength(2);
  });

  it('are told in order to everybody, whoever changes what at the same time', async () => {
    const [owner, bob, gid] = await pair();
    await owner.ask('add_group_keeper', { gid, member_usernames: [{ username: bob.username }] });
    const change = (user: User, index: number): Promise<Data> =>
      user.ask('update_group_info', { gid, group_name: `${index}` });
    await Promise.all(Array.from({ length: 20 }, (_, index) => change(index % 2 ? owner : bob, index)));
    for (const user of [owner, bob]) {
      await user.ask('get_groups_list');
      const ids = idsOf(user.all('event_notification') as unknown as { event_id: number }[]);
      expect(ids).toEqual(ascending(ids));
      expect(new Set(ids).size).toBe(ids.length);
      expect(user.all('event_notification').filter(({ event_type }) => event_type === 12)).toHaveLength(20);
    }
  });

  it('of a change that was refused are not told', async () => {
    const [owner, bob, gid] = await pair();
    const before = owner.all('event_notification').length;
    expect(await bob.ask('dissolve_group', { gid })).toMatchObject({ code: 881701 });
    expect(await missedEvents(owner, 0)).toHaveLength(2);
    expect(owner.all('event_notification')).toHaveLength(before);
  });

  it('are kept fifteen days', async () => {
    const [owner, bob, gid] = await pair();
    const away = await goAway(bob);
    await rename(owner, gid, 1);
    nowMs += 14 * DAY_MS;
    await gateway.store.sweep();
    expect(await missedEvents(await clients.user(away))).toHaveLength(2);
    nowMs += 2 * DAY_MS;
    expect(await missedEvents(await clients.user(away))).toEqual([]);
    await gateway.store.sweep();
    expect(await gateway.store.db.selectFrom('event_box').selectAll().execute()).toEqual([]);
  });
});
