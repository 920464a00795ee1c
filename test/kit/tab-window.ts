/** The globals of a test page, and the outcomes that its calls return to the test. */
import type { JMessage, JMessageRequest } from '../../src/index.js';
import type { AnswerOf, Failure, ListenerName, LocalName, MethodName } from '../../src/protocol/index.js';
/** The globals of `pages/tab.js`. */
export interface TabWindow {
  JIM: Pick<
    JMessage,
    | 'host'
    | 'getState'
    | 'inspect'
    | 'isActive'
    | 'connectNow'
    | 'restart'
    | 'isInit'
    | 'isLogin'
    | 'isConnect'
    | 'sendSingleMsg'
    | LocalName
  >;
  tab: {
    received: { listener: ListenerName; data: unknown }[];
    call(method: MethodName, params: unknown, forms: boolean, aborted?: Aborted): Promise<unknown>;
  };
}

/** The moment at which a call aborts its upload: at once, or after its first progress. */
export type Aborted = 'at once' | 'in progress';

interface Ack {
  rid: number;
  data: unknown;
}

/** The callbacks before a call settled. */
interface Before {
  acks: Ack[];
  progress: { loaded: number; total: number }[];
  queued: { rid: number; id: string }[];
}

type SecondOf<M extends MethodName> =
  ReturnType<JMessage[M]> extends JMessageRequest<infer _A, infer S, infer _R> ? S : never;

export type TabOutcome<M extends MethodName> = Before &
  (
    | { kind: 'success'; data: AnswerOf<M>; second: SecondOf<M> }
    | { kind: 'failure'; error: Failure }
    | { kind: 'timeout'; data: { rid: number; data: unknown; response_timeout: boolean } }
  );

export interface BurstOutcome {
  /** The number of settlements. */
  settled: number;
  kind: string;
  code: number;
  msg_id: number;
}
