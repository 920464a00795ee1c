/** Shields: groups whose messages are not pushed to a member. Their history is there nevertheless. */
import { CODES, type ErrorCode } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection.js';
import { passOver } from '../store/group-mail.js';
import { wireGroup } from '../store/groups.js';
import { asMember } from './group-scene.js';
import { type Handler, type Handling, sessionOf } from './types.js';

const EVENT_SHIELD = 39;
const EVENT_SHIELD_ELSEWHERE = 103;

const ADDED = 1;
const REMOVED = 2;

export async function listShields({ services, connection }: Handling<'list_shield_group'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  const groups = await services.store.lists.groups(uid, 'shield');
  return { answer: success({ group_list: groups.map(wireGroup) }) };
}

const shield =
  (on: boolean, refusal: ErrorCode): Handler<'add_msg_shield_group' | 'del_msg_shield_group'> =>
  (handling) =>
    asMember(handling, async ({ change, gid, asker, group }) => {
      const { lists } = handling.services.store;
      const turned = await (on
        ? lists.add(change.transaction, asker.uid, 'shield', [gid])
        : lists.remove(change.transaction, asker.uid, 'shield', [gid]));
      if (turned.length === 0) return refuse(refusal);
      await passOver(change.transaction, gid, asker.uid);
      const event = { from: asker, gid, extra: on ? ADDED : REMOVED, more: { group_name: group.name } };
      const except = handling.connection;
      change.emit([asker.uid], { ...event, event_type: EVENT_SHIELD });
      change.emit([asker.uid], { ...event, event_type: EVENT_SHIELD_ELSEWHERE }, { except });
      return success();
    });

export const addShield = shield(true, CODES.alreadyShielded);
export const delShield = shield(false, CODES.neverShielded);
