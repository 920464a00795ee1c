/** The session's side of its connections: the table of its requests, which outlives them, and the connection that is or was last there. */
import { ridOf } from '../../protocol/wire/rid.js';
import type { CAPABILITIES, Failure } from '../../protocol/worker.js';
import type { Connection } from './connection.js';
import type { OpenRequests } from './open-requests.js';
import type { OnAck, Reply } from './request.js';

export class RequestChannel {
  /** The present connection, or the last one. */
  #connection: Connection | undefined;
  #outages = 0;
  #uid: number;

  /** @param uid the account's number; 0 if the server has not stated it */
  constructor(
    private readonly uuid: () => string,
    readonly requests: OpenRequests,
    uid: number,
  ) {
    this.#uid = uid;
  }

  get connected(): boolean {
    return this.#connection?.closed === false;
  }

  /** How often the connection was lost. */
  get outages(): number {
    return this.#outages;
  }

  get uid(): number {
    return this.#uid;
  }

  get roaming(): boolean {
    return this.#connection?.roaming ?? false;
  }

  /** Whether the server of the last connection announced the extension. */
  can(capability: keyof typeof CAPABILITIES): boolean {
    return this.#connection?.can(capability) === true;
  }

  /** A request of the runtime's own, which outlives connections. */
  ask(event: string, payload: object, onAck?: OnAck): Promise<Reply> {
    return this.requests.send({ event, payload, rid: this.#rid(), onAck });
  }

  /** A request that has no meaning on another connection. */
  askNow(event: string, payload: object, onAck?: OnAck): Promise<Reply> {
    return this.requests.send({ event, payload, rid: this.#rid(), scope: 'connection', onAck });
  }

  /** Acknowledges a push, while the connection is there. */
  acknowledge(event: string, payload: object): void {
    if (this.connected) void this.askNow(event, payload);
  }

  /**
   * The connection is logged in, and open requests are transmitted on it.
   * @returns when every request that may be stored already is answered, or has had its time
   */
  attach(connection: Connection): Promise<void> {
    this.#connection = connection;
    this.#uid = connection.uid || this.#uid;
    return this.requests.logIn(connection.can('orderedSends'));
  }

  /** The connection is lost. */
  detach(): void {
    this.#outages += 1;
  }

  /** The connection looks open but does not answer. */
  fail(): void {
    this.#connection?.fail();
  }

  /** Tells a server with resume tokens that the session has ended; other servers see the socket close. */
  logOut(): void {
    if (this.can('resume')) this.#connection?.emit('log_out', { rid: this.#rid() });
  }

  /** Drops every request, for good. */
  close(error: Failure): void {
    this.requests.close(error);
  }

  #rid(): number {
    return ridOf(this.uuid());
  }
}
