/** The invitations and requests that wait for the account's answer, for a client that was not there as they came. */
import { EVENT, EVENT_EXTRA } from '../../../src/protocol/index.js';
import { success } from '../answers.js';
import type { Reply } from '../connection/request.js';
import { type Handling, sessionOf } from './types.js';

export async function getInvitations({ services, connection }: Handling<'get_invitations'>): Promise<Reply> {
  const waiting = await services.store.waiting.list(sessionOf(connection).account.uid);
  const events = waiting.map((event) =>
    event.event_type === EVENT.joinRequest
      ? { ...event, by_self: event.extra === EVENT_EXTRA.bySelf }
      : event,
  );
  return { answer: success({ events }) };
}
