/** The other end of the wire for a table of open requests without a runtime: it records frames, acknowledges and answers. */
import { OpenRequests } from '../../../src/worker/connection/open-requests.js';
import type { Reply, RequestSpec } from '../../../src/worker/connection/request.js';
import { FakeClock } from './clock.js';

export class WireEnd {
  readonly clock = new FakeClock();
  readonly requests = new OpenRequests(this.clock);
  readonly frames: { event: string; payload: Record<string, unknown> }[] = [];
  /** The outcomes of `send`, in the order in which they settled. */
  readonly replies: Reply[] = [];

  connect(): void {
    this.requests.connect(
      (event, payload) => void this.frames.push({ event, payload: payload as Record<string, unknown> }),
    );
  }

  /** A connection opens and logs in. */
  attach(): Promise<void> {
    this.connect();
    return this.requests.logIn();
  }

  send(fields: Partial<RequestSpec> = {}): Promise<Reply> {
    const reply = this.requests.send({ event: 'get_conversations', rid: 7, payload: { a: 1 }, ...fields });
    void reply.then((settled) => this.replies.push(settled));
    return reply;
  }

  ack(rid = 7): boolean {
    return this.requests.handle('ack', { rid });
  }

  answer(fields: object = {}, event = 'get_conversations'): boolean {
    return this.requests.handle(event, { rid: 7, code: 0, message: 'success', ...fields });
  }

  rids(): unknown[] {
    return this.frames.map(({ payload }) => payload.rid);
  }
}
