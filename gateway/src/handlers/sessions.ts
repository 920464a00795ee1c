/** An account's sessions, for its owner: which there are, and the end of one that is not wanted. */
import { CODES, type UserSession } from '../../../src/protocol/index.js';
import { refuse, success } from '../answers.js';
import type { Connection } from '../connection/connection.js';
import type { Reply } from '../connection/request.js';
import { endSessions } from '../delivery/end-sessions.js';
import type { Services } from '../services/services.js';
import { isStorableName } from '../store/accounts.js';
import { change, type Handling, sessionOf } from './types.js';

export async function getSessions({ services, connection }: Handling<'get_sessions'>): Promise<Reply> {
  const { uid } = sessionOf(connection).account;
  const rows = await services.store.resumeTokens.list(uid);
  const live = liveOf(services, uid);
  const elsewhere = new Map((await services.live.elsewhere(uid)).map((session) => [session.id, session]));
  const kept = rows.map((row): UserSession => {
    const here = live.get(row.session_id);
    live.delete(row.session_id);
    const there = elsewhere.get(row.session_id);
    elsewhere.delete(row.session_id);
    const isOnline = here !== undefined || there !== undefined;
    return {
      id: row.session_id,
      platform: row.platform,
      agent: row.agent,
      address: row.address,
      login_time: row.login_ms,
      active_time: isOnline ? services.now() : row.used_ms,
      is_online: isOnline,
      is_current: here === connection,
    };
  });
  const others = [...live.values()].map((here): UserSession => {
    const { id, platform, loginMs } = sessionOf(here);
    return {
      id,
      platform,
      agent: here.socket.agent,
      address: here.socket.address,
      login_time: loginMs,
      active_time: services.now(),
      is_online: true,
      is_current: here === connection,
    };
  });
  const onOtherNodes = [...elsewhere.values()].map(
    ({ id, platform, agent, address, loginMs }): UserSession => ({
      id,
      platform,
      agent,
      address,
      login_time: loginMs,
      active_time: services.now(),
      is_online: true,
      is_current: false,
    }),
  );
  return { answer: success({ sessions: [...others, ...onOtherNodes, ...kept] }) };
}

/** Ended for good, wherever it is: its token is worth nothing any more, and its client receives the event of a login elsewhere. */
export async function logOutSession(handling: Handling<'logout_session'>): Promise<Reply> {
  const { services, connection, payload } = handling;
  const { account } = sessionOf(connection);
  const { uid, appkey, username } = account;
  let ended: Connection | undefined;
  const { answer } = await change(handling, async ({ transaction, afterCommit }) => {
    const had =
      isStorableName(payload.id) &&
      (await services.store.resumeTokens.revokeById(transaction, uid, payload.id));
    const live = liveOf(services, uid).get(payload.id);
    if (!had && !live) return refuse(CODES.invalidValue, 'logout_session: there is no such session');
    afterCommit(() => {
      ended = live;
      if (!live) services.nodes?.seatsChanged(uid);
      services.audit.note('session_ended', { appkey, username, address: connection.socket.address });
    });
    return success();
  });
  // One that ends itself is answered first.
  return { answer, afterwards: async () => ended && endSessions(services, ended, account, 'otherLogin') };
}

const liveOf = ({ presence }: Services, uid: number): Map<string, Connection> =>
  new Map([...presence.of(uid).values()].flatMap((here) => (here.session ? [[here.session.id, here]] : [])));
