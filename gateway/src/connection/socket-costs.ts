/**
 * The costs of one socket: its frames, its requests and its backlog. Each is charged to the {@link Party} of the socket, and is admitted or
 * refused by the limits of that party.
 */
import type { Logger } from 'pino';
import type { Settings } from '../config.js';
import type { WireSocket } from '../transport/wire-socket.js';
import { TokenBucket } from '../util/token-bucket.js';
import type { Holder, Parties, Party } from './parties.js';
import { isAcknowledgement } from './request.js';

/** `flood`: the client goes on although its requests are refused. */
type Admission = 'admitted' | 'refused' | 'flood';

export class SocketCosts implements Holder {
  #party: Party;
  #isAccount = false;
  /** The limit of frames before the login. */
  readonly #stranger: TokenBucket;
  #framesAtOnce = 0;
  #owedAcknowledgements = 0;
  #held = 0;
  #isClosed = false;

  constructor(
    private readonly socket: WireSocket,
    private readonly settings: Settings,
    private readonly parties: Parties,
    private readonly log: Logger,
    now: () => number,
  ) {
    this.#party = parties.ofAddress(socket.address);
    this.#stranger = new TokenBucket(settings.strangerSocketBurst, settings.strangerSocketPerSecond, now);
  }

  /** Pays for the requests of this socket. */
  get party(): Party {
    return this.#party;
  }

  /** The client's backlog. */
  get held(): number {
    return this.#held;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** To be called when the socket has closed. */
  markClosed(): void {
    this.#isClosed = true;
  }

  discard(reason: string): void {
    this.log.debug({ socket: this.socket.id, reason }, 'socket discarded');
    this.socket.discard();
    this.#count(-this.#held);
  }

  /** From here on the account is charged. */
  chargeAccount(uid: number): void {
    this.#count(-this.#held);
    this.#party = this.parties.ofAccount(uid);
    this.#isAccount = true;
    this.weigh();
  }

  /** To be called when the socket's backlog has changed. */
  weigh(): void {
    this.#count(this.socket.backlog() - this.#held);
  }

  #count(change: number): void {
    if (change === 0) return;
    this.#held += change;
    this.parties.weigh(this.#party, this, change);
  }

  /** Whether a frame may come in at all. Nothing of it has been read yet. */
  admitsFrame(characters: number): boolean {
    const { bytesPerRequest, framesAtOnce } = this.settings;
    if (this.#framesAtOnce === 0) setImmediate(() => (this.#framesAtOnce = 0));
    this.#framesAtOnce += 1;
    if (this.#framesAtOnce > framesAtOnce) return false;
    if (this.#party.owed > 0) {
      this.#party.owed -= 1;
      return true;
    }
    const cost = 1 + Math.floor(characters / bytesPerRequest);
    if (!this.#isAccount && !this.#stranger.take(cost)) return false;
    return this.#party.frames.take(cost);
  }

  admitRequest(event: string): Admission {
    if (this.#mayAsk(event)) return 'admitted';
    return this.#party.refusals.take() ? 'refused' : 'flood';
  }

  #mayAsk(event: string): boolean {
    // Until then each frame has been paid for, or the socket is gone.
    if (!this.#isAccount) return true;
    if (this.#owedAcknowledgements === 0 || !isAcknowledgement(event)) return this.#party.requests.take();
    this.#owedAcknowledgements -= 1;
    return true;
  }

  /** Pushed messages come back as acknowledgements, which must not count against the client. */
  allowAcknowledgements(messages: number): void {
    this.#owedAcknowledgements += messages;
    this.#party.owed = Math.min(this.#party.owed + messages, this.settings.heldMessages);
  }

  /** Makes the client pay for what its request took beyond that of an ordinary one, in requests. */
  charge(requests: number): void {
    this.#party.requests.spend(requests);
  }

  /** Charges the size of a request. Before the login its frames have paid for that. */
  chargeRequest(characters: number): void {
    if (this.#isAccount) this.charge(Math.floor(characters / this.settings.bytesPerRequest));
  }

  /** Charges the bytes that a request made the database read. */
  chargeReading(bytes: number): void {
    this.charge(Math.floor(bytes / this.settings.readBytesPerRequest));
  }

  /** Charges the bytes that a request made the gateway send. */
  chargeBytes(bytes: number): void {
    this.charge(Math.floor(bytes / this.settings.sentBytesPerRequest));
  }
}
