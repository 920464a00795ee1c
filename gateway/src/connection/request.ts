/** A request of a client and its reply; and how a packet is read as a request. */
import * as v from 'valibot';
import { REQUESTS, type RequestEvent, rid as ridSchema } from '../../../src/protocol/index.js';
import type { Answer } from '../answers.js';
import { canonicalJson } from '../util/canonical-json.js';

export interface Request {
  event: string;
  rid: number;
  payload: unknown;
  /** Of the payload: what a retry is recognised by. */
  canonical: string;
}

export interface Later {
  later: Promise<Answer>;
}

export interface Reply {
  /** A promise when later requests may be begun before it is there: see {@link mayOverlap}. */
  answer: Answer | Later;
  /** Done after the answer went out and before the next request is begun. */
  afterwards?: () => Promise<void>;
  /** Done after the answer went out. Only the requests that build on it wait for its end: see {@link FOLLOWS_SYNC}. */
  alongside?: () => Promise<void>;
}

export const isLater = (answer: Answer | Later): answer is Later => answer.later instanceof Promise;

export const isRequestEvent = (event: string): event is RequestEvent => Object.hasOwn(REQUESTS, event);

/** Sends: these may name their predecessor. */
const ORDERED = new Set<string>([
  's_across_single_text',
  'send_group_msg',
  'send_room_msg',
] satisfies RequestEvent[]);

/** Acknowledgements of pushes: they change nothing that a send reads, and their order among each other does not matter. */
const ACKNOWLEDGEMENTS = new Set<string>([
  'msg_recv',
  'msg_recv_v2',
  'sync_conversation_ack',
  'sync_taken',
] satisfies RequestEvent[]);

export const isAcknowledgement = (event: string): boolean => ACKNOWLEDGEMENTS.has(event);

/**
 * The last words of a client: it closes its socket with them. Without its log-out the resume token would stay good, and without its
 * acknowledgements the next login would bring the pushes again.
 */
const LAST_WORDS = new Set<string>([
  ...ACKNOWLEDGEMENTS,
  ...(['log_out', 'sync_event_ack', 'sync_receipt_ack'] satisfies RequestEvent[]),
]);

export const outlivesSocket = (event: string): boolean => LAST_WORDS.has(event);

/** Whether the second may be begun before the first one is done. A send that waited for an acknowledgement would wait for the whole push. */
export const mayOverlap = (first: string, second: string): boolean =>
  first === second ||
  (isAcknowledgement(first) && (isAcknowledgement(second) || ORDERED.has(second))) ||
  (ORDERED.has(first) && isAcknowledgement(second));

/** These have to find the messages of a sync delivered, so they wait for the end of one that is under way. */
export const FOLLOWS_SYNC = new Set<string>([
  'get_conversations',
  'msg_recv',
  'msg_recv_v2',
  'sync_check',
] satisfies RequestEvent[]);

/** A packet with a usable `rid`. Its payload is checked when it is served. */
export interface Packet {
  readonly event: string;
  readonly rid: number;
  readonly payload: unknown;
}

/** @returns undefined without a usable `rid`: the packet cannot even be refused */
export function readPacket(event: string, payload: unknown): Packet | undefined {
  if (typeof payload !== 'object' || payload === null || !('rid' in payload)) return undefined;
  const result = v.safeParse(ridSchema, payload.rid);
  return result.success ? { event, rid: result.output, payload } : undefined;
}

export interface OrderedRequest {
  request: Request;
  /** The `rid` of the predecessor that it names. */
  after?: number;
}

/** @returns undefined for a payload that is not JSON, or is nested too deep */
export function readRequest({ event, rid, payload: whole }: Packet): OrderedRequest | undefined {
  const { after, payload } = orderOf(event, whole);
  const canonical = canonicalJson(payload);
  if (canonical === undefined) return undefined;
  return { request: { event, rid, payload, canonical }, ...(after !== undefined && { after }) };
}

/** The predecessor is no part of a send's identity, since a retry may name another one. */
function orderOf(event: string, payload: unknown): { after?: number; payload: unknown } {
  if (!ORDERED.has(event) || typeof payload !== 'object' || payload === null || !('after' in payload))
    return { payload };
  const { after, ...rest } = payload;
  const result = v.safeParse(ridSchema, after);
  return result.success ? { after: result.output, payload: rest } : { payload };
}
