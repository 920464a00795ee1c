/** How far the account's streams (messages, events, receipts) were received, and how far a page has handled them. */
import type { RequestChannel } from '../connection/request-channel.js';
import type { Progress, Store } from '../store/store.js';
import type { SessionTabs } from '../tabs/session-tabs.js';
import { readCount } from '../util/read-answer.js';

type Key = 'syncKey' | 'eventKey' | 'receiptKey';

/** Bytes of a sync on their way. The answer to a send waits behind them, and a push must not be smaller than an ordinary history. */
const SYNC_WINDOW = 512 * 1_024;

const START: Progress = { syncKey: 0, eventKey: 0, receiptKey: 0, seenEvents: [], seenReceipts: [] };

export class StreamProgress {
  #received: Progress;
  /** On the disk, and in requests to the server: a page has handled everything up to here. */
  #handled: Progress;

  /** @param kept as an earlier worker left it */
  constructor(
    private readonly store: Store,
    private readonly tabs: SessionTabs,
    private readonly channel: RequestChannel,
    kept: Progress | undefined,
  ) {
    this.#received = { ...START, ...kept };
    this.#handled = this.#received;
  }

  get received(): Progress {
    return this.#received;
  }

  /** Whether the server's next sync brings the whole history: it does so for a client without a key. */
  get isAtStart(): boolean {
    return this.#handled.syncKey === 0;
  }

  /** The payload of `sync_check`. Without roaming a sync brings no messages that were read elsewhere, so its key is not used. */
  syncPayload(): object {
    const { syncKey, eventKey, receiptKey } = this.#handled;
    const { channel } = this;
    const { roaming } = channel;
    return {
      sync_key: roaming ? syncKey : 0,
      sync_event_key: eventKey,
      msg_receipt_key: receiptKey,
      sync_type: roaming ? 1 : 0,
      window: channel.can('syncWindow') ? SYNC_WINDOW : undefined,
    };
  }

  change(changes: Partial<Progress>): void {
    this.#received = { ...this.#received, ...changes };
  }

  advance(key: Key, to: number): void {
    if (to > this.#received[key]) this.change({ [key]: to });
  }

  /**
   * Everything up to these keys was received.
   * @param isWhole messages too: see {@link syncPayload}
   */
  advanceTo(answer: Record<string, unknown>, isWhole: boolean): void {
    if (isWhole) this.advance('syncKey', readCount(answer.sync_key, 0));
    this.advance('eventKey', readCount(answer.sync_event_key, 0));
    this.advance('receiptKey', readCount(answer.msg_receipt_key, 0));
    this.keep();
  }

  /** Persists the progress once a page has handled everything received so far. @param then runs after that */
  keep(then?: () => void): void {
    const progress = this.#received;
    this.tabs.deliveries.afterwards(() => {
      if (progress !== this.#handled) {
        this.#handled = progress;
        void this.store.putProgress(progress);
      }
      then?.();
    });
  }
}
