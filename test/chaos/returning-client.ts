/**
 * A client of the wire protocol that comes back when its node stops, as the runtime does. It presents its token in place of a login, and sends
 * again what has no answer yet.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { AuthPayload } from '../../src/protocol/index.js';
import { LeanClient, textTo } from '../bench/node/lean-client.js';

const LONGEST_WAIT_MS = 500;
const MAX_RID = 0x7fff_ffff;

export class ReturningClient {
  readonly #device = randomUUID();
  #token = '';
  #client: LeanClient | undefined;
  #coming: Promise<LeanClient> | undefined;
  #isOver = false;
  /** How often it has come back, and was not let in. */
  returns = 0;
  refusals = 0;
  /** Called with each push of messages, unparsed. */
  onPush: (frame: string) => void = () => {};

  constructor(
    private readonly url: string,
    private readonly user: { appkey: string; username: string; password: string },
  ) {}

  async logIn(auth: AuthPayload): Promise<void> {
    const client = await LeanClient.connect(this.url);
    const { username, password } = this.user;
    const { resume_token = '' } = await client.login(auth, { username, password, device: this.#device });
    this.#token = resume_token;
    this.#use(client);
  }

  /** Resolves when it is answered, after however many tries. @throws on a refusal */
  async send(target: string, text: string): Promise<void> {
    const payload = textTo(target, text, this.user.username);
    const rid = randomInt(1, MAX_RID);
    for (;;) {
      const client = await this.#connected();
      try {
        await client.request('s_across_single_text', payload, rid);
        return;
      } catch (error) {
        if (!client.isClosed || this.#isOver) throw error;
      }
    }
  }

  close(): void {
    this.#isOver = true;
    this.#client?.close();
  }

  async #connected(): Promise<LeanClient> {
    if (this.#client && !this.#client.isClosed) return this.#client;
    this.#coming ??= this.#comeBack().finally(() => {
      this.#coming = undefined;
    });
    return this.#coming;
  }

  async #comeBack(): Promise<LeanClient> {
    const { appkey, username } = this.user;
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, randomInt(LONGEST_WAIT_MS)));
      const client = await LeanClient.connect(this.url).catch(() => undefined);
      if (!client) continue;
      client.onPush = (frame) => this.onPush(frame);
      try {
        const resumption = { appkey, username, device: this.#device, token: this.#token };
        const { resume_token = '' } = await client.resume(resumption);
        this.#token = resume_token;
        this.returns += 1;
        this.#use(client);
        return client;
      } catch (error) {
        if (client.isClosed) continue;
        this.refusals += 1;
        client.close();
        throw error;
      }
    }
  }

  #use(client: LeanClient): void {
    this.#client = client;
    client.onPush = (frame) => this.onPush(frame);
    client.onClose = () => {
      if (!this.#isOver) void this.#connected().catch(() => undefined);
    };
  }
}
