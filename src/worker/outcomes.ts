/** From a server's reply to what the call's handlers get. */
import {
  CODES,
  type Failure,
  MESSAGES,
  type Message,
  type MessageContent,
  type MethodRow,
  type Mirror,
  type Outcome,
  SINGLE,
} from '../protocol/index.js';
import { readCount } from './answers.js';
import type { Answer, Reply, RequestSpec } from './requests.js';

/** A call on its way. */
export interface Outgoing extends Pick<RequestSpec, 'event' | 'rid' | 'payload' | 'lane'> {
  callId: string;
}

interface Sender {
  appkey: string;
  username: string;
  uid: number;
}

export type Settled =
  | { kind: 'success'; data: Answer; second: unknown; sent: Message | undefined }
  | Exclude<Outcome, { kind: 'success' }>;

export function settled(
  row: MethodRow,
  outgoing: Outgoing,
  reply: Exclude<Reply, { kind: 'dropped' }>,
  sender: Sender,
): Settled {
  const { rid, payload } = outgoing;
  if (reply.kind === 'timeout') {
    return { kind: 'timeout', rid, data: { ...payload, rid }, responseTimeout: reply.responseTimeout };
  }
  const { rid: _rid, ...answer } = reply.answer;
  if (answer.code !== 0) return { kind: 'failure', error: answer as Failure };
  if (row.step === 'plain' || row.step === 'session') {
    return { kind: 'success', data: answer as Answer, second: undefined, sent: undefined };
  }
  return sentMessage(payload as SentPayload, rid, answer as Answer, sender);
}

interface SentPayload {
  target_id: string;
  appkey: string;
  need_receipt?: boolean;
  content: MessageContent;
}

/** A send's answer: filled in as V2 does, with the message as other tabs will see it. */
function sentMessage(payload: SentPayload, rid: number, answer: Answer, sender: Sender): Settled {
  const msgId = readCount(answer.msg_id, 0);
  const ctime = readCount(answer.ctime_ms, payload.content.create_time);
  const data = { ...answer, ctime_ms: ctime, target_username: payload.target_id, appkey: payload.appkey };
  const sent: Message = {
    msg_id: msgId,
    msg_type: SINGLE,
    from_uid: sender.uid,
    from_gid: 0,
    ctime_ms: ctime,
    msg_level: payload.appkey === sender.appkey ? 'normal' : 'across',
    need_receipt: payload.need_receipt === true,
    content: payload.content,
    key: sender.uid,
    from_username: sender.username,
    from_appkey: sender.appkey,
  };
  return {
    kind: 'success',
    data,
    second: { ...payload, rid, msg_id: msgId, ctime_ms: ctime },
    sent: msgId > 0 ? sent : undefined,
  };
}

export const failed = (error: Failure): Extract<Outcome, { kind: 'failure' }> => ({ kind: 'failure', error });

export const succeeded = (data: object, mirror: Mirror): Outcome => ({
  kind: 'success',
  data: { code: CODES.success, message: MESSAGES[CODES.success], ...data },
  mirror,
});
