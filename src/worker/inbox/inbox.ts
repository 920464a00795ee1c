/**
 * Received messages, one push after the other: the inbox persists them, delivers them to the tabs, and then acknowledges them to the server.
 * Each message is delivered once, in the order of receipt, whatever the server repeats. Messages that an earlier worker persisted are
 * delivered again, since it may have died before it delivered them; the tabs discard those they have.
 */
import {
  type ConversationId,
  type Message,
  RecentIds,
  type SyncedConversation,
} from '../../protocol/worker.js';
import type { RequestChannel } from '../connection/request-channel.js';
import { byPlace, type Place, type Store } from '../store/store.js';
import { GATHER_MS } from '../tabs/post-schedule.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import type { Clock } from '../util/clock.js';
import type { ConversationForm } from './conversation-form.js';
import { parseMsgSync, parseSyncConversation } from './push-parsing.js';
import type { ReadState } from './read-state.js';
import type { StreamProgress } from './stream-progress.js';

/** Messages of each conversation for a tab that joins with roaming, as many as the gateway gives at login. */
const SNAPSHOT_MESSAGES = 100;

/** A live message. */
interface Live {
  message: Message;
  /** The tab that sent it, which has it already; undefined if the server pushed it. */
  from?: string;
  /** The other tabs have an own message. */
  told?: () => void;
}

interface InboxParts {
  clock: Clock;
  store: Store;
  self: { username: string };
  form: ConversationForm;
  channel: Pick<RequestChannel, 'acknowledge' | 'can'>;
  tabs: Pick<SessionTabs, 'publishMessage' | 'publishSync'> & {
    deliveries: Pick<SessionTabs['deliveries'], 'afterwards'>;
  };
  read: Pick<ReadState, 'received' | 'counted'>;
  progress: Pick<StreamProgress, 'advanceTo'>;
  /** A SharedWorker outlives a tab that leaves, and writes then. */
  shared: boolean;
  /** Whether the server's sync key stands for all messages before it. A send without an answer has no known place among them. */
  isWhole(): boolean;
}

export class Inbox {
  #tail: Promise<void> = Promise.resolve();
  /** How many turns are not done. The tabs do not have their messages yet. */
  #turns = 0;
  /** Live messages that wait for their turn; undefined once other work waits behind them. */
  #burst: Live[] | undefined;
  /** Own messages that the tabs have, and the store not yet. */
  #unwritten: Message[] = [];
  #cancelGathering: (() => void) | undefined;
  /** Own messages that were sent before or while a sync brings the history they belong into; undefined between syncs. */
  #sentDuringSync: Live[] | undefined = [];
  readonly #seen = new RecentIds<number>();
  #newest: Place;

  /** @param keptUpTo `ctime_ms` of the newest message that an earlier worker persisted */
  constructor(
    private readonly parts: InboxParts,
    private readonly keptUpTo: number,
  ) {
    this.#newest = { ctime_ms: keptUpTo, msg_id: Number.MAX_SAFE_INTEGER };
  }

  /** The place of the newest delivered message. */
  get newest(): Place {
    return this.#newest;
  }

  /** `msg_sync`. Messages that waited for the end of a sync may be older than own ones. */
  live(payload: unknown): void {
    const batch: Live[] = parseMsgSync(payload).map((message) => ({ message }));
    for (const own of this.#sentDuringSync ?? []) {
      const at = batch.findIndex(({ message }) => this.#isBefore(own.message, message));
      if (at >= 0) batch.splice(at, 0, own);
    }
    void this.#receive(batch);
  }

  /** `sync_conversation`. */
  synced(payload: unknown): void {
    const push = parseSyncConversation(payload);
    if (!push) return;
    // The sync may end before this push has its turn.
    const sent = this.#sentDuringSync ?? [];
    void this.#next(async () => {
      const { channel, isWhole, progress, read, tabs } = this.parts;
      const kept = await this.#kept(sent);
      const conversations = push.conversations
        .map((conversation) => ({
          ...conversation,
          msgs: this.#unseen(this.#withSent(conversation.msgs, sent, kept)),
        }))
        .filter(({ msgs }) => msgs.length > 0);
      await this.#persist(conversations.flatMap(({ msgs }) => msgs));
      const counted = conversations.map((one) => read.counted(this.#idOf(one), one, this.#received(one)));
      if (counted.length > 0) tabs.publishSync(counted);
      this.#delivered(counted.flatMap(({ msgs }) => msgs));
      const sync_key = push.syncKey;
      const whole = isWhole();
      if (channel.can('syncWindow')) channel.acknowledge('sync_taken', { sync_key });
      tabs.deliveries.afterwards(() => {
        progress.advanceTo({ sync_key }, whole);
        channel.acknowledge('sync_conversation_ack', { sync_key });
      });
    });
  }

  /** The server is asked for missed messages. */
  beginSync(): void {
    this.#sentDuringSync ??= [];
  }

  /** The server has pushed all of them. */
  endSync(): void {
    const waiting = this.#sentDuringSync;
    this.#sentDuringSync = undefined;
    if (waiting?.length) void this.#receive(waiting);
  }

  /**
   * An own message, for every tab but the one that sent it. The tabs get it at once and the store later, since a write costs a send more than
   * its way through the worker. It waits for earlier messages, though: for a sync, and for pushes that are being written.
   * @returns undefined if the tabs have it, and otherwise a promise of that
   */
  sent(message: Message, from: string): Promise<void> | undefined {
    const sync = this.#sentDuringSync;
    if (sync) return new Promise((told) => sync.push({ message, from, told }));
    // An earlier worker may have persisted it.
    if (this.#turns > 0 || message.ctime_ms <= this.keptUpTo) return this.#receive([{ message, from }]);
    if (!this.#seen.add(message.msg_id)) return undefined;
    this.parts.tabs.publishMessage(message, from);
    this.#delivered([message]);
    this.#unwritten.push(message);
    if (this.parts.shared)
      this.#cancelGathering ??= this.parts.clock.after(GATHER_MS, () => void this.flush());
    else void this.flush();
    return undefined;
  }

  /** Own messages wait no longer for more of them. @returns when they are persisted */
  flush(): Promise<void> | undefined {
    this.#cancelGathering?.();
    this.#cancelGathering = undefined;
    if (this.#unwritten.length === 0) return this.#burst?.some(isOwn) ? this.#tail : undefined;
    return this.#queue(() => this.#persist(this.#unwritten.splice(0)));
  }

  /** Retracted messages: the store forgets them. */
  retracted(conversation: ConversationId, msgIds: readonly number[]): void {
    void this.#next(() => this.parts.store.forgetMessages(conversation, msgIds));
  }

  /** The stored history, for a tab that joins with roaming. It takes its turn, so no push comes between it and later ones. */
  snapshot(use: (conversations: SyncedConversation[]) => void): void {
    void this.#next(async () => {
      const recent = await this.parts.store.recent(SNAPSHOT_MESSAGES);
      use(this.parts.form.fromLists(recent.values()));
    });
  }

  /**
   * The messages since a time, for a tab that has all earlier ones. It takes its turn, as the snapshot does.
   * @param joined the place at which the tab joined: messages up to there are not for it, even of the same millisecond
   */
  since(ctimeMs: number, joined: Place, use: (conversations: SyncedConversation[]) => void): void {
    void this.#next(async () => {
      const stored = [...(await this.parts.store.since(ctimeMs)).values()];
      const missed = stored.map((msgs) => msgs.filter((message) => byPlace(message, joined) > 0));
      use(this.parts.form.fromLists(missed));
    });
  }

  /** Resolves when everything received so far is processed. */
  idle(): Promise<void> {
    return this.#next(async () => undefined);
  }

  /** Messages of one burst are written in one transaction. @returns when they are delivered */
  #receive(batch: Live[]): Promise<void> {
    if (this.#burst) {
      for (const one of batch) this.#burst.push(one);
      return this.#tail;
    }
    const delivered = this.#next(async () => {
      if (this.#burst === batch) this.#burst = undefined;
      const { channel, form, read, tabs } = this.parts;
      const unseen = batch.filter(({ message }) => this.#seen.add(message.msg_id));
      const kept = await this.#kept(unseen);
      // An earlier worker delivered the own ones, and died before it removed their sends from the outbox.
      const fresh = unseen.filter((one) => !(isOwn(one) && kept.has(one.message.msg_id)));
      const messages = fresh.map(({ message }) => message);
      await this.#persist(messages);
      for (const { message, from } of fresh) {
        // An earlier worker has counted the messages that it persisted.
        if (from === undefined && !kept.has(message.msg_id)) read.received(message, form.idOf(message));
        tabs.publishMessage(message, from);
      }
      this.#delivered(messages);
      for (const { message, from, told } of batch) {
        told?.();
        if (from !== undefined) continue;
        const { msg_id, msg_type, from_uid, from_gid } = message;
        const acknowledgement = { msg_id, msg_type, from_uid, from_gid };
        tabs.deliveries.afterwards(() => channel.acknowledge('msg_recv_v2', acknowledgement));
      }
    });
    this.#burst = batch;
    return delivered;
  }

  #next(work: () => Promise<void>): Promise<void> {
    void this.flush();
    this.#burst = undefined;
    this.#turns += 1;
    return this.#queue(() =>
      work().finally(() => {
        this.#turns -= 1;
      }),
    );
  }

  #queue(work: () => Promise<void>): Promise<void> {
    this.#tail = this.#tail.then(work).catch((error: unknown) => {
      // The store hides its faults, so this is a defect of the runtime. It must not stop later pushes.
      console.error('[JMessage] inbox', error);
    });
    return this.#tail;
  }

  #unseen(messages: readonly Message[]): Message[] {
    return messages.filter(({ msg_id }) => this.#seen.add(msg_id));
  }

  /** @returns the ids of those messages that an earlier worker persisted */
  async #kept(batch: readonly Live[]): Promise<Set<number>> {
    const kept = new Set<number>();
    for (const { message } of batch) {
      if (message.ctime_ms > this.keptUpTo) continue;
      const { ctime_ms, msg_id } = message;
      const after = { ctime_ms, msg_id: msg_id + 1 };
      const [found] = await this.parts.store.page(this.parts.form.idOf(message), after, 1);
      if (found?.msg_id === msg_id) kept.add(msg_id);
    }
    return kept;
  }

  /** A conversation's history with the own messages that were sent within it. The sending tab discards its own. */
  #withSent(msgs: Message[], sent: readonly Live[], kept: ReadonlySet<number>): Message[] {
    const last = msgs.at(-1);
    // An earlier worker delivered those that are kept, and died before it removed their sends from the outbox.
    const within = sent.filter(
      ({ message }) => last && !kept.has(message.msg_id) && this.#isBefore(message, last),
    );
    return within.length === 0 ? msgs : [...msgs, ...within.map(({ message }) => message)].sort(byPlace);
  }

  /** Whether both are of one conversation, in this order. */
  #isBefore(message: Message, later: Message): boolean {
    const { form } = this.parts;
    return form.idOf(message) === form.idOf(later) && byPlace(message, later) < 0;
  }

  #delivered(messages: readonly Message[]): void {
    for (const message of messages) {
      const { ctime_ms, msg_id } = message;
      if (byPlace(message, this.#newest) > 0) this.#newest = { ctime_ms, msg_id };
    }
  }

  async #persist(messages: readonly Message[]): Promise<void> {
    const stored = messages.map((message) => ({ conversation: this.parts.form.idOf(message), message }));
    if (stored.length > 0) await this.parts.store.putMessages(stored);
  }

  #idOf({ msgs: [first] }: SyncedConversation): ConversationId {
    return first ? this.parts.form.idOf(first) : '';
  }

  /** How many of a conversation's messages are by others. */
  #received({ msgs }: SyncedConversation): number {
    return msgs.filter(({ content }) => content.from_id !== this.parts.self.username).length;
  }
}

const isOwn = ({ from }: Live): boolean => from !== undefined;
