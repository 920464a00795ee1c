/** Names of the wire that both ends need. Apart from the checks of `wire.ts`, which the gateway alone loads. */

/** The `ack` that says a request was received. */
export const ACK = 'ack';

/**
 * The event that answers a request, where that is not its own name. The acknowledgement of an event ends with its `ack`: stock scripts take
 * whatever comes under the push's name for another event, which 2.3 acknowledges again, and so on for ever.
 */
export const ANSWERED_AS: Readonly<Record<string, string>> = {
  s_across_single_text: 's_single_text',
  event_notification: ACK,
};

/** What the server pushes. */
export type PushEvent =
  | 'msg_sync'
  | 'event_notification'
  | 'sync_conversation'
  | 'sync_event'
  | 'sync_receipt'
  | 'receipt_change'
  | 'trans_msg_rec'
  | 'room_msg_sync'
  | 'room_msg_sync_his'
  | 'going_away';

/**
 * What a server says in its answers to `c_init` and `resume` that it can do beyond the original protocol (`capabilities`). Stock clients ignore
 * the field, stock servers do not send it.
 */
export const CAPABILITIES = {
  /** Its login answers bring a `resume_token`; `resume` and `log_out` work. */
  resume: 'resume',
  /** `get_history` works. */
  history: 'history',
  /** A send may name its predecessor (`after`), and is processed after it. */
  orderedSends: 'ordered_sends',
} as const;
