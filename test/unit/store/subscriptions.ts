/** Counts the subscriptions of bindings that have not ended. */
import type { ChatStore, ConversationRef, Readable } from '../../../src/store/index.js';

type Subscribe = Readable<unknown>['subscribe'];

/** @returns the number of present subscriptions to the store and to the messages of `refs` */
export function subscriptionsOf(store: ChatStore, ...refs: ConversationRef[]): () => number {
  let present = 0;
  const { connection, conversations, unread, outbox, invitations } = store;
  for (const readable of [
    connection,
    conversations,
    unread,
    outbox,
    invitations,
    ...refs.map((ref) => store.messages(ref)),
  ]) {
    const { subscribe } = readable;
    const counted: Subscribe = (fn) => {
      const end = subscribe(fn);
      let isPresent = true;
      present += 1;
      return () => {
        if (isPresent) present -= 1;
        isPresent = false;
        end();
      };
    };
    Object.assign(readable, { subscribe: counted });
  }
  return () => present;
}
