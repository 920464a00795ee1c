/** A piece of network between a process and a server, or a balancer in front of several. It can be cut, or let nothing pass and say nothing. */
import net, { type AddressInfo, type Socket } from 'node:net';

const HOST = '127.0.0.1';

export class TcpRelay {
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #counts = new Map<number, number>();
  #next = 0;
  #isCut = false;
  #isHeld = false;
  readonly #server = net.createServer({ pauseOnConnect: true }, (socket) => this.#connect(socket));

  /** @param ports of the servers, which take connections in turn, or the one with the fewest takes the next */
  constructor(
    private readonly ports: () => readonly number[],
    private readonly by: 'turn' | 'fewest' = 'turn',
  ) {}

  /** The open connections to a server. */
  countFor(port: number): number {
    return this.#counts.get(port) ?? 0;
  }

  /** @returns its port */
  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, HOST, resolve));
    return this.port;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends every connection, and refuses new ones until it is healed. */
  cut(): void {
    this.#isCut = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** Nothing passes, and no side notices, until it is healed. */
  hold(): void {
    this.#isHeld = true;
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  heal(): void {
    this.#isCut = false;
    this.#isHeld = false;
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #choose(): number | undefined {
    const ports = this.ports();
    if (this.by === 'fewest') return [...ports].sort((a, b) => this.countFor(a) - this.countFor(b))[0];
    this.#next += 1;
    return ports[this.#next % ports.length];
  }

  #connect(from: Socket): void {
    const port = this.#choose();
    if (this.#isCut || port === undefined) return void from.destroy();
    const to = net.connect(port, HOST);
    const pair = [from, to] as const;
    this.#pairs.add(pair);
    this.#counts.set(port, this.countFor(port) + 1);
    from.once('close', () => this.#counts.set(port, this.countFor(port) - 1));
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      one.setNoDelay(true);
      one.on('data', (data) => {
        if (other.write(data)) return;
        one.pause();
        other.once('drain', () => {
          if (!this.#isHeld) one.resume();
        });
      });
      one.on('end', () => other.end());
      one.on('error', () => one.destroy());
      one.on('close', () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
    if (!this.#isHeld) from.resume();
    else to.pause();
  }
}
