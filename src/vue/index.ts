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
  getCurrentInstance,
  type InjectionKey,
  inject,
  type MaybeRefOrGetter,
  onMounted,
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
import { isSameConversation } from '../store/same-conversation.js';

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

/** How many messages are unread: in all conversations, or in one of them. */
export function useUnread(ref?: MaybeRefOrGetter<ConversationRef>): ComputedRef<number> {
  const all = useReadable(useChatStore()?.unread, 0);
  if (ref === undefined) return computed(() => all.value);
  const conversations = useConversations();
  const isIt = (item: ConversationItem) => isSameConversation(item.ref, toValue(ref));
  return computed(() => conversations.value.find(isIt)?.unread_msg_count ?? 0);
}

/** Sends that are not delivered, with what can be done about them. */
export function useOutbox() {
  const store = useChatStore();
  return {
    entries: useReadable<readonly OutboxEntry[]>(store?.outbox, []),
    retry: async (outboxId: string): Promise<void> => store?.retry(outboxId),
    cancel: async (outboxId: string): Promise<void> => store?.cancel(outboxId),
  };
}

/** Invitations that wait for an answer. */
export const useInvitations = (): Readonly<ShallowRef<readonly Invitation[]>> =>
  useReadable(useChatStore()?.invitations, []);

/** The fields of `MessagesSnapshot`, each as a value of its own, and `loadMore` for earlier messages. */
export type MessagesValues = { [K in keyof MessagesSnapshot]: ComputedRef<MessagesSnapshot[K]> } & {
  loadMore(limit?: number): Promise<boolean>;
};

/**
 * The messages of a conversation, and `loadMore` for earlier ones. The conversation counts as read while `isOpen`.
 * @param ref may change: the messages are those of the present one
 * @param options.isOpen it is on the screen
 */
export function useMessages(
  ref: MaybeRefOrGetter<ConversationRef>,
  { isOpen = false }: { isOpen?: MaybeRefOrGetter<boolean> } = {},
): MessagesValues {
  const store = useChatStore();
  const connection = useConnection();
  const snapshot = shallowRef<MessagesSnapshot>(NO_MESSAGES);
  const account = computed(() => {
    const { appkey, username } = connection.value;
    return username === undefined ? '' : `${appkey}/${username}`;
  });
  const source = computed(() => {
    // Another account has other messages.
    void account.value;
    return store?.messages(toValue(ref));
  });
  follow(() => source.value, snapshot, NO_MESSAGES);
  watchEffect((onCleanup) => {
    if (!store || account.value === '' || !toValue(isOpen)) return;
    const target = toValue(ref);
    store.read(target);
    onCleanup(() => store.leave(target));
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
  const value = shallowRef(none);
  if (readable) follow(() => readable, value, none);
  return value;
}

/** Keeps the value of a source that may change itself. A server ends the effect after the set-up, although no scope ends there. */
function follow<T>(source: () => Readable<T> | undefined, value: ShallowRef<T>, none: T): void {
  const start = () => {
    watchEffect((onCleanup) => {
      const readable = source();
      const read = () => {
        value.value = readable?.getSnapshot() ?? none;
      };
      read();
      if (readable) onCleanup(readable.subscribe(read));
    });
  };
  // A component that takes over what a server has rendered has its element before its set-up. It begins with the server's values.
  if (getCurrentInstance()?.vnode.el) onMounted(start);
  else start();
}
