/**
 * One send. It is written to the outbox, uploads its file, waits for the earlier sends of its conversation, and is transmitted. Its outcome is
 * reported once.
 *
 * A send that finds a connection is transmitted at once, and written only if its answer is late. Until the answer its page has it, and submits
 * it again under the same number if the worker dies. Any other state (queued, failed, timed out, cancelled) is on the disk before it is reported.
 */
import type { ConversationId, Failure, MethodRow, Outcome } from '../../protocol/worker.js';
import type { Reply } from '../connection/request.js';
import { failed, type SendPayload, type Settled, settled } from '../methods/outcome.js';
import { type UploadParts, uploadFile } from '../methods/upload-file.js';
import type { OutboxRecord, OutboxState } from '../store/store.js';
import type { Tab } from '../tabs/tab.js';
import { type Deferred, deferred, unlessAborted } from '../util/deferred.js';
import { type Built, type buildSend, ended, fileToUpload, ridOfSend, rowOf } from './record.js';
import type { SentNotifier, Turn } from './sent-notifier.js';

/** The outcome of a send that the server stored, with its message. */
export type Stored = Extract<Settled, { kind: 'success' }>;

/** The queue, as its sends use it. */
export interface SendOwner {
  readonly parts: UploadParts;
  readonly notifier: SentNotifier;
  build(record: OutboxRecord): ReturnType<typeof buildSend>;
  /** @returns when the record is on the disk and its change is published */
  save(send: Send): Promise<void>;
  /** The send is transmitted at once: it is published, and its record is written if its answer is late. */
  transmitting(send: Send): void;
  /** The server stored the message. @param turn in which the other tabs get it @returns the outcome of the call */
  delivered(send: Send, outcome: Stored, turn: Turn): Outcome | Promise<Outcome>;
  /** Resolves when there is a connection. */
  online(): Promise<void>;
}

export class Send {
  record: OutboxRecord;
  readonly conversation: ConversationId;
  payload: SendPayload;
  readonly outcome: Promise<Outcome>;
  readonly #row: MethodRow;
  /** This send and the earlier ones wait for nothing but a connection. */
  readonly #ready: Deferred = deferred();
  /** It is transmitted, or never will be. */
  readonly #submitted: Deferred = deferred();
  readonly #ending = new AbortController();
  /** The outcome of a send that the server stored, or that the runtime has ended. */
  #ended: Promise<Outcome> | undefined;

  /**
   * @param before the send that is transmitted before it
   * @param tab gets the progress; undefined once it has gone
   */
  constructor(
    private readonly owner: SendOwner,
    accepted: OutboxRecord,
    { payload, conversation }: Built,
    before: Send | undefined,
    public tab: Tab | undefined,
  ) {
    this.payload = payload;
    this.conversation = conversation;
    this.#row = rowOf(accepted.method);
    const isRestored = accepted.state.is === 'sending';
    // It is transmitted before it is written, behind others of which that is true.
    const isImmediate =
      owner.parts.channel.connected && !fileToUpload(accepted) && !(before && !before.#isSending);
    this.record = isImmediate ? { ...accepted, state: { is: 'sending' } } : accepted;
    // A restored send may be stored already: it is submitted at once, so that its answer comes before the server's history.
    const reply = isRestored ? this.#submit() : undefined;
    this.outcome = this.#deliver(before, reply).finally(() => {
      // A cancelled send never lets later sends overtake earlier ones.
      void Promise.resolve(before?.ready).then(this.#ready.resolve);
      void Promise.resolve(before?.submitted).then(this.#submitted.resolve);
    });
  }

  /** Resolves when it and all earlier sends wait for nothing but a connection, or never will. */
  get ready(): Promise<void> {
    return this.#ready.done;
  }

  /** Resolves when it and all earlier sends are transmitted, or never will be. */
  get submitted(): Promise<void> {
    return this.#submitted.done;
  }

  /** Ends it in a terminal state. @returns the outcome, once the state is on the disk */
  end(state: OutboxState, outcome: Outcome): Promise<Outcome> {
    this.#ended ??= this.#report(state, outcome);
    this.#ending.abort();
    return this.#ended;
  }

  /** Leaves it to the account's next session. @param error the reason that its call fails with here */
  leave(error: Failure): void {
    this.#ended ??= Promise.resolve(failed(error));
    this.#ending.abort();
  }

  postQueued(): void {
    const { callId } = this.record;
    if (this.owner.parts.channel.connected) return;
    this.tab?.post({ kind: 'queued', callId, rid: ridOfSend(this.record) });
  }

  get #isSending(): boolean {
    return this.record.state.is === 'sending';
  }

  async #deliver(before: Send | undefined, restored: Promise<Reply> | undefined): Promise<Outcome> {
    const refused = restored ? undefined : await this.#prepare(before);
    if (this.#ended) return this.#ended;
    if (refused) return this.#report({ is: 'failed', error: refused }, failed(refused));
    const replied = restored ?? this.#submit();
    const settling = replied.then((reply) => this.#settled(reply));
    const turn = this.owner.notifier.deliver(this.conversation, this.record.tabId, settling);
    const outcome = await settling;
    if (this.#ended) return this.#ended;
    switch (outcome.kind) {
      case 'failure':
        return this.#report({ is: 'failed', error: outcome.error }, outcome);
      case 'timeout':
        return this.#report({ is: 'timeout', responseTimeout: outcome.responseTimeout }, outcome);
      case 'success':
        this.#ended = Promise.resolve(this.owner.delivered(this, outcome, turn));
        return this.#ended;
    }
  }

  /** Everything before the transmission. @returns the reason if it cannot be transmitted */
  async #prepare(before: Send | undefined): Promise<Failure | undefined> {
    const { signal } = this.#ending;
    if (this.#isSending) this.owner.transmitting(this);
    else {
      // It is reported as queued, and may have to outlive the page.
      await this.owner.save(this);
      this.postQueued();
      const refused = await this.#upload();
      if (refused) return refused;
      await unlessAborted(before?.ready, signal);
      if (signal.aborted) return undefined;
      this.#ready.resolve();
      await unlessAborted(this.owner.online(), signal);
      if (signal.aborted) return undefined;
      await this.#save({ ...this.record, state: { is: 'sending' } });
    }
    this.#ready.resolve();
    await unlessAborted(before?.submitted, signal);
    return undefined;
  }

  /** Uploads the file, if there is one. @returns the reason if that fails */
  async #upload(): Promise<Failure | undefined> {
    const { callId, uploadUrl } = this.record;
    const { upload } = this.#row;
    const { signal } = this.#ending;
    const file = fileToUpload(this.record);
    if (!file || !upload) return undefined;
    const result = await uploadFile(this.owner.parts, {
      callId,
      url: uploadUrl,
      type: upload.type,
      parts: file,
      signal,
      tab: () => this.tab,
    });
    if (signal.aborted) return undefined;
    if (!result.ok) return result.error;
    const { file: _file, image: _image, ...params } = this.record.params;
    const uploaded = { ...this.record, params, uploaded: result.media };
    const built = this.owner.build(uploaded);
    if (!built.ok) return built.error;
    this.payload = built.payload;
    // A later worker that goes on from here sends the same message.
    await this.#save(uploaded);
    return undefined;
  }

  #submit(): Promise<Reply> {
    const { callId, method } = this.record;
    const rid = ridOfSend(this.record);
    const replied = this.owner.parts.channel.requests.send({
      event: this.#row.event ?? method,
      rid,
      payload: this.payload,
      lane: this.conversation,
      signal: this.#ending.signal,
      onAck: (data) => this.tab?.acknowledge(callId, data, rid),
    });
    this.#ready.resolve();
    this.#submitted.resolve();
    return replied;
  }

  #settled(reply: Reply): Settled {
    const { account, channel } = this.owner.parts;
    const { record, payload } = this;
    const outgoing = { rid: ridOfSend(record), payload, event: record.method };
    return settled(this.#row, outgoing, reply, { ...account, uid: channel.uid });
  }

  /** A terminal state is on the disk before it is reported, so the send is not transmitted again. */
  async #report(state: OutboxState, outcome: Outcome): Promise<Outcome> {
    await this.#save(ended(this.record, state));
    return outcome;
  }

  #save(record: OutboxRecord): Promise<void> {
    this.record = record;
    return this.owner.save(this);
  }
}
