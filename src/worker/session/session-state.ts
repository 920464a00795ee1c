/** Where a session stands, and who waits for that to change. */
import type { EndReason, StateSnapshot } from '../../protocol/worker.js';
import type { ReconnectorState } from '../connection/reconnector.js';

export class SessionState {
  #state: ReconnectorState | { state: 'ended'; reason: EndReason } = { state: 'connecting' };
  #connected = false;
  #outages = 0;
  /** Who waits for it to be connected or over. */
  #waiters: (() => void)[] = [];
  /** Who waits for a sync to be through or for an attempt to have failed. */
  #onRest: (() => void)[] = [];

  get connected(): boolean {
    return this.#connected;
  }

  /** How often the connection has been lost. */
  get outages(): number {
    return this.#outages;
  }

  get ended(): boolean {
    return this.#state.state === 'ended';
  }

  get endReason(): EndReason | undefined {
    return this.#state.state === 'ended' ? this.#state.reason : undefined;
  }

  snapshot(): Pick<StateSnapshot, 'state' | 'reason' | 'retryAt' | 'needsAuth' | 'connected' | 'synced'> {
    const connected = this.#connected;
    return { ...this.#state, connected, synced: connected && this.#state.state === 'ready' };
  }

  change(state: ReconnectorState): void {
    this.#state = state;
    if (state.state === 'waiting' || state.state === 'ready') this.#rest();
  }

  up(): void {
    this.#connected = true;
    release(this.#waiters);
  }

  down(): void {
    this.#connected = false;
    this.#outages += 1;
  }

  end(reason: EndReason): void {
    this.#connected = false;
    this.#state = { state: 'ended', reason };
    release(this.#waiters);
    this.#rest();
  }

  /** Resolves when the session is connected or over, whichever comes first, or the signal says not to wait. */
  settled(signal: AbortSignal): Promise<void> {
    if (this.#connected || this.ended || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      signal.addEventListener('abort', () => resolve());
    });
  }

  /** Resolves when the session is connected or over, or is known not to be reachable just now. */
  async firstTry(): Promise<void> {
    if (this.#state.state === 'waiting') return;
    const tried = new AbortController();
    this.#onRest.push(() => tried.abort());
    await this.settled(tried.signal);
  }

  /** Resolves when a sync is through, or will not be just now. */
  caughtUp(): Promise<void> {
    const { state } = this.#state;
    if (state === 'ready' || state === 'waiting' || state === 'ended') return Promise.resolve();
    return new Promise((resolve) => this.#onRest.push(resolve));
  }

  #rest(): void {
    release(this.#onRest);
  }
}

function release(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
