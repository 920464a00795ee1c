/** A sync with a window, as the gateway does it: two pushes are on their way, and other requests proceed meanwhile. */
import { WINDOW_PUSHES } from '../../../gateway/src/util/push-window.js';
import type { FakeConnection } from './network.js';
import type { MissedMessages } from './server-mail.js';

export class WindowedSync {
  readonly #pushes: MissedMessages[];
  readonly #following: (() => void)[] = [];
  #untaken = 0;

  /** @param missed is pushed message by message */
  constructor(
    private readonly connection: FakeConnection,
    { sync_key, messages }: MissedMessages,
    private readonly onDone: () => void,
  ) {
    const single = messages.flatMap(({ msgs, ...conversation }) =>
      msgs.map((message) => ({ id: message.msg_id, messages: [{ ...conversation, msgs: [message] }] })),
    );
    single.sort((a, b) => a.id - b.id);
    this.#pushes = single.map(({ id, messages }, at) => ({
      sync_key: at + 1 < single.length ? id : sync_key,
      messages,
    }));
  }

  start(): void {
    this.#push();
  }

  taken(): void {
    this.#untaken -= 1;
    this.#push();
  }

  /** Runs at the end of the sync. */
  follow(run: () => void): void {
    this.#following.push(run);
  }

  #push(): void {
    while (this.#untaken < WINDOW_PUSHES) {
      const push = this.#pushes.shift();
      if (!push) break;
      this.#untaken += 1;
      this.connection.send('sync_conversation', push);
    }
    // The last push is not waited for.
    if (this.#pushes.length > 0) return;
    this.onDone();
    for (const run of this.#following.splice(0)) run();
  }
}
