/** The values that the bindings have without a store: on a server, and before there is one. */
import type { StateSnapshot } from '../index.js';
import type { MessagesSnapshot } from './messages.js';

export const NO_CONNECTION: StateSnapshot = { state: 'idle', connected: false, synced: false, tabs: 0 };

export const NO_MESSAGES: MessagesSnapshot = {
  messages: [],
  hasMore: undefined,
  isLoading: false,
  isFromCache: false,
};
