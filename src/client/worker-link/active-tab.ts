/**
 * Exactly one tab of an account acts for it: shows notifications, plays sounds. The worker chooses the tab, and a Web Lock makes the choice
 * exclusive. So two tabs never act at once, even while one worker replaces another.
 */
import type { Page } from '../page/page.js';

/** A tab that holds the lock for so long after the worker's choice is frozen, and loses it. */
const STEAL_MS = 2_000;
/** The browser tells the loser a moment later, so the tab that took the lock waits for so long before it acts. */
const LOSS_MS = 100;

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

  #update(claim?: 'patient'): void {
    if (this.#lock === null || this.#isAway) this.#release();
    else if (!this.#claim) this.#request(this.#lock, claim);
  }

  #release(): void {
    this.#claim?.abort();
    this.#claim = undefined;
    this.#set(false);
  }

  /** @param claim a patient one never steals the lock */
  #request(lock: string, claim?: 'patient'): void {
    const { locks } = this.page;
    this.#claim = new AbortController();
    const { signal } = this.#claim;
    if (!locks) return this.#set(true);
    const waiting = new AbortController();
    let isHeld = false;
    const request = (options: LockOptions) => {
      const granted = () => {
        clearTimeout(late);
        if (signal.aborted) return;
        isHeld = true;
        if (options.steal) late = setTimeout(() => this.#set(true), LOSS_MS);
        else this.#set(true);
        return new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      };
      locks.request(lock, options, granted).catch(() => {
        if (signal.aborted) return;
        if (isHeld) {
          // Another tab has stolen the lock. It gives the lock back if the worker chooses this tab again.
          this.#release();
          this.#update('patient');
        } else if (!waiting.signal.aborted) {
          // The browser has locks and refuses them.
          this.#set(true);
        }
      });
    };
    const steal = () => {
      waiting.abort();
      request({ steal: true });
    };
    let late = claim === 'patient' ? undefined : setTimeout(steal, STEAL_MS);
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
