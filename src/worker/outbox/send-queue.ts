/**
 * The sends of an account. Each is written to the outbox, transmitted in its conversation's order, and reported once as sent, failed, timed
 * out or cancelled. A terminal send is never transmitted again by itself. The queue continues the sends that an earlier worker left.
 */
import {
  type Call,
  CODES,
  type ConversationId,
  type Failure,
  failure,
  type Outcome,
  type SendParams,
} from '../../protocol/worker.js';
import type { Answer } from '../connection/request.js';
import { failed, type SendPayload, succeeded } from '../methods/outcome.js';
import type { UploadParts } from '../methods/upload-file.js';
import type { OutboxRecord, Sent, Store } from '../store/store.js';
import type { Tab } from '../tabs/tab.js';
import { deferred } from '../util/deferred.js';
import { entryOf, fileIn } from './entries.js';
import { Expiry } from './expiry.js';
import { Outbox } from './outbox.js';
import {
  type Built,
  buildSend,
  isHidden,
  isRefused,
  isSend,
  isTerminal,
  ridOfSend,
  untoldOf,
} from './record.js';
import { Send, type SendOwner, type Stored } from './send.js';
import { SentNotifier, type SentNotifierParts, type Turn } from './sent-notifier.js';

export interface SendQueueParts extends UploadParts, SentNotifierParts {
  store: Store;
  /** A SharedWorker outlives a tab that leaves, and writes its sends then. */
  shared: boolean;
}

export class SendQueue implements SendOwner {
  readonly notifier: SentNotifier;
  readonly #outbox: Outbox;
  readonly #sends = new Map<string, Send>();
  /** The last send of each conversation. */
  readonly #last = new Map<ConversationId, Send>();
  readonly #expiry: Expiry;
  #online = deferred();

  /** @param kept the records of the store */
  constructor(
    readonly parts: SendQueueParts,
    kept: readonly OutboxRecord[],
  ) {
    const { clock } = parts.platform;
    this.notifier = new SentNotifier(parts);
    this.#expiry = new Expiry(clock, () => this.#expire());
    this.#outbox = new Outbox(parts.store, clock, parts.shared, kept.filter(isSend));
    for (const record of this.#outbox.all()) {
      const untold = untoldOf(record);
      const built = isTerminal(record) && !untold ? undefined : this.build(record);
      if (!built?.ok) continue;
      if (untold) this.#tell(record, built.conversation, untold);
      else this.#begin(record, built, undefined);
    }
    this.#expire();
  }

  /** How many sends are not terminal. */
  get size(): number {
    return this.#sends.size;
  }

  get isBusy(): boolean {
    return this.size > 0;
  }

  /** Runs a checked call. A known call is joined, or gets the outcome that it had. */
  async run(tab: Tab, call: Call, params: SendParams): Promise<Outcome> {
    const answered = this.#outbox.outcomeOf(call.callId);
    if (answered) return answered;
    const known = this.#outbox.get(call.callId);
    if (known) return this.#join(known, tab);
    const { callId, madeAt, uploaded, again, by: tabId = tab.id } = call;
    const { uploadUrl, outboxAgeMs } = tab.settings;
    const record: OutboxRecord = {
      id: this.#outbox.nextId(),
      callId,
      tabId,
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
    const built = this.build(record);
    return built.ok ? this.#begin(record, built, tab).outcome : failed(built.error);
  }

  list(): Outcome {
    const records = this.#outbox.all().filter((record) => !isHidden(record));
    const entries = records.flatMap((record) => {
      const built = this.build(record);
      return built.ok ? { ...entryOf(record, built.payload), ...fileIn(record.params) } : [];
    });
    return succeeded({ entries });
  }

  /**
   * Sends a failed message again.
   * @param retriedBy the id of the retrying call. Submitted again after a worker's death, the call joins its retry or gets its outcome
   */
  async retry(tab: Tab, id: string, retriedBy: string): Promise<Outcome> {
    const record = this.#outbox.get(id);
    if (record?.retriedBy === retriedBy) return this.#join(record, tab);
    if (!record || isHidden(record)) return failed(failure(CODES.noSuchSend));
    const send = this.#sends.get(id);
    if (send) {
      send.record = { ...send.record, retriedBy };
      void this.#outbox.put(send.record);
      return this.#join(send.record, tab);
    }
    const again: OutboxRecord = {
      ...record,
      retriedBy,
      id: this.#outbox.nextId(),
      tabId: tab.id,
      expiresAt: this.parts.platform.clock.now() + tab.settings.outboxAgeMs,
      // A refused message is a new request. An unanswered one may be stored, so the server has to recognise it.
      attempt: record.attempt + (isRefused(record) ? 1 : 0),
      state: { is: 'queued' },
    };
    const built = this.build(again);
    return built.ok ? this.#begin(again, built, tab).outcome : failed(built.error);
  }

  /** Cancels a send that no server can have. */
  async cancel(id: string): Promise<Outcome> {
    const record = this.#outbox.get(id);
    if (!record || record.state.is === 'sent') return failed(failure(CODES.noSuchSend));
    if (record.state.is === 'cancelled') return succeeded({});
    const mayBeStored = record.state.is === 'sending' || (record.state.is === 'queued' && record.again);
    if (mayBeStored) return failed(failure(CODES.onItsWay));
    const send = this.#sends.get(id);
    if (send) {
      await send.end({ is: 'cancelled' }, failed(failure(CODES.aborted)));
    } else {
      const built = this.build(record);
      this.#outbox.forget(id);
      if (built.ok) this.#publish({ ...record, state: { is: 'cancelled' } }, built.payload);
    }
    return succeeded({});
  }

  /** The send's tab got this failure elsewhere, so the send must not be transmitted. */
  async disown(callId: string, error: Failure): Promise<void> {
    await this.#sends.get(callId)?.end({ is: 'failed', error }, failed(error));
  }

  connected(): void {
    this.#online.resolve();
  }

  disconnected(): void {
    this.#online = deferred();
    this.#outbox.flush();
    this.#expire();
  }

  /** The tab has gone, so it gets no progress, and submits no call again. */
  tabLeft(tab: Tab): void {
    this.#outbox.flush();
    void this.parts.inbox.flush();
    for (const send of this.#sends.values()) if (send.tab === tab) send.tab = undefined;
  }

  /**
   * The session has ended.
   * @param error the failure of every open call
   * @param isLapsed the sends stay in the outbox, for the account's next session
   * @returns when everything is on the disk
   */
  async close(error: Failure, isLapsed: boolean): Promise<void> {
    this.#expiry.cancel();
    const written = [...this.#sends.values()].map((send) =>
      isLapsed ? send.leave(error) : send.end({ is: 'failed', error }, failed(error)),
    );
    // Only tabs that another worker takes over still have to get sent messages.
    if (!isLapsed || this.parts.tabs.size === 0) this.#outbox.forgetUntold();
    await Promise.all(written);
    await this.#outbox.close();
  }

  build(record: OutboxRecord): ReturnType<typeof buildSend> {
    const { account, platform } = this.parts;
    const { appkey, username } = account;
    return buildSend(record, { appkey, username, md5: platform.md5 });
  }

  async save({ record, payload }: Send): Promise<void> {
    await this.#outbox.put(record);
    // Only states on the disk are published, and none that the send has left meanwhile: an answer may be faster than the disk.
    const now = this.#outbox.get(record.callId);
    if (now?.state.is === record.state.is) this.#publish(now, payload);
  }

  transmitting({ record, payload }: Send): void {
    this.#outbox.putSoon(record);
    this.#publish(record, payload);
  }

  delivered({ record, payload }: Send, { data, second, sent }: Stored, turn: Turn) {
    const outcome: Outcome = { kind: 'success', data, second };
    const isTold = turn.isPassed && !turn.waiting;
    const written = this.#outbox.answered(record, outcome, isTold ? undefined : sent);
    if (!isTold) this.#awaitTurn(turn, record, outcome);
    this.#publish(record, payload, data);
    // A tab that has the outcome never submits the call again. A message for other tabs is on the disk before that.
    return written && this.parts.tabs.size > 1 ? written.then(() => outcome) : outcome;
  }

  online(): Promise<void> {
    return this.#online.done;
  }

  /** An earlier worker died before the account's other tabs had the message. */
  #tell(record: OutboxRecord, conversation: ConversationId, sent: Sent): void {
    const { state, tabId } = record;
    if (state.is !== 'sent') return;
    const { outcome } = state;
    const turn = this.notifier.deliver(conversation, tabId, Promise.resolve({ ...outcome, sent }));
    this.#awaitTurn(turn, record, outcome);
  }

  #awaitTurn(turn: Turn, record: OutboxRecord, outcome: Outcome): void {
    void turn.passed.then(() => turn.waiting).then(() => this.#outbox.told(record, outcome));
  }

  #join(record: OutboxRecord, tab: Tab): Promise<Outcome> | Outcome {
    const send = this.#sends.get(record.callId);
    if (send) {
      send.tab = tab;
      if (record.state.is === 'queued') send.postQueued();
      return send.outcome;
    }
    const { state } = record;
    if (state.is === 'sent') return state.outcome;
    if (state.is === 'failed') return failed(state.error);
    if (state.is === 'timeout') return this.#timedOut(record, state.responseTimeout);
    return failed(failure(CODES.aborted));
  }

  #begin(accepted: OutboxRecord, built: Built, tab: Tab | undefined): Send {
    const { conversation } = built;
    const { callId } = accepted;
    const send = new Send(this, accepted, built, this.#last.get(conversation), tab);
    this.#sends.set(callId, send);
    this.#last.set(conversation, send);
    void send.outcome.finally(() => {
      if (this.#sends.get(callId) === send) this.#sends.delete(callId);
      void send.submitted.then(() => {
        if (this.#last.get(conversation) === send) this.#last.delete(conversation);
      });
    });
    this.#expiry.by(accepted.expiresAt);
    return send;
  }

  /** Times out the sends that are too old and cannot be transmitted now. */
  #expire(): void {
    const now = this.parts.platform.clock.now();
    for (const send of this.parts.channel.connected ? [] : this.#sends.values()) {
      const { record } = send;
      if (record.expiresAt > now) continue;
      const timedOut = this.#timedOut(record, false);
      void send.end({ is: 'timeout', responseTimeout: false }, timedOut);
    }
    for (const { record } of this.#sends.values()) this.#expiry.by(record.expiresAt);
  }

  #timedOut(record: OutboxRecord, responseTimeout: boolean): Outcome {
    const built = this.build(record);
    const rid = ridOfSend(record);
    return { kind: 'timeout', rid, data: { ...(built.ok && built.payload), rid }, responseTimeout };
  }

  #publish(record: OutboxRecord, payload: SendPayload, sent?: Answer): void {
    const { tabs } = this.parts;
    if (!tabs.watchOutbox) return;
    const entry = entryOf(record, payload);
    if (!sent) return tabs.publishOutbox(entry);
    const { msg_id, ctime_ms, unread_count } = sent;
    tabs.publishOutbox({ ...entry, state: 'sent', msg_id, ctime_ms, unread_count } as typeof entry);
  }
}
