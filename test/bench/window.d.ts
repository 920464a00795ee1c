/** What the bench's pages put there. */
import type { JMessage } from '../../src/index.js';
import type { AuthPayload } from '../../src/protocol/tab-worker/link.js';

declare global {
  interface Window {
    JIM: JMessage;
    bench: {
      login(url: string, auth: AuthPayload, user: { username: string; password: string }): Promise<void>;
      sendInTurn(target: string, count: number): Promise<number>;
      /** Begins to listen, see {@link arrived}. */
      listenInPage(count: number): void;
      /** Resolves when as many messages have arrived as were listened for. */
      arrived: Promise<void>;
    };
    stores: {
      /** ms for all. */
      write(layout: 'rows' | 'blocks', count: number, batch: number, conversations: number): Promise<number>;
      /** ms for each page of 50, at places all over a conversation of so many messages. */
      pages(layout: 'rows' | 'blocks', count: number, turns: number): Promise<number>;
    };
  }
}
