/** The answers to invitations. The account's tabs have no other way to learn of a refusal. */
import type { AnsweredInvitation } from '../../protocol/worker.js';
import type { CheckedCall } from '../methods/checked-call.js';

/** @returns undefined for a call that answers no invitation */
export function invitationAnsweredBy(
  { method, params }: CheckedCall,
  ownAppkey: string,
): AnsweredInvitation | undefined {
  switch (method) {
    // V2.2 answers in this form, with 2.
    case 'addFriend':
    case 'acceptFriend':
    case 'declineFriend': {
      const isInvitation = 'from_type' in params && params.from_type !== 2;
      return isInvitation ? undefined : { username: params.target_name, appkey: params.appkey ?? ownAppkey };
    }
    case 'addGroupMemberResp': {
      const { gid, event_id, from_username: username, from_appkey: appkey = ownAppkey } = params;
      return { username, appkey, gid, event_id };
    }
    default:
      return undefined;
  }
}
