/**
 * `jmessage-runtime/vue`: composables on the store. Each ends with the scope that it was called in.
 *
 *     app.use(chat, store);
 *     const { messages, loadMore } = useMessages(() => ({ username: props.username }));
 */
import {
  type App,
  type ComputedRef,
  computed,
  type InjectionKey,
  inject,
  type MaybeRefOrGetter,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toValue,
  watchEffect,
} from 'vue';
import type { OutboxEntry, StateSnapshot } from '../index.js';
import { NO_CONNECTION, NO_MESSAGES } from '../store/empty.js';
import type {
  ChatStore,
  ConversationItem,
  ConversationRef,
  Invitation,
  MessagesSnapshot,
  Readable,
} from '../store/index.js';

const KEY: InjectionKey<ChatStore | null> = Symbol('jmessage-runtime store');

/** A plugin: `app.use(chat, store)`. On a server there is no store, and the composables have their empty values. */
export const chat = {
  install(app: App, store: ChatStore | null): void {
    app.provide(KEY, store);
  },
};

/** The store that the application was given; null where there is none. */
export const useChatStore = (): ChatStore | null => inject(KEY, null);

/** The account's connection: its state, and who is logged in. */
export const useConnection = (): Readonly<ShallowRef<StateSnapshot>> =>
  useReadable(useChatStore()?.connection, NO_CONNECTION);

/** The conversations, the latest first. */
export const useConversations = (): Readonly<ShallowRef<readonly ConversationItem[]>> =>
  useReadable(useChatStore()?.conversations, []);

/** How many messages are unread, in all conversations. */
export const useUnread = (): Readonly<ShallowRef<number>> => useReadable(useChatStore()?.unread, 0);

/** Sends that are not delivered, with what can be done about them. */
export function useOutbox() {
  const store = useChatStore();
  return {
    entries: useReadable<readonly OutboxEntry[]>(store?.outbox, []),
    retry: async (outboxId: string): Promise<void> => store?.retry(outboxId),
    cancel: async (outboxId: string): Promise<void> => store?.cancel(outboxId),
  };
}

/** Invitations to be friends. */
export const useInvitations = (): Readonly<ShallowRef<readonly Invitation[]>> =>
  useReadable(useChatStore()?.invitations, []);

/** The fields of `MessagesSnapshot`, each as a value of its own, and `loadMore` for earlier messages. */
export type MessagesValues = { [K in keyof MessagesSnapshot]: ComputedRef<MessagesSnapshot[K]> } & {
  loadMore(limit?: number): Promise<boolean>;
};

/**
 * The messages of a conversation, and `loadMore` for earlier ones.
 * @param ref may change: the messages are those of the present one
 */
export function useMessages(ref: MaybeRefOrGetter<ConversationRef>): MessagesValues {
  const store = useChatStore();
  const connection = useConnection();
  const snapshot = shallowRef<MessagesSnapshot>(NO_MESSAGES);
  const account = computed(() => `${connection.value.appkey}/${connection.value.username}`);
  const source = computed(() => {
    // Another account has other messages.
    void account.value;
    return store?.messages(toValue(ref));
  });
  watchEffect((onCleanup) => {
    const messages = source.value;
    const read = () => {
      snapshot.value = messages?.getSnapshot() ?? NO_MESSAGES;
    };
    read();
    if (messages) onCleanup(messages.subscribe(read));
  });
  return {
    messages: computed(() => snapshot.value.messages),
    hasMore: computed(() => snapshot.value.hasMore),
    isLoading: computed(() => snapshot.value.isLoading),
    isFromCache: computed(() => snapshot.value.isFromCache),
    loadMore: async (limit?: number): Promise<boolean> => source.value?.loadMore(limit) ?? false,
  };
}

/** Sends texts to a conversation. The message appears in {@link useMessages} at once. */
export function useSend(ref: MaybeRefOrGetter<ConversationRef>): (text: string) => Promise<void> {
  const store = useChatStore();
  return async (text) => store?.send(toValue(ref), text);
}

function useReadable<T>(readable: Readable<T> | undefined, none: T): Readonly<ShallowRef<T>> {
  const value = shallowRef(readable?.getSnapshot() ?? none);
  if (readable) {
    const stop = readable.subscribe(() => {
      value.value = readable.getSnapshot();
    });
    onScopeDispose(stop);
  }
  return value;
}
