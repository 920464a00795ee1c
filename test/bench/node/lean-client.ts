/**
 * A client of the wire protocol that costs next to nothing: it frames and reads Socket.IO packets itself and looks into answers only. So a load
 * on two cores measures the gateway and not its clients.
 */
import { createHash } from 'node:crypto';
import { WebSocket } from 'ws';
import type { AuthPayload } from '../../../src/protocol/index.js';

const ANSWER =
  /^42\["(?:c_init|login|resume|sync_check|sync_conversation_ack|s_single_text|register|create_group|add_across_group_member|send_group_msg)"/;
const RID = /"rid":(\d+)/;
const PUSHES = ['42["msg_sync"', '42["sync_conversation"'];

interface Answer {
  rid: number;
  code: number;
  message: string;
  gid?: number;
  resume_token?: string;
  sync_key?: number;
}

/** The payload of a return without a signature or a password. */
export interface Resumption {
  appkey: string;
  username: string;
  device: string;
  token: string;
}

export class LeanClient {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #username = '';
  #rid = 0;
  /** Called when the server or the network has closed it. */
  onClose: () => void = () => {};
  /** Called with each push of messages, unparsed. */
  onPush: (frame: string) => void = () => {};

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#receive(String(data)));
    socket.on('close', () => this.#closed());
  }

  static async connect(url: string): Promise<LeanClient> {
    const address = `${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`;
    const socket = new WebSocket(address, { perMessageDeflate: false });
    await new Promise((resolve, reject) => {
      socket.once('message', resolve);
      socket.once('error', reject);
    });
    socket.send('40');
    await new Promise((resolve) => socket.once('message', resolve));
    return new LeanClient(socket);
  }

  /** @returns the answer, which has a token if a device was named */
  async login(
    auth: AuthPayload,
    user: { username: string; password: string; device?: string },
  ): Promise<Answer> {
    const { username, device } = user;
    this.#username = username;
    await this.request('c_init', { ...auth, fromPlatForm: 'j' });
    const password = createHash('md5').update(user.password).digest('hex');
    const answer = await this.request('login', { username, password, is_md5: true, device });
    await this.#sync();
    return answer;
  }

  /** In place of the login. @returns the answer, which has the next token */
  async resume(resumption: Resumption): Promise<Answer> {
    this.#username = resumption.username;
    const answer = await this.request('resume', { ...resumption, flag: 1, fromPlatForm: 'j' });
    await this.#sync();
    return answer;
  }

  /** Receives what the account has missed, and acknowledges it. */
  async catchUp(): Promise<void> {
    const { sync_key } = await this.#sync();
    // Without a window requests wait for the end of the sync.
    await this.request('sync_conversation_ack', { sync_key });
  }

  get isClosed(): boolean {
    return this.#socket.readyState !== WebSocket.OPEN;
  }

  /** @returns its id */
  async createGroup(): Promise<number> {
    const { gid } = await this.request('create_group', { group_name: 'load' });
    return Number(gid);
  }

  async addMembers(gid: number, usernames: readonly string[]): Promise<void> {
    const member_usernames = usernames.map((username) => ({ username }));
    await this.request('add_across_group_member', { gid, member_usernames });
  }

  async sendToGroup(gid: number, text: string): Promise<void> {
    const content = { version: 1, target_type: 'group', target_id: String(gid), from_id: this.#username };
    await this.request('send_group_msg', {
      target_gid: gid,
      content: { ...content, create_time: Date.now(), msg_type: 'text', msg_body: { text } },
    });
  }

  async send(target: string, text: string): Promise<void> {
    await this.request('s_across_single_text', textTo(target, text, this.#username));
  }

  /** @param rid that of a request that is sent again @throws if the answer is a refusal, or the connection is lost */
  async request(event: string, payload: object, rid = this.#nextRid()): Promise<Answer> {
    if (this.isClosed) throw new Error(`${event}: the connection is lost`);
    this.#socket.send(`42${JSON.stringify([event, { ...payload, rid }])}`);
    const answer = await new Promise<Answer>((resolve) => this.#waiting.set(rid, resolve));
    if (answer.code !== 0) throw new Error(`${event}: ${answer.code} ${answer.message}`);
    return answer;
  }

  /** A frame that expects no answer. */
  emit(event: string, payload: object): void {
    this.#socket.send(`42${JSON.stringify([event, { ...payload, rid: this.#nextRid() }])}`);
  }

  close(): void {
    this.#socket.close();
  }

  #sync(): Promise<Answer> {
    return this.request('sync_check', { sync_key: 0, sync_type: 0 });
  }

  #nextRid(): number {
    this.#rid += 1;
    return this.#rid;
  }

  #receive(frame: string): void {
    if (frame === '2') return this.#socket.send('3');
    if (PUSHES.some((push) => frame.startsWith(push))) return this.onPush(frame);
    if (!ANSWER.test(frame)) return;
    const rid = Number(RID.exec(frame)?.[1]);
    const settle = this.#waiting.get(rid);
    if (!settle) return;
    this.#waiting.delete(rid);
    const [, answer] = JSON.parse(frame.slice(2)) as [string, Answer];
    settle({ ...answer, code: answer.code ?? 0 });
  }

  #closed(): void {
    const lost = { rid: 0, code: -1, message: 'the connection was lost' };
    for (const settle of this.#waiting.values()) settle(lost);
    this.#waiting.clear();
    this.onClose();
  }
}

/** The payload of a text, the same for all tries. */
export const textTo = (target: string, text: string, from_id: string) => ({
  target_id: target,
  content: {
    version: 1,
    target_type: 'single',
    target_id: target,
    from_id,
    create_time: Date.now(),
    msg_type: 'text',
    msg_body: { text },
  },
});
