/**
 * Asks the server for missed pushes, at login and every 150 s. The session is `ready` once they are processed.
 *
 * The conversations are requested when the sync is answered, not with it, since either request may be repeated. A server processes requests
 * in order, so the second answer shows that every push of the sync was sent.
 */
import { SYNC_CHECK_INTERVAL_MS } from '../../protocol/worker.js';
import type { Connection } from '../connection/connection.js';
import type { Reply } from '../connection/request.js';
import type { RequestChannel } from '../connection/request-channel.js';
import type { ChatRooms } from '../inbox/chat-rooms.js';
import type { Inbox } from '../inbox/inbox.js';
import type { ProfileTimes } from '../inbox/profile-times.js';
import type { ReadState } from '../inbox/read-state.js';
import type { StreamProgress } from '../inbox/stream-progress.js';
import type { Clock } from '../util/clock.js';

/** After a wake-up, a server that does not acknowledge within this time counts as lost. */
const PROBE_TIMEOUT_MS = 5_000;
/** The shortest time between two such probes. */
const PROBE_INTERVAL_MS = 10_000;

interface PeriodicSyncParts {
  channel: RequestChannel;
  inbox: Inbox;
  rooms: ChatRooms;
  read: ReadState;
  progress: StreamProgress;
  profiles: ProfileTimes;
  /** See {@link Inbox}. */
  isWhole(): boolean;
  /** A sync is done. */
  onReady(): void;
}

export class PeriodicSync {
  #running = new AbortController();
  #probedAt = 0;
  #hasSynced = false;

  constructor(
    private readonly clock: Clock,
    private readonly parts: PeriodicSyncParts,
  ) {}

  /** Whether any sync of the session is done. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /**
   * Starts with a connection that is logged in. Requests that may be stored already are answered before the sync, so that no tab gets its own
   * message from the server's history.
   */
  start(connection: Connection): void {
    this.parts.inbox.beginSync();
    this.#running = new AbortController();
    const { signal } = this.#running;
    void this.parts.channel.attach(connection).then(() => this.#run(signal));
  }

  stop(): void {
    this.#running.abort();
  }

  /** Closes a connection that looks open but does not answer. */
  probe(atMostEveryMs = PROBE_INTERVAL_MS): void {
    const { channel, progress } = this.parts;
    if (this.clock.now() - this.#probedAt < atMostEveryMs) return;
    this.#probedAt = this.clock.now();
    const cancel = this.clock.after(PROBE_TIMEOUT_MS, () => channel.fail());
    void channel.askNow('sync_check', progress.syncPayload(), cancel).then(cancel);
  }

  /** @param signal aborted when the connection is lost */
  async #run(signal: AbortSignal): Promise<void> {
    const { channel, inbox, rooms, read, progress, profiles, isWhole, onReady } = this.parts;
    const entering = rooms.entered().map((id) => channel.askNow('join_room', { id }));
    const check = answerOf(await channel.askNow('sync_check', progress.syncPayload()));
    const wasWhole = isWhole();
    if (signal.aborted) return;
    const conversations = answerOf(await channel.askNow('get_conversations', {}));
    await Promise.all(entering);
    if (signal.aborted) return;
    inbox.endSync();
    await inbox.idle();
    if (signal.aborted) return;
    if (conversations) {
      profiles.learn('get_conversations', conversations);
      read.listed(conversations);
    }
    if (check) progress.advanceTo(check, wasWhole);
    this.#hasSynced = true;
    onReady();
    const cancel = this.clock.after(SYNC_CHECK_INTERVAL_MS, () => void this.#run(signal));
    signal.addEventListener('abort', cancel);
  }
}

const answerOf = (reply: Reply) =>
  reply.kind === 'answer' && reply.answer.code === 0 ? reply.answer : undefined;
