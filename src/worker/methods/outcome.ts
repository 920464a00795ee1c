/** Turns a server's reply into the outcome of the call. */
import {
  CODES,
  type Failure,
  GROUP,
  MESSAGES,
  type Message,
  type MessageContent,
  type MethodRow,
  type Mirror,
  type Outcome,
  SINGLE,
} from '../../protocol/worker.js';
import type { Answer, Reply, RequestSpec } from '../connection/request.js';
import type { Sent } from '../store/store.js';
import { readCount } from '../util/read-answer.js';
import { ANSWER_SHAPES } from './answer-shapes.js';

/** A request that was transmitted for a call. */
export type Outgoing = Pick<RequestSpec, 'event' | 'rid' | 'payload' | 'lane'>;

interface Sender {
  appkey: string;
  username: string;
  uid: number;
}

export type Settled =
  | { kind: 'success'; data: Answer; second: unknown; sent: Sent | undefined }
  | Exclude<Outcome, { kind: 'success' }>;

export function settled(row: MethodRow, outgoing: Outgoing, reply: Reply, sender: Sender): Settled {
  const { rid, payload } = outgoing;
  if (reply.kind === 'dropped') return failed(reply.error);
  if (reply.kind === 'timeout') {
    return { kind: 'timeout', rid, data: { ...payload, rid }, responseTimeout: reply.responseTimeout };
  }
  const { rid: _rid, ...answer } = reply.answer;
  if (answer.code !== 0) return { kind: 'failure', error: answer as Failure };
  if (row.message) return sentMessage(payload as SendPayload, rid, answer as Answer, sender);
  const data = row.shape ? ANSWER_SHAPES[row.shape](answer as Answer) : answer;
  return { kind: 'success', data: data as Answer, second: undefined, sent: undefined };
}

/** The payload of a message's request. */
export interface SendPayload {
  target_id?: string;
  /** The number of a group or chat room. */
  target_gid?: string;
  appkey: string;
  need_receipt?: boolean;
  content: MessageContent;
}

/** A send's answer with the fields that V2 adds, and the message as other tabs get it. */
function sentMessage(payload: SendPayload, rid: number, answer: Answer, sender: Sender): Settled {
  const msg_id = readCount(answer.msg_id, 0);
  const ctime_ms = readCount(answer.ctime_ms, payload.content.create_time);
  const { target_id, target_gid, appkey, content } = payload;
  const isRoom = content.target_type === 'chatroom';
  const gid = Number(target_gid ?? 0);
  const data: Answer = { ...answer, ctime_ms };
  if (target_id !== undefined) Object.assign(data, { target_username: target_id, appkey });
  else if (!isRoom) Object.assign(data, { target_gid: gid });
  const second = { ...payload, rid, msg_id, ctime_ms };
  if (msg_id === 0) return { kind: 'success', data, second, sent: undefined };
  if (isRoom) {
    const sent = { room: { room_id: gid, msg_id, ctime_ms, content } };
    return { kind: 'success', data: { room_id: gid, ...data }, second, sent };
  }
  const shared = {
    msg_id,
    from_uid: sender.uid,
    ctime_ms,
    msg_level: appkey === sender.appkey ? ('normal' as const) : ('across' as const),
    need_receipt: payload.need_receipt === true,
    // A server adds the sender's name, which pages show.
    content: { from_name: sender.username, ...content },
    from_username: sender.username,
    from_appkey: sender.appkey,
  };
  const message: Message =
    target_id !== undefined
      ? { ...shared, msg_type: SINGLE, from_gid: 0, key: sender.uid }
      : { ...shared, msg_type: GROUP, from_gid: gid, key: gid };
  return { kind: 'success', data, second, sent: { message } };
}

export const failed = (error: Failure): Extract<Outcome, { kind: 'failure' }> => ({ kind: 'failure', error });

export const succeeded = (data: object, mirror?: Mirror): Outcome => ({
  kind: 'success',
  data: { code: CODES.success, message: MESSAGES[CODES.success], ...data },
  ...(mirror && { mirror }),
});
