/**
 * A client that speaks the wire protocol directly, by plain Socket.IO and without the runtime: the other side of a test.
 * It can also read the stored messages, by a login with roaming.
 */
import { randomInt, randomUUID } from 'node:crypto';
import {
  ANSWERED_AS,
  type AuthPayload,
  type PushEvent,
  type RequestEvent,
  type WireMessage,
} from '../../src/protocol/index.js';
import { textOf } from './message-parts.js';
import { md5 } from './signing.js';
import { until } from './until.js';
import { Client } from './wire-socket.js';

const ANSWER_TIMEOUT_MS = 10_000;
const MAX_RID = 0x7fff_ffff;

export interface Answer {
  rid: number;
  code: number;
  message: string;
  [field: string]: unknown;
}

interface Push {
  event: string;
  payload: Record<string, unknown>;
}

export interface WireClientOptions {
  /** Makes the payload of `c_init`. */
  auth(): AuthPayload;
  username: string;
  password: string;
  /** Whether it acknowledges messages on arrival. Default: yes. */
  acknowledge?: boolean;
  /** `fromPlatForm`: the kind of device. Default: the web's. */
  platform?: string;
}

/** Registers new accounts. */
export async function register(url: string, options: WireClientOptions): Promise<Answer> {
  const client = await WireClient.connect(url, options);
  try {
    const { username, password } = options;
    return await client.request('register', { username, password: md5(password) });
  } finally {
    client.close();
  }
}

/** Connects, logs in and syncs, as every client does. Before the sync the server holds live messages back. */
export async function wireClient(url: string, options: WireClientOptions): Promise<WireClient> {
  const client = await WireClient.connect(url, options);
  await client.login();
  await client.sync(false);
  return client;
}

export class WireClient {
  /** Every push of the server. */
  readonly pushes: Push[] = [];
  readonly #client: Client;
  readonly #options: WireClientOptions;

  private constructor(client: Client, options: WireClientOptions) {
    this.#client = client;
    this.#options = options;
    client.onPush = (event, payload) => this.#receive(event, payload);
  }

  /** A socket that has presented its signature. */
  static async connect(url: string, options: WireClientOptions): Promise<WireClient> {
    const client = new WireClient(await Client.connect(url), options);
    client.#expectOk(
      'c_init',
      await client.request('c_init', { ...options.auth(), fromPlatForm: options.platform ?? 'j' }),
    );
    return client;
  }

  get connected(): boolean {
    return this.#client.all('disconnect').length === 0;
  }

  get username(): string {
    return this.#options.username;
  }

  async login(): Promise<Answer> {
    const { username, password } = this.#options;
    const payload = { username, password: md5(password), is_md5: true, version: '2.5.0' };
    return this.#expectOk('login', await this.request('login', payload));
  }

  /** @param roaming syncs all stored messages, not only unacknowledged ones @returns the account's current keys */
  async sync(roaming: boolean): Promise<Answer> {
    const keys = { sync_key: 0, sync_event_key: 0, msg_receipt_key: 0 };
    return this.#expectOk('sync_check', await this.request('sync_check', { ...keys, sync_type: roaming }));
  }

  /** Sends a request once and waits for its answer, including a refusal. */
  async request(event: RequestEvent, payload: object, rid = randomInt(1, MAX_RID)): Promise<Answer> {
    let answer: Answer | undefined;
    void this.#client.ask(event, payload, rid).then((data) => {
      answer = data;
    });
    return until(`the answer to ${event}`, () => answer, ANSWER_TIMEOUT_MS);
  }

  /** Emits without waiting for an answer. */
  emit(event: string, payload: object): void {
    this.#client.socket.emit(event, payload);
  }

  /** Sends a text. @returns the answer, with its `msg_id` */
  async send(target: string, text: string): Promise<Answer> {
    return this.sendBody(target, 'text', { text });
  }

  /** Sends a message of any kind, including kinds that the runtime never sends. */
  async sendBody(target: string, msg_type: string, msg_body: object): Promise<Answer> {
    const from_id = this.#options.username;
    return this.#expectOk(
      's_across_single_text',
      await this.request('s_across_single_text', {
        target_id: target,
        target_name: target,
        content: {
          version: 1,
          target_type: 'single',
          target_id: target,
          target_name: target,
          from_platform: this.#options.platform ?? 'web',
          from_id,
          from_name: from_id,
          create_time: Date.now(),
          msg_type,
          msg_body,
        },
      }),
    );
  }

  /** The first matching push of an event, past or future. */
  async waitFor(
    event: PushEvent,
    matches: (payload: Record<string, unknown>) => boolean = () => true,
  ): Promise<Push> {
    return until(`a push ${event}`, () =>
      this.pushes.find((push) => push.event === event && matches(push.payload)),
    );
  }

  /** Every pushed message, live or from a sync, in the order of arrival. */
  get messages(): WireMessage[] {
    return this.pushes.flatMap(({ event, payload }) => {
      if (event === 'msg_sync') return payload.messages as WireMessage[];
      if (event !== 'sync_conversation') return [];
      return (payload.messages as { msgs: WireMessage[] }[]).flatMap(({ msgs }) => msgs);
    });
  }

  /** Waits until a text has arrived. */
  async waitForText(text: string): Promise<WireMessage> {
    return until(`the text ${JSON.stringify(text)}`, () =>
      this.messages.find((message) => textOf(message) === text),
    );
  }

  close(): void {
    this.#client.close();
  }

  #receive(event: string, payload: Record<string, unknown>): void {
    this.pushes.push({ event, payload });
    if (this.#options.acknowledge === false) return;
    if (event === 'msg_sync') {
      for (const { msg_id, msg_type, from_uid, from_gid } of payload.messages as WireMessage[]) {
        this.#acknowledge('msg_recv_v2', { msg_id, msg_type, from_uid, from_gid });
      }
    } else if (event === 'sync_conversation') {
      this.#acknowledge('sync_conversation_ack', { sync_key: payload.sync_key });
    }
  }

  #acknowledge(event: RequestEvent, payload: object): void {
    this.emit(event, { ...payload, rid: randomInt(1, MAX_RID) });
  }

  #expectOk(event: RequestEvent, answer: Answer): Answer {
    if (answer.code === 0) return answer;
    throw new Error(`${ANSWERED_AS[event] ?? event}: ${answer.code} ${answer.message}`);
  }
}

/** The messages that a fresh device with roaming receives, oldest first. It acknowledges none. */
export async function storedMessages(url: string, options: WireClientOptions): Promise<WireMessage[]> {
  const client = await WireClient.connect(url, { ...options, acknowledge: false });
  try {
    await client.login();
    const { sync_key } = await client.sync(true);
    // The account's newest message carries the key itself, so the sync is complete with it.
    await until(
      'the end of the sync',
      () => client.messages.some(({ msg_id }) => msg_id === sync_key) || sync_key === 0,
    );
    // Requests are answered in order, so the pushes of the sync arrive before this answer.
    await client.request('get_conversations', {});
    return client.messages.sort((a, b) => a.msg_id - b.msg_id);
  } finally {
    client.close();
  }
}

/** A text of this test only. */
export const uniqueText = (text: string): string => `${text} ${randomUUID()}`;
