/** The calls of the application, with their requests until they are answered. */
import {
  type AccountName,
  type Call,
  CODES,
  failure,
  type JMessageRequest,
  type LocalName,
  type MethodName,
  type Outcome,
} from '../protocol/tab.js';
import { copyOf } from './page/copy.js';
import type { Page } from './page/page.js';
import { outsideZones } from './page/zones.js';
import { type OpenRequest, PendingRequest } from './request.js';
import type { Link } from './worker-link/link.js';

export class Calls {
  readonly #open = new Map<string, OpenRequest<never, never>>();
  #closed = false;

  constructor(
    private readonly page: Page,
    private readonly link: () => Link,
    /** The account that the application sees at the moment of a call. */
    private readonly account: () => AccountName | undefined,
    /** The payload of an `init` without one. */
    private readonly auth: (provide: (payload: unknown) => void) => void,
  ) {}

  /** @param onAnswer is called before the callbacks of the application */
  request(
    method: MethodName,
    params: unknown,
    onAnswer: (outcome: Outcome) => void,
  ): JMessageRequest<unknown, unknown> {
    const callId = this.page.uuid();
    const open = PendingRequest.open<never, never>(callId, () => this.link().abort(callId));
    if (this.#closed) {
      open.settle({ kind: 'failure', error: failure(CODES.destroyed) });
      return open.request;
    }
    this.#open.set(callId, open);
    const settle = (outcome: Outcome) => {
      this.#open.delete(callId);
      if (outcome.kind === 'success' && outcome.ack) open.acknowledge(outcome.ack, true);
      onAnswer(outcome);
      open.settle(outcome);
    };
    if (method !== 'init' || params) this.#call(callId, method, params, settle);
    else this.auth((payload) => this.#call(callId, method, payload, settle));
    return open.request;
  }

  /** A call without a request. */
  local(method: LocalName, params: unknown, onFailure: (message: string) => void): void {
    if (this.#closed) return;
    this.#call(this.page.uuid(), method, params, (outcome) => {
      if (outcome.kind === 'failure') onFailure(`${method}: ${outcome.error.message}`);
    });
  }

  /** @returns undefined if it is answered already */
  open(callId: string): OpenRequest<never, never> | undefined {
    return this.#open.get(callId);
  }

  /** Later calls fail with 889005. */
  close(): void {
    this.#closed = true;
  }

  #call(callId: string, method: Call['method'], params: unknown, settle: (outcome: Outcome) => void): void {
    let copy: unknown;
    try {
      copy = copyOf(params);
    } catch {
      queueMicrotask(() => settle({ kind: 'failure', error: failure(CODES.cannotBeCloned) }));
      return;
    }
    const call = { callId, method, params: copy, madeAt: this.page.now(), account: this.account() };
    outsideZones(() => void this.link().call(call).then(settle));
  }
}
