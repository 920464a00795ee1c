/** Names of the wire that both ends need. `requests.ts` has the checks, which the gateway alone loads. */

/** The `ack` that confirms the receipt of a request. */
export const ACK = 'ack';

/**
 * The event that answers a request, if it is not the request's own name. The acknowledgement of an event gets an `ack` and no other answer.
 * Stock scripts take any frame under the push's name for another event. Version 2.3 would acknowledge that one again, without end.
 */
export const ANSWERED_AS: Readonly<Record<string, string>> = {
  s_across_single_text: 's_single_text',
  event_notification: ACK,
};

/** The pushes of the server. */
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
 * The extensions of a server beyond the original protocol, from its answers to `c_init` and `resume` (`capabilities`). Stock clients ignore the
 * field, and stock servers do not send it.
 */
export const CAPABILITIES = {
  /** Its login answers bring a `resume_token`; `resume` and `log_out` work. */
  resume: 'resume',
  /** `get_history` works. */
  history: 'history',
  /** A send may name its predecessor (`after`), and is processed after it. */
  orderedSends: 'ordered_sends',
  /** `get_invitations` works. */
  invitations: 'invitations',
  /** A sync with a `window` waits for `sync_taken`, and other requests proceed meanwhile. */
  syncWindow: 'sync_window',
} as const;
