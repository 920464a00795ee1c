/** A pair of ports in memory. A message arrives in a microtask, so that fake timers of a test do not hold it. */
type Listener = (event: MessageEvent) => void;

export class TestPort {
  #other: TestPort | undefined;
  readonly #listeners: Listener[] = [];

  static pair<P extends TestPort>(this: new () => P): [P, P] {
    const [port1, port2] = [new this(), new this()];
    port1.#other = port2;
    port2.#other = port1;
    return [port1, port2];
  }

  addEventListener(_type: string, fn: Listener): void {
    this.#listeners.push(fn);
  }

  start(): void {}

  postMessage(message: unknown): void {
    const other = this.#other;
    if (!other) return;
    const data = this.copy(message);
    queueMicrotask(() => {
      // A closed end receives nothing any more.
      if (other.#other) for (const fn of other.#listeners) fn({ data } as MessageEvent);
    });
  }

  /** Messages that were posted before still reach the other end. */
  close(): void {
    this.#other = undefined;
    this.#listeners.length = 0;
  }

  protected copy(message: unknown): unknown {
    return copyOf(message);
  }
}

/** Plain data are copied. Files stay as they are, since a test environment such as jsdom has files that cannot be cloned. */
function copyOf(value: unknown): unknown {
  if (typeof value === 'function') throw new DOMException('a function cannot be cloned', 'DataCloneError');
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  if (Object.prototype.toString.call(value) !== '[object Object]') return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, copyOf(field)]));
}
