/**
 * Exactly one tab of an account acts for it: shows notifications, plays sounds. The worker chooses the tab, and a Web Lock makes the choice
 * exclusive. So two tabs never act at once, even while one worker replaces another.
 */
import type { Page } from '../page/page.js';

/** A tab that holds the lock for so long after the worker's choice is frozen, and loses it. */
const STEAL_MS = 2_000;

export class ActiveTab {
  #lock: string | null = null;
  #isAway = false;
  #isActive = false;
  /** Ends with the claim to the lock. */
  #claim: AbortController | undefined;
  readonly #undo: (() => void)[];

  constructor(
    private readonly page: Page,
    private readonly onChange: (active: boolean) => void,
  ) {
    const away = (isAway: boolean) => () => {
      this.#isAway = isAway;
      this.#update();
    };
    this.#undo = [
      page.on('hide', away(true)),
      page.on('freeze', away(true)),
      page.on('show', away(false)),
      page.on('view', away(false)),
    ];
  }

  get isActive(): boolean {
    return this.#isActive;
  }

  /** @param lock the account's lock, if the worker has chosen this tab */
  choose(lock: string | null): void {
    if (lock !== this.#lock) this.#release();
    this.#lock = lock;
    this.#update();
  }

  close(): void {
    for (const undo of this.#undo) undo();
    this.#release();
  }

  #update(): void {
    if (this.#lock === null || this.#isAway) this.#release();
    else if (!this.#claim) this.#request(this.#lock);
  }

  #release(): void {
    this.#claim?.abort();
    this.#claim = undefined;
    this.#set(false);
  }

  #request(lock: string): void {
    const { locks } = this.page;
    const claim = new AbortController();
    const { signal } = claim;
    this.#claim = claim;
    if (!locks) return this.#set(true);
    const waiting = new AbortController();
    let isHeld = false;
    const request = (options: LockOptions) => {
      const granted = () => {
        clearTimeout(late);
        if (signal.aborted) return;
        isHeld = true;
        this.#set(true);
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      };
      locks.request(lock, options, granted).catch(() => {
        if (signal.aborted) return;
        // Another tab has stolen the lock, or the browser has locks and refuses them.
        if (isHeld) this.#set(false);
        else if (!waiting.signal.aborted) this.#set(true);
      });
    };
    const late = setTimeout(() => {
      waiting.abort();
      request({ steal: true });
    }, STEAL_MS);
    signal.addEventListener('abort', () => {
      clearTimeout(late);
      waiting.abort();
    });
    request({ signal: waiting.signal });
  }

  #set(isActive: boolean): void {
    if (isActive === this.#isActive) return;
    this.#isActive = isActive;
    this.onChange(isActive);
  }
}
