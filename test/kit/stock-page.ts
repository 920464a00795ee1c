/**
 * A client with the habits of V2's own scripts, over their version of Socket.IO. It imitates the requests, their times and their retries. The
 * versions are in files of their own. `storage` is the browser's storage, which outlives a page.
 */
import { randomInt } from 'node:crypto';
import ioV2 from 'socket.io-client-v2';
import { md5, signatureOf } from './signing.js';
import { APPKEY, SECRET, sign } from './wire-socket.js';

const MAX_RID = 0x7fff_ffff;
const CONNECT_TIMEOUT_MS = 10_000;
const ACK_TIMEOUT_MS = 5_000;
const TRIES = 5;

export type Row = Record<string, unknown>;
export type Storage = Map<string, string>;

interface Open {
  event: string;
  data: Row;
  settle(answer: Row): void;
  tries: number;
  timer: NodeJS.Timeout | undefined;
}

/** One page with its script and socket. `calls` records the calls of its listeners by their names. */
export abstract class StockPage {
  readonly calls: { listener: string; data: Row }[] = [];
  readonly frames: { event: string; data: Row }[] = [];
  protected username = '';
  readonly #socket: ReturnType<typeof ioV2>;
  readonly #open = new Map<number, Open>();
  readonly #connected: Promise<void>;
  #waits: (() => void)[] = [];

  constructor(
    url: string,
    readonly storage: Storage,
  ) {
    this.#socket = ioV2(url, {
      transports: ['websocket', 'polling'],
      forceNew: true,
      reconnection: false,
      timeout: CONNECT_TIMEOUT_MS,
    });
    this.#connected = new Promise((resolve) => this.#socket.on('connect', () => resolve()));
    const socket = this.#socket as unknown as { onevent(packet: { data: unknown[] }): void };
    const usual = socket.onevent.bind(socket);
    // The scripts see every event before their listeners do.
    socket.onevent = (packet) => {
      usual(packet);
      const [event, data] = packet.data as [string, Row];
      this.frames.push({ event, data: structuredClone(data) });
      this.handle(event, data);
      if (!this.isPush(event)) this.#answered(event, data);
      for (const wake of this.#waits.splice(0)) wake();
    };
  }

  /** Events that the script never takes for an answer. */
  protected abstract isPush(event: string): boolean;
  /** The script's handling of an event. */
  protected abstract handle(event: string, data: Row): void;
  protected abstract readonly version: string;
  /** The script's actions after the login. */
  protected abstract entered(): void;

  async login(username: string, flag: 0 | 1 = 0): Promise<Row> {
    await this.#connected;
    const auth = { ...sign(APPKEY, SECRET, Date.now()), random_str: 'abc' };
    const signature = signatureOf(APPKEY, SECRET, auth.timestamp, auth.random_str);
    await this.ask('c_init', { ...auth, signature, flag });
    await this.ask('register', { username, password: md5('secret') });
    const answer = await this.ask('login', { username, password: md5('secret'), version: this.version });
    this.username = username;
    this.entered();
    return answer;
  }

  /** Sends a request as the script's builder does; resolves with the answer. */
  ask(event: string, data: Row = {}): Promise<Row> {
    const rid = randomInt(1, MAX_RID);
    return new Promise((settle) => {
      const open: Open = {
        event,
        data: JSON.parse(JSON.stringify(data)),
        settle,
        tries: 0,
        timer: undefined,
      };
      this.#open.set(rid, open);
      this.#try(rid, open);
    });
  }

  #try(rid: number, open: Open): void {
    if (open.tries === TRIES) return void this.#open.delete(rid);
    open.tries += 1;
    this.#socket.emit(open.event, { ...open.data, rid });
    open.timer = setTimeout(() => this.#try(rid, open), ACK_TIMEOUT_MS);
  }

  #answered(event: string, data: Row): void {
    const open = this.#open.get(Number(data.rid));
    if (!open) return;
    clearTimeout(open.timer);
    if (event === 'ack') return;
    this.#open.delete(Number(data.rid));
    open.settle(data);
  }

  /** Resolves after a matching call of that listener. */
  async receives(listener: string, matches: (data: Row) => boolean = () => true): Promise<Row> {
    for (;;) {
      const found = this.received(listener).find(matches);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waits.push(resolve));
    }
  }

  received(listener: string): Row[] {
    return this.calls.filter((one) => one.listener === listener).map(({ data }) => data);
  }

  protected tell(listener: string, data: unknown): void {
    this.calls.push({ listener, data: structuredClone(data) as Row });
  }

  /** Resolves after the pushes of all earlier requests. */
  settled(): Promise<Row> {
    return this.ask('get_groups_list');
  }

  close(): void {
    for (const { timer } of this.#open.values()) clearTimeout(timer);
    this.#socket.close();
  }
}

/** A text message in the form of the scripts' builder. */
export function stockText(type: 'single' | 'group' | 'chatroom', target: string | number, text: string): Row {
  const target_id = String(target);
  const content = {
    version: 1,
    target_type: type,
    from_platform: 'web',
    target_id,
    from_id: 'somebody',
    create_time: Date.now(),
    msg_type: 'text',
    msg_body: { text },
  };
  const to = type === 'single' ? { target_id } : { target_gid: target_id };
  return { content, no_offline: false, no_notification: false, appkey: APPKEY, ...to };
}
