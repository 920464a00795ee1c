/**
 * One socket's life: opened, initialised, perhaps logged in, closed once. Requests made through it end with it; a session that outlives
 * sockets keeps its own.
 */

import { ridOf } from '../../protocol/wire/rid.js';
import { type AuthPayload, CAPABILITIES, type ResumeToken, WIRE_VERSION } from '../../protocol/worker.js';
import type { Platform } from '../platform/platform.js';
import type { Socket } from '../platform/socket.js';
import { readCount } from '../util/read-answer.js';
import type { Account } from './account.js';
import { type OnAck, OpenRequests, type Reply } from './open-requests.js';

/** A web client, as stock V2 says it. */
const PLATFORM = 'j';
/** More than a server has reason to push before anybody listens. */
const MAX_HELD_EVENTS = 1_000;

export class Connection {
  readonly #requests: OpenRequests;
  readonly #socket: Socket;
  readonly #opened: Promise<boolean>;
  readonly #settleOpened: (ok: boolean) => void;
  #closed = false;
  #unseen = Promise.resolve();
  #onClose: ((reason: string) => void) | undefined;
  #onEvent: ((event: string, payload: unknown) => void) | undefined;
  /** What came while nobody listened. */
  #held: [event: string, payload: unknown][] = [];
  /** Whether it was initialised with roaming. */
  roaming = false;
  /** What the server says that it can do beyond the original protocol. */
  #capabilities: readonly unknown[] = [];
  /** Of the account that is logged in on it; 0 where the server does not say. */
  uid = 0;
  /** Why it closed. */
  reason = '';

  constructor(
    private readonly platform: Platform,
    address: string,
    engine: 3 | 4,
  ) {
    this.#requests = new OpenRequests(platform.clock);
    let opened: (ok: boolean) => void = () => undefined;
    this.#opened = new Promise((resolve) => {
      opened = resolve;
    });
    this.#settleOpened = opened;
    this.#socket = platform.openSocket(address, engine, {
      onOpen: () => {
        this.#requests.attach((event, payload) => this.#socket.emit(event, payload));
        opened(true);
      },
      onClose: (reason) => {
        this.reason = reason;
        this.#end();
        this.#onClose?.(reason);
      },
      onEvent: (event, payload) => {
        if (this.#requests.handle(event, payload)) return;
        if (this.#onEvent) this.#onEvent(event, payload);
        else if (this.#held.length < MAX_HELD_EVENTS) this.#held.push([event, payload]);
      },
    });
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Whether the server has taken the connection. */
  opened(): Promise<boolean> {
    return this.#opened;
  }

  /** Who hears of this socket from now on, and of what came since {@link hold}. */
  listen(onEvent: (event: string, payload: unknown) => void, onClose: (reason: string) => void): void {
    this.#onEvent = onEvent;
    this.#onClose = onClose;
    for (const [event, payload] of this.#held.splice(0)) onEvent(event, payload);
  }

  /** Keeps what comes for the next one who listens: between a login's answer and its session nothing may fall through. */
  hold(): void {
    this.#onEvent = undefined;
    this.#onClose = undefined;
  }

  emit(event: string, payload: object): void {
    if (!this.#closed) this.#socket.emit(event, payload);
  }

  /** `dropped` when the socket closes before the answer. */
  async init(auth: AuthPayload, onAck?: OnAck): Promise<Reply> {
    const { appkey, random_str, signature, timestamp, flag } = auth;
    const signed = { appkey, random_str, signature, timestamp };
    const payload = { ...signed, flag: flag ? 1 : 0, fromPlatForm: PLATFORM };
    const reply = await this.request('c_init', payload, onAck);
    this.#readAnswer(reply, flag);
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
    const who = { appkey, username, device, token };
    const reply = await this.request('resume', {
      ...who,
      flag: roaming ? 1 : 0,
      fromPlatForm: PLATFORM,
      version: WIRE_VERSION,
    });
    this.#readAnswer(reply, roaming);
    this.#readUid(reply);
    return reply;
  }

  can(what: keyof typeof CAPABILITIES): boolean {
    return this.#capabilities.includes(CAPABILITIES[what]);
  }

  request(event: string, payload: object, onAck?: OnAck, rid = ridOf(this.platform.uuid())): Promise<Reply> {
    if (this.#closed) return Promise.resolve({ kind: 'dropped' });
    return this.#requests.send({ event, payload, rid, ephemeral: true, onAck });
  }

  /** @returns resolves when the server has seen the end of it, within a limit */
  close(): Promise<void> {
    if (!this.#closed) {
      this.#end();
      this.#unseen = this.#socket.close();
    }
    return this.#unseen;
  }

  /** It looks open and is not. */
  fail(reason: string): void {
    if (this.#closed) return;
    void this.close();
    this.reason = reason;
    this.#onClose?.(reason);
  }

  #readAnswer(reply: Reply, roaming: boolean): void {
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
    this.#requests.drop();
  }
}
