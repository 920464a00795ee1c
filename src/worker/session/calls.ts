/**
 * Runs the calls of a session's tabs, from checked parameters to an outcome. Messages go to the send queue, files are uploaded before their
 * request, and without a connection cached answers are given.
 */
import { conversationId, groupId, singleId } from '../../protocol/conversation-id.js';
import { ridOf } from '../../protocol/wire/rid.js';
import type {
  ConversationId,
  Extras,
  Failure,
  MethodRow,
  Outcome,
  RoomMessage,
} from '../../protocol/worker.js';
import type { Reply } from '../connection/request.js';
import { toListenerEvent } from '../inbox/events.js';
import type { History } from '../inbox/history.js';
import type { ProfileTimes } from '../inbox/profile-times.js';
import type { CheckedCall, LocalCall } from '../methods/checked-call.js';
import { failed, type Outgoing, settled, succeeded } from '../methods/outcome.js';
import { buildPayload } from '../methods/payload-builders.js';
import type { Uploaded } from '../methods/upload.js';
import { uploadFile } from '../methods/upload-file.js';
import type { SendQueue, SendQueueParts } from '../outbox/send-queue.js';
import type { Tab } from '../tabs/tab.js';
import { idOfConversation, readConversations } from '../util/read-answer.js';
import { invitationAnsweredBy } from './invitation-answers.js';
import { eventOfChange } from './own-changes.js';
import { type ReadSession, ReceiptBatcher } from './receipt-batcher.js';

interface CallsParts extends SendQueueParts {
  sends: SendQueue;
  history: History;
  profiles: ProfileTimes;
}

/** The answer of a gateway to an event that it does not know. */
const NO_SUCH_EXTENSION: Failure = { code: 882003, message: 'unknown to this server' };

export class Calls {
  readonly #receipts: ReceiptBatcher;
  readonly #uploads = new Map<string, AbortController>();

  constructor(private readonly parts: CallsParts) {
    this.#receipts = new ReceiptBatcher(parts.platform.clock, parts.channel);
  }

  async run(tab: Tab, checked: CheckedCall): Promise<Outcome> {
    const outcome = await this.#run(tab, checked);
    if (outcome.kind === 'success') this.#publishChange(tab, checked);
    return outcome;
  }

  /** Runs a call that needs no answer of the server. */
  runLocal(tab: Tab, { method, params }: LocalCall): Outcome {
    const { account, read, store } = this.parts;
    const conversation = conversationId(params, account.appkey);
    if (method === 'resetUnreadCount') read.readIn(tab, conversation);
    if (method === 'closeConversation' && tab.open === conversation) tab.open = null;
    if (method === 'updateConversation' && params.extras) {
      void store.putExtras(conversation, params.extras);
    }
    return succeeded({});
  }

  /** Cancels an upload, or a send that no server can have. */
  abort(callId: string): void {
    this.#uploads.get(callId)?.abort();
    void this.parts.sends.cancel(callId);
  }

  /** The tab has gone, so the account leaves the rooms in which it was the last. */
  tabLeft(tab: Tab): void {
    const { channel, rooms, sends } = this.parts;
    sends.tabLeft(tab);
    for (const room of rooms.drop(tab.id)) {
      rooms.closed(room);
      void channel.ask('exit_room', { id: room });
    }
  }

  close(): void {
    for (const uploading of this.#uploads.values()) uploading.abort();
    this.#receipts.close();
  }

  async #run(tab: Tab, checked: CheckedCall): Promise<Outcome> {
    const { channel, history, sends } = this.parts;
    const { call, row } = checked;
    if (checked.step === 'message') return sends.run(tab, call, checked.params);
    switch (checked.method) {
      case 'getOutbox':
        return sends.list();
      case 'retrySend':
        return sends.retry(tab, checked.params.id, call.callId);
      case 'cancelSend':
        return sends.cancel(checked.params.id);
      case 'getHistory':
        return history.page(checked.params);
      case 'addSingleReceiptReport': {
        const { username, appkey = this.parts.account.appkey, msg_ids } = checked.params;
        const read = { type: 3, appkey, username, msg_ids } as const;
        return this.#report(tab, checked, singleId(appkey, username), read, { appkey, username });
      }
      case 'addGroupReceiptReport': {
        const { gid, msg_ids } = checked.params;
        return this.#report(tab, checked, groupId(gid), { type: 4, gid, msg_ids }, { gid });
      }
      case 'enterChatroom':
        return this.#enterRoom(tab, checked, checked.params.id);
      case 'exitChatroom':
        return this.#exitRoom(tab, checked, checked.params.id);
      default: {
        if (row.needs && channel.connected && !channel.can(row.needs)) return failed(NO_SUCH_EXTENSION);
        const cached = row.cache && !channel.connected ? await this.#cached(checked) : undefined;
        return cached ?? this.#request(tab, checked);
      }
    }
  }

  async #request(tab: Tab, checked: CheckedCall): Promise<Outcome> {
    const { account, channel, platform, profiles, read, store } = this.parts;
    const { call, method, row } = checked;
    const uploaded = await this.#upload(tab, checked);
    if (uploaded && !uploaded.ok) return failed(uploaded.error);
    const { appkey, username } = account;
    const context = { appkey, username, madeAt: call.madeAt, media: uploaded?.media, md5: platform.md5 };
    const ready = buildPayload(checked, context);
    if (!ready.ok) return failed(ready.error);
    const outgoing: Outgoing = {
      rid: ridOf(call.callId),
      event: row.event ?? method,
      payload: ready.payload,
    };
    const reply = await channel.requests.send({
      ...outgoing,
      onAck: (data) => tab.acknowledge(call.callId, data),
    });
    if (reply.kind === 'answer') profiles.learn(outgoing.event, reply.answer);
    const outcome = this.#settled(row, outgoing, reply);
    if (outcome.kind !== 'success') return outcome;
    const { data } = outcome;
    if (row.cache === 'answer') void store.putAnswer(cacheKeyOf(checked), data);
    if (row.cache !== 'conversations') return { kind: 'success', data };
    read.listed(data);
    return { kind: 'success', data: { ...data, conversations: await this.#withExtras(data) } };
  }

  #settled(row: MethodRow, outgoing: Outgoing, reply: Reply) {
    const { account, channel } = this.parts;
    return settled(row, outgoing, reply, { ...account, uid: channel.uid });
  }

  /** @returns undefined for a call without a file */
  async #upload(tab: Tab, { call, params, row }: CheckedCall): Promise<Uploaded | undefined> {
    const { upload } = row;
    const parts = upload && Object.entries({ ...params }).find(([name]) => name === upload.field)?.[1];
    if (!upload || !parts) return undefined;
    const { callId, uploaded } = call;
    // An earlier worker has uploaded it.
    if (uploaded) return { ok: true, media: uploaded };
    const { type } = upload;
    const uploading = new AbortController();
    const { signal } = uploading;
    this.#uploads.set(callId, uploading);
    const url = tab.settings.uploadUrl;
    const result = await uploadFile(this.parts, { callId, url, type, parts, signal, tab: () => tab });
    this.#uploads.delete(callId);
    return result;
  }

  async #report(
    tab: Tab,
    { call, row }: CheckedCall,
    conversation: ConversationId,
    read: ReadSession,
    target: object,
  ): Promise<Outcome> {
    const reply = await this.#receipts.report(conversation, read, (data) =>
      tab.acknowledge(call.callId, data),
    );
    const outgoing = { rid: ridOf(call.callId), event: 'receipt_report', payload: read };
    const outcome = reply ? this.#settled(row, outgoing, reply) : succeeded({});
    if (outcome.kind !== 'success') return outcome;
    return { kind: 'success', data: { ...target, ...outcome.data }, second: read.msg_ids };
  }

  #enterRoom(tab: Tab, checked: CheckedCall, room: number): Promise<Outcome> {
    const { rooms, tabs } = this.parts;
    const show = (recent: readonly RoomMessage[]) => {
      for (const message of recent) tabs.deliverTo(tab, 'onRoomMsg', message);
    };
    return rooms.enter(room, tab.id, show, () => this.#roomRequest(tab, checked, room));
  }

  async #exitRoom(tab: Tab, checked: CheckedCall, room: number): Promise<Outcome> {
    const { rooms } = this.parts;
    if (!rooms.leave(room, tab.id)) return succeeded({ id: room });
    const outcome = await this.#roomRequest(tab, checked, room);
    if (outcome.kind === 'success') rooms.closed(room);
    return outcome;
  }

  async #roomRequest(tab: Tab, checked: CheckedCall, id: number): Promise<Outcome> {
    const outcome = await this.#request(tab, checked);
    return outcome.kind === 'success' ? { kind: 'success', data: { id, ...outcome.data } } : outcome;
  }

  /** The last answer of the server, for a time without connection. */
  async #cached(checked: CheckedCall): Promise<Outcome | undefined> {
    const { store } = this.parts;
    if (checked.row.cache === 'answer') {
      const answer = await store.answer(cacheKeyOf(checked));
      return answer && succeeded({ ...answer, from_cache: true });
    }
    const kept = { conversations: await store.conversations() };
    return succeeded({ conversations: await this.#withExtras(kept), from_cache: true });
  }

  /** Adds the application's own extras, which the server does not know. */
  async #withExtras(answer: object) {
    const { store, account } = this.parts;
    const extras = await store.extras();
    return readConversations(answer).map((row) => ({
      ...row,
      extras: (extras.get(idOfConversation(row, account.appkey)) ?? row.extras ?? {}) as Extras,
    }));
  }

  /** Delivers a change to the account's other tabs, as other devices get it. */
  #publishChange({ id }: Tab, checked: CheckedCall): void {
    const { account, platform, tabs } = this.parts;
    const event = eventOfChange(checked, account, platform.clock.now());
    const delivered = event && toListenerEvent(event);
    if (delivered) tabs.publish(delivered.listener, delivered.data, (tab) => tab !== id);
    // It is an addition, which no application for V2 listens to. So the calling tab gets it too, as its store was not asked.
    const answered = invitationAnsweredBy(checked, account.appkey);
    if (answered) tabs.publish('onInvitationAnswer', answered);
  }
}

/** Finds a cached answer. Checked parameters have their fields in the schema's order. */
const cacheKeyOf = ({ method, params }: CheckedCall): string => `${method} ${JSON.stringify(params)}`;
