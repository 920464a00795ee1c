/**
 * A send that is under way: written to the outbox, uploaded if there is something to upload, put in line behind its conversation's others,
 * handed on to go out, and reported once.
 *
 * A send that finds a connection goes out while it is being written: until it is answered its page has it, and submits it again under the same
 * number if the worker dies. Whatever is reported as queued, failed, timed out or cancelled is on the disk first.
 */
import type { Failure, MethodRow, Outcome } from '../../protocol/worker.js';
import type { Answer, Reply } from '../connection/open-requests.js';
import { type Settled, settled } from '../methods/outcome.js';
import { uploadFile } from '../methods/upload-file.js';
import type { CallsParts } from '../session/calls.js';
import type { OutboxRecord, OutboxState } from '../store/store.js';
import type { Tab } from '../tabs/tab.js';
import { type Deferred, deferred, unlessAborted } from '../util/deferred.js';
import type { SendPayload } from './entries.js';
import { type Built, type buildSend, ended, fileToUpload, ridOfSend, rowOf } from './record.js';
import type { SentNotifier } from './sent-notifier.js';

/** What a send that was delivered is reported as. */
export type Delivered = { kind: 'success'; data: Answer; second: unknown };

/** What a send needs of those around it. */
export interface SendParts {
  readonly calls: CallsParts;
  readonly telling: SentNotifier;
  build(record: OutboxRecord): ReturnType<typeof buildSend>;
  /** @returns when its record is on the disk as it is now, and those who listen have been told */
  put(sending: Send): Promise<void>;
  /** It is delivered: the outbox has nothing to do with it any more. */
  sent(sending: Send, outcome: Delivered): void;
  /** Resolves when there is a connection. */
  online(): Promise<void>;
}

export class Send {
  record: OutboxRecord;
  readonly lane: Built['lane'];
  payload: SendPayload;
  readonly outcome: Promise<Outcome>;
  readonly #row: MethodRow;
  /** It waits for nothing any more but for those before it that are as far. */
  #goes: boolean;
  /** It and those before it wait for nothing but a connection. */
  readonly #ready: Deferred = deferred();
  /** It has been handed on to go out, or never will be. */
  readonly #submitted: Deferred = deferred();
  /** Calls it off … */
  readonly #off = new AbortController();
  /** … and says what it is reported as. */
  #verdict: Promise<Outcome> | undefined;

  /**
   * @param before the one that goes out before it
   * @param tab who hears of its progress; nobody, if its tab has gone
   */
  constructor(
    private readonly parts: SendParts,
    accepted: OutboxRecord,
    { payload, lane }: Built,
    before: Send | undefined,
    public tab: Tab | undefined,
  ) {
    this.payload = payload;
    this.lane = lane;
    this.#row = rowOf(accepted.method);
    const restored = accepted.state.is === 'sending';
    // The short way: it goes out while it is being written, behind others that are as far.
    const goes = parts.calls.connected() && !fileToUpload(accepted) && !(before && !before.#goes);
    this.record = goes ? { ...accepted, state: { is: 'sending' } } : accepted;
    this.#goes = goes || restored;
    // What may have gone out already is handed on at once: it is answered before the server tells its history.
    const reply = restored ? this.#submit() : undefined;
    this.outcome = this.#deliver(before, reply).finally(() => {
      // Who is called off lets those behind it pass no further than to where those before it are.
      void Promise.resolve(before?.ready).then(this.#ready.resolve);
      void Promise.resolve(before?.passed).then(this.#submitted.resolve);
    });
  }

  /** Resolves when it and all before it wait for nothing but a connection, or never will. */
  get ready(): Promise<void> {
    return this.#ready.done;
  }

  /** Resolves when it and all before it have been handed on to go out, or never will be. */
  get passed(): Promise<void> {
    return this.#submitted.done;
  }

  /** @returns what it is reported as, once that is on the disk */
  callOff(state: OutboxState, verdict: Outcome): Promise<Outcome> {
    this.#verdict ??= this.#report(state, verdict);
    this.#off.abort();
    return this.#verdict;
  }

  /** It goes on with the account's next session. */
  leave(): void {
    this.#off.abort();
  }

  tellQueued(): void {
    const { callId } = this.record;
    if (this.parts.calls.connected()) return;
    this.tab?.tell({ kind: 'queued', callId, rid: ridOfSend(this.record) });
  }

  async #deliver(before: Send | undefined, restored: Promise<Reply> | undefined): Promise<Outcome> {
    const { signal } = this.#off;
    const refused = restored ? undefined : await this.#prepare(before);
    if (signal.aborted) return this.#calledOff();
    if (refused) return this.#report({ is: 'failed', error: refused }, { kind: 'failure', error: refused });
    const replied = restored ?? this.#submit();
    const settling = replied.then((reply) => this.#settled(reply));
    this.parts.telling.tell(this.lane, this.record.tabId, settling);
    const outcome = await settling;
    if (signal.aborted) return this.#calledOff();
    switch (outcome.kind) {
      case 'failure':
        return this.#report({ is: 'failed', error: outcome.error }, outcome);
      case 'timeout':
        return this.#report({ is: 'timeout', responseTimeout: outcome.responseTimeout }, outcome);
      case 'success': {
        const { data, second } = outcome;
        const delivered: Delivered = { kind: 'success', data, second };
        this.parts.sent(this, delivered);
        return delivered;
      }
    }
  }

  #calledOff(): Promise<Outcome> | Outcome {
    return this.#verdict ?? this.parts.calls.endedFailure();
  }

  /** Up to where it goes out. @returns why it does not get that far */
  async #prepare(before: Send | undefined): Promise<Failure | undefined> {
    const { signal } = this.#off;
    const isQueued = this.record.state.is === 'queued';
    const written = this.parts.put(this);
    if (isQueued) {
      // It is reported as queued, and may have to outlive the page.
      await written;
      this.tellQueued();
      const refused = await this.#upload();
      if (refused) return refused;
      await unlessAborted(before?.ready, signal);
      if (signal.aborted) return undefined;
      this.#ready.resolve();
      await unlessAborted(this.parts.online(), signal);
      if (signal.aborted) return undefined;
      this.#goes = true;
      await this.#put({ ...this.record, state: { is: 'sending' } });
    }
    this.#ready.resolve();
    await unlessAborted(before?.passed, signal);
    return undefined;
  }

  /** Uploads what there is to upload. @returns why not */
  async #upload(): Promise<Failure | undefined> {
    const { callId, uploadUrl } = this.record;
    const { upload } = this.#row;
    const { signal } = this.#off;
    const file = fileToUpload(this.record);
    if (!file || !upload) return undefined;
    const result = await uploadFile(this.parts.calls, {
      callId,
      url: uploadUrl,
      type: upload.type,
      parts: file,
      signal,
      tab: () => this.tab,
    });
    if (signal.aborted) return undefined;
    if (!result.ok) return result.error;
    const { [upload.field]: _file, ...params } = this.record.params;
    const uploaded = { ...this.record, params, uploaded: result.media };
    const built = this.parts.build(uploaded);
    if (!built.ok) return built.error;
    this.payload = built.payload;
    // Whoever goes on from here sends the same message.
    await this.#put(uploaded);
    return undefined;
  }

  #submit(): Promise<Reply> {
    const { callId, method } = this.record;
    const rid = ridOfSend(this.record);
    const replied = this.parts.calls.send({
      event: this.#row.event ?? method,
      rid,
      payload: this.payload,
      lane: this.lane,
      signal: this.#off.signal,
      onAck: (data) => this.tab?.tell({ kind: 'ack', callId, rid, data }),
    });
    this.#ready.resolve();
    this.#submitted.resolve();
    return replied;
  }

  #settled(reply: Reply): Settled {
    const { account, uid, endedFailure } = this.parts.calls;
    if (reply.kind === 'dropped') return endedFailure();
    const { record, payload, lane } = this;
    const outgoing = { rid: ridOfSend(record), payload, lane, event: record.method };
    return settled(this.#row, outgoing, reply, { ...account, uid: uid() });
  }

  /** On the disk before anybody is told: what was reported as over does not go out again. */
  async #report(state: OutboxState, outcome: Outcome): Promise<Outcome> {
    await this.#put(ended(this.record, state));
    return outcome;
  }

  #put(record: OutboxRecord): Promise<void> {
    this.record = record;
    return this.parts.put(this);
  }
}
