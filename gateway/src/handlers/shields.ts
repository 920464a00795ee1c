/** Shields: groups whose messages are not pushed to a member. Their history is there nevertheless. */
import { CODES, type ErrorCode, EVENT, EVENT_EXTRA } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { passOver } from '../store/group-mail.js';
import { wireGroup } from '../store/groups.js';
import { asMember } from './group-guards.js';
import { type Handler, type Handling, sessionOf } from './types.js';

export async function listShields({ services, connection }: Handling<'list_shield_group'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  const groups = (await services.store.lists.groups(uid, 'shield')).map(wireGroup);
  // The documents have the one name, V2's own applications the other.
  return { answer: success({ group_list: groups, groups }) };
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
      const event = {
        from: asker,
        group,
        extra: on ? EVENT_EXTRA.on : EVENT_EXTRA.off,
        more: { to_groups: [wireGroup(group)] },
      };
      const except = handling.connection;
      change.emit([asker.uid], { ...event, event_type: EVENT.shield });
      change.emit([asker.uid], { ...event, event_type: EVENT.shieldElsewhere }, { except });
      return success();
    });

export const addShield = shield(true, CODES.alreadyShielded);
export const delShield = shield(false, CODES.neverShielded);
