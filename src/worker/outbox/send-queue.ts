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
  type Outcome,
} from '../../protocol/worker.js';
import type { Answer } from '../connection/open-requests.js';
import { failed, succeeded } from '../methods/outcome.js';
import type { CallsParts } from '../session/calls.js';
import type { OutboxRecord } from '../store/store.js';
import type { Tab } from '../tabs/tab.js';
import { deferred } from '../util/deferred.js';
import { entryOf, fileIn, type SendPayload } from './entries.js';
import { Expiry } from './expiry.js';
import { Outbox } from './outbox.js';
import {
  type Built,
  buildSend,
  isHidden,
  isKeptOnceSent,
  isOver,
  isRefused,
  isSend,
  ridOfSend,
} from './record.js';
import { Send, type SendParts } from './send.js';
import { SentNotifier } from './sent-notifier.js';

type Params = Record<string, unknown>;

export class SendQueue {
  readonly #outbox: Outbox;
  readonly #sendings = new Map<string, Send>();
  /** The last one of each conversation. */
  readonly #lanes = new Map<ConversationId, Send>();
  readonly #expiry: Expiry;
  readonly #sendingParts: SendParts;
  #online = deferred();

  /** @param kept what the store has of earlier sends */
  constructor(
    private readonly parts: CallsParts,
    kept: readonly OutboxRecord[],
  ) {
    const { clock } = parts.platform;
    this.#sendingParts = {
      calls: parts,
      telling: new SentNotifier(parts),
      build: (record) => this.#build(record),
      put: ({ record, payload }) =>
        // Nobody is told of what could still be lost, nor of what it has been meanwhile: an answer may be faster than the disk.
        this.#outbox.put(record).then(() => {
          const now = this.#outbox.get(record.callId);
          if (now?.state.is === record.state.is) this.#changed(now, payload);
        }),
      sent: ({ record, payload }, outcome) => {
        if (isKeptOnceSent(record)) void this.#outbox.put({ ...record, state: { is: 'sent', outcome } });
        else this.#outbox.forget(record);
        this.#changed(record, payload, outcome.data);
      },
      online: () => this.#online.done,
    };
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
    const { callId, madeAt, uploaded, again } = call;
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
      again,
      attempt: 0,
      state: { is: 'queued' },
    };
    const built = this.#build(record);
    return built.ok ? this.#begin(record, built, tab).outcome : failed(built.error);
  }

  list(): Outcome {
    const records = this.#outbox.all().filter((record) => !isHidden(record));
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
    if (record?.retriedBy === retriedBy) return this.#join(record, tab);
    if (!record || isHidden(record)) return failed(failure(CODES.noSuchSend));
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
    if (!record || record.state.is === 'sent') return failed(failure(CODES.noSuchSend));
    if (record.state.is === 'cancelled') return succeeded({});
    const mayBeOut = record.state.is === 'sending' || (record.state.is === 'queued' && record.again);
    if (mayBeOut) return failed(failure(CODES.onItsWay));
    const sending = this.#sendings.get(id);
    if (sending) {
      await sending.callOff({ is: 'cancelled' }, failed(failure(CODES.aborted)));
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
    await sending?.callOff({ is: 'failed', error }, failed(error));
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
      error ? sending.callOff({ is: 'failed', error }, failed(error)) : sending.leave(),
    );
    await Promise.all(written);
    await this.#outbox.close();
  }

  #join(record: OutboxRecord, tab: Tab): Promise<Outcome> | Outcome {
    const sending = this.#sendings.get(record.callId);
    if (sending) {
      sending.tab = tab;
      if (record.state.is === 'queued') sending.tellQueued();
      return sending.outcome;
    }
    const { state } = record;
    if (state.is === 'sent') return state.outcome;
    if (state.is === 'failed') return failed(state.error);
    if (state.is === 'timeout') return this.#timedOut(record, state.responseTimeout);
    return failed(failure(CODES.aborted));
  }

  #begin(accepted: OutboxRecord, built: Built, tab: Tab | undefined): Send {
    const { lane } = built;
    const { callId } = accepted;
    const before = this.#lanes.get(lane);
    const sending = new Send(this.#sendingParts, accepted, built, before, tab);
    this.#sendings.set(callId, sending);
    this.#lanes.set(lane, sending);
    void sending.outcome.finally(() => {
      if (this.#sendings.get(callId) === sending) this.#sendings.delete(callId);
      void sending.passed.then(() => {
        if (this.#lanes.get(lane) === sending) this.#lanes.delete(lane);
      });
    });
    this.#expiry.by(accepted.expiresAt);
    return sending;
  }

  /** Those that are too old, and cannot go out now. */
  #expire(): void {
    const now = this.parts.platform.clock.now();
    for (const sending of this.parts.connected() ? [] : this.#sendings.values()) {
      const { record } = sending;
      if (record.expiresAt > now) continue;
      const timedOut = this.#timedOut(record, false);
      void sending.callOff({ is: 'timeout', responseTimeout: false }, timedOut);
    }
    for (const { record } of this.#sendings.values()) this.#expiry.by(record.expiresAt);
  }

  #timedOut(record: OutboxRecord, responseTimeout: boolean): Outcome {
    const built = this.#build(record);
    const rid = ridOfSend(record);
    return { kind: 'timeout', rid, data: { ...(built.ok && built.payload), rid }, responseTimeout };
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
