/** Changes of groups and accounts: what one is doing never holds up another one, and everybody hears of them in order. */
import { Client as Postgres } from 'pg';
import { describe, expect, it } from 'vitest';
import { hostileGateway } from '../../../test/kit/gateway-hostile.js';
import { liveEvent, makeGroup, missedEvents } from '../../../test/kit/wire-groups.js';
import type { Data } from '../../../test/kit/wire-socket.js';

const onServer = process.env.JMESSAGE_HOSTILE_POSTGRES !== undefined;
const gateway = hostileGateway();
const { clients } = gateway;

describe('changes', () => {
  it.runIf(onServer)('of a group that is held up do not hold up those of others', async () => {
    const [alice, bob, carol] = await clients.three();
    const [held, other] = [await makeGroup([alice, bob]), await makeGroup([carol, bob])];
    const database = new Postgres({ connectionString: gateway.path });
    await database.connect();
    await database.query('begin');
    await database.query('select from chat_group where gid = $1 for update', [held]);
    let isDone = false;
    const waiting = alice.ask('update_group_info', { gid: held, group_name: 'held' }).then((answer) => {
      isDone = true;
      return answer;
    });
    expect(await carol.ask('update_group_info', { gid: other, group_name: 'other' })).toMatchObject({
      code: 0,
    });
    expect(await bob.ask('update_user_inf', { nickname: 'bob' })).toMatchObject({ code: 0 });
    await liveEvent(bob, 12, ({ gid }) => gid === other);
    expect(isDone).toBe(false);
    await database.query('commit');
    await database.end();
    expect(await waiting).toMatchObject({ code: 0 });
    await liveEvent(bob, 12, ({ gid }) => gid === held);
  });

  it('of many groups at once reach a member of all in the order of their ids, live and later', async () => {
    const member = await clients.liveUser();
    const owners = await Promise.all(Array.from({ length: 6 }, () => clients.liveUser()));
    const gids: number[] = [];
    for (const owner of owners) gids.push(await makeGroup([owner, member]));
    const names = Array.from({ length: 8 }, (_, index) => `name ${index}`);
    const answers = await Promise.all(
      owners.flatMap((owner, index) =>
        names.map((group_name) => owner.ask('update_group_info', { gid: gids[index], group_name })),
      ),
    );
    expect(new Set(answers.map(({ code }) => code))).toEqual(new Set([0]));
    const received = () =>
      member
        .all('event_notification')
        .filter(({ event_type }) => event_type === 12)
        .map(idOf);
    await expect.poll(received).toHaveLength(owners.length * names.length);
    expect(received()).toEqual(received().toSorted((one, two) => one - two));
    const missed = (await missedEvents(await clients.user(member.username))).filter(
      ({ event_type }) => event_type === 12,
    );
    expect(missed.map(({ event_id }) => event_id)).toEqual(received());
  });

  it('of a user wait for a part of the hundred groups that ten accounts create, never for most', async () => {
    const busy = await Promise.all(Array.from({ length: 10 }, () => clients.liveUser()));
    const user = await clients.liveUser();
    let created = 0;
    const creations = busy.flatMap((account) =>
      Array.from({ length: 10 }, () =>
        account.ask('create_group', { group_name: 'a group' }).then(({ code }) => {
          expect(code).toBe(0);
          created += 1;
        }),
      ),
    );
    await expect.poll(() => created).toBeGreaterThan(0);
    const before = created;
    expect(await user.ask('update_user_inf', { nickname: 'quick' })).toMatchObject({ code: 0 });
    // About two of each account, and those that end while the request and its answer travel.
    expect(created - before).toBeLessThan(creations.length / 2);
    await Promise.all(creations);
  });
});

const idOf = ({ event_id }: Data): number => Number(event_id);
