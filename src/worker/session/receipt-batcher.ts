/** Read receipts on their way to the server: collected for two seconds, or until there are fifty, and sent as one request. */
import type { OnAck, Reply } from '../connection/request.js';
import type { RequestChannel } from '../connection/request-channel.js';
import type { Clock } from '../util/clock.js';

const BATCH_MS = 2_000;
const BATCH_IDS = 50;
/** Of one report in one request. With a collected batch, no conversation has more ids than the 500 that a server takes. */
const MAX_IDS = 450;

/** The messages that were read in one conversation, in the wire's form. */
export type ReadSession = ({ type: 3; appkey: string; username: string } | { type: 4; gid: number }) & {
  msg_ids: number[];
};

interface Batch {
  sessions: Map<string, ReadSession>;
  ids: number;
  /** Of the reports in the batch. */
  onAck: Set<OnAck>;
  reply: Promise<Reply>;
  send(): void;
}

export class ReceiptBatcher {
  #batch: Batch | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly channel: RequestChannel,
  ) {}

  /** @returns the reply to the report's batch; of several batches the first failure; undefined for a report without ids */
  async report(conversation: string, read: ReadSession, onAck: OnAck): Promise<Reply | undefined> {
    const replies = [];
    for (let from = 0; from < read.msg_ids.length; from += MAX_IDS) {
      const msg_ids = read.msg_ids.slice(from, from + MAX_IDS);
      replies.push(this.#add(conversation, { ...read, msg_ids }, onAck));
    }
    const all = await Promise.all(replies);
    return all.find((reply) => reply.kind !== 'answer' || reply.answer.code !== 0) ?? all[0];
  }

  #add(conversation: string, read: ReadSession, onAck: OnAck): Promise<Reply> {
    const batch = this.#batch ?? this.#open();
    batch.onAck.add(onAck);
    const known = batch.sessions.get(conversation);
    if (known) known.msg_ids = [...new Set([...known.msg_ids, ...read.msg_ids])];
    else batch.sessions.set(conversation, { ...read });
    batch.ids += read.msg_ids.length;
    if (batch.ids >= BATCH_IDS || batch.sessions.size >= BATCH_IDS) batch.send();
    return batch.reply;
  }

  /** Sends the present batch at once. */
  close(): void {
    this.#batch?.send();
  }

  #open(): Batch {
    let settle: (reply: Reply) => void = () => undefined;
    const reply = new Promise<Reply>((resolve) => {
      settle = resolve;
    });
    const sessions = new Map<string, ReadSession>();
    const batch: Batch = {
      sessions,
      ids: 0,
      onAck: new Set(),
      reply,
      send: () => {
        cancel();
        if (this.#batch === batch) this.#batch = undefined;
        const acked: OnAck = (sent) => {
          for (const onAck of batch.onAck) onAck(sent);
        };
        void this.channel.ask('receipt_report', { sessions: [...sessions.values()] }, acked).then(settle);
      },
    };
    const cancel = this.clock.after(BATCH_MS, batch.send);
    this.#batch = batch;
    return batch;
  }
}
