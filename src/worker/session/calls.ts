/**
 * A session's calls: from checked parameters to an outcome. Messages go by way of the outbox, files are uploaded first, payloads are built by the
 * row's step, and what can be answered from what is kept here is, while there is no connection.
 */

import { groupId, singleId } from '../../protocol/conversation-id.js';
import { ridOf } from '../../protocol/wire/rid.js';
import type {
  Call,
  ConversationId,
  Extras,
  Failure,
  FormParts,
  MethodRow,
  Outcome,
  RoomMessage,
} from '../../protocol/worker.js';
import type { Account } from '../connection/account.js';
import type { OnAck, Reply, RequestSpec } from '../connection/open-requests.js';
import type { ChatRooms } from '../inbox/chat-rooms.js';
import type { History, PageParams } from '../inbox/history.js';
import type { Inbox } from '../inbox/inbox.js';
import type { KnownReceipts } from '../inbox/known-receipts.js';
import { failed, type Outgoing, settled, succeeded } from '../methods/outcome.js';
import { PAYLOAD_BUILDERS, sendable } from '../methods/payload-builders.js';
import type { Uploaded } from '../methods/upload.js';
import { uploadFile } from '../methods/upload-file.js';
import { SendQueue } from '../outbox/send-queue.js';
import type { Platform } from '../platform/platform.js';
import type { OutboxRecord, Store } from '../store/store.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import type { Tab } from '../tabs/tab.js';
import { idOfConversation, readConversations } from '../util/read-answer.js';
import { type ReadSession, ReceiptBatcher } from './receipt-batcher.js';

export interface CallsParts {
  platform: Platform;
  account: Account;
  /** The account's own, 0 where the server does not say. */
  uid(): number;
  store: Store;
  inbox: Inbox;
  rooms: ChatRooms;
  receipts: KnownReceipts;
  audience: SessionTabs;
  history: History;
  send(spec: RequestSpec): Promise<Reply>;
  /** A request of the runtime's own that outlives a connection. */
  ask(event: string, payload: object, onAck?: OnAck): Promise<Reply>;
  connected(): boolean;
  /** How often the connection has been lost so far. */
  outages(): number;
  /** Why nothing can be sent any longer. */
  endedFailure(): Outcome & { kind: 'failure' };
  onConversations(answer: object): void;
}

type Params = Record<string, unknown>;

export class Calls {
  readonly #parts: CallsParts;
  readonly #sends: SendQueue;
  readonly #receipts: ReceiptBatcher;
  readonly #uploads = new Map<string, AbortController>();

  /** @param kept what the store has of earlier sends */
  constructor(parts: CallsParts, kept: readonly OutboxRecord[]) {
    this.#parts = parts;
    this.#sends = new SendQueue(parts, kept);
    this.#receipts = new ReceiptBatcher(parts.platform.clock, (payload, onAck) =>
      parts.ask('receipt_report', payload, onAck),
    );
  }

  /** Whether something is still on its way, or waits to be. */
  get isBusy(): boolean {
    return this.#sends.size > 0;
  }

  async run(tab: Tab, call: Call, row: MethodRow, params: Params): Promise<Outcome> {
    if (row.message) return this.#sends.run(tab, call, params);
    if (row.step === 'outbox') return this.#outbox(tab, call, String(params.id));
    if (row.step === 'history') return this.#parts.history.page(params as unknown as PageParams);
    if (row.step === 'receipts') return this.#report(tab, row, call, params);
    if (row.event === 'join_room' || row.event === 'exit_room')
      return this.#room(tab, call, row, Number(params.id));
    const kept = row.cache && !this.#parts.connected() ? await this.#kept(row, call, params) : undefined;
    return kept ?? this.#send(tab, call, row, params);
  }

  /** Gives up what has not gone out. */
  abort(callId: string): void {
    this.#uploads.get(callId)?.abort();
    void this.#sends.cancel(callId);
  }

  /** A send that is reported as failed elsewhere. */
  disown(callId: string, error: Failure): Promise<void> {
    return this.#sends.disown(callId, error);
  }

  connected(): void {
    this.#sends.connected();
  }

  disconnected(): void {
    this.#parts.history.disconnected();
    this.#sends.disconnected();
  }

  /** The tab is gone: nobody is left in some rooms. */
  tabLeft(tab: Tab): void {
    this.#sends.tabLeft(tab);
    for (const room of this.#parts.rooms.drop(tab.id)) {
      this.#parts.rooms.closed(room);
      void this.#parts.ask('exit_room', { id: room });
    }
  }

  /** @param error what all that is under way fails with; undefined: sends go on with the account's next session */
  async close(error: Failure | undefined): Promise<void> {
    for (const uploading of this.#uploads.values()) uploading.abort();
    this.#receipts.close();
    await this.#sends.close(error);
  }

  #outbox(tab: Tab, { method, callId }: Call, id: string): Promise<Outcome> | Outcome {
    if (method === 'retrySend') return this.#sends.retry(tab, id, callId);
    return method === 'cancelSend' ? this.#sends.cancel(id) : this.#sends.list();
  }

  async #send(tab: Tab, call: Call, row: MethodRow, params: Params): Promise<Outcome> {
    const { account, platform, store } = this.#parts;
    const uploaded = await this.#uploaded(tab, call, row, params);
    if (uploaded && !uploaded.ok) return failed(uploaded.error);
    const { callId, madeAt, method } = call;
    const build = PAYLOAD_BUILDERS[row.step as keyof typeof PAYLOAD_BUILDERS];
    const { appkey, username } = account;
    const context = { appkey, username, madeAt, media: uploaded?.media, md5: platform.md5 };
    const ready = sendable(build(params, context, row).payload, method);
    if (!ready.ok) return failed(ready.error);
    const rid = ridOf(callId);
    const outgoing: Outgoing = { rid, event: row.event ?? method, payload: ready.payload };
    const reply = await this.#parts.send({
      ...outgoing,
      onAck: (data) => tab.acknowledge(call.callId, data),
    });
    const outcome = this.#settled(row, outgoing, reply);
    if (outcome.kind !== 'success') return outcome;
    const { data } = outcome;
    if (row.cache === 'answer') void store.putAnswer(keyOf(call, params), data);
    if (row.cache !== 'conversations') return { kind: 'success', data };
    this.#parts.onConversations(data);
    return { kind: 'success', data: { ...data, conversations: await this.#withExtras(data) } };
  }

  #settled(row: MethodRow, outgoing: Outgoing, reply: Reply) {
    if (reply.kind === 'dropped') return this.#parts.endedFailure();
    const { account, uid } = this.#parts;
    return settled(row, outgoing, reply, { ...account, uid: uid() });
  }

  /** @returns undefined where there is nothing to upload */
  async #uploaded(tab: Tab, call: Call, row: MethodRow, params: Params): Promise<Uploaded | undefined> {
    const parts = row.upload && (params[row.upload.field] as FormParts | undefined);
    if (!row.upload || !parts) return undefined;
    const { callId, uploaded } = call;
    // It was there already when the worker died.
    if (uploaded) return { ok: true, media: uploaded };
    const { type } = row.upload;
    const uploading = new AbortController();
    const { signal } = uploading;
    this.#uploads.set(callId, uploading);
    const url = tab.settings.uploadUrl;
    const result = await uploadFile(this.#parts, { callId, url, type, parts, signal, tab: () => tab });
    this.#uploads.delete(callId);
    return result;
  }

  async #report(tab: Tab, row: MethodRow, call: Call, params: Params): Promise<Outcome> {
    const { account } = this.#parts;
    const {
      gid,
      username,
      appkey = account.appkey,
      msg_ids,
    } = params as {
      gid?: number;
      username: string;
      appkey?: string;
      msg_ids: number[];
    };
    const about = gid === undefined ? { appkey, username } : { gid };
    const [conversation, read]: [ConversationId, ReadSession] =
      gid === undefined
        ? [singleId(appkey, username), { type: 3, appkey, username, msg_ids }]
        : [groupId(gid), { type: 4, gid, msg_ids }];
    const reply = await this.#receipts.report(conversation, read, (data) =>
      tab.acknowledge(call.callId, data),
    );
    const outgoing = { rid: ridOf(call.callId), event: 'receipt_report', payload: read };
    const outcome = reply ? this.#settled(row, outgoing, reply) : succeeded({});
    if (outcome.kind !== 'success') return outcome;
    return { kind: 'success', data: { ...about, ...outcome.data }, second: msg_ids };
  }

  /** Rooms belong to tabs here and to the account there. */
  async #room(tab: Tab, call: Call, row: MethodRow, room: number): Promise<Outcome> {
    const { rooms, audience } = this.#parts;
    const ask = async (): Promise<Outcome> => {
      const outcome = await this.#send(tab, call, row, { id: room });
      return outcome.kind === 'success' ? { kind: 'success', data: { id: room, ...outcome.data } } : outcome;
    };
    if (row.event === 'join_room') {
      const show = (recent: readonly RoomMessage[]) => {
        for (const message of recent) audience.deliverTo(tab, 'onRoomMsg', message);
      };
      return rooms.enter(room, tab.id, show, ask);
    }
    if (!rooms.leave(room, tab.id)) return succeeded({ id: room });
    const outcome = await ask();
    if (outcome.kind === 'success') rooms.closed(room);
    return outcome;
  }

  /** What the server answered last, while it cannot be asked. */
  async #kept({ cache }: MethodRow, call: Call, params: Params): Promise<Outcome | undefined> {
    const { store } = this.#parts;
    if (cache === 'answer') {
      const answer = await store.answer(keyOf(call, params));
      return answer && succeeded({ ...answer, from_cache: true });
    }
    const kept = { conversations: await store.conversations() };
    return succeeded({ conversations: await this.#withExtras(kept), from_cache: true });
  }

  /** The application's own extras, which the server does not know. */
  async #withExtras(answer: object) {
    const { store, account } = this.#parts;
    const extras = await store.extras();
    return readConversations(answer).map((row) => ({
      ...row,
      extras: (extras.get(idOfConversation(row, account.appkey)) ?? row.extras ?? {}) as Extras,
    }));
  }
}

/** What a kept answer is found by. Checked parameters have their fields in the schema's order. */
const keyOf = ({ method }: Call, params: Params): string => `${method} ${JSON.stringify(params)}`;
