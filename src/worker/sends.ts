/**
 * Sending messages: each is written to the outbox before it goes out, goes out in its conversation's order, and is reported once: as sent, or as
 * failed, timed out or cancelled, and then it never goes out again by itself. What a worker or a browser left behind goes on from here.
 */
import {
  type Call,
  CODES,
  type ConversationId,
  type Failure,
  failure,
  type MethodRow,
  type Outcome,
} from '../protocol/worker.js';
import type { CallsParts } from './calls.js';
import { type Deferred, deferred, unlessAborted } from './deferred.js';
import { Expiry } from './expiry.js';
import { Outbox } from './outbox.js';
import { entryOf, fileIn, type SendPayload } from './outbox-entries.js';
import {
  type Built,
  buildSend,
  ended,
  fileToUpload,
  isOver,
  isRefused,
  isSend,
  ridOfSend,
  rowOf,
} from './outbox-record.js';
import { failed, type Settled, settled, succeeded } from './outcomes.js';
import type { Answer, Reply } from './requests.js';
import type { OutboxRecord, OutboxState } from './store/store.js';
import type { Tab } from './tab.js';
import { Telling } from './telling.js';
import { uploadFile } from './upload-file.js';

type Params = Record<string, unknown>;

/** A send that is under way. */
interface Sending extends Built {
  record: OutboxRecord;
  readonly row: MethodRow;
  /** Who hears of its progress; nobody, if its tab has gone. */
  tab: Tab | undefined;
  /** It waits for nothing any more but for those before it that are as far. */
  goes: boolean;
  /** It and those before it wait for nothing but a connection. */
  readonly ready: Deferred;
  /** It has been handed on to go out, or never will be. */
  readonly submitted: Deferred;
  /** Calls it off … */
  readonly off: AbortController;
  /** … and says what it is reported as. */
  verdict: Promise<Outcome> | undefined;
  outcome: Promise<Outcome>;
}

export class Sends {
  readonly #outbox: Outbox;
  readonly #sendings = new Map<string, Sending>();
  /** The last one of each conversation. */
  readonly #lanes = new Map<ConversationId, Sending>();
  readonly #telling: Telling;
  readonly #expiry: Expiry;
  #online = deferred();

  /** @param kept what the store has of earlier sends */
  constructor(
    private readonly parts: CallsParts,
    kept: readonly OutboxRecord[],
  ) {
    const { clock } = parts.platform;
    this.#telling = new Telling(parts);
    this.#expiry = new Expiry(clock, () => this.#expire());
    this.#outbox = new Outbox(parts.store, clock, kept.filter(isSend));
    for (const record of this.#outbox.all()) {
      const built = isOver(record) ? undefined : this.#build(record);
      if (built?.ok) this.#begin(record, built, undefined);
    }
    this.#expire();
  }

  /** How many are under way. */
  get size(): number {
    return this.#sendings.size;
  }

  /** A checked call. One that is known is joined, or answered as it was before. */
  async run(tab: Tab, call: Call, params: Params): Promise<Outcome> {
    const known = this.#outbox.get(call.callId);
    if (known) return this.#join(known, tab);
    const { callId, madeAt, uploaded } = call;
    const { uploadUrl, outboxAgeMs } = tab.settings;
    const record: OutboxRecord = {
      id: this.#outbox.nextId(),
      callId,
      tabId: tab.id,
      method: call.method as OutboxRecord['method'],
      params,
      madeAt,
      expiresAt: madeAt + outboxAgeMs,
      uploadUrl,
      uploaded,
      attempt: 0,
      state: { is: 'queued' },
    };
    const built = this.#build(record);
    return built.ok ? this.#begin(record, built, tab).outcome : failed(built.error);
  }

  list(): Outcome {
    const records = this.#outbox.all().filter(({ state }) => state.is !== 'cancelled');
    const entries = records.flatMap((record) => {
      const built = this.#build(record);
      return built.ok ? { ...entryOf(record, built.payload), ...fileIn(record.params) } : [];
    });
    return succeeded({ entries });
  }

  /**
   * Sends what has failed once more.
   * @param retriedBy the call that asks for it: submitted again after a worker's death it means the same try, however that has ended
   */
  async retry(tab: Tab, id: string, retriedBy: string): Promise<Outcome> {
    const record = this.#outbox.get(id);
    if (!record || record.state.is === 'cancelled') return failed(failure(CODES.noSuchSend));
    if (record.retriedBy === retriedBy) return this.#join(record, tab);
    const sending = this.#sendings.get(id);
    if (sending) {
      sending.record = { ...sending.record, retriedBy };
      void this.#outbox.put(sending.record);
      return this.#join(sending.record, tab);
    }
    const again: OutboxRecord = {
      ...record,
      retriedBy,
      id: this.#outbox.nextId(),
      tabId: tab.id,
      expiresAt: this.parts.platform.clock.now() + tab.settings.outboxAgeMs,
      // What the server has refused is a new request. What it did not answer may have been stored: it has to recognise it.
      attempt: record.attempt + (isRefused(record) ? 1 : 0),
      state: { is: 'queued' },
    };
    const built = this.#build(again);
    return built.ok ? this.#begin(again, built, tab).outcome : failed(built.error);
  }

  async cancel(id: string): Promise<Outcome> {
    const record = this.#outbox.get(id);
    if (!record) return failed(failure(CODES.noSuchSend));
    if (record.state.is === 'cancelled') return succeeded({});
    if (record.state.is === 'sending') return failed(failure(CODES.onItsWay));
    const sending = this.#sendings.get(id);
    if (sending) {
      await this.#callOff(sending, { is: 'cancelled' }, failed(failure(CODES.aborted)));
    } else {
      const built = this.#build(record);
      this.#outbox.forget(record);
      if (built.ok) this.#changed({ ...record, state: { is: 'cancelled' } }, built.payload);
    }
    return succeeded({});
  }

  /** Its tab has been told that it failed. */
  async disown(callId: string, error: Failure): Promise<void> {
    const sending = this.#sendings.get(callId);
    if (sending) await this.#callOff(sending, { is: 'failed', error }, failed(error));
  }

  connected(): void {
    this.#online.resolve();
  }

  disconnected(): void {
    this.#online = deferred();
    this.#expire();
  }

  /** The tab has gone: nobody is told of progress. */
  tabLeft(tab: Tab): void {
    for (const sending of this.#sendings.values()) if (sending.tab === tab) sending.tab = undefined;
  }

  /**
   * The session is over.
   * @param error what all that is under way fails with; undefined: it goes on with the account's next session
   * @returns when it is on the disk
   */
  async close(error: Failure | undefined): Promise<void> {
    this.#expiry.cancel();
    const written = [...this.#sendings.values()].map((sending) =>
      error ? this.#callOff(sending, { is: 'failed', error }, failed(error)) : sending.off.abort(),
    );
    await Promise.all(written);
    await this.#outbox.close();
  }

  #join(record: OutboxRecord, tab: Tab): Promise<Outcome> | Outcome {
    const sending = this.#sendings.get(record.callId);
    if (sending) {
      sending.tab = tab;
      if (record.state.is === 'queued') this.#tellQueued(sending);
      return sending.outcome;
    }
    const { state } = record;
    if (state.is === 'failed') return failed(state.error);
    if (state.is === 'timeout') return this.#timedOut(record, state.responseTimeout);
    return failed(failure(CODES.aborted));
  }

  #begin(accepted: OutboxRecord, built: Built, tab: Tab | undefined): Sending {
    const { lane, payload } = built;
    const { callId } = accepted;
    const before = this.#lanes.get(lane);
    const restored = accepted.state.is === 'sending';
    // The short way: it goes out as soon as it is on the disk, behind others that are as far.
    const goes = this.parts.connected() && !fileToUpload(accepted) && before?.goes !== false;
    const sending: Sending = {
      record: goes ? { ...accepted, state: { is: 'sending' } } : accepted,
      row: rowOf(accepted.method),
      payload,
      lane,
      tab,
      goes: goes || restored,
      ready: deferred(),
      submitted: deferred(),
      off: new AbortController(),
      verdict: undefined,
      outcome: Promise.resolve(this.parts.endedFailure()),
    };
    this.#sendings.set(callId, sending);
    this.#lanes.set(lane, sending);
    // What may have gone out already is handed on at once: it is answered before the server tells its history.
    const reply = restored ? this.#submit(sending) : undefined;
    sending.outcome = this.#deliver(sending, before, reply).finally(() => {
      // Who is called off lets those behind it pass no further than to where those before it are.
      void Promise.resolve(before?.ready.done).then(sending.ready.resolve);
      void Promise.resolve(before?.submitted.done).then(() => {
        sending.submitted.resolve();
        if (this.#lanes.get(lane) === sending) this.#lanes.delete(lane);
      });
      if (this.#sendings.get(callId) === sending) this.#sendings.delete(callId);
    });
    this.#expiry.by(accepted.expiresAt);
    return sending;
  }

  async #deliver(
    sending: Sending,
    before: Sending | undefined,
    restored: Promise<Reply> | undefined,
  ): Promise<Outcome> {
    const { off } = sending;
    const refused = restored ? undefined : await this.#prepare(sending, before);
    if (off.signal.aborted) return sending.verdict ?? this.parts.endedFailure();
    if (refused) return this.#report(sending, { is: 'failed', error: refused }, failed(refused));
    const replied = restored ?? this.#submit(sending);
    const settling = replied.then((reply) => this.#settled(sending, reply));
    this.#telling.tell(sending.lane, sending.record.tabId, settling);
    const outcome = await settling;
    if (off.signal.aborted) return sending.verdict ?? this.parts.endedFailure();
    switch (outcome.kind) {
      case 'failure':
        return this.#report(sending, { is: 'failed', error: outcome.error }, outcome);
      case 'timeout':
        return this.#report(sending, { is: 'timeout', responseTimeout: outcome.responseTimeout }, outcome);
      case 'success': {
        const { data, second } = outcome;
        this.#outbox.forget(sending.record);
        this.#changed(sending.record, sending.payload, data);
        return { kind: 'success', data, second };
      }
    }
  }

  /** Up to where it goes out. @returns why it does not get that far */
  async #prepare(sending: Sending, before: Sending | undefined): Promise<Failure | undefined> {
    const { off, record } = sending;
    const unlessOff = (wait: Promise<void> | undefined) => unlessAborted(wait, off.signal);
    await this.#put(sending, record);
    if (record.state.is === 'queued') {
      this.#tellQueued(sending);
      const refused = await this.#upload(sending);
      if (refused) return refused;
      await unlessOff(before?.ready.done);
      if (off.signal.aborted) return undefined;
      sending.ready.resolve();
      await unlessOff(this.#online.done);
      if (off.signal.aborted) return undefined;
      sending.goes = true;
      await this.#put(sending, { ...sending.record, state: { is: 'sending' } });
    }
    sending.ready.resolve();
    await unlessOff(before?.submitted.done);
    return undefined;
  }

  /** Uploads what there is to upload. @returns why not */
  async #upload(sending: Sending): Promise<Failure | undefined> {
    const { record, row, off } = sending;
    const parts = fileToUpload(record);
    if (!parts || !row.upload) return undefined;
    const result = await uploadFile(this.parts, {
      callId: record.callId,
      url: record.uploadUrl,
      type: row.upload.type,
      parts,
      signal: off.signal,
      tab: () => sending.tab,
    });
    if (off.signal.aborted) return undefined;
    if (!result.ok) return result.error;
    const { [row.upload.field]: _file, ...params } = record.params;
    const uploaded = { ...sending.record, params, uploaded: result.media };
    const built = this.#build(uploaded);
    if (!built.ok) return built.error;
    sending.payload = built.payload;
    // Whoever goes on from here sends the same message.
    await this.#put(sending, uploaded);
    return undefined;
  }

  #submit(sending: Sending): Promise<Reply> {
    const { record, row, payload, lane, off } = sending;
    const { callId, method } = record;
    const rid = ridOfSend(record);
    const replied = this.parts.send({
      event: row.event ?? method,
      rid,
      payload,
      lane,
      signal: off.signal,
      onAck: (data) => sending.tab?.tell({ kind: 'ack', callId, rid, data }),
    });
    sending.ready.resolve();
    sending.submitted.resolve();
    return replied;
  }

  #settled({ record, row, payload, lane }: Sending, reply: Reply): Settled {
    if (reply.kind === 'dropped') return this.parts.endedFailure();
    const { account, uid } = this.parts;
    const outgoing = { rid: ridOfSend(record), payload, lane, event: record.method };
    return settled(row, outgoing, reply, { ...account, uid: uid() });
  }

  /** On the disk before anybody is told: what was reported as over does not go out again. */
  async #report(sending: Sending, state: OutboxState, outcome: Outcome): Promise<Outcome> {
    await this.#put(sending, ended(sending.record, state));
    return outcome;
  }

  #callOff(sending: Sending, state: OutboxState, verdict: Outcome): Promise<Outcome> {
    sending.verdict ??= this.#report(sending, state, verdict);
    sending.off.abort();
    return sending.verdict;
  }

  /** Those that are too old, and cannot go out now. */
  #expire(): void {
    const now = this.parts.platform.clock.now();
    for (const sending of this.parts.connected() ? [] : this.#sendings.values()) {
      const { record } = sending;
      if (record.expiresAt > now) continue;
      const timedOut = this.#timedOut(record, false);
      void this.#callOff(sending, { is: 'timeout', responseTimeout: false }, timedOut);
    }
    for (const { record } of this.#sendings.values()) this.#expiry.by(record.expiresAt);
  }

  #timedOut(record: OutboxRecord, responseTimeout: boolean): Outcome {
    const built = this.#build(record);
    const rid = ridOfSend(record);
    return { kind: 'timeout', rid, data: { ...(built.ok && built.payload), rid }, responseTimeout };
  }

  #tellQueued({ tab, record }: Sending): void {
    if (!this.parts.connected()) tab?.tell({ kind: 'queued', callId: record.callId, rid: ridOfSend(record) });
  }

  #put(sending: Sending, record: OutboxRecord): Promise<void> {
    sending.record = record;
    const { payload } = sending;
    // Nobody is told of what could still be lost.
    return this.#outbox.put(record).then(() => this.#changed(record, payload));
  }

  #changed(record: OutboxRecord, payload: SendPayload, sent?: Answer): void {
    const { audience } = this.parts;
    if (!audience.watchesOutbox()) return;
    const entry = entryOf(record, payload);
    if (!sent) return audience.publishOutbox(entry);
    const { msg_id, ctime_ms } = sent;
    audience.publishOutbox({ ...entry, state: 'sent', msg_id, ctime_ms } as typeof entry);
  }

  #build(record: OutboxRecord): ReturnType<typeof buildSend> {
    const { account, platform } = this.parts;
    const { appkey, username } = account;
    return buildSend(record, { appkey, username, md5: platform.md5 });
  }
}
