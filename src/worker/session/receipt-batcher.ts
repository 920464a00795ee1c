/** Read receipts on their way to the server: gathered for two seconds, or until there are fifty, and sent as one request. */

import type { OnAck, Reply } from '../connection/open-requests.js';
import type { Clock } from '../util/clock.js';

const GATHER_MS = 2_000;
const GATHER_IDS = 50;
/** In one request, so that with what was gathered before no conversation has more than a server takes (500). */
const MAX_IDS = 450;

/** What was read in one conversation, as the wire has it. */
export type ReadSession = ({ type: 3; appkey: string; username: string } | { type: 4; gid: number }) & {
  msg_ids: number[];
};

interface Batch {
  sessions: Map<string, ReadSession>;
  ids: number;
  /** Of those whose reports are in it. */
  onAck: Set<OnAck>;
  reply: Promise<Reply>;
  send(): void;
}

export class ReceiptBatcher {
  #batch: Batch | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly send: (payload: { sessions: ReadSession[] }, onAck: OnAck) => Promise<Reply>,
  ) {}

  /** @returns the server's reply to the batch that it went with; of several the first that is no success; of nothing none */
  async report(conversation: string, read: ReadSession, onAck: OnAck): Promise<Reply | undefined> {
    const replies = [];
    for (let from = 0; from < read.msg_ids.length; from += MAX_IDS) {
      const msg_ids = read.msg_ids.slice(from, from + MAX_IDS);
      replies.push(this.#gather(conversation, { ...read, msg_ids }, onAck));
    }
    const all = await Promise.all(replies);
    return all.find((reply) => reply.kind !== 'answer' || reply.answer.code !== 0) ?? all[0];
  }

  #gather(conversation: string, read: ReadSession, onAck: OnAck): Promise<Reply> {
    const batch = this.#batch ?? this.#open();
    batch.onAck.add(onAck);
    const known = batch.sessions.get(conversation);
    if (known) known.msg_ids = [...new Set([...known.msg_ids, ...read.msg_ids])];
    else batch.sessions.set(conversation, { ...read });
    batch.ids += read.msg_ids.length;
    if (batch.ids >= GATHER_IDS || batch.sessions.size >= GATHER_IDS) batch.send();
    return batch.reply;
  }

  /** What has been gathered goes now or never. */
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
        void this.send({ sessions: [...sessions.values()] }, acked).then(settle);
      },
    };
    const cancel = this.clock.after(GATHER_MS, batch.send);
    this.#batch = batch;
    return batch;
  }
}
