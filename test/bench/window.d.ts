/** Globals of the bench's pages. */
import type { JMessage } from '../../src/index.js';
import type { AuthPayload } from '../../src/protocol/tab-worker/link.js';

declare global {
  interface Window {
    JIM: JMessage;
    bench: {
      login(url: string, auth: AuthPayload, user: { username: string; password: string }): Promise<void>;
      sendInTurn(target: string, count: number): Promise<number>;
      /** Starts to listen, see {@link arrived}. */
      listenInPage(count: number): void;
      /** Resolves when the expected number of messages has arrived. */
      arrived: Promise<void>;
    };
    stores: {
      /** Total time, ms. */
      write(layout: 'rows' | 'blocks', count: number, batch: number, conversations: number): Promise<number>;
      /** Time in ms for each page of 50, at places all over a conversation of that many messages. */
      pages(layout: 'rows' | 'blocks', count: number, turns: number): Promise<number>;
    };
  }
}
