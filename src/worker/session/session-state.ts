/** The state of a session, and the promises that wait for it to change. */
import {
  CODES,
  type EndReason,
  type Failure,
  failure,
  MESSAGES,
  type StateSnapshot,
  type WorkerAddress,
} from '../../protocol/worker.js';
import type { ReconnectorState } from '../connection/reconnector.js';
import type { RequestChannel } from '../connection/request-channel.js';

type State = ReconnectorState | { state: 'ended'; reason: EndReason };

export class SessionState {
  #state: State = { state: 'connecting' };
  /** The worker that has taken the account over, and that this worker's tabs can follow. */
  movedTo: WorkerAddress | undefined;
  /** They wait for the session to be connected or ended. */
  #onSettled: (() => void)[] = [];
  /** They wait for a sync to be done, or for an attempt to fail. */
  #onRest: (() => void)[] = [];

  constructor(private readonly channel: Pick<RequestChannel, 'connected'>) {}

  get ended(): boolean {
    return this.#state.state === 'ended';
  }

  snapshot(): Pick<StateSnapshot, 'state' | 'reason' | 'retryAt' | 'needsAuth' | 'connected' | 'synced'> {
    const { connected } = this.channel;
    return { ...this.#state, connected, synced: connected && this.#state.state === 'ready' };
  }

  change(state: State): void {
    this.#state = state;
    const { state: name } = state;
    if (name === 'syncing' || name === 'ended') release(this.#onSettled);
    if (name === 'waiting' || name === 'ready' || name === 'ended') release(this.#onRest);
  }

  /** The failure of every call once the session has ended. */
  failure(): Failure {
    const reason = this.#state.state === 'ended' ? this.#state.reason : undefined;
    if (reason === 'superseded') return failure(CODES.superseded);
    return failure(CODES.sessionEnded, `${MESSAGES[CODES.sessionEnded]}${reason ? ` (${reason})` : ''}`);
  }

  /** Resolves when the session is connected or ended, or when the signal is aborted. */
  settled(signal?: AbortSignal): Promise<void> {
    if (this.channel.connected || this.ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onSettled.push(resolve);
      signal?.addEventListener('abort', () => resolve());
    });
  }

  /** Resolves when the session is connected or ended, or when an attempt has failed. */
  firstTry(): Promise<void> {
    return Promise.race([this.settled(), this.caughtUp()]);
  }

  /** Resolves when a sync is done, or will not be soon. */
  caughtUp(): Promise<void> {
    const { state } = this.#state;
    if (state === 'ready' || state === 'waiting' || state === 'ended') return Promise.resolve();
    return new Promise((resolve) => this.#onRest.push(resolve));
  }
}

function release(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
