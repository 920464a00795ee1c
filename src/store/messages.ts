/** The messages of one conversation, as a value that changes, and its earlier pages. */
import type { Message, OutboxEntry, Receipt } from '../index.js';
import type { StoreClient } from './client.js';
import { type ChatMessage, MessageLog, type Self } from './message-log.js';
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
  #loading: Promise<boolean> | undefined;

  /** @internal made by `ChatStore.messages` */
  constructor(jim: StoreClient, target: Target, self: Self) {
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

  /** @internal Loads the first page, if it is wanted and still missing. */
  resume(): void {
    if (this.#hasMore === undefined && this.#cell.isWatched) void this.loadMore().catch(() => undefined);
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
    this.#log.setEntry(entry);
    this.#cell.changed();
  }

  /** @internal */
  retract(msgIds: readonly number[]): void {
    this.#log.retract(msgIds);
    this.#cell.changed();
  }

  /** Counts that the application has by itself. Of two counts the smaller one is newer. */
  setUnreadCounts(receipts: readonly Receipt[]): void {
    this.#log.setUnreadCounts(receipts);
    this.#cell.changed();
  }

  async #load(limit: number): Promise<boolean> {
    const { first } = this.#log;
    // Before the first page there may be live messages, and the page has to reach up to them.
    const before =
      this.#hasMore !== undefined && first?.msg_id !== undefined
        ? { ctime_ms: first.ctime_ms, msg_id: first.msg_id }
        : undefined;
    const page = { limit, ...(before && { before }) };
    const target = this.#target;
    const { messages, more, from_cache } = await (target.type === 4
      ? this.#jim.getHistory({ gid: target.gid, ...page })
      : this.#jim.getHistory({ username: target.username, appkey: target.appkey, ...page }));
    this.#log.add(messages);
    this.#hasMore = more;
    this.#isFromCache = from_cache === true;
    return more;
  }
}
