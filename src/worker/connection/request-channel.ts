/**
 * What a session and its server say to each other: requests over whatever connection there is, and after each coming back the sync of what
 * was missed.
 */
import { ridOf } from '../../protocol/wire/rid.js';
import type { Platform } from '../platform/platform.js';
import type { Connection } from './connection.js';
import { type OnAck, OpenRequests, type Reply, type RequestSpec } from './open-requests.js';
import { keepInSync, type SyncParts } from './periodic-sync.js';

/** After a wake-up a server that does not acknowledge within this time counts as gone … */
const PROBE_TIMEOUT_MS = 5_000;
/** … and is not asked more often than this. */
const PROBE_INTERVAL_MS = 10_000;

export interface SyncKeys {
  sync_key: number;
  sync_event_key: number;
  msg_receipt_key: number;
}

export interface RequestChannelParts {
  /** Up to where everything has come. */
  keys(): SyncKeys;
  /** The chat rooms that the account is in. */
  rooms(): number[];
  /** Whether something that was sent from here is not answered: then its place is not known. */
  isBusy(): boolean;
  /** Resolves when all that has been pushed so far is dealt with. */
  idle(): Promise<void>;
  /** The answers, where there were any; `wasWhole`: when the former came, all that the server had told was here. */
  onSynced(
    check: Record<string, unknown> | undefined,
    wasWhole: boolean,
    conversations: object | undefined,
  ): void;
  /** The connection looks open and is not. */
  onSilence(reason: string): void;
}

export class RequestChannel {
  readonly #requests: OpenRequests;
  #connection: Connection | undefined;
  /** Ends with the connection. */
  #timers = new AbortController();
  #probedAt = 0;

  constructor(
    private readonly platform: Platform,
    private readonly parts: RequestChannelParts,
  ) {
    this.#requests = new OpenRequests(platform.clock);
  }

  /** How many requests are open. */
  get size(): number {
    return this.#requests.size;
  }

  /** Whether the server that it last spoke with has announced that it can do this. */
  can(capability: 'resume' | 'history'): boolean {
    return this.#connection?.can(capability) === true;
  }

  /** All that the server has told is here: what was sent from here and is not answered has a place that is not known. */
  isWhole(): boolean {
    return this.#isRoaming && !this.parts.isBusy();
  }

  send(spec: RequestSpec): Promise<Reply> {
    return this.#requests.send(spec);
  }

  /**
   * A request of the runtime's own.
   * @param ephemeral means nothing on another connection
   */
  ask(event: string, payload: object, ephemeral: boolean, onAck?: OnAck): Promise<Reply> {
    return this.#requests.send({ event, payload, rid: this.#rid(), ephemeral, onAck });
  }

  /** @returns whether it was an answer */
  handle(event: string, payload: unknown): boolean {
    return this.#requests.handle(event, payload);
  }

  /**
   * A logged-in connection is there: what is open goes out on it. Once all is answered that an earlier connection may have brought to the
   * server already, or has had its time, the sync begins: so no tab meets its own message in the server's history.
   */
  attach(connection: Connection): void {
    this.#connection = connection;
    this.#timers = new AbortController();
    const { signal } = this.#timers;
    const sure = this.#requests.attach((event, payload) => connection.emit(event, payload));
    void sure.then(() => keepInSync(this.#syncParts(), signal));
  }

  /** The connection is gone. */
  detach(): void {
    this.#timers.abort();
    this.#requests.detach();
  }

  /** Calls everything off, for good. */
  close(): void {
    this.#timers.abort();
    this.#requests.drop();
  }

  /** Asks whether a connection that looks open is. */
  probe(atMostEvery = PROBE_INTERVAL_MS): void {
    const { clock } = this.platform;
    if (clock.now() - this.#probedAt < atMostEvery) return;
    this.#probedAt = clock.now();
    const cancel = clock.after(PROBE_TIMEOUT_MS, () => this.parts.onSilence('no answer after waking'));
    const ask = { event: 'sync_check', payload: this.#keys(), rid: this.#rid() };
    void this.#requests.send({ ...ask, ephemeral: true, onAck: cancel }).then(cancel);
  }

  /** A server that gave a token is told that it is over; others see the socket close. */
  logOut(): void {
    if (this.can('resume')) this.#connection?.emit('log_out', { rid: this.#rid() });
  }

  #syncParts(): SyncParts {
    const { parts, platform } = this;
    return {
      clock: platform.clock,
      ask: (event, payload) => this.ask(event, payload, true),
      keys: () => this.#keys(),
      rooms: () => parts.rooms(),
      idle: () => parts.idle(),
      isWhole: () => this.isWhole(),
      onSynced: (check, wasWhole, conversations) => parts.onSynced(check, wasWhole, conversations),
    };
  }

  get #isRoaming(): boolean {
    return this.#connection?.roaming ?? false;
  }

  #keys(): object {
    const { sync_key, ...keys } = this.parts.keys();
    const roaming = this.#isRoaming;
    return { ...keys, sync_key: roaming ? sync_key : 0, sync_type: roaming ? 1 : 0 };
  }

  #rid(): number {
    return ridOf(this.platform.uuid());
  }
}
