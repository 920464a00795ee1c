/**
 * A session's calls: from checked parameters to an outcome. Files are uploaded first, payloads are built by the row's step, requests go out and
 * are answered, and what was sent is told to the other tabs.
 */

import { groupId, singleId } from '../protocol/conversation-id.js';
import { ridOf } from '../protocol/rid.js';
import {
  type Call,
  CODES,
  type ConversationId,
  type FormParts,
  failure,
  type JsonObject,
  MESSAGES,
  type MethodRow,
  type Outcome,
  type UploadedMedia,
} from '../protocol/worker.js';
import type { Account } from './account.js';
import { idOfConversation, readConversations } from './answers.js';
import type { Audience } from './audience.js';
import type { Inbox } from './inbox.js';
import { failed, type Outgoing, type Settled, settled, succeeded } from './outcomes.js';
import type { Platform } from './platform.js';
import { type ReadSession, ReceiptReports } from './receipt-reports.js';
import type { Reply, RequestSpec } from './requests.js';
import type { Rooms } from './rooms.js';
import { STEPS, sendable } from './steps.js';
import type { Store } from './store/store.js';
import type { Tab } from './tab.js';
import { type Uploaded, upload } from './upload.js';

export interface CallsParts {
  platform: Platform;
  account: Account;
  /** The account's own, 0 where the server does not say. */
  uid(): number;
  store: Store;
  inbox: Inbox;
  rooms: Rooms;
  audience: Audience;
  send(spec: RequestSpec): Promise<Reply>;
  /** A request of the runtime's own that outlives a connection. */
  ask(event: string, payload: object): Promise<Reply>;
  connected(): boolean;
  /** Why nothing can be sent any longer. */
  endedFailure(): Outcome & { kind: 'failure' };
  onConversations(answer: object): void;
}

type Params = Record<string, unknown>;

export class Calls {
  readonly #parts: CallsParts;
  readonly #receipts: ReceiptReports;
  /** The last send of each conversation that is not yet told to the other tabs. */
  readonly #lanes = new Map<string, Promise<unknown>>();
  readonly #uploads = new Map<string, AbortController>();

  constructor(parts: CallsParts) {
    this.#parts = parts;
    this.#receipts = new ReceiptReports(parts.platform.clock, (payload) =>
      parts.ask('receipt_report', payload),
    );
  }

  async run(tab: Tab, call: Call, row: MethodRow, params: Params): Promise<Outcome> {
    if (row.cache === 'conversations' && !this.#parts.connected()) return this.#fromCache();
    if (row.step === 'receipts') return this.#report(row, call, params);
    if (row.event === 'join_room' || row.event === 'exit_room')
      return this.#room(tab, call, row, Number(params.id));
    return this.#send(tab, call, row, params);
  }

  /** Gives up an upload. */
  abort(callId: string): void {
    this.#uploads.get(callId)?.abort();
  }

  /** The tab is gone: nobody is left in some rooms. */
  tabLeft(tab: Tab): void {
    for (const room of this.#parts.rooms.drop(tab.id)) {
      this.#parts.rooms.closed(room);
      void this.#parts.ask('exit_room', { id: room });
    }
  }

  close(): void {
    for (const uploading of this.#uploads.values()) uploading.abort();
    this.#receipts.close();
  }

  async #send(tab: Tab, call: Call, row: MethodRow, params: Params): Promise<Outcome> {
    const { account, platform } = this.#parts;
    const uploaded = await this.#uploaded(tab, call, row, params);
    if (uploaded && !uploaded.ok) return failed(uploaded.error);
    if (row.step === 'session' || row.step === 'receipts') return failed(failure(CODES.unknown));
    const { payload, lane } = STEPS[row.step](
      params,
      {
        appkey: account.appkey,
        username: account.username,
        madeAt: call.madeAt,
        media: uploaded?.media,
        md5: platform.md5,
      },
      row,
    );
    const ready = sendable(payload, call.method);
    if (!ready.ok) return failed(ready.error);
    const { callId } = call;
    const rid = ridOf(callId);
    const outgoing: Outgoing = { callId, rid, event: row.event ?? call.method, payload: ready.payload, lane };
    const replied = this.#parts.send({
      ...outgoing,
      onAck: (data) => tab.tell({ kind: 'ack', callId, rid, data }),
    });
    const settling = replied.then((reply) => this.#settled(row, outgoing, reply));
    this.#tellOthers(outgoing, settling, tab);
    const outcome = await settling;
    if (outcome.kind !== 'success') return outcome;
    const { data, second } = outcome;
    if (row.cache !== 'conversations') return { kind: 'success', data, second };
    this.#parts.onConversations(data);
    return { kind: 'success', data: { ...data, conversations: await this.#withExtras(data) } };
  }

  #settled(row: MethodRow, outgoing: Outgoing, reply: Reply): Settled {
    if (reply.kind === 'dropped') return this.#parts.endedFailure();
    const { account, uid } = this.#parts;
    return settled(row, outgoing, reply, { ...account, uid: uid() });
  }

  /** Answers may come late and crosswise: the other tabs see what was sent in a conversation in the order in which it was. */
  #tellOthers({ lane }: Outgoing, settling: Promise<Settled>, tab: Tab): void {
    if (lane === undefined) return;
    const { inbox, rooms, audience } = this.#parts;
    const told = Promise.all([settling, this.#lanes.get(lane)]).then(([outcome]) => {
      if (outcome.kind !== 'success' || !outcome.sent) return;
      if ('message' in outcome.sent) return inbox.sent(outcome.sent.message, tab.id);
      const { room } = outcome.sent;
      const hears = rooms.hears(room.room_id);
      if (rooms.received(room)) audience.publish('onRoomMsg', room, (id) => id !== tab.id && hears(id));
    });
    this.#lanes.set(lane, told);
    void told.then(() => {
      if (this.#lanes.get(lane) === told) this.#lanes.delete(lane);
    });
  }

  /** @returns undefined where there is nothing to upload */
  async #uploaded(tab: Tab, call: Call, row: MethodRow, params: Params): Promise<Uploaded | undefined> {
    const parts = row.upload && (params[row.upload.field] as FormParts | undefined);
    if (!row.upload || !parts) return undefined;
    // It was there already when the worker died.
    if (call.uploaded) return { ok: true, media: call.uploaded as UploadedMedia };
    const { account, platform, ask } = this.#parts;
    const { callId } = call;
    const uploading = new AbortController();
    this.#uploads.set(callId, uploading);
    const result = await upload(platform, {
      url: tab.settings.uploadUrl,
      type: row.upload.type,
      parts,
      appkey: account.appkey,
      username: account.username,
      signal: uploading.signal,
      onProgress: (loaded, total) => tab.tell({ kind: 'progress', callId, loaded, total }),
      token: () => ask('get_upload_token', {}),
    });
    this.#uploads.delete(callId);
    if (result.ok) tab.tell({ kind: 'uploaded', callId, media: result.media });
    return result;
  }

  async #report(row: MethodRow, call: Call, params: Params): Promise<Outcome> {
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
    const [conversation, read]: [ConversationId, ReadSession] =
      gid === undefined
        ? [singleId(appkey, username), { type: 3, appkey, username, msg_ids }]
        : [groupId(gid), { type: 4, gid, msg_ids }];
    const reply = await this.#receipts.report(conversation, read);
    const outgoing = { callId: call.callId, rid: ridOf(call.callId), event: 'receipt_report', payload: read };
    const outcome = this.#settled(row, { ...outgoing, lane: undefined }, reply);
    return outcome.kind === 'success' ? { kind: 'success', data: outcome.data, second: msg_ids } : outcome;
  }

  /** Rooms belong to tabs here and to the account there. */
  async #room(tab: Tab, call: Call, row: MethodRow, room: number): Promise<Outcome> {
    const { rooms, audience } = this.#parts;
    const entering = row.event === 'join_room';
    if (entering) {
      const recent = rooms.join(room, tab.id);
      if (recent) {
        for (const message of recent) audience.deliverTo(tab, 'onRoomMsg', message);
        return succeeded({ id: room });
      }
      // Its history is pushed before the answer: whom it is for has to be known by then.
      rooms.opened(room, tab.id);
    } else if (!rooms.leave(room, tab.id)) {
      return succeeded({ id: room });
    }
    const outcome = await this.#send(tab, call, row, { id: room });
    if (outcome.kind === 'success' ? !entering : entering) rooms.closed(room);
    if (outcome.kind !== 'success') return outcome;
    return { kind: 'success', data: { id: room, ...outcome.data } };
  }

  async #fromCache(): Promise<Outcome> {
    const kept = { conversations: await this.#parts.store.conversations() };
    const conversations = await this.#withExtras(kept);
    const data = { code: CODES.success, message: MESSAGES[0], conversations, from_cache: true };
    return { kind: 'success', data };
  }

  /** The application's own extras, which the server does not know. */
  async #withExtras(answer: object) {
    const { store, account } = this.#parts;
    const extras = await store.extras();
    return readConversations(answer).map((row) => ({
      ...row,
      extras: (extras.get(idOfConversation(row, account.appkey)) ?? row.extras ?? {}) as JsonObject,
    }));
  }
}
