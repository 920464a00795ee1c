/**
 * The calls of a tab that are not answered yet. The link keeps each call until a worker has answered it, and submits it to every later worker
 * under its `callId`. The request on the wire follows from that id, so the server recognises requests that it has already served.
 */
import type { Remote } from 'comlink';
import {
  type Call,
  CODES,
  type Confirmation,
  failure,
  NO_HELLO,
  type Outcome,
  type Restore,
  type UploadedMedia,
  type WorkerApi,
} from '../../protocol/tab.js';

/** A tab that was frozen receives another one's log-out late. An older one might end the user's next session. */
const STALE_MS = 10_000;

interface OpenCall {
  call: Call;
  /** A worker has received it. */
  handedOn: boolean;
  settle(outcome: Outcome): void;
}

/** A worker, as long as the link to it holds. */
export interface ReachedWorker {
  api: Remote<WorkerApi>;
  /** Of the api, which makes such an object whenever it is asked for a method. */
  call: Remote<WorkerApi>['call'];
  confirm(upTo: Confirmation): void;
  /** Aborted when the link has ended: later answers are ignored. */
  signal: AbortSignal;
}

/** A tab of an account. */
interface Member {
  address: string;
  login: Restore['login'];
}

/** Whether a tab of the same account made the call. */
export const isOf = ({ account, address }: Call, by: Member): boolean =>
  !!account &&
  !!by.login &&
  address === by.address &&
  account.username === by.login.username &&
  account.appkey === by.login.appkey;

export class OpenCalls {
  readonly #open = new Map<string, OpenCall>();

  /**
   * @param onAnswer a worker has answered: it is alive
   * @param onStranger the worker knows nothing of this tab: the browser has started it again behind the same port
   */
  constructor(
    private readonly onAnswer: () => void,
    private readonly onStranger: () => void,
  ) {}

  any(): boolean {
    return this.#open.size > 0;
  }

  /** @param to the worker, if one is reached at present */
  add(call: Call, to: ReachedWorker | undefined): Promise<Outcome> {
    return new Promise((settle) => {
      const open = { call, handedOn: false, settle };
      this.#open.set(call.callId, open);
      if (to) this.#submit(open, to);
    });
  }

  /** For another tab to submit: the sends that a worker has received, and the log-outs. */
  toHandOn(by: string, address: string): Call[] {
    const calls: Call[] = [];
    this.#open.forEach(({ call, handedOn }) => {
      if (call.method === 'loginOut' || (handedOn && isSend(call.method)))
        calls.push(Object.assign({ by, address, again: true as const }, call));
    });
    return calls;
  }

  /** Submits the calls of a tab that has left, as far as they are of this account. Their outcomes interest no one any more. */
  adopt(calls: readonly Call[], by: Member, now: number, to: ReachedWorker | undefined): void {
    for (const call of calls) {
      const isStale = call.method === 'loginOut' && now - call.madeAt > STALE_MS;
      if (isOf(call, by) && !isStale && !this.#open.has(call.callId)) void this.add(call, to);
    }
  }

  submitAll(to: ReachedWorker): void {
    this.#open.forEach((open) => {
      this.#submit(open, to);
    });
  }

  /** The call's file has been uploaded. A later worker has to send the same message. */
  uploaded(callId: string, media: UploadedMedia): void {
    const open = this.#open.get(callId);
    if (open) open.call = Object.assign({}, open.call, { uploaded: media });
  }

  /** Fails the chosen calls, in the order in which they were made. */
  fail(
    which: (call: Call, handedOn: boolean) => boolean,
    code: (typeof CODES)['destroyed' | 'hostUnavailable' | 'superseded'],
    detail?: string,
  ): void {
    this.#open.forEach(({ call, handedOn, settle }, callId) => {
      if (!which(call, handedOn)) return;
      this.#open.delete(callId);
      settle({ kind: 'failure', error: failure(code, detail) });
    });
  }

  #submit(open: OpenCall, { call: submit, signal }: ReachedWorker): void {
    const { settle } = open;
    const call: Call = open.handedOn ? Object.assign({}, open.call, { again: true }) : open.call;
    open.handedOn = true;
    const settleOnce = (outcome: Outcome): void => {
      this.#open.delete(call.callId);
      settle(outcome);
    };
    submit(call).then(
      (outcome) => {
        if (signal.aborted) return;
        this.onAnswer();
        settleOnce(outcome);
      },
      (error: unknown) => {
        if (signal.aborted) return;
        if (error instanceof Error && error.message === NO_HELLO) return this.onStranger();
        const cloning = error instanceof Error && error.name === 'DataCloneError';
        settleOnce({
          kind: 'failure',
          error: cloning
            ? failure(CODES.cannotBeCloned)
            : failure(CODES.unknown, `${call.method}: ${error instanceof Error ? error.message : error}`),
        });
      },
    );
  }
}

/** Whether the method uses the outbox. */
export const isSend = (method: string): boolean => method.startsWith('send');
