/**
 * "What did I miss", asked at login and every 150 s.
 *
 * The conversations are asked for when it has been answered, not with it: either may have to be repeated. A server takes up what it receives
 * in order, so their answer shows that everything the sync had to push is through: only then is the session `ready`.
 */
import { SYNC_CHECK_INTERVAL_MS } from '../../protocol/worker.js';
import type { Clock } from '../util/clock.js';
import type { Reply } from './open-requests.js';

export interface SyncParts {
  clock: Clock;
  ask(event: string, payload: object): Promise<Reply>;
  /** Roaming, and the account's keys. */
  keys(): object;
  rooms(): number[];
  /** Resolves when all that has been pushed so far is dealt with. */
  idle(): Promise<void>;
  /** Whether, at this moment, the keys that the server gives stand for all that is before them. */
  isWhole(): boolean;
  /** `check` and `conversations` are the answers, where there were any. `wasWhole`: when the former came. */
  onSynced(
    check: Record<string, unknown> | undefined,
    wasWhole: boolean,
    conversations: object | undefined,
  ): void;
}

/** Runs until the signal says that the connection is gone. */
export async function keepInSync(parts: SyncParts, signal: AbortSignal): Promise<void> {
  const entering = parts.rooms().map((id) => parts.ask('join_room', { id }));
  const check = await parts.ask('sync_check', parts.keys());
  const wasWhole = parts.isWhole();
  if (signal.aborted) return;
  const conversations = await parts.ask('get_conversations', {});
  await Promise.all(entering);
  if (signal.aborted) return;
  await parts.idle();
  if (signal.aborted) return;
  parts.onSynced(answerOf(check), wasWhole, answerOf(conversations));
  const cancel = parts.clock.after(SYNC_CHECK_INTERVAL_MS, () => void keepInSync(parts, signal));
  signal.addEventListener('abort', cancel);
}

const answerOf = (reply: Reply) =>
  reply.kind === 'answer' && reply.answer.code === 0 ? reply.answer : undefined;
