/**
 * One socket, from its opening to its close: initialised, perhaps logged in. Its requests stand in the table that the session of its account
 * uses as well, so that every frame is looked up once.
 */
import { ridOf } from '../../protocol/wire/rid.js';
import { type AuthPayload, CAPABILITIES, type ResumeToken, WIRE_VERSION } from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';
import type { Socket } from '../platform/socket.js';
import { isObject, readCount } from '../util/read-answer.js';
import type { Account, ServerAddress } from './account.js';
import { OpenRequests } from './open-requests.js';
import { DROPPED, type OnAck, type Reply } from './request.js';

/** The platform of a web client, as stock V2 states it. */
const PLATFORM = 'j';
/** A server has no reason to push more than this before a session reads it. */
const MAX_HELD_PUSHES = 1_000;

export interface PushReceiver {
  handle(event: string, payload: unknown): void;
}

export class Connection {
  readonly #socket: Socket;
  readonly #opened: Promise<boolean>;
  readonly #settleOpened: (ok: boolean) => void;
  #closed = false;
  #serverSeesClose = Promise.resolve();
  #owner: { pushes: PushReceiver; onClose(): void } | undefined;
  /** Pushes that arrived between two owners. */
  #held: [event: string, payload: unknown][] = [];
  /** Whether it was initialised with roaming. */
  roaming = false;
  /** The extensions of the original protocol that the server announced. */
  #capabilities: readonly unknown[] = [];
  /** Of the logged-in account; 0 if the server does not state it. */
  uid = 0;
  /** A server that shuts down may ask its clients to return spread over this time. */
  spreadMs = 0;

  constructor(
    private readonly platform: Platform,
    { address, engine }: ServerAddress,
    readonly requests = new OpenRequests(platform.clock),
  ) {
    let opened: (ok: boolean) => void = () => undefined;
    this.#opened = new Promise((resolve) => {
      opened = resolve;
    });
    this.#settleOpened = opened;
    this.#socket = platform.openSocket(address, engine, {
      onOpen: () => {
        requests.connect((event, payload) => this.#socket.emit(event, payload));
        opened(true);
      },
      onClose: () => {
        this.#end();
        this.#owner?.onClose();
      },
      onEvent: (event, payload) => {
        if (!requests.handle(event, payload)) this.#push(event, payload);
      },
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether the server has accepted the connection. */
  opened(): Promise<boolean> {
    return this.#opened;
  }

  /** The owner receives every push from now on, and those since {@link hold}. */
  attach(pushes: PushReceiver, onClose: () => void): void {
    this.#owner = { pushes, onClose };
    for (const [event, payload] of this.#held.splice(0)) {
      if (!this.#closed) pushes.handle(event, payload);
    }
  }

  /** Keeps pushes for the next owner: none may be lost between the answer of a login and the start of its session. */
  hold(): void {
    this.#owner = undefined;
  }

  emit(event: string, payload: object): void {
    if (!this.#closed) this.#socket.emit(event, payload);
  }

  async init(auth: AuthPayload, onAck?: OnAck): Promise<Reply> {
    const { appkey, random_str, signature, timestamp, flag } = auth;
    const signed = { appkey, random_str, signature, timestamp };
    const payload = { ...signed, flag: flag ? 1 : 0, fromPlatForm: PLATFORM };
    const reply = await this.request('c_init', payload, onAck);
    this.#readCapabilities(reply, flag);
    return reply;
  }

  /** @param device names this browser profile, to a server that gives resume tokens */
  async login({ username, digest }: Account, device: string, onAck?: OnAck): Promise<Reply> {
    const payload = { username, password: digest, is_md5: true, version: WIRE_VERSION };
    const reply = await this.request('login', this.can('resume') ? { ...payload, device } : payload, onAck);
    this.#readUid(reply);
    return reply;
  }

  /** In place of {@link init} and {@link login}. */
  async resume(
    { appkey, username }: Account,
    { device, token }: ResumeToken,
    roaming: boolean,
  ): Promise<Reply> {
    const payload = { appkey, username, device, token, flag: roaming ? 1 : 0 };
    const reply = await this.request('resume', {
      ...payload,
      fromPlatForm: PLATFORM,
      version: WIRE_VERSION,
    });
    this.#readCapabilities(reply, roaming);
    this.#readUid(reply);
    return reply;
  }

  can(capability: keyof typeof CAPABILITIES): boolean {
    return this.#capabilities.includes(CAPABILITIES[capability]);
  }

  /** A request of the handshake: it is dropped when the socket closes before the answer. */
  request(event: string, payload: object, onAck?: OnAck, rid = ridOf(this.platform.uuid())): Promise<Reply> {
    if (this.#closed) return Promise.resolve(DROPPED);
    return this.requests.send({ event, payload, rid, scope: 'handshake', onAck });
  }

  /** @returns resolves when the server has seen the close, within a limit */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#end();
      this.#serverSeesClose = this.#socket.close();
    }
    return this.#serverSeesClose;
  }

  /** The connection looks open but does not answer. */
  fail(): void {
    if (this.#closed) return;
    void this.close();
    this.#owner?.onClose();
  }

  #push(event: string, payload: unknown): void {
    if (event === 'going_away') this.spreadMs = readCount(isObject(payload) && payload.retry_after, 0);
    else if (this.#owner) this.#owner.pushes.handle(event, payload);
    else if (this.#held.length < MAX_HELD_PUSHES) this.#held.push([event, payload]);
  }

  #readCapabilities(reply: Reply, roaming: boolean): void {
    if (reply.kind !== 'answer' || reply.answer.code !== 0) return;
    const { capabilities } = reply.answer;
    this.roaming = roaming;
    this.#capabilities = Array.isArray(capabilities) ? capabilities : [];
  }

  #readUid(reply: Reply): void {
    if (reply.kind === 'answer' && reply.answer.code === 0) this.uid = readCount(reply.answer.uid, 0);
  }

  #end(): void {
    this.#closed = true;
    this.#settleOpened(false);
    this.requests.disconnect();
  }
}
