/** The messages of one conversation, as a value that changes, and its earlier pages. */
import type { Message, OutboxEntry, Receipt } from '../index.js';
import type { StoreClient } from './client.js';
import { type ChatMessage, MessageLog, type Self } from './message-log.js';
import { keepRaw } from './raw.js';
import { Cell, type Readable } from './readable.js';

/** A conversation's messages at a time. */
export interface MessagesSnapshot {
  /** In order, the latest last. */
  messages: readonly ChatMessage[];
  /** Whether there are earlier ones; undefined before the first page. */
  hasMore: boolean | undefined;
  /** A page is being loaded. */
  isLoading: boolean;
  /** The last page came from this device, since there is no connection. */
  isFromCache: boolean;
}

type Target = { type: 3; appkey: string; username: string } | { type: 4; gid: number };

const PAGE = 50;

/** The messages of a conversation, as a value that changes. */
export class Messages implements Readable<MessagesSnapshot> {
  readonly #jim: StoreClient;
  readonly #target: Target;
  readonly #log: MessageLog;
  readonly #cell: Cell<MessagesSnapshot>;
  #hasMore: boolean | undefined;
  #isFromCache = false;
  /** This device may lack messages between those that it has answered. */
  #mayMiss = false;
  #loading: Promise<boolean> | undefined;

  /** @internal made by `ChatStore.messages` */
  constructor(jim: StoreClient, target: Target, self: Self) {
    keepRaw(this);
    this.#jim = jim;
    this.#target = target;
    this.#log = new MessageLog(self);
    this.#cell = new Cell(
      () => ({
        messages: this.#log.snapshot(),
        hasMore: this.#hasMore,
        isLoading: this.#loading !== undefined,
        isFromCache: this.#isFromCache,
      }),
      () => this.resume(),
    );
  }

  /** Calls `fn` after each change. @returns its removal */
  readonly subscribe = (fn: () => void): (() => void) => this.#cell.subscribe(fn);
  /** The present messages: the same object until the next change. */
  readonly getSnapshot = (): MessagesSnapshot => this.#cell.getSnapshot();

  /**
   * Loads the page before the earliest message. Concurrent calls share one request.
   * @returns whether there are earlier messages still
   * @throws the failure of `getHistory`
   */
  readonly loadMore = (limit = PAGE): Promise<boolean> => {
    this.#loading ??= this.#load(limit).finally(() => {
      this.#loading = undefined;
      this.#cell.changed();
    });
    this.#cell.changed();
    return this.#loading;
  };

  /** @internal */
  get last(): ChatMessage | undefined {
    return this.#log.last;
  }

  /** @internal Loads the first page if it is still missing, and online those that only this device has answered. */
  resume(): void {
    if (!this.#cell.isWatched) return;
    const isDue = this.#hasMore === undefined || (this.#mayMiss && this.#jim.getState().connected);
    if (isDue) void this.loadMore().catch(() => undefined);
  }

  /** @internal whether the file of an unsent message is known */
  hasFile(outboxId: string): boolean {
    return this.#log.hasFile(outboxId);
  }

  /** @internal */
  add(messages: readonly Message[]): void {
    if (this.#log.add(messages)) this.#cell.changed();
  }

  /** @internal */
  setEntry(entry: OutboxEntry): void {
    if (this.#log.setEntry(entry)) this.#cell.changed();
  }

  /** @internal */
  retract(msgIds: readonly number[]): void {
    if (this.#log.retract(msgIds)) this.#cell.changed();
  }

  /** Counts that the application has by itself. Of two counts the smaller one is newer. */
  setUnreadCounts(receipts: readonly Receipt[]): void {
    if (this.#log.setUnreadCounts(receipts)) this.#cell.changed();
  }

  async #load(limit: number): Promise<boolean> {
    const { first } = this.#log;
    // Before the first page there may be live messages, and the page has to reach up to them.
    const isFirst = this.#hasMore === undefined;
    const isRepair = this.#mayMiss && this.#jim.getState().connected;
    let page = await this.#page(limit, isFirst || isRepair ? undefined : first);
    // Online the pages begin at the end again, down to the earliest message that was there.
    while (isRepair && page.more && !page.from_cache && isAfter(page.messages[0], first)) {
      page = await this.#page(limit, page.messages[0]);
    }
    this.#hasMore = page.more;
    this.#isFromCache = page.from_cache === true;
    if (isRepair || this.#isFromCache) this.#mayMiss = this.#isFromCache;
    return page.more;
  }

  async #page(limit: number, end: Pick<Message, 'msg_id' | 'ctime_ms'> | undefined) {
    const target = this.#target;
    const ref =
      target.type === 4 ? { gid: target.gid } : { username: target.username, appkey: target.appkey };
    const before = end && { ctime_ms: end.ctime_ms, msg_id: end.msg_id };
    const page = await this.#jim.getHistory({ ...ref, limit, ...(before && { before }) });
    this.#log.add(page.messages);
    return page;
  }
}

const isAfter = (one: Message | undefined, other: Pick<Message, 'msg_id'> | undefined): boolean =>
  one !== undefined && other !== undefined && one.msg_id > other.msg_id;
