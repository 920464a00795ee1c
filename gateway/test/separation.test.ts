/** Several applications on one gateway, which know nothing of each other unless they are linked. */

import { describe, expect, it } from 'vitest';
import { callerOf } from '../../test/kit/gateway-api.js';
import { hostGateway } from '../../test/kit/gateway-in-process.js';
import { basicAuth } from '../../test/kit/signing.js';
import { APPKEY, APPS, OTHER_APPKEY, OTHER_SECRET, textTo } from '../../test/kit/wire-socket.js';
import { startGateway } from '../src/server.js';

const THIRD = 'app3';
const THIRD_SECRET = 'secret-3 of the third';
const apart = hostGateway({ links: [] });
const linked = hostGateway({ links: [[OTHER_APPKEY, APPKEY]] });

type Host = typeof apart;

/** A room and a public group of the other application, and a user of either. */
async function stage(host: Host) {
  const [mine, theirs] = [await host.clients.liveUser(), await host.clients.liveUserElsewhere()];
  const call = callerOf(host);
  const room = { owner_username: theirs.username, name: 'their room' };
  const { body } = await call('POST', '/v1/chatroom', room, basicAuth(OTHER_APPKEY, OTHER_SECRET));
  const roomId = (body as { chatroom_id: number }).chatroom_id;
  const { gid } = await theirs.ask('create_group', { group_name: 'their group', is_limit: true });
  return { mine, theirs, roomId, gid, call };
}

/** Every request that names somebody or something of the other application, and what it is answered when that cannot be seen. */
const REQUESTS: [
  event: string,
  payload: (of: Awaited<ReturnType<typeof stage>>) => object,
  unseen: number,
][] = [
  ['get_across_user_info', ({ theirs }) => ({ username: theirs.username, appkey: OTHER_APPKEY }), 882002],
  [
    's_across_single_text',
    ({ theirs }) => textTo(theirs.username, 'hello', { appkey: OTHER_APPKEY }),
    880203,
  ],
  [
    'add_friend',
    ({ theirs }) => ({ target_name: theirs.username, from_type: 1, why: '', appkey: OTHER_APPKEY }),
    880103,
  ],
  [
    'trans_msg_single',
    ({ theirs }) => ({ target_username: theirs.username, target_appkey: OTHER_APPKEY, cmd: 'x' }),
    880203,
  ],
  [
    'add_black_list',
    ({ theirs }) => ({ member_usernames: [{ username: theirs.username, appkey: OTHER_APPKEY }] }),
    880103,
  ],
  ['public_group_list', () => ({ start: 0, appkey: OTHER_APPKEY }), 880101],
  ['room_list', () => ({ start: 0, appkey: OTHER_APPKEY }), 880101],
  ['room_info', ({ roomId }) => ({ id: roomId }), 881503],
  ['join_room', ({ roomId }) => ({ id: roomId }), 881503],
  ['get_group_info', ({ gid }) => ({ gid }), 882002],
  ['apply_join_group', ({ gid }) => ({ gid, reason: '' }), 880204],
];

describe('applications', () => {
  it('do not see each other', async () => {
    const scene = await stage(apart);
    const answers: [string, number][] = [];
    for (const [event, payload] of REQUESTS) {
      answers.push([event, (await scene.mine.ask(event, payload(scene))).code]);
    }
    expect(answers).toEqual(REQUESTS.map(([event, , unseen]) => [event, unseen]));
    expect(scene.theirs.all('event_notification').filter(({ event_type }) => event_type !== 8)).toEqual([]);
    expect(scene.theirs.texts()).toEqual([]);
  });

  it('do not put each other’s users into groups', async () => {
    const { mine, theirs } = await stage(apart);
    const { gid } = await mine.ask('create_group', { group_name: 'mine' });
    const member_usernames = [{ username: theirs.username, appkey: OTHER_APPKEY }];
    expect(await mine.ask('add_across_group_member', { gid, member_usernames })).not.toMatchObject({
      code: 0,
    });
    expect((await theirs.ask('get_groups_list')).group_list).toHaveLength(1);
  });

  it('do not write to each other’s users by their servers', async () => {
    const { mine, theirs, call } = await stage(apart);
    const message = {
      version: 1,
      target_type: 'single',
      target_id: theirs.username,
      target_appkey: OTHER_APPKEY,
      from_type: 'admin',
      from_id: mine.username,
      msg_type: 'text',
      msg_body: { text: 'hello' },
    };
    expect(await call('POST', '/v1/messages', message)).toMatchObject({ status: 400 });
    expect(await callerOf(linked)('GET', '/v1/groups/1/members')).toMatchObject({ status: 400 });
  });

  it('that are linked do, in both directions', async () => {
    const scene = await stage(linked);
    for (const [event, payload] of REQUESTS) {
      expect([event, (await scene.mine.ask(event, payload(scene))).code]).toEqual([event, 0]);
    }
    const back = { username: scene.mine.username, appkey: APPKEY };
    expect(await scene.theirs.ask('get_across_user_info', back)).toMatchObject({ code: 0 });
  });

  it('that are not served cannot be linked', async () => {
    const apps = { ...APPS, [THIRD]: THIRD_SECRET };
    const start = startGateway({ apps, data: 'memory', links: [[APPKEY, 'misspelt']] });
    await expect(start).rejects.toThrow('an application that is not served: misspelt');
  });
});
