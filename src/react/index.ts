/**
 * `jmessage-runtime/react`: hooks on the store. They work with StrictMode, concurrent rendering and server rendering, where each has its empty
 * value.
 *
 *     <ChatProvider store={store}> … </ChatProvider>
 *     const { messages, loadMore } = useMessages({ username: 'alice' });
 */
import {
  type Context,
  createContext,
  createElement,
  type FunctionComponent,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useSyncExternalStore,
} from 'react';
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

const StoreContext: Context<ChatStore | null> = createContext<ChatStore | null>(null);

const NONE: readonly never[] = [];
const nothing = (): (() => void) => () => undefined;

/** @param props.store null on a server, and as long as there is none */
export const ChatProvider: FunctionComponent<{ store: ChatStore | null; children?: ReactNode }> = ({
  store,
  children,
}) => createElement(StoreContext.Provider, { value: store }, children);

/** The store of the provider; null where it has none. */
export const useChatStore = (): ChatStore | null => useContext(StoreContext);

/** The account's connection: its state, and who is logged in. */
export const useConnection = (): StateSnapshot => useReadable(useChatStore()?.connection, NO_CONNECTION);

/** The conversations, the latest first. */
export const useConversations = (): readonly ConversationItem[] =>
  useReadable(useChatStore()?.conversations, NONE);

/** How many messages are unread: in all conversations, or in one of them. */
export function useUnread(ref?: ConversationRef): number {
  const store = useChatStore();
  const all = useReadable(store?.unread, 0);
  const conversations = useConversations();
  if (!ref) return all;
  return conversations.find((item) => isSameConversation(item.ref, ref))?.unread_msg_count ?? 0;
}

/** Sends that are not delivered, with what can be done about them. */
export function useOutbox(): {
  entries: readonly OutboxEntry[];
  retry(outboxId: string): Promise<void>;
  cancel(outboxId: string): Promise<void>;
} {
  const store = useChatStore();
  const entries = useReadable(store?.outbox, NONE);
  return useMemo(
    () => ({
      entries,
      retry: async (outboxId) => store?.retry(outboxId),
      cancel: async (outboxId) => store?.cancel(outboxId),
    }),
    [store, entries],
  );
}

/** Invitations that wait for an answer. */
export const useInvitations = (): readonly Invitation[] => useReadable(useChatStore()?.invitations, NONE);

/**
 * The messages of a conversation, and `loadMore` for earlier ones. The conversation counts as read while `isOpen`.
 * @param options.isOpen it is on the screen
 */
export function useMessages(
  ref: ConversationRef,
  { isOpen = false }: { isOpen?: boolean } = {},
): MessagesSnapshot & { loadMore(limit?: number): Promise<boolean> } {
  const store = useChatStore();
  // Another account has other messages.
  const { appkey, username } = useConnection();
  const key = JSON.stringify([ref, appkey, username]);
  // The key stands for the content of `ref`.
  const messages = useMemo(() => store?.messages(ref), [store, key]);
  const snapshot = useReadable(messages, NO_MESSAGES);
  // The key stands for the content of `ref`.
  useEffect(() => {
    if (!store || !isOpen || username === undefined) return;
    store.read(ref);
    return () => store.leave(ref);
  }, [store, key, isOpen]);
  return useMemo(
    () => ({ ...snapshot, loadMore: async (limit) => messages?.loadMore(limit) ?? false }),
    [snapshot, messages],
  );
}

/** Sends texts to a conversation. The message appears in {@link useMessages} at once. */
export function useSend(ref: ConversationRef): (text: string) => Promise<void> {
  const store = useChatStore();
  const key = JSON.stringify(ref);
  // The key stands for the content of `ref`.
  return useCallback(async (text) => store?.send(ref, text), [store, key]);
}

function useReadable<T>(readable: Readable<T> | undefined, none: T): T {
  return useSyncExternalStore(
    readable?.subscribe ?? nothing,
    readable?.getSnapshot ?? (() => none),
    () => none,
  );
}
