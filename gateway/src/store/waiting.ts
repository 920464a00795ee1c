/** Invitations and requests to join that wait for an account's answer, as the events that announced them. */
import { sql } from 'kysely';
import type { Settings } from '../config.js';
import type { WireEvent } from './events.js';
import { ROLE } from './groups.js';
import { firstIdAt } from './message-ids.js';
import type { Database } from './schema.js';

/** The latest of them are listed, so that strangers cannot make the answer as long as they like. */
const MAX_LISTED = 200;

export class Waiting {
  constructor(
    private readonly db: Database,
    private readonly limits: Pick<Settings, 'eventAgeMs'>,
    private readonly now: () => number,
  ) {}

  /**
   * The oldest first. Of several requests to join by the same user for the same one, the latest counts. A request that would be refused by now
   * is none: its applicant is a member, or the member who invited has left.
   */
  async list(uid: number): Promise<WireEvent[]> {
    const since = this.now() - this.limits.eventAgeMs;
    const { rows } = await sql<{ event_json: string }>`
      with request as (
        select distinct on (gid, uid, inviter, invitation) * from join_request
        where (invitation and uid = ${uid}) or (not invitation and gid in (
          select gid from group_member where uid = ${uid} and role in (${ROLE.owner}, ${ROLE.keeper})
        ))
        order by gid, uid, inviter, invitation, event_id desc
      ),
      waiting as (
        select event_id from invitation where invitee = ${uid} and created_ms >= ${since}
        union all
        select event_id from request where not processed
          and not exists (select from group_member where gid = request.gid and uid = request.uid)
          and (not invitation or exists (select from group_member where gid = request.gid and uid = request.inviter))
      )
      select event_json from event where event_id in (select event_id from waiting) and event_id >= ${firstIdAt(since)}
      order by event_id desc limit ${MAX_LISTED}`.execute(this.db);
    return rows.map(({ event_json }) => JSON.parse(event_json)).reverse();
  }
}
